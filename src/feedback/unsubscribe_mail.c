/* unsubscribe_mail.c - see unsubscribe_mail.h. */
#include "feedback/unsubscribe_mail.h"

#include <string.h>

#include "mail/date.h"

/* When our mail server took it in, by the topmost Received field. A date of
 * the sender's own is no reason to leave somebody on the list. 0: unknown. */
static int64_t find_arrival_us(const Mail *mail)
{
    const char *value = field_group_get(mail->header, "Received");
    const char *date = value != NULL ? strrchr(value, ';') : NULL;
    PostDate moment;
    if (date == NULL)
        return 0;
    g_autofree char *text = g_strndup(date + 1, strcspn(date + 1, "("));
    return date_parse(g_strstrip(text), &moment) && moment.has_time
               ? moment.unix_seconds * INT64_C(1000000)
               : 0;
}

static char *find_token(Unsubscriber *unsubscriber, const Mail *mail)
{
    g_autoptr(GPtrArray) recipients = mail_recipients(mail);
    guint count = MIN(recipients->len, UNSUBSCRIBE_RECIPIENTS_MAX);
    for (guint i = 0; i < count; i++) {
        char *token = unsubscribe_find_token(unsubscriber,
                                             g_ptr_array_index(recipients, i));
        if (token != NULL)
            return token;
    }
    return NULL;
}

void unsubscribe_by_mail(Unsubscriber *unsubscriber, const Mail *mail,
                         UnsubscribeMail *outcome, GError **error)
{
    g_autofree char *token = find_token(unsubscriber, mail);
    *outcome = (UnsubscribeMail){
        .result = UNSUBSCRIBE_REFUSED,
        .automatic = mail_is_automatic(mail),
        .from = g_strdup(field_group_get(mail->header, "From")),
    };
    if (token != NULL)
        outcome->result = unsubscribe_dated(unsubscriber, token,
                                            find_arrival_us(mail),
                                            &outcome->person, error);
}

void unsubscribe_mail_clear(UnsubscribeMail *outcome)
{
    person_clear(&outcome->person);
    g_free(outcome->from);
    *outcome = (UnsubscribeMail){0};
}
