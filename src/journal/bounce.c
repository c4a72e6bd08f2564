/* bounce.c - see bounce.h. */
#include "journal/bounce.h"

#include "journal/private.h"

bool journal_note_bounce(Journal *journal, const JournalBounce *bounce,
                         GError **error)
{
    if (!journal_backend_acquire(journal, error))
        return false;
    bool ok = journal->backend->note_bounce(
        journal->store, bounce, journal->clock->wall_us(journal->clock), error);
    journal_backend_return(journal);
    return ok;
}

bool journal_knows_bounce(Journal *journal, const char *mail, const char *key,
                          bool *known, GError **error)
{
    return journal->backend->knows_bounce(journal->store, mail, key, known,
                                          error);
}

bool journal_count_bounces(Journal *journal, const JournalBounce *with,
                           BounceCount *count, GError **error)
{
    return journal->backend->count_bounces(journal->store, with, count, error);
}
