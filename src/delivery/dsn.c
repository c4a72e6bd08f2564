/* dsn.c - see dsn.h. */
#include "delivery/dsn.h"

#include <string.h>

static bool is_printable(const char *text, size_t limit)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isgraph(text[i]))
            return false;
    return length > 0 && length <= limit;
}

bool dsn_may_identify(const char *text)
{
    return is_printable(text, DSN_ENVID_MAX);
}

bool dsn_may_name(const char *address)
{
    return is_printable(address, DSN_ORCPT_MAX);
}

char *dsn_recipient_command(const char *address, bool is_offered)
{
    GString *out = g_string_new(NULL);
    g_string_printf(out, "RCPT TO:<%s>", address);
    if (is_offered)
        g_string_append(out, " NOTIFY=FAILURE");
    if (is_offered && dsn_may_name(address)) {
        g_string_append(out, " ORCPT=rfc822;");
        for (; *address != '\0'; address++)
            if (*address == '+' || *address == '=') /* RFC 3461 4: xtext */
                g_string_append_printf(out, "+%02X", (unsigned)*address);
            else
                g_string_append_c(out, *address);
    }
    return g_string_free(out, FALSE);
}
