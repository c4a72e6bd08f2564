/* account.c - relay accounts; see journal.h. */
#include "base/units.h"
#include "journal/lock.h"
#include "journal/private.h"

typedef struct Account {
    int64_t number;
    char *lock_path;
    int lock;
} Account;

static void account_free(Account *account)
{
    lock_release(account->lock, account->lock_path);
    g_free(account->lock_path);
    g_free(account);
}

/* The name may hold anything, so a digest of it names the file. */
static char *lock_path(const Journal *journal, const char *name)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256,
                                                            name, -1);
    return g_strdup_printf("%s.relay-%.16s.lock", journal->path, digest);
}

bool journal_open_account(Journal *journal, const JournalAccount *wanted,
                          int64_t *number, GError **error)
{
    g_autofree char *path = lock_path(journal, wanted->name);
    g_autofree char *what = g_strdup_printf("mail at the rate of %s",
                                            wanted->name);
    int lock = lock_take(path, what, error);
    if (lock < 0)
        return false;
    bool ok = journal_backend_acquire(journal, error);
    if (ok) {
        int64_t now_us = journal->clock->wall_us(journal->clock);
        int64_t kept_us = MAX(wanted->window_ns / 1000, JOURNAL_DEPARTURES_US);
        AccountOpening opening = {
            .name = wanted->name,
            .connections = wanted->connections,
            .now_us = now_us,
            .since_us = now_us - kept_us,
        };
        ok = journal->backend->open_account(journal->store, &opening, number,
                                            error);
        journal_backend_return(journal);
    }
    if (!ok) {
        lock_release(lock, path);
        return false;
    }
    Account *account = g_new0(Account, 1);
    account->number = *number;
    account->lock = lock;
    account->lock_path = g_steal_pointer(&path);
    g_ptr_array_add(journal->accounts, account);
    return true;
}

bool journal_depart(Journal *journal, int64_t account, GError **error)
{
    JournalRecord *record = g_new0(JournalRecord, 1);
    record->kind = RECORD_DEPARTURE;
    record->account = account;
    record->at_us = journal->clock->wall_us(journal->clock);
    pthread_mutex_lock(&journal->mutex);
    bool ok = journal_enqueue(journal, record, error);
    pthread_mutex_unlock(&journal->mutex);
    return ok;
}

void journal_release_accounts(Journal *journal)
{
    for (guint i = 0; i < journal->accounts->len; i++)
        account_free(g_ptr_array_index(journal->accounts, i));
    g_ptr_array_set_size(journal->accounts, 0);
}

bool journal_close_accounts(Journal *journal, GError **error)
{
    bool ok = journal->accounts->len == 0 ||
              journal_backend_acquire(journal, error);
    if (ok && journal->accounts->len > 0) {
        for (guint i = 0; ok && i < journal->accounts->len; i++) {
            const Account *account = g_ptr_array_index(journal->accounts, i);
            ok = journal->backend->close_account(journal->store,
                                                 account->number, error);
        }
        journal_backend_return(journal);
    }
    journal_release_accounts(journal);
    return ok;
}

bool journal_visit_departures(Journal *journal, const char *name,
                              int64_t since_us, JournalVisitMoment visit,
                              void *data, GError **error)
{
    return journal_sync(journal, error) &&
           journal->backend->visit_departures(journal->store, name, since_us,
                                              visit, data, error);
}
