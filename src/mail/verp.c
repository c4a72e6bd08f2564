/* verp.c - see verp.h. */
#include "mail/verp.h"

#include <string.h>

#define BEFORE_MAX (ADDRESS_LOCAL_MAX - KEYRING_TOKEN_LENGTH)

/* A name and one sign at its end, without which nobody could tell the name
 * from the token. */
static bool is_name_and_sign(const char *text, size_t length)
{
    return length >= 2 && g_ascii_isalnum(text[length - 2]) &&
           strchr("+-_=.", text[length - 1]) != NULL;
}

static bool check_local(const char *text, const char *mark, GError **error)
{
    size_t length = (size_t)(mark - text);
    if (mark[strlen(KEYRING_MARK)] != '@' || !is_name_and_sign(text, length))
        error_set(error, ERROR_INPUT,
                  KEYRING_MARK " must stand between a name with a `+` and the "
                               "`@`, as in bounce+" KEYRING_MARK
                               "@example.org");
    else if (length > BEFORE_MAX)
        error_set(error, ERROR_INPUT,
                  "at most %d letters may stand before " KEYRING_MARK
                  ", for it makes %d of the %d that an address may have",
                  BEFORE_MAX, KEYRING_TOKEN_LENGTH, ADDRESS_LOCAL_MAX);
    else
        return true;
    return false;
}

bool verp_parse(const char *text, Verp *verp, GError **error)
{
    const char *mark = strstr(text, KEYRING_MARK);
    Address plain = {0};
    if (mark == NULL) {
        if (address_parse(text, strlen(text), &plain, error) != ADDRESS_OK)
            return false;
        *verp = (Verp){.plain = plain};
        return true;
    }
    if (!check_local(text, mark, error))
        return false;
    g_autofree char *before = g_strndup(text, (gsize)(mark - text));
    g_autofree char *name = g_strndup(before, strlen(before) - 1);
    g_autofree char *address = g_strconcat(name, mark + strlen(KEYRING_MARK),
                                           NULL);
    if (address_parse(address, strlen(address), &plain, error) != ADDRESS_OK)
        return false;
    if (strlen(plain.text) + 1 + KEYRING_TOKEN_LENGTH > ADDRESS_MAX) {
        address_clear(&plain);
        error_set(error, ERROR_INPUT,
                  "with a token it has more than the %d letters that an "
                  "address may have",
                  ADDRESS_MAX);
        return false;
    }
    *verp = (Verp){.plain = plain, .before = g_steal_pointer(&before)};
    return true;
}

void verp_clear(Verp *verp)
{
    address_clear(&verp->plain);
    g_free(verp->before);
    *verp = (Verp){0};
}

void verp_append(const Verp *verp, const char *token, GString *out)
{
    g_string_append(out, verp->before);
    g_string_append(out, token);
    g_string_append_c(out, '@');
    g_string_append(out, verp->plain.domain);
}

bool verp_find(const Verp *verp, const char *address,
               char token[KEYRING_TOKEN_LENGTH + 1])
{
    size_t before = verp->before != NULL ? strlen(verp->before) : 0;
    size_t local = strcspn(address, "@");
    if (before == 0 || local != before + KEYRING_TOKEN_LENGTH ||
        address[local] != '@' ||
        g_ascii_strncasecmp(address, verp->before, before) != 0 ||
        g_ascii_strcasecmp(address + local + 1, verp->plain.domain) != 0)
        return false;
    for (size_t i = 0; i < KEYRING_TOKEN_LENGTH; i++)
        token[i] = g_ascii_tolower(address[before + i]);
    token[KEYRING_TOKEN_LENGTH] = '\0';
    return true;
}
