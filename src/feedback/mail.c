#include "feedback/mail.h"

#include <string.h>

#include <gmime/gmime.h>

static void free_part(gpointer data)
{
    MailPart *part = data;
    g_free(part->type);
    g_free(part->text);
    if (part->groups != NULL)
        g_ptr_array_unref(part->groups);
    field_group_free(part->returned);
    g_free(part);
}

static void free_group(gpointer data)
{
    field_group_free(data);
}

void mail_free(Mail *mail)
{
    if (mail == NULL)
        return;
    field_group_free(mail->header);
    g_free(mail->subject);
    g_free(mail->type);
    g_free(mail->report_type);
    g_ptr_array_unref(mail->parts);
    g_free(mail);
}

static FieldGroup *read_header(GMimeObject *object)
{
    FieldGroup *group = field_group_new();
    GMimeHeaderList *list = g_mime_object_get_header_list(object);
    int count = g_mime_header_list_get_count(list);
    for (int i = 0; i < MIN(count, FIELD_GROUP_MAX); i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        const char *name = g_mime_header_get_name(header);
        const char *value = g_mime_header_get_raw_value(header);
        if (value != NULL)
            field_group_add(group, name, strlen(name), value, strlen(value));
    }
    return group;
}

static char *read_type(GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    if (type == NULL)
        return g_strdup("text/plain");
    g_autofree char *text = g_mime_content_type_get_mime_type(type);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return g_ascii_strdown(valid, -1);
}

/* The content without its transfer encoding, as far as it goes. */
static GByteArray *decode(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GByteArray *bytes = g_byte_array_new();
    if (content == NULL)
        return bytes;
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_data_wrapper_write_to_stream(content, stream);
    g_object_unref(stream);
    g_byte_array_set_size(bytes, (guint)MIN(bytes->len, MAIL_TEXT_MAX));
    return bytes;
}

/* UTF-8 with LF. What calls itself ASCII and is UTF-8 is taken for that. */
static char *to_text(GMimePart *part)
{
    g_autoptr(GByteArray) bytes = decode(part);
    const char *charset = g_mime_object_get_content_type_parameter(
        GMIME_OBJECT(part), "charset");
    const char *data = (const char *)bytes->data;
    g_autofree char *converted = NULL;
    if (charset != NULL && bytes->len > 0 &&
        !g_utf8_validate(data, (gssize)bytes->len, NULL))
        converted = g_convert_with_fallback(data, (gssize)bytes->len, "UTF-8",
                                            g_mime_charset_iconv_name(charset),
                                            "\xef\xbf\xbd", NULL, NULL, NULL);
    char *text = converted != NULL
                     ? g_utf8_make_valid(converted, -1)
                     : g_utf8_make_valid(bytes->len > 0 ? data : "",
                                         (gssize)bytes->len);
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != '\r' || from[1] != '\n')
            *to++ = *from;
    *to = '\0';
    return text;
}

static bool has_groups(const char *type)
{
    return strcmp(type, "message/delivery-status") == 0 ||
           strcmp(type, "message/global-delivery-status") == 0 ||
           strcmp(type, "message/feedback-report") == 0;
}

static bool is_returned(const char *type)
{
    return strcmp(type, "message/rfc822") == 0 ||
           strcmp(type, "message/global") == 0 ||
           strcmp(type, "text/rfc822-headers") == 0 ||
           strcmp(type, "message/global-headers") == 0 ||
           strcmp(type, "message/rfc822-headers") == 0;
}

static GPtrArray *read_groups(const char *text)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);
    while (*text != '\0' && groups->len < MAIL_GROUPS_MAX) {
        FieldGroup *group = field_group_parse(&text);
        if (field_group_count(group) > 0)
            g_ptr_array_add(groups, group);
        else
            field_group_free(group);
    }
    return groups;
}

static void read_object(Mail *mail, GMimeObject *object, int depth);

/* Some gateways wrap a whole report into another mail. */
static bool is_wrapped_report(const Mail *mail, GMimeObject *body)
{
    if (body == NULL || !GMIME_IS_MULTIPART(body) ||
        mail_find_report(mail) != NULL)
        return false;
    g_autofree char *type = read_type(body);
    return strcmp(type, "multipart/report") == 0;
}

static void read_inner(Mail *mail, MailPart *part, GMimeMessage *message,
                       int depth)
{
    GMimeObject *body = g_mime_message_get_mime_part(message);
    if (is_wrapped_report(mail, body) && depth < MAIL_DEPTH_MAX)
        read_object(mail, body, depth + 1);
    else
        part->returned = read_header(GMIME_OBJECT(message));
}

static void read_part(Mail *mail, GMimeObject *object, int depth)
{
    MailPart *part = g_new0(MailPart, 1);
    g_ptr_array_add(mail->parts, part);
    part->type = read_type(object);
    if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *message = g_mime_message_part_get_message(
            GMIME_MESSAGE_PART(object));
        if (message != NULL)
            read_inner(mail, part, message, depth);
        return;
    }
    if (!GMIME_IS_PART(object) || !(g_str_has_prefix(part->type, "text/") ||
                                    g_str_has_prefix(part->type, "message/")))
        return;
    part->text = to_text(GMIME_PART(object));
    if (has_groups(part->type))
        part->groups = read_groups(part->text);
    if (is_returned(part->type)) {
        const char *text = part->text + strspn(part->text, "\n");
        part->returned = field_group_parse(&text);
    }
}

static void read_object(Mail *mail, GMimeObject *object, int depth)
{
    if (object == NULL || mail->parts->len >= MAIL_PARTS_MAX)
        return;
    if (!GMIME_IS_MULTIPART(object)) {
        read_part(mail, object, depth);
        return;
    }
    GMimeMultipart *multipart = GMIME_MULTIPART(object);
    int count = depth < MAIL_DEPTH_MAX ? g_mime_multipart_get_count(multipart)
                                       : 0;
    for (int i = 0; i < MIN(count, MAIL_PARTS_MAX); i++)
        read_object(mail, g_mime_multipart_get_part(multipart, i), depth + 1);
}

static void read_message(Mail *mail, GMimeMessage *message)
{
    mail->header = read_header(GMIME_OBJECT(message));
    GMimeObject *body = g_mime_message_get_mime_part(message);
    if (body == NULL)
        return;
    mail->type = read_type(body);
    const char *report = g_mime_object_get_content_type_parameter(
        body, "report-type");
    if (report != NULL) {
        g_autofree char *valid = g_utf8_make_valid(report, -1);
        mail->report_type = g_ascii_strdown(valid, -1);
    }
    read_object(mail, body, 0);
}

static char *decode_subject(const FieldGroup *header)
{
    const char *value = field_group_get(header, "Subject");
    if (value == NULL)
        return g_strdup("");
    g_autofree char *decoded = g_mime_utils_header_decode_text(NULL, value);
    char *text = g_utf8_make_valid(decoded, -1);
    for (char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    return text;
}

Mail *mail_parse(const char *bytes, size_t length)
{
    g_mime_init();
    Mail *mail = g_new0(Mail, 1);
    mail->parts = g_ptr_array_new_with_free_func(free_part);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(
        bytes, MIN(length, MAIL_BYTES_MAX));
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_object_unref(stream);
    g_mime_parser_set_persist_stream(parser, FALSE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    if (message != NULL) {
        read_message(mail, message);
        g_object_unref(message);
    }
    if (mail->header == NULL)
        mail->header = field_group_new();
    if (mail->type == NULL)
        mail->type = g_strdup("text/plain");
    mail->subject = decode_subject(mail->header);
    return mail;
}

const MailPart *mail_find_part(const Mail *mail, const char *type)
{
    for (guint i = 0; i < mail->parts->len; i++) {
        const MailPart *part = mail->parts->pdata[i];
        if (strcmp(part->type, type) == 0)
            return part;
    }
    return NULL;
}

const MailPart *mail_find_report(const Mail *mail)
{
    for (guint i = 0; i < mail->parts->len; i++) {
        const MailPart *part = mail->parts->pdata[i];
        if (part->groups != NULL && part->groups->len > 0)
            return part;
    }
    return NULL;
}

const FieldGroup *mail_find_returned(const Mail *mail)
{
    for (guint i = 0; i < mail->parts->len; i++) {
        const MailPart *part = mail->parts->pdata[i];
        if (part->returned != NULL && field_group_count(part->returned) > 0)
            return part->returned;
    }
    return NULL;
}

static void add_addresses(const FieldGroup *header, const char *name,
                          GPtrArray *addresses)
{
    for (size_t i = 0; i < field_group_count(header); i++)
        if (g_ascii_strcasecmp(field_group_name(header, i), name) == 0)
            field_find_addresses(field_group_value(header, i), addresses);
}

GPtrArray *mail_recipients(const Mail *mail)
{
    static const char *const names[] = {
        "X-Original-To",
        "Delivered-To",
        "Envelope-To",
        "X-Envelope-To",
        "X-Delivered-To",
        "X-RCPT-To",
        "Resent-To",
        "To",
        "Cc",
        "Apparently-To",
    };
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        add_addresses(mail->header, names[i], all);
    for (guint i = 0; i < all->len; i++)
        for (guint k = all->len - 1; k > i; k--)
            if (g_ascii_strcasecmp(all->pdata[i], all->pdata[k]) == 0)
                g_ptr_array_remove_index(all, k);
    return all;
}

/* One line that may stand in a list, or "". */
static char *clean_name(const char *raw, long name_max)
{
    g_autofree char *valid = g_utf8_make_valid(raw != NULL ? raw : "", -1);
    char *name = g_strstrip(g_utf8_normalize(valid, -1, G_NORMALIZE_NFC));
    bool is_clean = g_utf8_strlen(name, -1) <= name_max &&
                    strchr(name, '@') == NULL;
    for (const char *at = name; is_clean && *at; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        is_clean = g_unichar_isprint(letter) &&
                   g_unichar_type(letter) != G_UNICODE_FORMAT;
    }
    if (!is_clean)
        *name = '\0';
    return name;
}

bool mail_author(const Mail *mail, long name_max, Mailbox *author)
{
    const char *value = NULL;
    int fields = 0;
    *author = (Mailbox){0};
    for (size_t i = 0; i < field_group_count(mail->header); i++) {
        if (g_ascii_strcasecmp(field_group_name(mail->header, i), "From") != 0)
            continue;
        value = field_group_value(mail->header, i);
        fields++;
    }
    InternetAddressList *list = fields == 1
                                    ? internet_address_list_parse(NULL, value)
                                    : NULL;
    if (list == NULL)
        return false;
    InternetAddress *only = internet_address_list_length(list) == 1
                                ? internet_address_list_get_address(list, 0)
                                : NULL;
    if (only != NULL && INTERNET_ADDRESS_IS_MAILBOX(only)) {
        const char *text = internet_address_mailbox_get_addr(
            INTERNET_ADDRESS_MAILBOX(only));
        if (text != NULL && address_parse(text, strlen(text), &author->address,
                                          NULL) == ADDRESS_OK)
            author->name = clean_name(internet_address_get_name(only),
                                      name_max);
    }
    g_object_unref(list);
    return author->name != NULL;
}

static bool field_is(const Mail *mail, const char *name, const char *values)
{
    const char *value = field_group_get(mail->header, name);
    if (value == NULL)
        return false;
    g_auto(GStrv) words = g_strsplit(values, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        size_t length = strlen(*word);
        if (g_ascii_strncasecmp(value, *word, length) == 0 &&
            !g_ascii_isalnum(value[length]))
            return true;
    }
    return false;
}

bool mail_is_automatic(const Mail *mail)
{
    const char *automatic = field_group_get(mail->header, "Auto-Submitted");
    return (automatic != NULL && !field_is(mail, "Auto-Submitted", "no")) ||
           field_is(mail, "Precedence", "auto_reply auto-reply bulk junk") ||
           field_group_get(mail->header, "X-Autoreply") != NULL ||
           field_group_get(mail->header, "X-Autorespond") != NULL;
}
