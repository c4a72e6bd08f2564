/* bounce.c - see bounce.h. */
#include "feedback/bounce.h"

#include <stdint.h>
#include <string.h>

#include "feedback/bounce_private.h"

static const char *const kinds[BOUNCE_KINDS] = {
    "other", "automatic", "report", "words", "complaint",
};

const char *bounce_kind_name(BounceKind kind)
{
    return kinds[kind];
}

static void free_recipient(gpointer data)
{
    BounceRecipient *recipient = data;
    g_free(recipient->address);
    g_free(recipient->final);
    reply_clear(&recipient->reply);
    g_free(recipient);
}

void bounce_free(Bounce *bounce)
{
    if (bounce == NULL)
        return;
    g_ptr_array_unref(bounce->recipients);
    g_free(bounce->envid);
    g_free(bounce->message_id);
    field_group_free(bounce->quoted);
    g_free(bounce);
}

BounceRecipient *bounce_add(Bounce *bounce, const char *address)
{
    if (bounce->recipients->len >= BOUNCE_RECIPIENTS_MAX)
        return NULL;
    for (guint i = 0; i < bounce->recipients->len; i++) {
        const BounceRecipient *other = bounce->recipients->pdata[i];
        if (address != NULL && other->address != NULL &&
            g_ascii_strcasecmp(other->address, address) == 0)
            return NULL;
    }
    BounceRecipient *recipient = g_new0(BounceRecipient, 1);
    recipient->address = g_strdup(address);
    recipient->class = BOUNCE_SOFT;
    g_ptr_array_add(bounce->recipients, recipient);
    return recipient;
}

/* --- which kind --- */

/* Where the first of these words stands; SIZE_MAX: none does. */
static size_t find_any(const char *value, const char *const *words)
{
    size_t first = SIZE_MAX;
    if (value == NULL)
        return first;
    g_autofree char *lower = g_ascii_strdown(value, -1);
    for (; *words != NULL; words++) {
        const char *found = strstr(lower, *words);
        if (found != NULL)
            first = MIN(first, (size_t)(found - lower));
    }
    return first;
}

static size_t find_failure(const Mail *mail)
{
    static const char *const subjects[] = {
        "deliver",
        "failure notice",
        "returned mail",
        "returning message",
        "returned to sender",
        "mail failure",
        "failed mail",
        "mail system error",
        "mail error",
        "user unknown",
        "bounced",
        "unzustellbar",
        "non remis",
        "no se puede entregar",
        NULL,
    };
    return find_any(mail->subject, subjects);
}

static size_t find_absence(const Mail *mail)
{
    static const char *const subjects[] = {
        "out of office",      "out of the office", "auto:",
        "auto reply",         "auto-reply",        "autoreply",
        "automatic reply",    "autoresponse",      "automatische antw",
        "vacation",           "abwesen",           "r\xc3\xa9ponse automatique",
        "risposta automatic", "respuesta autom",   "resposta autom",
        "on leave",           "away from",         NULL,
    };
    return find_any(mail->subject, subjects);
}

static bool has_report(const Mail *mail)
{
    return mail_find_report(mail) != NULL ||
           g_strcmp0(mail->report_type, "delivery-status") == 0 ||
           field_group_get(mail->header, "X-Failed-Recipients") != NULL;
}

/* A report of another kind: that a mail was read, or about TLS. */
static bool has_other_report(const Mail *mail)
{
    return mail->report_type != NULL && mail_find_report(mail) == NULL &&
           strcmp(mail->report_type, "delivery-status") != 0 &&
           strcmp(mail->report_type, "feedback-report") != 0;
}

/* A mail server's name, words that it uses, or a mail without a sender to
 * answer to (RFC 5321 4.5.5) that calls itself no automatic answer. An
 * automatic answer repeats our subject, which may have these words too. */
static bool is_from_server(const Mail *mail)
{
    static const char *const senders[] = {
        "mailer-daemon",      "mailerdaemon",  "mailer_daemon",
        "mailer daemon",      "mail-daemon",   "mail delivery",
        "mail.delivery",      "maildelivery",  "delivery system",
        "delivery subsystem", "mail system",   "postmaster",
        "mdaemon@",           "administrator", NULL,
    };
    if (has_report(mail))
        return true;
    size_t failure = find_failure(mail);
    if (has_other_report(mail) || find_absence(mail) < failure)
        return false;
    const char *path = field_group_get(mail->header, "Return-Path");
    return find_any(field_group_get(mail->header, "From"), senders) !=
               SIZE_MAX ||
           (failure != SIZE_MAX &&
            g_ascii_strncasecmp(mail->subject, "re:", 3) != 0) ||
           (g_strcmp0(path, "<>") == 0 && !mail_is_automatic(mail));
}

static bool is_absent(const Mail *mail)
{
    return mail_is_automatic(mail) || has_other_report(mail) ||
           find_absence(mail) != SIZE_MAX;
}

/* --- what came back --- */

static char *read_message_id(const FieldGroup *returned)
{
    const char *value = field_group_get(returned, "Message-ID");
    if (value == NULL)
        return NULL;
    value += strcspn(value, "<");
    size_t length = *value == '<' ? strcspn(value + 1, "> ") : 0;
    return length > 0 ? g_strndup(value + 1, length) : NULL;
}

static void read_returned(Bounce *bounce, const Mail *mail)
{
    bounce->returned = mail_find_returned(mail);
    if (bounce->returned == NULL)
        bounce->returned = bounce->quoted;
    if (bounce->returned != NULL)
        bounce->message_id = read_message_id(bounce->returned);
}

static bool is_complaint(const Mail *mail, const MailPart *report)
{
    return strcmp(report->type, "message/feedback-report") == 0 ||
           g_strcmp0(mail->report_type, "feedback-report") == 0;
}

Bounce *bounce_read(const Mail *mail)
{
    Bounce *bounce = g_new0(Bounce, 1);
    bounce->recipients = g_ptr_array_new_with_free_func(free_recipient);
    g_autofree char *words = bounce_words_of(mail, &bounce->quoted);
    const MailPart *report = mail_find_report(mail);
    bool is_read = false;
    if (report != NULL && is_complaint(mail, report)) {
        bounce->kind = BOUNCE_ARF;
        bounce_read_complaint(bounce, report->groups);
        is_read = true;
    } else if (report != NULL) {
        bounce->kind = BOUNCE_REPORT;
        is_read = bounce_read_groups(bounce, report->groups, words);
    }
    if (!is_read && words != NULL && is_from_server(mail)) {
        bounce->kind = BOUNCE_WORDS;
        bounce_read_words(bounce, mail, words);
    }
    if (!is_read && bounce->recipients->len == 0 && is_absent(mail))
        bounce->kind = BOUNCE_AUTOMATIC;
    read_returned(bounce, mail);
    return bounce;
}
