/* header.c - see header.h. */
#include "mail/header.h"

#include <assert.h>
#include <string.h>

#include "mail/date.h"
#include "mail/encoded_word.h"

#define LINE_HARD_MAX 998 /* RFC 5322 2.1.1 */

static FieldLine begin_field(GString *out, const char *name)
{
    FieldLine line = {.out = out, .start = out->len};
    g_string_append(out, name);
    g_string_append(out, ": ");
    return line;
}

static void end_field(FieldLine *line)
{
    /* An empty value leaves no blank behind. */
    if (line->out->str[line->out->len - 1] == ' ')
        g_string_truncate(line->out, line->out->len - 1);
    assert(field_column(line) <= LINE_HARD_MAX);
    g_string_append(line->out, "\r\n");
}

/* Appends words and the blanks between them, folding before a blank. Nothing
 * is lost or added when the fold is taken out again. */
static void append_words(FieldLine *line, const char *text)
{
    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        size_t length = blanks + strcspn(text + blanks, " ");
        if (blanks > 0 && length > blanks &&
            field_column(line) + length > LINE_MAX_COLUMNS) {
            g_string_append(line->out, "\r\n");
            line->start = line->out->len;
        }
        g_string_append_len(line->out, text, (gssize)length);
        text += length;
    }
}

/* Appends a piece that must not be divided, on a new line when this one has
 * no room for it. */
static void append_piece(FieldLine *line, const char *piece, size_t length,
                         size_t columns)
{
    if (field_column(line) + 1 + length > columns)
        field_fold(line);
    else
        g_string_append_c(line->out, ' ');
    g_string_append_len(line->out, piece, (gssize)length);
}

void header_unstructured(GString *out, const char *name, const char *value)
{
    assert(header_check(value, NULL));
    FieldLine line = begin_field(out, name);
    if (encoded_word_needed(value))
        encoded_word_append(&line, value);
    else
        append_words(&line, value);
    end_field(&line);
}

/* --- phrases --- */

static bool is_atoms(const char *phrase)
{
    bool after_blank = true;
    for (const char *at = phrase; *at != '\0'; at++) {
        bool blank = *at == ' ';
        if (blank ? after_blank
                  : !g_ascii_isalnum(*at) &&
                        strchr("!#$%&'*+-/=?^_`{|}~", *at) == NULL)
            return false;
        after_blank = blank;
    }
    return !after_blank;
}

static char *quote(const char *text)
{
    GString *out = g_string_new("\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* RFC 5322 phrase and what follows it in angle brackets. */
static void append_phrase_and_angle(FieldLine *line, const char *phrase,
                                    const char *angle)
{
    g_autofree char *bracketed = g_strconcat("<", angle, ">", NULL);
    if (phrase == NULL || *phrase == '\0') {
        g_string_append(line->out, bracketed);
        return;
    }
    assert(header_check(phrase, NULL));
    bool encoded = encoded_word_needed(phrase);
    if (encoded) {
        encoded_word_append(line, phrase);
    } else if (is_atoms(phrase)) {
        append_words(line, phrase);
    } else {
        g_autofree char *quoted = quote(phrase);
        append_words(line, quoted);
    }
    append_piece(line, bracketed, strlen(bracketed),
                 encoded ? LINE_MAX_ENCODED : LINE_MAX_COLUMNS);
}

/* Printable ASCII that may stand in angle brackets. */
static bool is_angle_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= 0x20 || *at > 0x7e || *at == '<' || *at == '>')
            return false;
    return *text != '\0' && strlen(text) <= LINE_HARD_MAX - 100;
}

void header_mailbox(GString *out, const char *name, const char *display_name,
                    const char *address)
{
    assert(is_angle_text(address));
    FieldLine line = begin_field(out, name);
    append_phrase_and_angle(&line, display_name, address);
    end_field(&line);
}

void header_list_id(GString *out, const char *phrase, const char *id)
{
    assert(is_angle_text(id));
    FieldLine line = begin_field(out, "List-Id");
    append_phrase_and_angle(&line, phrase, id);
    end_field(&line);
}

/* --- structured fields --- */

void header_uris(GString *out, const char *name, const char *const *uris)
{
    FieldLine line = begin_field(out, name);
    for (size_t i = 0; uris[i] != NULL; i++) {
        assert(is_angle_text(uris[i]) && strpbrk(uris[i], ",\"") == NULL);
        if (i > 0) {
            g_string_append_c(out, ',');
            field_fold(&line);
        }
        g_string_append_printf(out, "<%s>", uris[i]);
    }
    end_field(&line);
}

void header_message_id(GString *out, const char *name, const char *id)
{
    assert(is_angle_text(id));
    FieldLine line = begin_field(out, name);
    g_string_append_c(out, '<');
    g_string_append(out, id);
    g_string_append_c(out, '>');
    end_field(&line);
}

void header_date(GString *out, const char *name, int64_t unix_seconds,
                 int offset_minutes)
{
    FieldLine line = begin_field(out, name);
    date_append_rfc5322(out, unix_seconds, offset_minutes);
    end_field(&line);
}

/* The length up to and with the next `;` that is followed by a blank and
 * stands outside of quotes, or up to the end. */
static size_t piece_length(const char *value)
{
    bool quoted = false;
    size_t i = 0;
    for (; value[i] != '\0'; i++) {
        if (quoted && value[i] == '\\' && value[i + 1] != '\0')
            i++;
        else if (value[i] == '"')
            quoted = !quoted;
        else if (value[i] == ';' && value[i + 1] == ' ' && !quoted)
            return i + 1;
    }
    return i;
}

static bool is_printable_ascii(const char *value)
{
    for (; *value != '\0'; value++)
        if (*value < 0x20 || *value > 0x7e)
            return false;
    return true;
}

void header_token(GString *out, const char *name, const char *value)
{
    assert(is_printable_ascii(value));
    FieldLine line = begin_field(out, name);
    size_t length = piece_length(value);
    g_string_append_len(out, value, (gssize)length);
    for (value += length; *value != '\0'; value += length) {
        value += strspn(value, " ");
        length = piece_length(value);
        append_piece(&line, value, length, LINE_MAX_COLUMNS);
    }
    end_field(&line);
}

/* RFC 2045 5.1 */
static bool is_mime_token(const char *text)
{
    size_t length = strcspn(text, "()<>@,;:\\\"/[]?=");
    for (size_t i = 0; i < length; i++)
        if (text[i] <= 0x20 || text[i] > 0x7e)
            return false;
    return length > 0 && text[length] == '\0';
}

/* RFC 2231 7 */
static bool is_attribute_char(unsigned char byte)
{
    return g_ascii_isalnum(byte) ||
           (byte != '\0' && strchr("!#$&+-.^_`{|}~", byte) != NULL);
}

/* One character, percent-encoded as far as needed. */
static void append_percent(GString *out, const char *at, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)at[i];
        if (is_attribute_char(byte))
            g_string_append_c(out, (char)byte);
        else
            g_string_append_printf(out, "%%%02X", byte);
    }
}

/* `; name*=UTF-8''…`, or `; name*0*=…; name*1*=…` where that is longer than a
 * line. */
static void append_extended(GString *value, const char *name, const char *text)
{
    size_t room = LINE_MAX_COLUMNS - strlen(" *100*=UTF-8'';") - strlen(name);
    g_autoptr(GPtrArray) sections = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) section = g_string_new("UTF-8''");
    room += section->len;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        g_autoptr(GString) code = g_string_new(NULL);
        append_percent(code, at, (size_t)(g_utf8_next_char(at) - at));
        if (section->len + code->len > room) {
            g_ptr_array_add(sections, g_strdup(section->str));
            g_string_truncate(section, 0);
        }
        g_string_append(section, code->str);
    }
    g_ptr_array_add(sections, g_strdup(section->str));
    if (sections->len == 1) {
        g_string_append_printf(value, "; %s*=%s", name, section->str);
        return;
    }
    for (guint i = 0; i < sections->len; i++)
        g_string_append_printf(value, "; %s*%u*=%s", name, i,
                               (const char *)sections->pdata[i]);
}

static void append_parameter(GString *value, const char *name, const char *text)
{
    g_string_append(value, "; ");
    g_string_append(value, name);
    g_string_append_c(value, '=');
    g_string_append(value, text);
}

/* What may stand in quotes, for readers that know no other form. */
static char *quote_ascii(const char *text)
{
    g_autoptr(GString) ascii = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        bool keep = *at >= 0x20 && *at <= 0x7e &&
                    !(*at == '?' && at > text && at[-1] == '=');
        g_string_append_c(ascii, keep ? *at : '_');
    }
    return quote(ascii->str);
}

void header_parameter(GString *value, const char *name, const char *text)
{
    assert(is_mime_token(name) && strlen(name) <= 40);
    assert(header_check(text, NULL));
    if (is_mime_token(text)) {
        append_parameter(value, name, text);
        return;
    }
    /* What looks like an encoded-word is none here, but there are readers
     * that decode it. */
    bool plain = is_printable_ascii(text) && strstr(text, "=?") == NULL;
    g_autofree char *quoted = plain ? quote(text) : quote_ascii(text);
    if (!plain)
        append_extended(value, name, text);
    append_parameter(value, name, quoted);
}
