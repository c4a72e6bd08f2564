/*
 * import_system.h - the systems that people move from.
 *
 * An export is known by its columns. Tables say what becomes of each: what
 * people said of themselves is taken over, the system's own numbers are not,
 * nor what it found out about people without being told, such as the address
 * and the place of their machines.
 *
 * Constant; any thread. Private to the module.
 */
#ifndef LIST_IMPORT_SYSTEM_H
#define LIST_IMPORT_SYSTEM_H

#include "list/columns.h"

typedef enum {
    ROLE_FIELD, /* taken over under its own name */
    ROLE_EMAIL,
    ROLE_NAME,
    ROLE_FIRST_NAME,
    ROLE_LAST_NAME,
    ROLE_STATUS,     /* says whether somebody left; not taken over */
    ROLE_TAGS,       /* pieces between , or ; that may stand in quotes */
    ROLE_LISTS,      /* pieces between ; that become tags */
    ROLE_ATTRIBUTES, /* an object of JSON, or as Python prints it */
    ROLE_MEMBER,     /* other values than `member` are no subscriptions */
    ROLE_SINCE,      /* a moment: when somebody joined */
    ROLE_YEAR,       /* the same in three columns */
    ROLE_MONTH,
    ROLE_DAY,
    ROLE_CHANGED, /* a moment: when the row last changed */
    ROLE_NOTHING, /* left out, and not judged */
} ImportRole;

typedef struct ImportSystem {
    const char *id;    /* "mailchimp" */
    const char *title; /* "Mailchimp" */
} ImportSystem;

/* By its id; ERROR_USAGE with the nearest one, and all of them. */
const ImportSystem *import_system_find(const char *id, GError **error);

/* The same for an id that is in the table. */
const ImportSystem *import_system(const char *id);

/* The one whose columns these are, with the names by which it was told, in
 * words for people; NULL. */
const ImportSystem *import_system_of(const Columns *columns, char **marks);

/* Of several columns of a role the one of the lowest rank is the best. */
ImportRole import_system_role(const ImportSystem *system,
                              const Columns *columns, size_t index, int *rank);

#endif
