/*
 * standing.h - whether somebody may still be written to, as the columns of
 * many systems tell it.
 *
 * A column's name chooses a rule, the rule judges its values. Names and
 * values are keys, see columns_make_key(). The tables are constant; any
 * thread. Private to the module.
 */
#ifndef LIST_STANDING_H
#define LIST_STANDING_H

#include <stdbool.h>

/* What a list says of somebody, the weightiest last. */
typedef enum {
    STANDING_SUBSCRIBED,
    STANDING_UNCONFIRMED, /* has not joined, or not yet */
    STANDING_SUPPRESSED,  /* must not be written to; it is not said why */
    STANDING_BOUNCED,
    STANDING_UNSUBSCRIBED,
    STANDING_COMPLAINED,
} Standing;

typedef struct StandingRule StandingRule;

/* NULL: the column says nothing. Mailtrain writes a number as status. */
const StandingRule *standing_rule(const char *key, bool is_mailtrain);
Standing standing_by_rule(const StandingRule *rule, const char *key);

/* Of everybody in a file of this name. */
Standing standing_of_file(const char *path);

#endif
