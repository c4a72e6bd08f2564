/* reply.c - see reply.h. */
#include "mail/reply.h"

#include <string.h>

#define LINE_READ_MAX 2000 /* bytes of one line that are looked at */

#define IN(step) (1U << (step))
#define SESSION IN(REPLY_STEP_SESSION)
#define MAIL IN(REPLY_STEP_MAIL)
#define RCPT IN(REPLY_STEP_RECIPIENT)
#define DATA IN(REPLY_STEP_MESSAGE)
#define ANY (SESSION | MAIL | RCPT | DATA)
#define US (SESSION | MAIL) /* the sender and the connection */
#define THEM (RCPT | DATA)  /* this recipient, this message */

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
    if (end - at < 3 || at[0] < '2' || at[0] > '5' || !g_ascii_isdigit(at[1]) ||
        !g_ascii_isdigit(at[2]))
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
        append_text(text, at, MIN(stop, at + LINE_READ_MAX));
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

/* --- meaning --- */

/* An enhanced code's subject and detail; its class is the code's. */
#define X(subject, detail) ((subject)*10000 + (detail) + 1)
#define EVERY 9998
#define XX(subject) X(subject, EVERY)

typedef struct Rule {
    unsigned steps;
    int code;     /* 550, or a class: 4, 5; 0: both */
    int enhanced; /* X(1, 1), XX(7): 7.anything; 0: whatever it is */
    ReplyMeaning meaning;
    const char *pattern; /* of the text in lower case; NULL: whatever it is */
} Rule;

/* The first row that fits decides. An enhanced code that leaves no doubt
 * stands before any text, because texts repeat addresses, and an address may
 * contain every word. Sources: RFC 5321 4.2, RFC 3463, RFC 7505, and what
 * Google, Amazon, Microsoft and Postfix send. */
static const Rule rules[] = {
    /* Login and sender: nothing would get through. */
    {ANY, 530, 0, REPLY_STOP, NULL},
    {ANY, 534, 0, REPLY_STOP, NULL},
    {ANY, 535, 0, REPLY_STOP, NULL},
    {ANY, 538, 0, REPLY_STOP, NULL},
    {ANY, 5, X(7, 8), REPLY_STOP, NULL},
    {US | RCPT, 5, X(7, 9), REPLY_STOP, NULL},
    {ANY, 5, X(7, 57), REPLY_STOP, NULL},
    {ANY, 5, X(7, 60), REPLY_STOP, NULL},
    {ANY, 5, X(1, 7), REPLY_STOP, NULL},
    {ANY, 5, X(1, 8), REPLY_STOP, NULL},

    /* The address, the mailbox, the message. */
    {THEM, 5, X(1, 1), REPLY_FAILED, NULL},
    {THEM, 5, X(1, 2), REPLY_FAILED, NULL},
    {THEM, 5, X(1, 3), REPLY_FAILED, NULL},
    {THEM, 5, X(1, 6), REPLY_FAILED, NULL},
    {THEM, 5, X(1, 10), REPLY_FAILED, NULL},
    {THEM, 5, X(2, 1), REPLY_FAILED, NULL},
    {THEM, 5, X(2, 2), REPLY_FAILED, NULL},
    {THEM, 4, X(2, 2), REPLY_RETRY, NULL},
    {ANY, 5, X(2, 3), REPLY_REFUSED, NULL},
    {MAIL | THEM, 5, X(3, 4), REPLY_REFUSED, NULL},

    /* Our share is used up: a 5xx, but not about the recipient. */
    {ANY, 5, X(4, 5), REPLY_QUOTA, NULL},
    {ANY, 0, 0, REPLY_QUOTA, "*daily*limit*"},
    {ANY, 0, 0, REPLY_QUOTA, "*daily*quota*"},
    {ANY, 0, 0, REPLY_QUOTA, "*limit*per day*"},
    {ANY, 0, 0, REPLY_QUOTA, "*24 hour*"},
    {ANY, 0, 0, REPLY_QUOTA, "*24-hour*"},
    {ANY, 0, 0, REPLY_QUOTA, "*sending quota*"},
    {ANY, 0, 0, REPLY_QUOTA, "*message quota*"},
    {ANY, 554, X(2, 0), REPLY_QUOTA, "*storedrv*"},

    /* Only this recipient, later. */
    {THEM, 4, 0, REPLY_RETRY, "*greylist*"},
    {THEM, 4, 0, REPLY_RETRY, "*graylist*"},
    {THEM, 4, 0, REPLY_RETRY, "*grey-list*"},
    {THEM, 4, 0, REPLY_RETRY, "*user you are trying to contact*"},
    {THEM, 552, 0, REPLY_RETRY, "*too many recipients*"},

    /* A mailbox that is full speaks of quotas too. */
    {THEM, 5, 0, REPLY_FAILED, "*mailbox*full*"},
    {THEM, 4, 0, REPLY_RETRY, "*mailbox*full*"},
    {THEM, 5, 0, REPLY_FAILED, "*mailbox*quota*"},
    {THEM, 4, 0, REPLY_RETRY, "*mailbox*quota*"},
    {THEM, 5, 0, REPLY_FAILED, "*over*quota*"},
    {THEM, 4, 0, REPLY_RETRY, "*over*quota*"},
    {THEM, 5, 0, REPLY_FAILED, "*user*quota*"},
    {THEM, 4, 0, REPLY_RETRY, "*user*quota*"},
    {RCPT, 552, 0, REPLY_FAILED, "*quota*"},
    {ANY, 0, 0, REPLY_QUOTA, "*quota*"},

    /* Too fast. */
    {ANY, 450, X(2, 1), REPLY_THROTTLED, "*limit*"},
    {ANY, 0, 0, REPLY_THROTTLED, "*throttl*"},
    {ANY, 0, 0, REPLY_THROTTLED, "*rate limit*"},
    {ANY, 0, 0, REPLY_THROTTLED, "*ratelimit*"},
    {ANY, 0, 0, REPLY_THROTTLED, "*sending rate*"},
    {ANY, 4, 0, REPLY_THROTTLED, "*send limit*"},
    {ANY, 4, 0, REPLY_THROTTLED, "*too many*"},
    {ANY, 4, 0, REPLY_THROTTLED, "*too much mail*"},
    {ANY, 4, X(7, 0), REPLY_THROTTLED, NULL},
    {ANY, 4, X(7, 28), REPLY_THROTTLED, NULL},
    {ANY, 4, X(3, 2), REPLY_THROTTLED, NULL},
    {ANY, 4, X(4, 5), REPLY_THROTTLED, NULL},
    {ANY, 4, X(5, 3), REPLY_THROTTLED, NULL},
    {ANY, 451, XX(7), REPLY_THROTTLED, NULL},
    {ANY, 421, 0, REPLY_THROTTLED, NULL},
    {ANY, 432, 0, REPLY_THROTTLED, NULL},
    {ANY, 452, 0, REPLY_THROTTLED, NULL},
    {ANY, 454, 0, REPLY_THROTTLED, NULL},

    /* The relay does not know us, though it only says so now. */
    {US | RCPT, 5, 0, REPLY_STOP, "*relay access denied*"},
    {US | RCPT, 5, 0, REPLY_STOP, "*relaying denied*"},
    {US | RCPT, 5, 0, REPLY_STOP, "*relaying not*"},
    {US | RCPT, 5, 0, REPLY_STOP, "*relay not permitted*"},
    {US | RCPT, 5, 0, REPLY_STOP, "*unable to relay*"},
    {US | RCPT, 5, 0, REPLY_STOP, "*not permitted to relay*"},
    {ANY, 5, 0, REPLY_STOP, "*authentication required*"},
    {ANY, 5, 0, REPLY_STOP, "*authentication is required*"},
    {ANY, 5, 0, REPLY_STOP, "*sendasdenied*"},

    /* An answer out of turn, after a line was lost, is nobody's fault. */
    {THEM, 500, 0, REPLY_RETRY, NULL},
    {THEM, 501, 0, REPLY_RETRY, NULL},
    {THEM, 502, 0, REPLY_RETRY, NULL},
    {MAIL | THEM, 503, 0, REPLY_RETRY, NULL},
    {THEM, 504, 0, REPLY_RETRY, NULL},

    /* By subject, and by code where there is none. */
    {THEM, 5, 0, REPLY_FAILED, "*user unknown*"},
    {THEM, 5, 0, REPLY_FAILED, "*unknown user*"},
    {THEM, 5, 0, REPLY_FAILED, "*no such user*"},
    {THEM, 5, XX(1), REPLY_FAILED, NULL},
    {THEM, 5, XX(2), REPLY_FAILED, NULL},
    {THEM, 5, XX(3), REPLY_REFUSED, NULL},
    {RCPT, 5, XX(4), REPLY_FAILED, NULL},
    {THEM, 5, XX(5), REPLY_REFUSED, NULL},
    {THEM, 5, XX(6), REPLY_REFUSED, NULL},
    {THEM, 5, XX(7), REPLY_REFUSED, NULL},
    {MAIL, 552, 0, REPLY_REFUSED, NULL}, /* larger than SIZE allows */
    {RCPT, 554, 0, REPLY_REFUSED, NULL},
    {RCPT, 555, 0, REPLY_STOP, NULL},
    {US, 4, 0, REPLY_THROTTLED, NULL},
    {US, 5, 0, REPLY_STOP, NULL},
    {THEM, 4, 0, REPLY_RETRY, NULL},
    {RCPT, 5, 0, REPLY_FAILED, NULL},
    {DATA, 5, 0, REPLY_REFUSED, NULL},
};

static bool fits(const Rule *rule, const Reply *reply, const char *text)
{
    int number = X(reply->enhanced[1], reply->enhanced[2]);
    bool any_detail = rule->enhanced % 10000 == EVERY + 1;
    if (rule->code != 0 && rule->code != reply->code &&
        rule->code != reply->code / 100)
        return false;
    if (rule->enhanced != 0 && reply->enhanced[0] == 0)
        return false;
    if (any_detail && rule->enhanced / 10000 != number / 10000)
        return false;
    if (rule->enhanced != 0 && !any_detail && rule->enhanced != number)
        return false;
    return rule->pattern == NULL || g_pattern_match_simple(rule->pattern, text);
}

ReplyMeaning reply_meaning(const Reply *reply, ReplyStep step)
{
    int class = reply->code / 100;
    if (class == 2)
        return REPLY_ACCEPTED;
    if (class != 4 && class != 5)
        return REPLY_RETRY;
    g_autofree char *text = g_utf8_strdown(
        reply->text != NULL ? reply->text : "", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if ((rules[i].steps & IN(step)) != 0 && fits(&rules[i], reply, text))
            return rules[i].meaning;
    return REPLY_RETRY;
}
