/* reply.c - see reply.h. */
#include "mail/reply.h"

#include <string.h>

#define IN(step) (1U << (step))
#define SESSION IN(REPLY_STEP_SESSION)
#define MAIL IN(REPLY_STEP_MAIL)
#define RCPT IN(REPLY_STEP_RECIPIENT)
#define DATA IN(REPLY_STEP_MESSAGE)
#define ANY (SESSION | MAIL | RCPT | DATA)
#define US (SESSION | MAIL)    /* the sender and the connection */
#define THEM (RCPT | DATA)     /* this recipient, this message */

/* --- reading --- */

/* RFC 2034 4: class.subject.detail and a blank. Gives its length, 0 for
 * none. */
static size_t read_enhanced(const char *at, const char *end, int enhanced[3])
{
    const char *start = at;
    int numbers[3];
    for (int i = 0; i < 3; i++) {
        int digits = 0;
        numbers[i] = 0;
        for (; at < end && g_ascii_isdigit(*at) && digits < 3; at++, digits++)
            numbers[i] = numbers[i] * 10 + (*at - '0');
        if (digits == 0 || (i < 2 && (at == end || *at++ != '.')))
            return 0;
    }
    if (numbers[0] != 2 && numbers[0] != 4 && numbers[0] != 5)
        return 0;
    if (at < end && !g_ascii_isspace(*at))
        return 0;
    memcpy(enhanced, numbers, sizeof numbers);
    return (size_t)(at - start);
}

static int read_code(const char *at, const char *end)
{
    if (end - at < 3 || at[0] < '2' || at[0] > '5' ||
        !g_ascii_isdigit(at[1]) || !g_ascii_isdigit(at[2]))
        return 0;
    if (end - at > 3 && at[3] != ' ' && at[3] != '-' && at[3] != '\r')
        return 0;
    return (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
}

/* Appends a line's text: printable, blanks collapsed, within the limit. */
static void append_text(GString *text, const char *at, const char *end)
{
    g_autofree char *valid = g_utf8_make_valid(at, end - at);
    bool blank = text->len > 0;
    for (const char *from = valid; *from != '\0';
         from = g_utf8_next_char(from)) {
        gunichar letter = g_utf8_get_char(from);
        if (g_unichar_isspace(letter) || !g_unichar_isprint(letter) ||
            g_unichar_type(letter) == G_UNICODE_FORMAT) {
            blank = text->len > 0;
            continue;
        }
        size_t length = (size_t)(g_utf8_next_char(from) - from);
        if (text->len + length + blank > REPLY_TEXT_MAX)
            return;
        if (blank)
            g_string_append_c(text, ' ');
        blank = false;
        g_string_append_len(text, from, (gssize)length);
    }
}

void reply_parse(const char *bytes, size_t length, Reply *reply)
{
    *reply = (Reply){0};
    g_autoptr(GString) text = g_string_new(NULL);
    const char *end = bytes + length;
    for (const char *at = bytes; at < end && text->len < REPLY_TEXT_MAX;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *next = stop != NULL ? stop + 1 : end;
        if (stop == NULL)
            stop = end;
        int code = read_code(at, stop);
        if (code > 0) {
            reply->code = reply->code == 0 ? code : reply->code;
            at += MIN(4, stop - at);
            at += read_enhanced(at, stop, reply->enhanced);
        }
        append_text(text, at, MIN(stop, at + 4 * REPLY_TEXT_MAX));
        at = next;
    }
    if (text->len > 0)
        reply->text = g_strndup(text->str, text->len);
}

void reply_copy(Reply *to, const Reply *from)
{
    *to = *from;
    to->text = g_strdup(from->text);
}

void reply_clear(Reply *reply)
{
    g_free(reply->text);
    *reply = (Reply){0};
}

char *reply_to_line(const Reply *reply)
{
    if (reply->code == 0)
        return g_strdup(reply->text != NULL ? reply->text : "no answer");
    GString *line = g_string_new(NULL);
    g_string_printf(line, "%d", reply->code);
    if (reply->enhanced[0] != 0)
        g_string_append_printf(line, " %d.%d.%d", reply->enhanced[0],
                               reply->enhanced[1], reply->enhanced[2]);
    if (reply->text != NULL)
        g_string_append_printf(line, " %s", reply->text);
    return g_string_free(line, FALSE);
}

