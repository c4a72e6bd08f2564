/*
 * backend.h - where a journal keeps its records; private to journal/.
 *
 *     journal.c ── who waits for what, group commit ──> JournalBackend
 *
 * A backend knows how to store; it knows nothing of threads that wait. Its
 * functions are called by one thread at a time, but for lookup(), which may
 * run in any thread and beside write().
 */
#ifndef JOURNAL_BACKEND_H
#define JOURNAL_BACKEND_H

#include <stddef.h>

#include "journal/bounce.h"
#include "journal/journal.h"

typedef enum {
    RECORD_INTENT,    /* the recipient's dot may leave */
    RECORD_OUTCOME,   /* what became of it */
    RECORD_DEPARTURE, /* a message begins, through this account */
} RecordKind;

/* One step in a recipient's or an account's life. All texts are owned. */
typedef struct JournalRecord {
    RecordKind kind;
    Outcome outcome;  /* of an outcome */
    char *key;        /* Address.key; NULL of a departure */
    char *address;    /* Address.text */
    char *message_id; /* of an intent */
    Reply reply;      /* of an outcome */
    int64_t account;  /* of a departure */
    int64_t at_us;
    int64_t next_us;
    bool was_refused; /* set by write(): an intent for somebody who may have
                         the message already; nothing was stored */
} JournalRecord;

typedef struct JournalStore JournalStore;

typedef struct AccountOpening {
    const char *name;
    int connections; /* so many messages may begin and leave no record */
    int64_t now_us;
    int64_t since_us; /* earlier departures are forgotten */
} AccountOpening;

typedef struct JournalBackend {
    JournalStore *(*open)(const char *path, JournalMode mode, GError **error);
    void (*close)(JournalStore *store);

    bool (*create_campaign)(JournalStore *store, const Campaign *campaign,
                            GError **error);
    /* Newest first. `id` NULL: all of them. */
    GPtrArray *(*list_campaigns)(JournalStore *store, const char *id,
                                 GError **error);
    bool (*finish_campaign)(JournalStore *store, const char *id, int64_t at_us,
                            GError **error);
    bool (*set_recipients)(JournalStore *store, const char *id, int64_t count,
                           GError **error);

    bool (*keep_letter)(JournalStore *store, const KeptLetter *letter,
                        GError **error);
    /* `letter` stays NULL when there is none. */
    bool (*find_letter)(JournalStore *store, const char *name,
                        KeptLetter **letter, GError **error);

    /* Makes `id` the campaign that write() and lookup() are about, and turns
     * its intents into OUTCOME_UNKNOWN. ERROR_MISSING: no such campaign. */
    bool (*take)(JournalStore *store, const char *id, int64_t *unknown,
                 GError **error);
    /* All records in one transaction, durable when it returns true; when it
     * returns false none of them is stored. */
    bool (*write)(JournalStore *store, JournalRecord *const *records,
                  size_t count, GError **error);
    /* `entry` is empty before the call and stays so when nothing is known. */
    bool (*lookup)(JournalStore *store, const char *key, Entry *entry,
                   GError **error);
    bool (*visit)(JournalStore *store, const char *id, JournalVisit visit,
                  void *data, GError **error);
    bool (*visit_person)(JournalStore *store, const char *key,
                         JournalVisitPerson visit, void *data, GError **error);
    bool (*forget)(JournalStore *store, const Address *address,
                   const char *stand_in, JournalForgotten *forgotten,
                   GError **error);
    bool (*visit_keys)(JournalStore *store, JournalVisitKey visit, void *data,
                       GError **error);
    /* `outcome` for everybody who is OUTCOME_UNKNOWN. */
    bool (*resolve_unknown)(JournalStore *store, Outcome outcome, int64_t at_us,
                            int64_t *count, GError **error);

    /* Durable. If the account was not closed since it was last opened, as
     * many departures as it had connections are added at `now_us`; none is
     * later than that afterwards. */
    bool (*open_account)(JournalStore *store, const AccountOpening *opening,
                         int64_t *account, GError **error);
    bool (*close_account)(JournalStore *store, int64_t account, GError **error);
    /* Oldest first; none for an account that was never opened. */
    bool (*visit_departures)(JournalStore *store, const char *name,
                             int64_t since_us, JournalVisitMoment visit,
                             void *data, GError **error);

    /* Durable; nothing when it is there. */
    bool (*note_bounce)(JournalStore *store, const JournalBounce *bounce,
                        int64_t at_us, GError **error);
    bool (*knows_bounce)(JournalStore *store, const char *mail, const char *key,
                         bool *known, GError **error);
    bool (*count_bounces)(JournalStore *store, const JournalBounce *with,
                          BounceCount *count, GError **error);
} JournalBackend;

extern const JournalBackend journal_sqlite;

/* journal_open() with another backend, for tests. */
Journal *journal_open_with(const JournalBackend *backend, const char *path,
                           JournalMode mode, const Clock *clock,
                           GError **error);

#endif
