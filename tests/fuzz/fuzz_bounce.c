/*
 * fuzz_bounce.c - any bytes as a mail that came back: an end, few recipients,
 * texts on one line, and no address lost to words about policy.
 */
#include <stdint.h>
#include <string.h>

#include "feedback/bounce.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_recipient(const BounceRecipient *recipient)
{
    const Reply *reply = &recipient->reply;
    g_assert(recipient->class < BOUNCE_CLASSES);
    g_assert(reply->code == 0 || (reply->code >= 400 && reply->code < 600));
    if (recipient->address != NULL)
        g_assert(g_utf8_validate(recipient->address, -1, NULL));
    if (recipient->class == BOUNCE_HARD)
        g_assert(reply->enhanced[0] == 5 && reply->enhanced[1] != 7 &&
                 reply->enhanced[1] != 6 && reply->enhanced[1] != 3);
    for (const char *at = reply->text; at != NULL && *at != '\0'; at++)
        g_assert(!g_ascii_iscntrl(*at));
    g_assert(reply->text == NULL || g_utf8_validate(reply->text, -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(Mail) mail = mail_parse((const char *)bytes, size);
    g_autoptr(Bounce) bounce = bounce_read(mail);
    g_assert(bounce->recipients->len <= BOUNCE_RECIPIENTS_MAX);
    for (guint i = 0; i < bounce->recipients->len; i++)
        check_recipient(bounce->recipients->pdata[i]);
    g_autofree char *words = g_strndup((const char *)bytes, size);
    Reply reply = {0};
    bounce_find_status(words, &reply);
    bounce_classify(&reply, words);
    return 0;
}
