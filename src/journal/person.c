/* person.c - one person in all campaigns; see journal.h. */
#include "journal/private.h"

bool journal_visit_person(Journal *journal, const char *key,
                          JournalVisitPerson visit, void *data, GError **error)
{
    return journal_sync(journal, error) &&
           journal->backend->visit_person(journal->store, key, visit, data,
                                          error);
}
