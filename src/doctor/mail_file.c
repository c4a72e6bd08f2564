/* mail_file.c - see mail_file.h. */
#include "doctor/mail_file.h"

#include <string.h>

static void clear_field(void *data)
{
    MailField *field = data;
    g_free(field->name);
    g_free(field->value);
}

/* Every line end becomes CRLF, as it was on the wire. */
static GString *with_crlf(const char *bytes, size_t length)
{
    GString *out = g_string_sized_new(length + length / 32);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n')
            continue;
        if (bytes[i] == '\n')
            g_string_append_c(out, '\r');
        g_string_append_c(out, bytes[i]);
    }
    return out;
}

/* Lines that begin with a blank belong to the one before. */
static void add_line(MailFile *mail, const char *line)
{
    guint count = mail->fields->len;
    if ((*line == ' ' || *line == '\t') && count > 0) {
        MailField *last = &g_array_index(mail->fields, MailField, count - 1);
        char *before = last->value;
        g_autofree char *more = g_strstrip(g_strdup(line));
        last->value = g_strconcat(before, " ", more, NULL);
        g_free(before);
        return;
    }
    const char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || count >= MAIL_FIELDS_MAX)
        return;
    MailField field = {
        .name = g_strchomp(g_strndup(line, (gsize)(colon - line))),
        .value = g_strstrip(g_strdup(colon + 1)),
    };
    g_array_append_val(mail->fields, field);
}

MailFile *mail_file_parse(const char *bytes, size_t length)
{
    MailFile *mail = g_new(MailFile, 1);
    mail->fields = g_array_new(FALSE, FALSE, sizeof(MailField));
    g_array_set_clear_func(mail->fields, clear_field);
    GString *all = with_crlf(bytes, length);
    const char *end = all->str + all->len;
    const char *blank = memmem(all->str, all->len, "\r\n\r\n", 4);
    const char *stop = blank != NULL ? blank : end;
    g_autofree char *header = g_strndup(all->str, (gsize)(stop - all->str));
    g_auto(GStrv) lines = g_strsplit(header, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++)
        add_line(mail, *line);
    mail->body = blank != NULL
                     ? g_string_new_len(blank + 4, (gssize)(end - blank - 4))
                     : g_string_new(NULL);
    g_string_free(all, TRUE);
    return mail;
}

void mail_file_free(MailFile *mail)
{
    if (mail == NULL)
        return;
    g_array_unref(mail->fields);
    g_string_free(mail->body, TRUE);
    g_free(mail);
}

const MailField *mail_file_at(const MailFile *mail, size_t index)
{
    return index < mail->fields->len
               ? &g_array_index(mail->fields, MailField, (guint)index)
               : NULL;
}

const char *mail_file_get(const MailFile *mail, const char *name)
{
    const MailField *field;
    for (size_t i = 0; (field = mail_file_at(mail, i)) != NULL; i++)
        if (g_ascii_strcasecmp(field->name, name) == 0)
            return field->value;
    return NULL;
}

size_t mail_file_count(const MailFile *mail, const char *name)
{
    size_t count = 0;
    const MailField *field;
    for (size_t i = 0; (field = mail_file_at(mail, i)) != NULL; i++)
        count += g_ascii_strcasecmp(field->name, name) == 0;
    return count;
}
