/*
 * fuzz_reply.c - any bytes as a server's answer: one printable line within
 * its limit, a code that exists, and the same meaning when read again.
 */
#include <stdint.h>
#include <string.h>

#include "mail/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_text(const char *text)
{
    g_assert(*text != '\0' && strlen(text) <= REPLY_TEXT_MAX);
    g_assert(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
        g_assert(g_unichar_isprint(g_utf8_get_char(at)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Reply reply;
    reply_parse((const char *)bytes, size, &reply);
    g_assert(reply.code == 0 || (reply.code >= 200 && reply.code <= 599));
    g_assert(reply.enhanced[0] == 0 || reply.code != 0);
    if (reply.text != NULL)
        check_text(reply.text);

    g_autofree char *line = reply_to_line(&reply);
    Reply again;
    reply_parse(line, strlen(line), &again);
    for (int step = REPLY_STEP_SESSION; step <= REPLY_STEP_MESSAGE; step++) {
        ReplyMeaning meaning = reply_meaning(&reply, (ReplyStep)step);
        g_assert((meaning == REPLY_ACCEPTED) == (reply.code / 100 == 2));
        if (reply.code != 0 && reply.enhanced[0] != 0)
            g_assert(meaning == reply_meaning(&again, (ReplyStep)step));
    }
    reply_clear(&again);
    reply_clear(&reply);
    return 0;
}
