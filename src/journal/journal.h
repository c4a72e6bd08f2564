/*
 * journal.h - what has happened so far, so that nobody is skipped and nobody
 * is written to twice.
 *
 * The life of one recipient in a campaign:
 *
 *     (nothing) ── journal_intend() ── the dot leaves ── journal_settle()
 *
 * An intent is durable before the final dot of the message may leave; the
 * outcome follows. A run that dies in between leaves an intent without an
 * outcome: nobody can know whether the relay took that mail (RFC 1047), so it
 * becomes OUTCOME_UNKNOWN and is never sent again by itself. A recipient of
 * whom nothing is written down has certainly not been sent to.
 *
 * journal_intend() and journal_settle() may be called from many threads;
 * their writes are committed together (group commit). A commit that fails
 * fails everybody who waits for it and every later call: what is not written
 * down must not be sent. All else is for one thread. Recipients are told
 * apart by Address.key.
 *
 * The backend is one `const struct JournalBackend`; journal_sqlite.c is the
 * default: WAL, synchronous=FULL. Failures of the file (disk full, read-only,
 * damaged, written by a newer mirmail) are an ERROR_SYSTEM with its path.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "mail/address.h"
#include "mail/reply.h"

typedef enum {
    OUTCOME_NONE, /* nothing known: not sent */
    OUTCOME_SENT,
    OUTCOME_DEFERRED, /* the relay said: later */
    OUTCOME_FAILED,   /* the relay said: never */
    OUTCOME_UNKNOWN,  /* the answer never came */
    OUTCOME_SKIPPED,  /* suppressed */
} Outcome;

#define JOURNAL_CAMPAIGN_ID_MAX 100 /* letters, digits, `-`, `_`, `.` */

#define OUTCOME_COUNT 6
const char *outcome_name(Outcome outcome); /* "sent", … */

typedef struct Campaign {
    char *id;     /* slug, unique: "2016-summer-hackathon" */
    char *digest; /* message_digest() */
    char *subject;
    char *arguments; /* of the `mirmail send`, quoted for a shell */
    char *directory; /* the working directory it was started in */
    int64_t created_us;
    int64_t finished_us; /* 0: not yet */
    int64_t recipients;  /* how many the list had */
    bool test;
    int64_t counts[OUTCOME_COUNT]; /* filled by reading; OUTCOME_NONE: those
                                      of `recipients` not yet tried */
} Campaign;

void campaign_free(Campaign *campaign);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Campaign, campaign_free)

typedef struct Journal Journal;

typedef enum { JOURNAL_READ, JOURNAL_WRITE } JournalMode;

/* JOURNAL_WRITE creates file and directory (0700, 0600) when missing;
 * JOURNAL_READ gives ERROR_MISSING then. */
Journal *journal_open(const char *path, JournalMode mode, const Clock *clock,
                      GError **error);
void journal_close(Journal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_close)

/* --- campaigns --- */

bool journal_create_campaign(Journal *journal, const Campaign *campaign,
                             GError **error);
/* NULL without an error: no such campaign. `id` NULL: the newest one that is
 * no test. */
Campaign *journal_find_campaign(Journal *journal, const char *id,
                                GError **error);
/* Newest first, of Campaign *. */
GPtrArray *journal_list_campaigns(Journal *journal, GError **error);
bool journal_finish_campaign(Journal *journal, const char *id, GError **error);
/* A list that was changed before a resume has another size. */
bool journal_set_recipients(Journal *journal, const char *id, int64_t count,
                            GError **error);

/* --- letters --- */

#define JOURNAL_LETTERS_MAX 200 /* older versions are forgotten */

/* One version of what a campaign sends, with its fields in place of values. A
 * test copy is kept under the name of the campaign that it tests. */
typedef struct KeptLetter {
    char *name; /* of the campaign */
    char *digest;
    char *subject;
    char *text;
    char *html;
    int64_t at_us; /* when it was last begun with; 0: now */
} KeptLetter;

void kept_letter_free(KeptLetter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeptLetter, kept_letter_free)

/* The same name and digest again makes that version the newest. */
bool journal_keep_letter(Journal *journal, const KeptLetter *letter,
                         GError **error);
/* The newest version under this name. NULL without an error: none is kept. */
KeptLetter *journal_find_letter(Journal *journal, const char *name,
                                GError **error);

/* Takes the campaign for this process until journal_release() or the
 * process's end: ERROR_RETRY when another one holds it. Turns intents without
 * an outcome into OUTCOME_UNKNOWN; `unknown` gets their number. */
bool journal_take(Journal *journal, const char *id, int64_t *unknown,
                  GError **error);
void journal_release(Journal *journal);

/* --- recipients of the campaign taken --- */

typedef struct Entry {
    char *address;
    Outcome outcome;
    int attempts;
    char *message_id;
    Reply reply;
    int64_t at_us;      /* of the last event */
    int64_t next_us;    /* OUTCOME_DEFERRED: not before */
    GPtrArray *history; /* of Entry *, oldest first: what was known before;
                           by journal_visit() only, NULL when nothing */
} Entry;

void entry_clear(Entry *entry);

/* Durable when it returns true. ERROR_SYSTEM and nothing stored for somebody
 * whose outcome is sent or unknown or whose intent stands already: the last
 * barrier against a second copy. Settle with OUTCOME_NONE first in order to
 * send again on purpose. */
bool journal_intend(Journal *journal, const Address *address,
                    const char *message_id, GError **error);
/* Written with the next commit of any thread, or journal_sync(). `next_us`
 * counts for OUTCOME_DEFERRED only. OUTCOME_NONE takes an intent back: the
 * message certainly did not leave. */
bool journal_settle(Journal *journal, const Address *address, Outcome outcome,
                    const Reply *reply, int64_t next_us, GError **error);
bool journal_sync(Journal *journal, GError **error);

/* The present state of one recipient. Any thread. Entries that are not there
 * have OUTCOME_NONE; an intent without its outcome is OUTCOME_UNKNOWN. */
bool journal_lookup(Journal *journal, const Address *address, Entry *entry,
                    GError **error);

/* OUTCOME_NONE or OUTCOME_SKIPPED for everybody of the campaign taken who is
 * OUTCOME_UNKNOWN: to send again on purpose, or to let it rest. */
bool journal_resolve_unknown(Journal *journal, Outcome outcome, int64_t *count,
                             GError **error);

typedef void (*JournalVisit)(void *data, const Entry *entry);

/* Every recipient of a campaign of which something is known, by address.
 * `visit` may settle and look up, and changes nothing else. */
bool journal_visit(Journal *journal, const char *id, JournalVisit visit,
                   void *data, GError **error);

typedef void (*JournalVisitPerson)(void *data, const char *campaign,
                                   const Entry *entry);

/* What is known of one person in every campaign, the newest first, without
 * history. */
bool journal_visit_person(Journal *journal, const char *key,
                          JournalVisitPerson visit, void *data, GError **error);

/* --- forgetting somebody --- */

/* While it is held no campaign that has not come to its end is being sent, by
 * this machine: ERROR_RETRY, naming the one that is. */
typedef struct JournalHold JournalHold;

JournalHold *journal_hold(Journal *journal, GError **error);
void journal_hold_free(JournalHold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JournalHold, journal_hold_free)

typedef struct JournalForgotten {
    int64_t recipients; /* rows that name a stand-in from now on */
    int64_t texts;      /* replies of relays and arguments likewise */
    int64_t letters;    /* kept ones that name the address; left as they are */
} JournalForgotten;

/* Writes `stand_in` wherever the address stands as a recipient's, in a reply
 * or in a campaign's arguments, in one transaction; and then the whole file
 * anew, so that the bytes are gone from it. What became of the campaigns'
 * recipients stays. */
bool journal_forget(Journal *journal, const Address *address,
                    const char *stand_in, JournalForgotten *forgotten,
                    GError **error);

typedef void (*JournalVisitKey)(void *data, const char *key);

/* Only the keys of the campaign taken, in their order: a million in a
 * fraction of a second. */
bool journal_visit_keys(Journal *journal, JournalVisitKey visit, void *data,
                        GError **error);

/* --- relay accounts: when messages left, so that rates outlive a run --- */

/* Departures are remembered this long, or as long as the longest window. */
#define JOURNAL_DEPARTURES_US (INT64_C(25) * 3600 * 1000000)

typedef struct JournalAccount {
    const char *name;  /* "user@host:port" */
    int connections;   /* that may each have a message under way */
    int64_t window_ns; /* the longest that counts */
} JournalAccount;

/* Takes the account for this process until journal_close_accounts() or the
 * process's end; ERROR_RETRY when another one holds it. Messages that a run
 * before may have begun when it was killed count as begun now, and so do those
 * that lie ahead, as before the clock was set back. */
bool journal_open_account(Journal *journal, const JournalAccount *account,
                          int64_t *number, GError **error);
/* A message begins. Written with the next commit, which comes no later than
 * that of its intent. Any thread. */
bool journal_depart(Journal *journal, int64_t account, GError **error);
/* The last thing that a run does: nothing is under way any more. */
bool journal_close_accounts(Journal *journal, GError **error);

typedef void (*JournalVisitMoment)(void *data, int64_t at_us);

/* Oldest first, by the wall clock of that time. Whether or not the account is
 * open. */
bool journal_visit_departures(Journal *journal, const char *name,
                              int64_t since_us, JournalVisitMoment visit,
                              void *data, GError **error);

#endif
