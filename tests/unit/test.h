/*
 * test.h - what every unit test includes: cmocka in the order it wants, and
 * assertions for this program's own types.
 */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

/* The error is there, has this code, and its message contains `part`. */
static inline void assert_error(GError **error, ErrorCode code,
                                const char *part)
{
    assert_non_null(*error);
    if (strstr((*error)->message, part) == NULL)
        fail_msg("`%s` is not in: %s", part, (*error)->message);
    assert_int_equal((*error)->code, code);
    g_clear_error(error);
}

/* No error: else its message is the failure. */
static inline void assert_no_error(const GError *error)
{
    if (error != NULL)
        fail_msg("unexpected: %s", error->message);
}

#endif
