/* mailbox.c - a person and an address, see address.h. */
#include "mail/address.h"

#include <stdbool.h>
#include <string.h>

#include "mail/header.h"

#define INPUT_MAX 2048

static AddressVerdict refuse(const char *text, const char *fault,
                             GError **error)
{
    error_set(error, ERROR_INPUT, "`%.300s` is not `Name <address>`: %s", text,
              fault);
    return ADDRESS_INVALID;
}

/* The `<` that begins the address: the first one outside of quotes. */
static const char *find_angle(const char *text)
{
    bool quoted = false;
    for (; *text != '\0'; text++) {
        if (quoted && *text == '\\' && text[1] != '\0')
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (*text == '<' && !quoted)
            return text;
    }
    return NULL;
}

/* Appends the content of the quoted-string at `at`; gives its end. */
static const char *append_quoted(GString *name, const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        g_string_append_c(name, *at);
    }
    return at < end ? at + 1 : end;
}

/* Words and quoted-strings to one name. Signs that have a meaning of their
 * own in a header (RFC 5322 3.2.3) must be quoted, so that `Doe, Jane` is
 * never read as two people. A dot is let through: everybody writes it. */
static const char *read_name(const char *at, const char *end, GString *name)
{
    bool blank = false;
    while (at < end) {
        if (*at == ' ' || *at == '\t') {
            blank = true;
            at++;
            continue;
        }
        if (strchr("(),:;@[]>\\", *at) != NULL)
            return "a name with ( ) , : ; @ [ ] > or \\ stands in \"quotes\"";
        if (blank && name->len > 0)
            g_string_append_c(name, ' ');
        blank = false;
        if (*at == '"')
            at = append_quoted(name, at, end);
        else
            g_string_append_c(name, *at++);
    }
    return NULL;
}

AddressVerdict mailbox_parse(const char *text, Mailbox *mailbox, GError **error)
{
    if (strnlen(text, INPUT_MAX + 1) > INPUT_MAX)
        return refuse(text, "it is too long", error);
    if (!header_check(text, error))
        return ADDRESS_INVALID;
    g_autoptr(GString) name = g_string_new(NULL);
    const char *address = text;
    size_t length = strlen(text);
    const char *angle = find_angle(text);
    if (angle != NULL) {
        const char *fault = read_name(text, angle, name);
        if (fault != NULL)
            return refuse(text, fault, error);
        const char *close = strrchr(angle, '>');
        if (close == NULL || strspn(close + 1, " \t") != strlen(close + 1))
            return refuse(text, "`>` is missing at its end", error);
        address = angle + 1;
        length = (size_t)(close - address);
    }
    Address parsed;
    AddressVerdict verdict = address_parse(address, length, &parsed, error);
    if (verdict != ADDRESS_OK)
        return verdict;
    mailbox->address = parsed;
    mailbox->name = g_utf8_normalize(name->str, -1, G_NORMALIZE_NFC);
    return ADDRESS_OK;
}

void mailbox_clear(Mailbox *mailbox)
{
    g_clear_pointer(&mailbox->name, g_free);
    address_clear(&mailbox->address);
}
