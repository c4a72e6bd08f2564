/* address.c - see address.h. */
#include "mail/address.h"

#include <stdbool.h>
#include <string.h>

#include "mail/domain.h"

#define INPUT_MAX 2048
#define SHOWN_MAX 120 /* bytes of a wrong address in its error */

/* A parse under way. `fault` says what is wrong, NULL as long as nothing is. */
typedef struct Parse {
    const char *text;
    size_t length;
    GString *local; /* without quotes while it is read */
    char *domain;
    const char *fault;
    bool beyond_ascii; /* in the local part */
} Parse;

/* RFC 5322 3.2.3 */
static bool is_atext(unsigned char byte)
{
    return g_ascii_isalnum(byte) ||
           (byte != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", byte) != NULL);
}

static bool is_dot_string(const GString *local)
{
    bool after_dot = true;
    for (size_t i = 0; i < local->len; i++) {
        unsigned char byte = (unsigned char)local->str[i];
        if (byte == '.' && after_dot)
            return false;
        if (byte != '.' && byte < 0x80 && !is_atext(byte))
            return false;
        after_dot = byte == '.';
    }
    return !after_dot;
}

/* Letters that somebody could have in a mailbox name: what is invisible came
 * in by copying and makes the address wrong, not merely unsupported. */
static const char *utf8_fault(const char *text, size_t length)
{
    if (!g_utf8_validate(text, (gssize)length, NULL))
        return "it is not UTF-8";
    const char *end = text + length;
    for (const char *at = text; at < end; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        if (letter < 0x80)
            continue;
        if (g_unichar_isspace(letter) || !g_unichar_isgraph(letter) ||
            g_unichar_type(letter) == G_UNICODE_FORMAT)
            return "there is an invisible character in it";
    }
    return NULL;
}

static const char *byte_fault(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f)
            return "there is a control character in it";
        if (byte == ' ')
            return "there is a blank in it";
        if (byte == '<' || byte == '>')
            return "`<` and `>` may not stand in it";
    }
    return NULL;
}

/* Reads a quoted local part; gives the length with quotes, 0 on a fault. */
static size_t read_quoted(Parse *parse)
{
    for (size_t i = 1; i < parse->length; i++) {
        char byte = parse->text[i];
        if (byte == '"')
            return i + 1;
        if (byte == '\\' && ++i < parse->length)
            byte = parse->text[i];
        g_string_append_c(parse->local, byte);
    }
    parse->fault = "its quote is not closed";
    return 0;
}

/* Reads a bare local part; gives its length, 0 on a fault. */
static size_t read_bare(Parse *parse)
{
    const char *at = memchr(parse->text, '@', parse->length);
    if (at == NULL) {
        parse->fault = "it has no `@`";
        return 0;
    }
    size_t length = (size_t)(at - parse->text);
    g_string_append_len(parse->local, parse->text, (gssize)length);
    if (length == 0)
        parse->fault = "nothing stands before the `@`";
    else if (!is_dot_string(parse->local))
        parse->fault =
            strstr(parse->local->str, "..") != NULL || at[-1] == '.' ||
                    parse->text[0] == '.'
                ? "before the `@` is a dot at the start, at the end "
                  "or beside another"
                : "before the `@` is a sign that may not stand there";
    return parse->fault == NULL ? length : 0;
}

/* A quoted local part that needs no quotes loses them, so that one mailbox
 * has one spelling (RFC 5322 3.4.1); else only what must be escaped is. */
static void requote(GString *local)
{
    if (is_dot_string(local))
        return;
    g_autofree char *plain = g_strndup(local->str, local->len);
    g_string_assign(local, "\"");
    for (const char *at = plain; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(local, '\\');
        g_string_append_c(local, *at);
    }
    g_string_append_c(local, '"');
}

static void check_local(Parse *parse)
{
    if (parse->local->len == 0)
        parse->fault = "nothing stands before the `@`";
    for (size_t i = 0; i < parse->local->len; i++)
        if ((unsigned char)parse->local->str[i] >= 0x80)
            parse->beyond_ascii = true;
    requote(parse->local);
    if (parse->fault == NULL && parse->local->len > ADDRESS_LOCAL_MAX)
        parse->fault = "more than 64 letters stand before the `@`";
}

static void read_domain(Parse *parse, size_t local_length)
{
    const char *domain = parse->text + local_length + 1;
    size_t length = parse->length - local_length - 1;
    if (memchr(domain, '@', length) != NULL)
        parse->fault = "it has more than one `@`";
    else
        parse->domain = domain_convert(domain, length, &parse->fault);
}

static void read_address(Parse *parse)
{
    if (parse->length == 0)
        parse->fault = "it is empty";
    else if (parse->length > INPUT_MAX)
        parse->fault = "it is longer than 254 letters";
    else
        parse->fault = byte_fault(parse->text, parse->length);
    if (parse->fault == NULL)
        parse->fault = utf8_fault(parse->text, parse->length);
    if (parse->fault != NULL)
        return;
    size_t length = parse->text[0] == '"' ? read_quoted(parse)
                                          : read_bare(parse);
    if (length == 0)
        return;
    if (length == parse->length || parse->text[length] != '@') {
        parse->fault = "no `@` follows the quoted part";
        return;
    }
    check_local(parse);
    if (parse->fault == NULL)
        read_domain(parse, length);
    if (parse->fault == NULL &&
        parse->local->len + 1 + strlen(parse->domain) > ADDRESS_MAX)
        parse->fault = "it is longer than 254 letters";
}

/* The beginning of a wrong address, cut between characters. */
static char *shown(const Parse *parse)
{
    size_t keep = MIN(parse->length, SHOWN_MAX);
    while (keep > 0 && keep < parse->length &&
           ((unsigned char)parse->text[keep] & 0xc0) == 0x80)
        keep--;
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < keep; i++) {
        if (parse->text[i] == '\0')
            g_string_append(out, "\\x00");
        else
            g_string_append_c(out, parse->text[i]);
    }
    if (keep < parse->length)
        g_string_append(out, "…");
    return g_string_free(out, FALSE);
}

static AddressVerdict judge(const Parse *parse, GError **error)
{
    if (parse->fault == NULL && !parse->beyond_ascii)
        return ADDRESS_OK;
    g_autofree char *text = shown(parse);
    if (parse->fault != NULL) {
        error_set(error, ERROR_INPUT, "`%s` is not a mail address: %s", text,
                  parse->fault);
        return ADDRESS_INVALID;
    }
    error_set(error, ERROR_INPUT,
              "`%s` needs SMTPUTF8, which is not supported: only ASCII may "
              "stand before the `@`",
              text);
    return ADDRESS_UNSUPPORTED;
}

static void trim(Parse *parse)
{
    while (parse->length > 0 && (*parse->text == ' ' || *parse->text == '\t')) {
        parse->text++;
        parse->length--;
    }
    while (parse->length > 0 && (parse->text[parse->length - 1] == ' ' ||
                                 parse->text[parse->length - 1] == '\t'))
        parse->length--;
}

AddressVerdict address_parse(const char *text, size_t length, Address *address,
                             GError **error)
{
    g_autoptr(GString) local = g_string_sized_new(ADDRESS_LOCAL_MAX);
    Parse parse = {.text = text, .length = length, .local = local};
    trim(&parse);
    read_address(&parse);
    g_autofree char *domain = parse.domain;
    AddressVerdict verdict = judge(&parse, error);
    if (verdict != ADDRESS_OK)
        return verdict;
    address->text = g_strconcat(local->str, "@", domain, NULL);
    address->key = g_ascii_strdown(address->text, -1);
    address->domain = address->text + local->len + 1;
    return ADDRESS_OK;
}

void address_copy(Address *to, const Address *from)
{
    *to = (Address){0};
    if (from->text == NULL)
        return;
    to->text = g_strdup(from->text);
    to->key = g_strdup(from->key);
    to->domain = to->text + (from->domain - from->text);
}

void address_clear(Address *address)
{
    g_free(address->text);
    g_free(address->key);
    *address = (Address){0};
}
