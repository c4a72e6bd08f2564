/*
 * condition_private.h - the tree of a condition, between condition_parse.c,
 * which makes it, and condition.c, which asks it.
 */
#ifndef LIST_CONDITION_PRIVATE_H
#define LIST_CONDITION_PRIVATE_H

#include "list/condition.h"

typedef enum {
    CONDITION_AND,
    CONDITION_OR,
    CONDITION_NOT,
    CONDITION_EQUAL, /* the first test */
    CONDITION_LESS,
    CONDITION_AT_MOST,
    CONDITION_MORE,
    CONDITION_AT_LEAST,
    CONDITION_MATCHES,
    CONDITION_CONTAINS,
    CONDITION_HAS,
} ConditionKind;

struct Condition {
    ConditionKind kind;
    Condition *left;  /* of AND, OR, NOT */
    Condition *right; /* of AND, OR */
    char *field;
    char *value;   /* NFC; of MATCHES as it was written */
    char *folded;  /* of CONTAINS and HAS: the value without case */
    GRegex *regex; /* of MATCHES */
};

#endif
