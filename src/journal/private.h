/*
 * private.h - what the files of the journal share, whatever the backend.
 *
 *     journal.c  campaigns and recipients, group commit
 *     account.c  relay accounts
 *     bounce.c   what came back
 *     person.c   one person in all campaigns
 */
#ifndef JOURNAL_PRIVATE_H
#define JOURNAL_PRIVATE_H

#include <pthread.h>

#include "journal/backend.h"

struct Journal {
    const JournalBackend *backend;
    JournalStore *store;
    const Clock *clock;
    char *path;
    char *campaign; /* NULL: none taken */
    char *lock_path;
    int lock;
    GPtrArray *accounts; /* of Account, those taken; see account.c */

    pthread_mutex_t mutex;
    /* For whom: commits of an even or an odd number; `busy` itself. */
    pthread_cond_t turns[2];
    pthread_cond_t idle;
    bool busy;
    unsigned commits;    /* begun so far */
    GPtrArray *queue;    /* of JournalRecord, oldest first */
    GHashTable *pending; /* key -> its newest record that is not yet stored */
    uint64_t queued;     /* how many records were ever put into the queue */
    uint64_t taken;      /* how many of them a leader has taken */
    uint64_t durable;    /* how many of them are stored */
    GError *failure;     /* of a commit: ends all writing */
};

/* The backend for one caller, with everything queued stored before. */
bool journal_backend_acquire(Journal *journal, GError **error);
void journal_backend_return(Journal *journal);

/* Of the file that who sends this campaign holds locked. */
char *journal_lock_path(const Journal *journal, const char *id);

/* Takes the record. With the mutex held. */
bool journal_enqueue(Journal *journal, JournalRecord *record, GError **error);

/* Lets go of the accounts without saying that nothing is under way. */
void journal_release_accounts(Journal *journal);

#endif
