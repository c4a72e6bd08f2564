/*
 * bounce_words.c - failures told in sentences, see bounce_private.h.
 *
 * What mail servers that write no report have in common: an address stands at
 * the start of a line, behind a bullet, a bracket or a reply code, and what
 * went wrong follows until the next one. Others name it in a sentence about a
 * user, a mailbox or a delivery. The copy of the mail comes last, and begins
 * with a line that says so or with its first trace field.
 */
#include <string.h>

#include "feedback/bounce_private.h"

/* --- the text --- */

/* Tags to blanks, line breaks where a reader sees one. */
static char *strip_tags(const char *html)
{
    GString *out = g_string_new(NULL);
    for (const char *at = html; *at != '\0'; at++) {
        if (*at != '<') {
            g_string_append_c(out, *at);
            continue;
        }
        /* <ada@example.org> is no tag but a mistake of the writer's. */
        size_t length = strcspn(at, ">");
        bool is_tag = g_ascii_isalpha(at[1]) || at[1] == '/' || at[1] == '!';
        if (!is_tag || at[length] == '\0' || memchr(at, '@', length) != NULL) {
            g_string_append_c(out, *at);
            continue;
        }
        bool breaks = g_ascii_strncasecmp(at, "<br", 3) == 0 ||
                      g_ascii_strncasecmp(at, "<p", 2) == 0 ||
                      g_ascii_strncasecmp(at, "</", 2) == 0;
        g_string_append_c(out, breaks ? '\n' : ' ');
        at += length;
    }
    g_string_replace(out, "&lt;", "<", 0);
    g_string_replace(out, "&gt;", ">", 0);
    g_string_replace(out, "&nbsp;", " ", 0);
    g_string_replace(out, "&quot;", "\"", 0);
    return g_string_free(out, FALSE);
}

static const char *const announcements[] = {
    "original message",     "copy of the message", "copy of your message",
    "unsent message",       "headers follow",      "message header",
    "header of the",        "headers of the",      "old message",
    "returned message",     "message follows",     "text of your message",
    "body of your message", "original mail",       "copy of the mail",
    "message is enclosed",  "message is attached", "lines of your",
    "undelivered message",  "rejected message",    "this is a copy of",
    "message text",         "forwarded message",
};

/* "--- Below this line is a copy of the message.", "Original message
 * follows." but no sentence that goes on to name somebody. */
static bool announces_copy(const char *lower)
{
    bool is_ruled = strchr("-=*_", lower[0]) != NULL && lower[0] != '\0';
    size_t length = strlen(lower);
    bool ends = length > 0 && strchr(":-.=*", lower[length - 1]) != NULL;
    if (length > 100 || strchr(lower, '@') != NULL ||
        !(is_ruled || ends || g_str_has_suffix(lower, "follows")))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(announcements); i++) {
        const char *found = strstr(lower, announcements[i]);
        if (found != NULL)
            return true;
    }
    return false;
}

static bool begins_trace(const char *line)
{
    return g_ascii_strncasecmp(line, "Received:", 9) == 0 ||
           g_ascii_strncasecmp(line, "Return-Path:", 12) == 0;
}

/* Where the copy of the mail begins, with its announcement; or the end. */
static const char *find_copy(const char *text)
{
    const char *line = text;
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        g_autofree char *lower = g_ascii_strdown(line, (gssize)length);
        g_strstrip(lower);
        if (begins_trace(line) || (line > text && announces_copy(lower)))
            return line;
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    return line;
}

static FieldGroup *read_quoted(const char *copy)
{
    const char *at = copy;
    if (!begins_trace(at)) {
        at += strcspn(at, "\n");
        at += strspn(at, "\n\t -=*");
    }
    FieldGroup *group = field_group_parse(&at);
    if (field_group_count(group) > 0)
        return group;
    field_group_free(group);
    return NULL;
}

static bool is_words_part(const MailPart *part, const char *type)
{
    return part->text != NULL && part->returned == NULL &&
           strcmp(part->type, type) == 0 &&
           part->text[strspn(part->text, " \t\n")] != '\0';
}

static char *first_text(const Mail *mail)
{
    for (guint i = 0; i < mail->parts->len; i++) {
        const MailPart *part = mail->parts->pdata[i];
        if (is_words_part(part, "text/plain"))
            return g_strdup(part->text);
        if (is_words_part(part, "text/html"))
            return strip_tags(part->text);
    }
    return NULL;
}

char *bounce_words_of(const Mail *mail, FieldGroup **quoted)
{
    g_autofree char *text = first_text(mail);
    if (text == NULL)
        return NULL;
    const char *copy = find_copy(text);
    if (*copy != '\0')
        *quoted = read_quoted(copy);
    return g_strndup(text, (gsize)(copy - text));
}

/* --- whom it names --- */

typedef struct Named {
    char *address;
    const char *from; /* the line */
} Named;

static void clear_named(gpointer data)
{
    g_free(((Named *)data)->address);
}

/* Whoever is asked for help, and whom the mail came back to, did not fail.
 * `ours` NULL: when nobody else is named, they may have. */
static bool is_bystander(const char *address, const GPtrArray *ours)
{
    if (ours == NULL)
        return false;
    static const char *const roles[] = {"postmaster@", "mailer-daemon@",
                                        "abuse@", "support@", "helpdesk@"};
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        if (g_ascii_strncasecmp(address, roles[i], strlen(roles[i])) == 0)
            return true;
    for (guint i = 0; i < ours->len; i++)
        if (g_ascii_strcasecmp(address, ours->pdata[i]) == 0)
            return true;
    return false;
}

/* Behind blanks, a bullet, a reply code and brackets; NULL: no address there.
 */
static char *address_at_start(const char *line, size_t length)
{
    g_autofree char *text = g_strndup(line, length);
    const char *at = text + strspn(text, " \t*+>");
    size_t code = strspn(at, "0123456789");
    if (code == 3)
        at += code + strspn(at + code, " -:\t");
    size_t status = strspn(at, "0123456789.");
    if (status >= 5 && at[status] == ' ')
        at += status + 1;
    at += strspn(at, "<\"'(- \t");
    if (g_ascii_strncasecmp(at, "smtp:", 5) == 0)
        at += 5;
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    field_find_addresses(at, found);
    if (found->len == 0 || !g_str_has_prefix(at, found->pdata[0]))
        return NULL;
    return g_strdup(found->pdata[0]);
}

static bool speaks_of_failing(const char *lower)
{
    static const char *const words[] = {
        "deliver", "recipient", "user",    "mailbox", "rcpt",
        "address", "attempts",  "account", "unknown", "failed",
    };
    static const char *const others[] = {"contact", "mail from", "reply to",
                                         "envelope-from", "write to"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (strstr(lower, others[i]) != NULL)
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(lower, words[i]) != NULL)
            return true;
    return false;
}

static char *address_in_sentence(const char *line, size_t length,
                                 const GPtrArray *ours)
{
    g_autofree char *lower = g_ascii_strdown(line, (gssize)length);
    if (strchr(lower, '@') == NULL || !speaks_of_failing(lower))
        return NULL;
    g_autofree char *text = g_strndup(line, length);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    field_find_addresses(text, found);
    for (guint i = 0; i < found->len; i++)
        if (!is_bystander(found->pdata[i], ours))
            return g_strdup(found->pdata[i]);
    return NULL;
}

static GArray *find_named(const char *words, bool in_sentences,
                          const GPtrArray *ours)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Named));
    g_array_set_clear_func(all, clear_named);
    for (const char *line = words; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        char *address = in_sentences ? address_in_sentence(line, length, ours)
                                     : address_at_start(line, length);
        if (address != NULL && !is_bystander(address, ours)) {
            Named named = {address, line};
            g_array_append_val(all, named);
        } else {
            g_free(address);
        }
        line += length + (line[length] == '\n' ? 1 : 0);
        if (all->len >= BOUNCE_RECIPIENTS_MAX)
            break;
    }
    return all;
}

/* --- what it says of them --- */

static char *one_line(const char *text, size_t length)
{
    g_autofree char *cut = g_strndup(text, MIN(length, REPLY_TEXT_MAX));
    char *line = g_utf8_make_valid(cut, -1);
    char *to = line;
    for (const char *from = line; *from != '\0'; from++) {
        bool is_blank = g_ascii_isspace(*from) || g_ascii_iscntrl(*from);
        if (!is_blank)
            *to++ = *from;
        else if (to > line && to[-1] != ' ')
            *to++ = ' ';
    }
    *to = '\0';
    return g_strchomp(line);
}

static void describe(BounceRecipient *recipient, const char *from,
                     size_t length, const char *words)
{
    g_autofree char *own = g_strndup(from, length);
    Reply *reply = &recipient->reply;
    bounce_find_status(own, reply);
    if (reply->code == 0 && reply->enhanced[0] == 0)
        bounce_find_status(words, reply);
    reply->text = one_line(from, length);
    Reply first = *reply;
    recipient->class = bounce_classify(reply, own);
    if (!bounce_says_more(reply->enhanced)) {
        /* Their own lines say nothing: what does the whole say? */
        memcpy(reply->enhanced, first.enhanced, sizeof first.enhanced);
        recipient->class = bounce_classify(reply, words);
    }
    if (bounce_is_delay(words)) {
        recipient->class = BOUNCE_DELAYED;
        reply->enhanced[0] = 4;
    }
}

/* Where the next line of a transcript begins: with its own reply code. */
static size_t transcript_length(const char *from, size_t length)
{
    if (!g_ascii_isdigit(*from))
        return length;
    for (const char *line = from; line < from + length;) {
        line += strcspn(line, "\n");
        line += *line == '\n' ? 1 : 0;
        if (strspn(line, "0123456789") == 3)
            return MIN((size_t)(line - from), length);
    }
    return length;
}

static void add_named(Bounce *bounce, const GArray *all, const char *words)
{
    for (guint i = 0; i < all->len; i++) {
        const Named *named = &g_array_index(all, Named, i);
        const char *end = i + 1 < all->len
                              ? g_array_index(all, Named, i + 1).from
                              : named->from + strlen(named->from);
        BounceRecipient *recipient = bounce_add(bounce, named->address);
        if (recipient != NULL)
            describe(
                recipient, named->from,
                transcript_length(named->from, (size_t)(end - named->from)),
                words);
    }
}

static bool is_named_all(const GPtrArray *addresses, const GArray *named)
{
    for (guint i = 0; i < addresses->len; i++) {
        bool found = false;
        for (guint k = 0; k < named->len && !found; k++)
            found = g_ascii_strcasecmp(
                        addresses->pdata[i],
                        g_array_index(named, Named, k).address) == 0;
        if (!found)
            return false;
    }
    return true;
}

/* Some write a report's fields into the text. */
static bool read_embedded(Bounce *bounce, const char *words)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(
        (GDestroyNotify)field_group_free);
    for (const char *at = words; *at != '\0' && groups->len < 200;) {
        FieldGroup *group = field_group_parse(&at);
        if (field_group_get(group, "Final-Recipient") != NULL)
            g_ptr_array_add(groups, group);
        else
            field_group_free(group);
    }
    bounce_read_groups(bounce, groups, words);
    return bounce->recipients->len > 0;
}

/* The field has the addresses that were written to, the text perhaps what an
 * alias made of them. */
static void add_failed_field(Bounce *bounce, const Mail *mail,
                             const GArray *named, const char *words)
{
    const char *value = field_group_get(mail->header, "X-Failed-Recipients");
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    field_find_addresses(value != NULL ? value : "", found);
    if (found->len > 0 && is_named_all(found, named))
        return;
    for (guint i = 0; i < found->len; i++) {
        BounceRecipient *recipient = bounce_add(bounce, found->pdata[i]);
        if (recipient != NULL)
            describe(recipient, words, strlen(words), words);
    }
}

static void add_from_subject(Bounce *bounce, const Mail *mail,
                             const GPtrArray *ours, const char *words)
{
    char *address = address_in_sentence(mail->subject, strlen(mail->subject),
                                        ours);
    BounceRecipient *recipient = address != NULL ? bounce_add(bounce, address)
                                                 : NULL;
    g_autofree char *all = g_strconcat(mail->subject, "\n", words, NULL);
    if (recipient != NULL)
        describe(recipient, all, strlen(all), all);
    g_free(address);
}

/* Nobody is named, which a token may make up for; but it must speak of a
 * failure. */
static void add_nobody(Bounce *bounce, const char *words)
{
    Reply found = {0};
    bounce_find_status(words, &found);
    BounceClass class = bounce_classify(&found, words);
    if (found.code == 0 && !bounce_says_more(found.enhanced))
        return;
    BounceRecipient *recipient = bounce_add(bounce, NULL);
    if (recipient == NULL)
        return;
    recipient->reply = found;
    recipient->reply.text = one_line(words, strlen(words));
    recipient->class = bounce_is_delay(words) ? BOUNCE_DELAYED : class;
}

void bounce_read_words(Bounce *bounce, const Mail *mail, const char *words)
{
    g_autoptr(GPtrArray) ours = g_ptr_array_new_with_free_func(g_free);
    const char *to = field_group_get(mail->header, "To");
    field_find_addresses(to != NULL ? to : "", ours);
    if (read_embedded(bounce, words))
        return;
    g_autoptr(GArray) at_start = find_named(words, false, ours);
    add_failed_field(bounce, mail, at_start, words);
    if (bounce->recipients->len == 0)
        add_named(bounce, at_start, words);
    if (bounce->recipients->len == 0) {
        g_autoptr(GArray) in_sentences = find_named(words, true, ours);
        add_named(bounce, in_sentences, words);
    }
    if (bounce->recipients->len == 0)
        add_from_subject(bounce, mail, ours, words);
    if (bounce->recipients->len == 0) {
        g_autoptr(GArray) anybody = find_named(words, true, NULL);
        add_named(bounce, anybody, words);
    }
    if (bounce->recipients->len == 0)
        add_nobody(bounce, words);
}
