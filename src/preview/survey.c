/* survey.c - see survey.h. */
#include "preview/survey.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 300    /* bytes, of one link */
#define ENTITY_MAX 10    /* bytes, of its name */
#define NUMBER_MAX 99999 /* of a link in the text part */

typedef struct Scan {
    const char *at;
    const char *end;
    const char *start;
    Survey *survey;
    GHashTable *known; /* address -> SurveyLink */
    SurveyLink *link;  /* the one we are in, or NULL */
    GString *words;    /* of that one */
    GString *opening;
    bool in_body;
} Scan;

/* --- texts --- */

static gunichar decode_name(const char *name, size_t length)
{
    static const struct {
        const char *name;
        gunichar character;
    } names[] = {
        {"amp", '&'},    {"lt", '<'},        {"gt", '>'},      {"quot", '"'},
        {"apos", '\''},  {"nbsp", ' '},      {"zwnj", 0x200C}, {"zwj", 0x200D},
        {"shy", 0x00AD}, {"middot", 0x00B7},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i].name) == length &&
            strncmp(names[i].name, name, length) == 0)
            return names[i].character;
    return 0;
}

static gunichar decode_number(const char *digits, size_t length)
{
    g_autofree char *text = g_strndup(digits, length);
    bool hex = *text == 'x' || *text == 'X';
    unsigned long value = strtoul(text + hex, NULL, hex ? 16 : 10);
    return value <= 0x10FFFF && g_unichar_validate((gunichar)value)
               ? (gunichar)value
               : 0;
}

/* Appends the character that `&…;` stands for and gives the bytes it takes;
 * 0: this is none. */
static size_t append_entity(GString *out, const char *at, size_t left)
{
    const char *stop = memchr(at, ';', MIN(left, (size_t)ENTITY_MAX + 2));
    if (stop == NULL || stop < at + 2)
        return 0;
    size_t length = (size_t)(stop - at) - 1;
    gunichar character = at[1] == '#' ? decode_number(at + 2, length - 1)
                                      : decode_name(at + 1, length);
    if (character == 0)
        return 0;
    g_string_append_unichar(out, character);
    return length + 2;
}

static void append_decoded(GString *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t used = text[i] == '&' ? append_entity(out, text + i, length - i)
                                     : 0;
        if (used == 0)
            g_string_append_c(out, text[i++]);
        else
            i += used;
    }
}

/* What fills the line of an inbox and shows nothing. */
static bool is_filler(gunichar character)
{
    return character == 0x034F || character == 0x00AD ||
           (character >= 0x200B && character <= 0x200F) || character == 0xFEFF;
}

/* Blanks become one, none at the start. Stops at the limit. */
static void append_words(GString *out, const char *text, size_t limit)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *at = valid; *at != '\0' && out->len < limit;
         at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (is_filler(character))
            continue;
        if (!g_unichar_isspace(character))
            g_string_append_unichar(out, character);
        else if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
}

static char *take_words(GString *words)
{
    return g_strchomp(g_strdup(words->str));
}

/* --- tags --- */

typedef struct Tag {
    bool closing;
    char name[12]; /* in lower case, cut */
    const char *attributes;
    const char *end; /* at the `>` */
} Tag;

/* The end of a tag: `>` outside of quotes. */
static const char *find_tag_end(const char *at, const char *end)
{
    char quote = '\0';
    for (; at < end; at++) {
        if (quote != '\0' && *at == quote)
            quote = '\0';
        else if (quote != '\0')
            continue;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '>')
            return at;
    }
    return end;
}

static void read_tag(Scan *scan, Tag *tag)
{
    const char *at = scan->at + 1;
    *tag = (Tag){0};
    if (at < scan->end && *at == '/') {
        tag->closing = true;
        at++;
    }
    size_t length = 0;
    for (; at < scan->end && g_ascii_isalnum(*at); at++)
        if (length + 1 < sizeof tag->name)
            tag->name[length++] = g_ascii_tolower(*at);
    tag->attributes = at;
    tag->end = find_tag_end(at, scan->end);
}

/* The decoded value of an attribute; NULL when the tag has none. */
static char *take_attribute(const Tag *tag, const char *name)
{
    const char *at = tag->attributes;
    size_t wanted = strlen(name);
    while (at < tag->end) {
        while (at < tag->end && (g_ascii_isspace(*at) || *at == '/'))
            at++;
        const char *key = at;
        while (at < tag->end && !g_ascii_isspace(*at) && *at != '=')
            at++;
        size_t length = (size_t)(at - key);
        const char *value = at;
        size_t value_length = 0;
        if (at < tag->end && *at == '=') {
            char quote = at[1]; /* there is at least the tag's end */
            bool quoted = quote == '"' || quote == '\'';
            value = at + 1 + quoted;
            at = MIN(value, tag->end);
            while (at < tag->end &&
                   (quoted ? *at != quote : !g_ascii_isspace(*at)))
                at++;
            value_length = at > value ? (size_t)(at - value) : 0;
            at += quoted && at < tag->end;
        }
        if (length == wanted && g_ascii_strncasecmp(key, name, length) == 0) {
            GString *decoded = g_string_new(NULL);
            append_decoded(decoded, value, value_length);
            return g_string_free(decoded, FALSE);
        }
        if (at == key)
            at++;
    }
    return NULL;
}

/* --- links and images --- */

static void link_free(void *data)
{
    SurveyLink *link = data;
    g_free(link->address);
    g_free(link->words);
    g_free(link);
}

static bool is_web(const char *address)
{
    return g_ascii_strncasecmp(address, "https://", 8) == 0 ||
           g_ascii_strncasecmp(address, "http://", 7) == 0;
}

static void note_host(Survey *survey, const char *address)
{
    if (!is_web(address))
        return;
    const char *host = strstr(address, "://") + 3;
    size_t length = strcspn(host, "/?#");
    g_autofree char *whole = g_ascii_strdown(host, (gssize)length);
    const char *at = strrchr(whole, '@');
    g_hash_table_add(survey->hosts, g_strdup(at != NULL ? at + 1 : whole));
}

static void close_link(Scan *scan)
{
    if (scan->link != NULL && *scan->link->words == '\0') {
        g_free(scan->link->words);
        scan->link->words = take_words(scan->words);
    }
    scan->link = NULL;
}

static void open_link(Scan *scan, const Tag *tag)
{
    close_link(scan);
    g_string_truncate(scan->words, 0);
    g_autofree char *address = take_attribute(tag, "href");
    if (address == NULL)
        return;
    scan->link = g_hash_table_lookup(scan->known, address);
    if (scan->link != NULL)
        return;
    SurveyLink *link = g_new0(SurveyLink, 1);
    link->address = g_utf8_make_valid(address, -1);
    link->words = g_strdup("");
    link->offset = (size_t)(scan->at - scan->start);
    note_host(scan->survey, link->address);
    g_ptr_array_add(scan->survey->links, link);
    g_hash_table_insert(scan->known, link->address, link);
    scan->link = link;
}

static void note_image(Scan *scan, const Tag *tag)
{
    g_autofree char *source = take_attribute(tag, "src");
    g_autofree char *alt = take_attribute(tag, "alt");
    scan->survey->images++;
    if (alt == NULL)
        scan->survey->images_silent++;
    else if (scan->link != NULL)
        append_words(scan->words, alt, WORDS_MAX);
    if (source != NULL && is_web(source))
        g_ptr_array_add(scan->survey->remote, g_utf8_make_valid(source, -1));
}

/* --- the pass --- */

/* Behind the end of an element whose contents are no text. */
static const char *skip_raw(const Scan *scan, const Tag *tag)
{
    g_autofree char *close = g_strconcat("</", tag->name, NULL);
    size_t length = strlen(close);
    for (const char *at = tag->end; at + length <= scan->end; at++)
        if (*at == '<' && g_ascii_strncasecmp(at, close, length) == 0)
            return at;
    return scan->end;
}

static void scan_tag(Scan *scan)
{
    static const char *const raw[] = {"style", "title", "script", NULL};
    Tag tag;
    read_tag(scan, &tag);
    if (strcmp(tag.name, "body") == 0)
        scan->in_body = true;
    else if (strcmp(tag.name, "a") == 0 && tag.closing)
        close_link(scan);
    else if (strcmp(tag.name, "a") == 0)
        open_link(scan, &tag);
    else if (strcmp(tag.name, "img") == 0)
        note_image(scan, &tag);
    scan->at = tag.end < scan->end ? tag.end + 1 : scan->end;
    if (!tag.closing && g_strv_contains(raw, tag.name))
        scan->at = skip_raw(scan, &tag);
}

static void scan_text(Scan *scan)
{
    const char *stop = memchr(scan->at + 1, '<',
                              (size_t)(scan->end - scan->at) - 1);
    stop = stop != NULL ? stop : scan->end;
    if (scan->link != NULL ||
        (scan->in_body && scan->opening->len < SURVEY_OPENING_MAX)) {
        g_autoptr(GString) text = g_string_new(NULL);
        append_decoded(text, scan->at, (size_t)(stop - scan->at));
        if (scan->link != NULL)
            append_words(scan->words, text->str, WORDS_MAX);
        if (scan->in_body)
            append_words(scan->opening, text->str, SURVEY_OPENING_MAX);
    }
    scan->at = stop;
}

static void scan_comment(Scan *scan)
{
    const char *close = memmem(scan->at, (size_t)(scan->end - scan->at), "-->",
                               3);
    scan->at = close != NULL ? close + 3 : scan->end;
}

static void scan_all(Scan *scan)
{
    while (scan->at < scan->end) {
        size_t left = (size_t)(scan->end - scan->at);
        if (left >= 4 && memcmp(scan->at, "<!--", 4) == 0)
            scan_comment(scan);
        else if (left >= 2 && *scan->at == '<' &&
                 (g_ascii_isalpha(scan->at[1]) || scan->at[1] == '/' ||
                  scan->at[1] == '!'))
            scan_tag(scan);
        else
            scan_text(scan);
    }
    close_link(scan);
}

/* --- the text part --- */

/* " [7] https://example.org/" of its list of links. */
static void note_number(Scan *scan, const char *line)
{
    line += strspn(line, " ");
    char *stop = NULL;
    if (*line != '[' || !g_ascii_isdigit(line[1]))
        return;
    unsigned long number = strtoul(line + 1, &stop, 10);
    if (number > NUMBER_MAX || strncmp(stop, "] ", 2) != 0)
        return;
    SurveyLink *link = g_hash_table_lookup(scan->known, stop + 2);
    if (link != NULL)
        link->number = (int)number;
}

/* A mailto: link is in the text when its address is. */
static bool stands_in(const char *address, const char *text)
{
    if (g_ascii_strncasecmp(address, "mailto:", 7) == 0) {
        g_autofree char *mailbox = g_strndup(address + 7,
                                             strcspn(address + 7, "?"));
        return strstr(text, mailbox) != NULL;
    }
    return strstr(text, address) != NULL;
}

static void compare_text(Scan *scan, const GString *text)
{
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        note_number(scan, *line);
    for (guint i = 0; i < scan->survey->links->len; i++) {
        SurveyLink *link = g_ptr_array_index(scan->survey->links, i);
        link->in_text = link->number > 0 || stands_in(link->address, text->str);
    }
}

void survey_make(Survey *survey, const GString *html, const GString *text)
{
    *survey = (Survey){
        .links = g_ptr_array_new_with_free_func(link_free),
        .remote = g_ptr_array_new_with_free_func(g_free),
        .hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    Scan scan = {
        .at = html->str,
        .start = html->str,
        .end = html->str + html->len,
        .survey = survey,
        .known = g_hash_table_new(g_str_hash, g_str_equal),
        .words = g_string_new(NULL),
        .opening = g_string_new(NULL),
    };
    scan_all(&scan);
    compare_text(&scan, text);
    survey->opening = take_words(scan.opening);
    g_hash_table_destroy(scan.known);
    g_string_free(scan.words, TRUE);
    g_string_free(scan.opening, TRUE);
}

void survey_clear(Survey *survey)
{
    if (survey->links == NULL)
        return;
    g_ptr_array_unref(survey->links);
    g_ptr_array_unref(survey->remote);
    g_hash_table_destroy(survey->hosts);
    g_free(survey->opening);
    *survey = (Survey){0};
}
