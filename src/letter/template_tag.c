#include "letter/template_tag.h"

#include <string.h>

#include "letter/expression.h"

void tag_reader_init(TagReader *reader, const char *file, const char *text)
{
    reader->text = text;
    reader->at = text;
    reader->counted_to = text;
    reader->place = (Place){file, 1, 1};
    reader->end = text + strlen(text);
    reader->line = text;
    reader->long_comments = true;
    g_strlcpy(reader->open, "{{", sizeof reader->open);
    g_strlcpy(reader->close, "}}", sizeof reader->close);
}

/* Counts lines and characters up to `to`; never goes back. */
static Place place_at(TagReader *reader, const char *to)
{
    for (const char *p = reader->counted_to; p < to; p++) {
        if (*p == '\n') {
            reader->place.line++;
            reader->place.column = 1;
            reader->line = p + 1;
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            reader->place.column++;
        }
    }
    reader->counted_to = to;
    return reader->place;
}

static bool is_line_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Finds whether nothing but blanks stands beside the tag, and moves its ends
 * out over them and the line's end. */
static void set_alone(TagReader *reader, Tag *tag, const char *behind)
{
    const char *before = tag->whole;

    while (before > tag->line && is_line_blank(before[-1]))
        before--;
    while (is_line_blank(*behind))
        behind++;
    tag->alone = before == tag->line && (*behind == '\n' || *behind == '\0');
    if (!tag->alone)
        return;
    tag->before = before;
    reader->at = behind + (*behind == '\n');
}

static const struct {
    char sign;
    TagKind kind;
} signs[] = {
    {'{', TAG_RAW},      {'&', TAG_RAW},        {'#', TAG_SECTION},
    {'^', TAG_INVERTED}, {'/', TAG_CLOSE},      {'>', TAG_PARTIAL},
    {'!', TAG_COMMENT},  {'=', TAG_DELIMITERS},
};

static TagKind kind_of(char sign)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (signs[i].sign == sign)
            return signs[i].kind;
    }
    return TAG_VALUE;
}

/* Does `text` begin with this word and a blank or its end? */
static bool take_word(Tag *tag, const char *word)
{
    size_t length = strlen(word);

    if (tag->length < length || memcmp(tag->text, word, length) != 0)
        return false;
    if (tag->length > length && !g_ascii_isspace(tag->text[length]))
        return false;
    tag->text += length;
    tag->length -= length;
    return true;
}

static void trim(Tag *tag)
{
    while (tag->length > 0 && g_ascii_isspace(tag->text[0])) {
        tag->text++;
        tag->length--;
    }
    while (tag->length > 0 && g_ascii_isspace(tag->text[tag->length - 1]))
        tag->length--;
}

static bool refuse(const Tag *tag, const char *what, GError **error)
{
    error_set_at(error, ERROR_INPUT, tag->place, "%s", what);
    return false;
}

/* Words that other languages have and that would read as a field's name. */
static bool refine(Tag *tag, GError **error)
{
    static const char *const reserved[] = {"unless", "with", "for",
                                           "end",    "elif", "elseif"};

    trim(tag);
    if (tag->kind == TAG_SECTION && take_word(tag, "if"))
        tag->kind = TAG_IF;
    else if (tag->kind == TAG_SECTION && take_word(tag, "each"))
        tag->kind = TAG_EACH;
    else if (tag->kind == TAG_VALUE && take_word(tag, "else"))
        tag->kind = TAG_ELSE;
    trim(tag);
    if (tag->kind == TAG_ELSE && tag->length > 0)
        return refuse(
            tag, "{{else}} takes nothing; put another {{#if}} into it", error);
    if ((tag->kind == TAG_VALUE || tag->kind == TAG_INVERTED) &&
        (take_word(tag, "if") || take_word(tag, "each")))
        return refuse(tag,
                      "a section begins with {{#if name}}, {{#each list as "
                      "item}} or {{^name}}",
                      error);
    for (size_t i = 0; i < G_N_ELEMENTS(reserved); i++) {
        if ((tag->kind == TAG_SECTION || tag->kind == TAG_VALUE) &&
            take_word(tag, reserved[i]))
            return refuse(tag,
                          "there are {{#if}}, {{else}} and {{#each}}; the "
                          "opposite of {{#x}} is {{^x}}",
                          error);
    }
    return true;
}

static bool is_delimiter(const char *text)
{
    size_t length = strlen(text);

    return length >= 1 && length <= TAG_DELIMITER_MAX &&
           strpbrk(text, "= \t\n\"'") == NULL;
}

static bool set_delimiters(TagReader *reader, const Tag *tag, GError **error)
{
    g_autofree char *text = g_strndup(tag->text, tag->length);
    char *end = text + strlen(text);

    if (end > text && end[-1] == '=')
        end[-1] = '\0';
    g_strstrip(text);
    char *blank = strpbrk(text, " \t\n");
    if (blank != NULL) {
        *blank++ = '\0';
        g_strstrip(blank);
    }
    if (blank == NULL || !is_delimiter(text) || !is_delimiter(blank))
        return refuse(tag, "delimiters are set like this: {{=<% %>=}}", error);
    g_strlcpy(reader->open, text, sizeof reader->open);
    g_strlcpy(reader->close, blank, sizeof reader->close);
    return true;
}

/* Where the tag's closing delimiter stands and, for {{{, how long it is. */
static const char *find_close(TagReader *reader, const Tag *tag, size_t *length)
{
    const char *rest = tag->text;
    bool triple = tag->kind == TAG_RAW && rest[-1] == '{';
    g_autofree char *close = g_strconcat(triple ? "}" : "", reader->close,
                                         NULL);

    *length = strlen(close);
    if (tag->kind == TAG_COMMENT && reader->long_comments &&
        g_str_has_prefix(rest, "--")) {
        g_autofree char *long_close = g_strconcat("--", close, NULL);
        const char *found = strstr(rest + 2, long_close);
        if (found != NULL)
            return found + 2;
        reader->long_comments = false;
    }
    if (tag->kind == TAG_VALUE || tag->kind == TAG_RAW)
        return expression_find_close(rest, (size_t)(reader->end - rest), close);
    return strstr(rest, close);
}

static bool read_tag(TagReader *reader, Tag *tag, GError **error)
{
    const char *inside = tag->whole + strlen(reader->open);
    size_t close_length;
    const char *close;

    tag->place = place_at(reader, tag->whole);
    tag->line = reader->line;
    tag->kind = kind_of(*inside);
    tag->text = inside + (tag->kind != TAG_VALUE);
    close = find_close(reader, tag, &close_length);
    if (close == NULL) {
        g_autofree char *message = g_strdup_printf(
            "`%s` is never closed by `%s`", reader->open, reader->close);
        return refuse(tag, message, error);
    }
    tag->length = (size_t)(close - tag->text);
    tag->whole_length = (size_t)(close + close_length - tag->whole);
    reader->at = close + close_length;
    if (!refine(tag, error))
        return false;
    if (tag->kind != TAG_VALUE && tag->kind != TAG_RAW)
        set_alone(reader, tag, close + close_length);
    return tag->kind != TAG_DELIMITERS || set_delimiters(reader, tag, error);
}

bool tag_reader_next(TagReader *reader, Tag *tag, GError **error)
{
    const char *found = strstr(reader->at, reader->open);

    *tag = (Tag){.kind = TAG_NONE};
    if (found == NULL) {
        tag->before = reader->at + strlen(reader->at);
        reader->at = tag->before;
        return true;
    }
    tag->whole = found;
    tag->before = found;
    return read_tag(reader, tag, error);
}

char *tag_indent(const Tag *tag)
{
    const char *end = tag->line;

    while (is_line_blank(*end))
        end++;
    return g_strndup(tag->line, (gsize)(end - tag->line));
}

char *tag_shown(const Tag *tag)
{
    g_autofree char *all = g_strndup(tag->whole, tag->whole_length);

    if (g_utf8_strlen(all, -1) <= 60)
        return g_steal_pointer(&all);
    g_autofree char *start = g_utf8_substring(all, 0, 60);
    return g_strconcat(start, "…", NULL);
}
