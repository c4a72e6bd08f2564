/* unsubscribe_mail.c - see unsubscribe_mail.h. */
#include "feedback/unsubscribe_mail.h"

#include <string.h>

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
        outcome->result = unsubscribe(unsubscriber, token, &outcome->person,
                                      error);
}

void unsubscribe_mail_clear(UnsubscribeMail *outcome)
{
    person_clear(&outcome->person);
    g_free(outcome->from);
    *outcome = (UnsubscribeMail){0};
}
