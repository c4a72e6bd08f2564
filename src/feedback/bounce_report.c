/* bounce_report.c - groups of fields, see bounce_private.h. */
#include <string.h>

#include "feedback/bounce_private.h"

/* "rfc822; <ada@example.org>" and what people write instead. */
static char *read_address(const char *value)
{
    if (value == NULL)
        return NULL;
    const char *type = strchr(value, ';');
    g_autofree char *text = g_strdup(type != NULL ? type + 1 : value);
    g_strstrip(text);
    if (text[0] == '<' && g_str_has_suffix(text, ">")) {
        text[strlen(text) - 1] = '\0';
        memmove(text, text + 1, strlen(text));
    }
    if (strchr(text, '@') == NULL || strpbrk(text, " <>") != NULL) {
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
        field_find_addresses(value, found);
        return found->len > 0 ? g_strdup(found->pdata[0]) : NULL;
    }
    return g_steal_pointer(&text);
}

/* xtext of RFC 3461 4: +2B is a plus. What is not xtext stays. */
static void decode_xtext(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] == '+' && g_ascii_isxdigit(from[1]) &&
            g_ascii_isxdigit(from[2]) && !g_ascii_islower(from[1]) &&
            !g_ascii_islower(from[2])) {
            int byte = g_ascii_xdigit_value(from[1]) * 16 +
                       g_ascii_xdigit_value(from[2]);
            if (byte > ' ' && byte < 0x7f) {
                *to++ = (char)byte;
                from += 2;
                continue;
            }
        }
        *to++ = *from;
    }
    *to = '\0';
}

/* "smtp; 550 5.1.1 no such user" */
static const char *skip_type(const char *diagnosis)
{
    size_t length = strcspn(diagnosis, "; ");
    if (diagnosis[length] != ';')
        return diagnosis;
    return diagnosis + length + 1 + strspn(diagnosis + length + 1, " ");
}

/* The report's own status, unless the server's answer says more. */
static void read_reply(const FieldGroup *group, Reply *reply)
{
    const char *status = field_group_get(group, "Status");
    const char *diagnosis = field_group_get(group, "Diagnostic-Code");
    int own[3] = {0};
    bool has_own = status != NULL && bounce_read_status(status, own);
    if (diagnosis != NULL) {
        diagnosis = skip_type(diagnosis);
        bounce_find_status(diagnosis, reply);
        reply->text = g_strdup(diagnosis);
    }
    if (has_own &&
        bounce_status_rank(own) >= bounce_status_rank(reply->enhanced))
        memcpy(reply->enhanced, own, sizeof own);
}

static bool is_failure(const char *action)
{
    static const char *const fine[] = {"delivered", "relayed", "expanded",
                                       "deliverable"};
    for (size_t i = 0; i < G_N_ELEMENTS(fine); i++)
        if (action != NULL &&
            g_ascii_strncasecmp(action, fine[i], strlen(fine[i])) == 0)
            return false;
    return true;
}

static void read_recipient(Bounce *bounce, const FieldGroup *group,
                           const char *words)
{
    const char *action = field_group_get(group, "Action");
    g_autofree char *final = read_address(
        field_group_get(group, "Final-Recipient"));
    g_autofree char *original = read_address(
        field_group_get(group, "Original-Recipient"));
    if (original != NULL)
        decode_xtext(original);
    const char *address = original != NULL ? original : final;
    if (!is_failure(action) ||
        (address == NULL && field_group_get(group, "Status") == NULL))
        return;
    BounceRecipient *recipient = bounce_add(bounce, address);
    if (recipient == NULL)
        return;
    if (original != NULL)
        recipient->final = g_steal_pointer(&final);
    Reply *reply = &recipient->reply;
    read_reply(group, reply);
    /* Without a diagnosis the words for people are all that explains it. */
    const char *why = reply->text != NULL ? reply->text : words;
    recipient->class = bounce_classify(reply, why != NULL ? why : "");
    if (action != NULL && g_ascii_strncasecmp(action, "delayed", 7) == 0)
        recipient->class = BOUNCE_DELAYED;
}

bool bounce_read_groups(Bounce *bounce, const GPtrArray *groups,
                        const char *words)
{
    bool names_somebody = false;
    for (guint i = 0; i < groups->len; i++) {
        const FieldGroup *group = groups->pdata[i];
        const char *envid = field_group_get(group, "Original-Envelope-Id");
        if (envid != NULL && bounce->envid == NULL) {
            bounce->envid = g_strdup(envid);
            decode_xtext(bounce->envid);
        }
        read_recipient(bounce, group, words);
        names_somebody = names_somebody ||
                         field_group_get(group, "Final-Recipient") != NULL;
    }
    return names_somebody;
}

/* Only abuse takes somebody off; the other types (RFC 5965 7.3: fraud, virus,
 * not-spam, …) are about something else. */
void bounce_read_complaint(Bounce *bounce, const GPtrArray *groups)
{
    for (guint i = 0; i < groups->len; i++) {
        const FieldGroup *group = groups->pdata[i];
        const char *type = field_group_get(group, "Feedback-Type");
        if (type == NULL)
            continue;
        g_autofree char *address = read_address(
            field_group_get(group, "Original-Rcpt-To"));
        BounceRecipient *recipient = bounce_add(bounce, address);
        if (recipient == NULL)
            continue;
        recipient->class = g_ascii_strcasecmp(type, "abuse") == 0
                               ? BOUNCE_COMPLAINT
                               : BOUNCE_POLICY;
        recipient->reply.text = g_strdup(type);
    }
}
