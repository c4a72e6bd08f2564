/*
 * sqlite.h - what the files of the SQLite backend share; private to journal/.
 *
 *     sqlite.c            opening, the schema, small steps
 *     sqlite_campaign.c   campaigns and their letters
 *     sqlite_recipient.c  intents, outcomes, history
 *     sqlite_forget.c     somebody taken out of all of it
 *     sqlite_account.c    when messages left through which relay account
 *     sqlite_bounce.c     what came back
 *
 * A store has two connections: the writer belongs to whoever may use the
 * backend (see backend.h), the reader to visits and look-ups.
 */
#ifndef JOURNAL_SQLITE_H
#define JOURNAL_SQLITE_H

#include <pthread.h>

#include "journal/backend.h"

struct sqlite3; /* SQLite's */
struct sqlite3_stmt;

/* Stored in place of an Outcome while the outcome is not known. */
#define SQLITE_STATE_INTENT 6
#define SQLITE_QUERIES 8 /* prepared statements for writing */

struct JournalStore {
    char *path;
    struct sqlite3 *writer;
    struct sqlite3 *reader;
    struct sqlite3_stmt *queries[SQLITE_QUERIES];
    struct sqlite3_stmt *find; /* of the reader, for one thread at a time */
    struct sqlite3_stmt *find_history; /* NULL: an old journal, only read */
    pthread_mutex_t find_mutex;
    int64_t campaign; /* the number of the campaign taken */
    int64_t version;  /* of the file's schema */
};

/* --- sqlite.c --- */

/* Always false; says what SQLite says of its last call. */
bool sqlite_fail(const JournalStore *store, struct sqlite3 *database,
                 GError **error);
bool sqlite_run_sql(const JournalStore *store, struct sqlite3 *database,
                    const char *sql, GError **error);
struct sqlite3_stmt *sqlite_prepare(const JournalStore *store,
                                    struct sqlite3 *database, const char *sql,
                                    GError **error);
/* Runs a statement that gives no rows. */
bool sqlite_run(const JournalStore *store, struct sqlite3_stmt *statement,
                GError **error);
/* The same, and frees it. */
bool sqlite_run_once(const JournalStore *store, struct sqlite3_stmt *statement,
                     GError **error);
/* The text stays the caller's until the statement is reset. */
void sqlite_bind(struct sqlite3_stmt *statement, int index, const char *text);
const char *sqlite_text(struct sqlite3_stmt *statement, int column);

/* --- sqlite_campaign.c --- */

bool sqlite_create_campaign(JournalStore *store, const Campaign *campaign,
                            GError **error);
GPtrArray *sqlite_list_campaigns(JournalStore *store, const char *id,
                                 GError **error);
bool sqlite_finish_campaign(JournalStore *store, const char *id, int64_t at_us,
                            GError **error);
bool sqlite_set_recipients(JournalStore *store, const char *id, int64_t count,
                           GError **error);
bool sqlite_take(JournalStore *store, const char *id, int64_t *unknown,
                 GError **error);
bool sqlite_keep_letter(JournalStore *store, const KeptLetter *letter,
                        GError **error);
bool sqlite_find_letter(JournalStore *store, const char *name,
                        KeptLetter **letter, GError **error);

/* --- sqlite_recipient.c --- */

bool sqlite_prepare_writing(JournalStore *store, GError **error);
bool sqlite_prepare_reading(JournalStore *store, GError **error);
bool sqlite_write(JournalStore *store, JournalRecord *const *records,
                  size_t count, GError **error);
bool sqlite_lookup(JournalStore *store, const char *key, Entry *entry,
                   GError **error);
bool sqlite_visit(JournalStore *store, const char *id, JournalVisit visit,
                  void *data, GError **error);
bool sqlite_visit_person(JournalStore *store, const char *key,
                         JournalVisitPerson visit, void *data, GError **error);
bool sqlite_visit_keys(JournalStore *store, JournalVisitKey visit, void *data,
                       GError **error);
bool sqlite_resolve_unknown(JournalStore *store, Outcome outcome, int64_t at_us,
                            int64_t *count, GError **error);

/* --- sqlite_forget.c --- */

bool sqlite_forget(JournalStore *store, const Address *address,
                   const char *stand_in, JournalForgotten *forgotten,
                   GError **error);

/* --- sqlite_account.c --- */

bool sqlite_open_account(JournalStore *store, const AccountOpening *opening,
                         int64_t *account, GError **error);
bool sqlite_close_account(JournalStore *store, int64_t account, GError **error);
bool sqlite_visit_departures(JournalStore *store, const char *name,
                             int64_t since_us, JournalVisitMoment visit,
                             void *data, GError **error);

/* --- sqlite_bounce.c --- */

bool sqlite_note_bounce(JournalStore *store, const JournalBounce *bounce,
                        int64_t at_us, GError **error);
bool sqlite_knows_bounce(JournalStore *store, const char *mail, const char *key,
                         bool *known, GError **error);
bool sqlite_count_bounces(JournalStore *store, const JournalBounce *with,
                          BounceCount *count, GError **error);

#endif
