/*
 * import_person.h - a row of another system's export as a person: whom it
 * names, what it says of them, and whether they may still be written to.
 *
 *     Row ──import_person_fill()──> ImportPerson ──> list, or suppressions
 *
 * Fields get names as mirmail writes them: lower case, `_` for what is not a
 * letter or a digit. `name`, `first_name`, `last_name`, `joined` (a day) and
 * `tags` mean the same whichever system they come from.
 *
 * An ImportPerson is filled again and again; its texts belong to it or to the
 * row, so both live until the next one. Private to the module.
 */
#ifndef LIST_IMPORT_PERSON_H
#define LIST_IMPORT_PERSON_H

#include <stdint.h>

#include "list/import_system.h"
#include "list/reader.h"
#include "mail/address.h"

#define IMPORT_FIELDS_MAX 200 /* of one person */

typedef struct ImportField {
    const char *name;
    const char *value; /* clean (cell.h), never empty */
} ImportField;

typedef struct ImportPerson {
    Address address; /* text NULL when the row has no right one */
    GArray *fields;  /* of ImportField */
    Standing standing;
    const char *told_by; /* the column, when that is not STANDING_SUBSCRIBED; */
    const char *told;    /* and its value; both NULL when the file's name did */
    int64_t left_us;     /* when they left; 0: not told */
    const char *status;  /* the last cell that may tell it; NULL: all empty */

    /* Set by whoever wants to know the address and the standing only, which
     * takes less time: there are no fields then. */
    bool judges_only;

    /* What the person is filled from. */
    const ImportSystem *system;
    Columns *columns;
    GArray *plan;     /* a column's part */
    GPtrArray *owned; /* texts */
    Findings *findings;
    int line;          /* of the row */
    bool has_too_many; /* fields, and that was told */
} ImportPerson;

/* Values that cannot be taken over become warnings in `findings`, which may
 * be NULL. */
ImportPerson *import_person_new(const ImportSystem *system, Findings *findings);
void import_person_free(ImportPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportPerson, import_person_free)

/* `everybody` is what is known of all in this file. False, with the row's
 * fault, when nobody can be made of it. */
bool import_person_fill(ImportPerson *person, Columns *columns, Row *row,
                        Standing everybody);

/* The value of a field, NULL when there is none. */
const char *import_person_field(const ImportPerson *person, const char *name);

#endif
