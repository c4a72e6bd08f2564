/* reply.c - see reply.h. */
#include "mail/reply.h"

#include <string.h>

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

/* --- meaning --- */

/* An enhanced code's subject and detail; its class is the code's. */
#define X(subject, detail) ((subject)*10000 + (detail) + 1)
#define EVERY 9998
#define XX(subject) X(subject, EVERY)

typedef struct Rule {
    unsigned steps;
    int code;            /* 550, or a class: 4, 5; 0: both */
    int enhanced;        /* X(1, 1), XX(7): 7.anything; 0: whatever it is */
    const char *pattern; /* of the text in lower case; NULL: whatever it is */
    ReplyMeaning meaning;
} Rule;

/* The first row that fits decides. An enhanced code that leaves no doubt
 * stands before any text, because texts repeat addresses, and an address may
 * contain every word. Sources: RFC 5321 4.2, RFC 3463, RFC 7505, and what
 * Google, Amazon, Microsoft and Postfix send. */
static const Rule rules[] = {
    /* Login and sender: nothing would get through. */
    {ANY, 530, 0, NULL, REPLY_STOP},
    {ANY, 534, 0, NULL, REPLY_STOP},
    {ANY, 535, 0, NULL, REPLY_STOP},
    {ANY, 538, 0, NULL, REPLY_STOP},
    {ANY, 5, X(7, 8), NULL, REPLY_STOP},
    {US | RCPT, 5, X(7, 9), NULL, REPLY_STOP},
    {ANY, 5, X(7, 57), NULL, REPLY_STOP},
    {ANY, 5, X(7, 60), NULL, REPLY_STOP},
    {ANY, 5, X(1, 7), NULL, REPLY_STOP},
    {ANY, 5, X(1, 8), NULL, REPLY_STOP},

    /* The address, the mailbox, the message. */
    {THEM, 5, X(1, 1), NULL, REPLY_FAILED},
    {THEM, 5, X(1, 2), NULL, REPLY_FAILED},
    {THEM, 5, X(1, 3), NULL, REPLY_FAILED},
    {THEM, 5, X(1, 6), NULL, REPLY_FAILED},
    {THEM, 5, X(1, 10), NULL, REPLY_FAILED},
    {THEM, 5, X(2, 1), NULL, REPLY_FAILED},
    {THEM, 5, X(2, 2), NULL, REPLY_FAILED},
    {THEM, 4, X(2, 2), NULL, REPLY_RETRY},
    {ANY, 5, X(2, 3), NULL, REPLY_REFUSED},
    {MAIL | THEM, 5, X(3, 4), NULL, REPLY_REFUSED},

    /* Our share is used up: a 5xx, but not about the recipient. */
    {ANY, 5, X(4, 5), NULL, REPLY_QUOTA},
    {ANY, 0, 0, "*daily*limit*", REPLY_QUOTA},
    {ANY, 0, 0, "*daily*quota*", REPLY_QUOTA},
    {ANY, 0, 0, "*limit*per day*", REPLY_QUOTA},
    {ANY, 0, 0, "*24 hour*", REPLY_QUOTA},
    {ANY, 0, 0, "*24-hour*", REPLY_QUOTA},
    {ANY, 0, 0, "*sending quota*", REPLY_QUOTA},
    {ANY, 0, 0, "*message quota*", REPLY_QUOTA},
    {ANY, 554, X(2, 0), "*storedrv*", REPLY_QUOTA},

    /* Only this recipient, later. */
    {THEM, 4, 0, "*greylist*", REPLY_RETRY},
    {THEM, 4, 0, "*graylist*", REPLY_RETRY},
    {THEM, 4, 0, "*grey-list*", REPLY_RETRY},
    {THEM, 4, 0, "*user you are trying to contact*", REPLY_RETRY},
    {THEM, 552, 0, "*too many recipients*", REPLY_RETRY},

    /* A mailbox that is full speaks of quotas too. */
    {THEM, 5, 0, "*mailbox*full*", REPLY_FAILED},
    {THEM, 4, 0, "*mailbox*full*", REPLY_RETRY},
    {THEM, 5, 0, "*mailbox*quota*", REPLY_FAILED},
    {THEM, 4, 0, "*mailbox*quota*", REPLY_RETRY},
    {THEM, 5, 0, "*over*quota*", REPLY_FAILED},
    {THEM, 4, 0, "*over*quota*", REPLY_RETRY},
    {THEM, 5, 0, "*user*quota*", REPLY_FAILED},
    {THEM, 4, 0, "*user*quota*", REPLY_RETRY},
    {RCPT, 552, 0, "*quota*", REPLY_FAILED},
    {ANY, 0, 0, "*quota*", REPLY_QUOTA},

    /* Too fast. */
    {ANY, 450, X(2, 1), "*limit*", REPLY_THROTTLED},
    {ANY, 0, 0, "*throttl*", REPLY_THROTTLED},
    {ANY, 0, 0, "*rate limit*", REPLY_THROTTLED},
    {ANY, 0, 0, "*ratelimit*", REPLY_THROTTLED},
    {ANY, 0, 0, "*sending rate*", REPLY_THROTTLED},
    {ANY, 4, 0, "*send limit*", REPLY_THROTTLED},
    {ANY, 4, 0, "*too many*", REPLY_THROTTLED},
    {ANY, 4, 0, "*too much mail*", REPLY_THROTTLED},
    {ANY, 4, X(7, 0), NULL, REPLY_THROTTLED},
    {ANY, 4, X(7, 28), NULL, REPLY_THROTTLED},
    {ANY, 4, X(3, 2), NULL, REPLY_THROTTLED},
    {ANY, 4, X(4, 5), NULL, REPLY_THROTTLED},
    {ANY, 4, X(5, 3), NULL, REPLY_THROTTLED},
    {ANY, 451, XX(7), NULL, REPLY_THROTTLED},
    {ANY, 421, 0, NULL, REPLY_THROTTLED},
    {ANY, 432, 0, NULL, REPLY_THROTTLED},
    {ANY, 452, 0, NULL, REPLY_THROTTLED},
    {ANY, 454, 0, NULL, REPLY_THROTTLED},

    /* The relay does not know us, though it only says so now. */
    {US | RCPT, 5, 0, "*relay access denied*", REPLY_STOP},
    {US | RCPT, 5, 0, "*relaying denied*", REPLY_STOP},
    {US | RCPT, 5, 0, "*relaying not*", REPLY_STOP},
    {US | RCPT, 5, 0, "*relay not permitted*", REPLY_STOP},
    {US | RCPT, 5, 0, "*unable to relay*", REPLY_STOP},
    {US | RCPT, 5, 0, "*not permitted to relay*", REPLY_STOP},
    {ANY, 5, 0, "*authentication required*", REPLY_STOP},
    {ANY, 5, 0, "*authentication is required*", REPLY_STOP},
    {ANY, 5, 0, "*sendasdenied*", REPLY_STOP},

    /* An answer out of turn, after a line was lost, is nobody's fault. */
    {THEM, 500, 0, NULL, REPLY_RETRY},
    {THEM, 501, 0, NULL, REPLY_RETRY},
    {THEM, 502, 0, NULL, REPLY_RETRY},
    {MAIL | THEM, 503, 0, NULL, REPLY_RETRY},
    {THEM, 504, 0, NULL, REPLY_RETRY},

    /* By subject, and by code where there is none. */
    {THEM, 5, 0, "*user unknown*", REPLY_FAILED},
    {THEM, 5, 0, "*unknown user*", REPLY_FAILED},
    {THEM, 5, 0, "*no such user*", REPLY_FAILED},
    {THEM, 5, XX(1), NULL, REPLY_FAILED},
    {THEM, 5, XX(2), NULL, REPLY_FAILED},
    {THEM, 5, XX(3), NULL, REPLY_REFUSED},
    {RCPT, 5, XX(4), NULL, REPLY_FAILED},
    {THEM, 5, XX(5), NULL, REPLY_REFUSED},
    {THEM, 5, XX(6), NULL, REPLY_REFUSED},
    {THEM, 5, XX(7), NULL, REPLY_REFUSED},
    {MAIL, 552, 0, NULL, REPLY_REFUSED}, /* larger than SIZE allows */
    {RCPT, 554, 0, NULL, REPLY_REFUSED},
    {RCPT, 555, 0, NULL, REPLY_STOP},
    {US, 4, 0, NULL, REPLY_THROTTLED},
    {US, 5, 0, NULL, REPLY_STOP},
    {THEM, 4, 0, NULL, REPLY_RETRY},
    {RCPT, 5, 0, NULL, REPLY_FAILED},
    {DATA, 5, 0, NULL, REPLY_REFUSED},
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
