/* person.c - one person in all campaigns; see journal.h. */
#include "journal/lock.h"
#include "journal/private.h"

bool journal_visit_person(Journal *journal, const char *key,
                          JournalVisitPerson visit, void *data, GError **error)
{
    return journal_sync(journal, error) &&
           journal->backend->visit_person(journal->store, key, visit, data,
                                          error);
}

/* --- holding campaigns --- */

struct JournalHold {
    GPtrArray *paths; /* of locks */
    GArray *locks;    /* of int */
};

void journal_hold_free(JournalHold *hold)
{
    if (hold == NULL)
        return;
    for (guint i = 0; i < hold->locks->len; i++)
        lock_release(g_array_index(hold->locks, int, i),
                     g_ptr_array_index(hold->paths, i));
    g_ptr_array_unref(hold->paths);
    g_array_unref(hold->locks);
    g_free(hold);
}

/* A campaign that has come to its end is only asked whether somebody is at it
 * right now: there may be more of them than a process may hold files. */
static bool hold_campaign(JournalHold *hold, const Journal *journal,
                          const Campaign *campaign, GError **error)
{
    g_autofree char *path = journal_lock_path(journal, campaign->id);
    g_autofree char *what = g_strdup_printf("campaign %s", campaign->id);
    int lock = lock_take(path, what, error);
    if (lock < 0)
        return false;
    if (campaign->finished_us > 0) {
        lock_release(lock, path);
        return true;
    }
    g_array_append_val(hold->locks, lock);
    g_ptr_array_add(hold->paths, g_steal_pointer(&path));
    return true;
}

JournalHold *journal_hold(Journal *journal, GError **error)
{
    g_autoptr(JournalHold) hold = g_new0(JournalHold, 1);
    hold->paths = g_ptr_array_new_with_free_func(g_free);
    hold->locks = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GPtrArray) campaigns = journal_list_campaigns(journal, error);
    if (campaigns == NULL)
        return NULL;
    for (guint i = 0; i < campaigns->len; i++)
        if (!hold_campaign(hold, journal, g_ptr_array_index(campaigns, i),
                           error))
            return NULL;
    return g_steal_pointer(&hold);
}

/* --- forgetting --- */

bool journal_forget(Journal *journal, const Address *address,
                    const char *stand_in, JournalForgotten *forgotten,
                    GError **error)
{
    *forgotten = (JournalForgotten){0};
    if (!journal_backend_acquire(journal, error))
        return false;
    bool ok = journal->backend->forget(journal->store, address, stand_in,
                                       forgotten, error);
    journal_backend_return(journal);
    return ok;
}
