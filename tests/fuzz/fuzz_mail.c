/*
 * fuzz_mail.c - any bytes as a mail that came back: an end, limits, valid
 * UTF-8, values on one line.
 */
#include <stdint.h>
#include <string.h>

#include "feedback/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_group(const FieldGroup *group)
{
    g_assert(field_group_count(group) <= FIELD_GROUP_MAX);
    for (size_t i = 0; i < field_group_count(group); i++) {
        const char *value = field_group_value(group, i);
        g_assert(g_utf8_validate(value, -1, NULL));
        for (; *value != '\0'; value++)
            g_assert(!g_ascii_iscntrl(*value));
    }
}

static void check_part(const MailPart *part)
{
    /* A byte that is not UTF-8 becomes three. */
    if (part->text != NULL) {
        g_assert(g_utf8_validate(part->text, -1, NULL));
        g_assert(strlen(part->text) <= 4 * MAIL_TEXT_MAX);
    }
    if (part->returned != NULL)
        check_group(part->returned);
    for (guint i = 0; part->groups != NULL && i < part->groups->len; i++)
        check_group(part->groups->pdata[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(Mail) mail = mail_parse((const char *)bytes, size);
    check_group(mail->header);
    g_assert(g_utf8_validate(mail->subject, -1, NULL));
    g_assert(mail->parts->len <= MAIL_PARTS_MAX);
    for (guint i = 0; i < mail->parts->len; i++)
        check_part(mail->parts->pdata[i]);
    g_autoptr(GPtrArray) recipients = mail_recipients(mail);
    g_assert(recipients->len <= FIELD_ADDRESSES_MAX);
    mail_is_automatic(mail);
    Mailbox author;
    if (mail_author(mail, 100, &author))
        g_assert(g_utf8_validate(author.name, -1, NULL));
    mailbox_clear(&author);
    return 0;
}
