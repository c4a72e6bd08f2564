/* fields.c - see fields.h. */
#include "post/fields.h"

#include <string.h>

#include "base/suggest.h"
#include "mail/header.h"
#include "post/enclosed.h"
#include "post/tidy.h"

/* Who is told what, for the readers below. */
typedef struct Reading {
    Post *post;
    const Value *map;
    Findings *findings;
} Reading;

/* --- finding --- */

static const Value *find_key(const Value *map, const char *key)
{
    const Value *exact = value_get(map, key);
    if (exact != NULL || map == NULL || map->kind != VALUE_MAP)
        return exact;
    for (guint i = map->entries->len; i > 0; i--) {
        const ValueEntry *entry = &g_array_index(map->entries, ValueEntry,
                                                 i - 1);
        if (g_ascii_strcasecmp(entry->key, key) == 0)
            return entry->value;
    }
    return NULL;
}

const Value *fields_find(const Value *map, const char *const *keys)
{
    const Value *empty = NULL;
    for (; *keys != NULL; keys++) {
        const Value *value = find_key(map, *keys);
        if (!value_is_empty(value))
            return value;
        if (empty == NULL)
            empty = value;
    }
    return empty;
}

static void warn(const Reading *reading, const Value *value, const char *rule,
                 const char *sentence)
{
    findings_add(reading->findings, SEVERITY_WARNING, rule, value->place, "%s",
                 sentence);
}

/* --- title and subject --- */

static bool fail_missing_title(const Reading *reading, bool has_front_matter,
                               GError **error)
{
    static const char *const words[] = {"title", "subject", NULL};
    const char *file = reading->post->file;
    if (!has_front_matter) {
        error_set_at(error, ERROR_INPUT, (Place){file, 1, 1},
                     "the post has no title; begin it with the three lines "
                     "`---`, `title: My post` and `---`, or give --subject");
        return false;
    }
    GArray *entries = reading->map->entries;
    for (guint i = 0; i < entries->len; i++) {
        const ValueEntry *entry = &g_array_index(entries, ValueEntry, i);
        const char *nearest = suggest_nearest(entry->key, words);
        if (nearest == NULL)
            continue;
        error_set_at(error, ERROR_INPUT, entry->key_place,
                     "the post has no title; did you mean `%s` where `%s` "
                     "stands?",
                     nearest, entry->key);
        return false;
    }
    error_set_at(error, ERROR_INPUT, reading->map->place,
                 "the front matter has no title; write `title: My post` in it, "
                 "or give --subject");
    return false;
}

/* One line out of a title or subject; NULL with an error. */
static char *read_line(const Value *value, const char *what, GError **error)
{
    const char *text = value_text(value, what, error);
    if (text == NULL)
        return NULL;
    g_autofree char *line = tidy_line(text);
    if (line[0] == '\0') {
        error_set_at(error, ERROR_INPUT, value->place,
                     "`%s` holds no words; write `%s: My post`", what, what);
        return NULL;
    }
    if (g_utf8_strlen(line, -1) > FIELDS_TITLE_MAX) {
        error_set_at(error, ERROR_INPUT, value->place,
                     "`%s` is longer than %d characters", what,
                     FIELDS_TITLE_MAX);
        return NULL;
    }
    g_autoptr(GError) reason = NULL;
    if (!header_check(line, &reason)) {
        error_set_at(error, ERROR_INPUT, value->place, "`%s`: %s", what,
                     reason->message);
        return NULL;
    }
    return g_steal_pointer(&line);
}

static char *read_option_subject(const PostOptions *options, GError **error)
{
    g_autofree char *line = NULL;
    if (g_utf8_validate(options->subject, -1, NULL))
        line = tidy_line(options->subject);
    if (line == NULL || line[0] == '\0' ||
        g_utf8_strlen(line, -1) > FIELDS_TITLE_MAX) {
        error_set(error, ERROR_USAGE,
                  "--subject takes 1 to %d characters of UTF-8",
                  FIELDS_TITLE_MAX);
        return NULL;
    }
    return g_steal_pointer(&line);
}

static bool read_title(const Reading *reading, const PostOptions *options,
                       bool has_front_matter, GError **error)
{
    static const char *const keys[] = {"title", "subject", NULL};
    Post *post = reading->post;
    const Value *value = fields_find(reading->map, keys);
    if (value_is_empty(value) && options != NULL && options->subject != NULL) {
        post->title = read_option_subject(options, error);
        return post->title != NULL;
    }
    if (value == NULL)
        return fail_missing_title(reading, has_front_matter, error);
    if (value_is_empty(value)) {
        error_set_at(error, ERROR_INPUT, value->place,
                     "the title is empty; write `title: My post`%s",
                     value->kind == VALUE_TEXT && value->text[0] != '\0'
                         ? " (null is a title only in quotes)"
                         : "");
        return false;
    }
    post->title = read_line(value, "title", error);
    return post->title != NULL;
}

static bool read_subject(const Reading *reading, const PostOptions *options,
                         GError **error)
{
    Post *post = reading->post;
    const Value *value = find_key(reading->map, "subject");
    if (options != NULL && options->subject != NULL)
        post->subject = read_option_subject(options, error);
    else if (!value_is_empty(value))
        post->subject = read_line(value, "subject", error);
    else
        return true;
    if (post->subject == NULL)
        return false;
    if (strcmp(post->subject, post->title) == 0)
        g_clear_pointer(&post->subject, g_free);
    return true;
}

/* --- date --- */

static bool is_bool(const Value *value)
{
    bool ignored = false;
    g_autoptr(GError) reason = NULL;
    return value_bool(value, "published", &ignored, &reason);
}

static void read_date(const Reading *reading)
{
    static const char *const keys[] = {"date", "updated", "created_at",
                                       "published_at", "published"};
    Post *post = reading->post;
    for (size_t i = 0; i < G_N_ELEMENTS(keys) && !post->has_date; i++) {
        const Value *value = find_key(reading->map, keys[i]);
        if (value_is_empty(value) ||
            (strcmp(keys[i], "published") == 0 && is_bool(value)))
            continue;
        post->has_date = value->kind == VALUE_TEXT &&
                         date_parse(value->text, &post->date);
        if (!post->has_date)
            findings_add(reading->findings, SEVERITY_WARNING, "date",
                         value->place,
                         "`%s` is no date that I can read, so it is left out; "
                         "write it as 2016-06-29 or 2016-06-29T10:00:00Z",
                         keys[i]);
    }
    if (post->has_date)
        return;
    g_autofree char *name = g_path_get_basename(post->file);
    if (strlen(name) > 10 && !g_ascii_isdigit(name[10])) {
        name[10] = '\0';
        post->has_date = name[4] == '-' && date_parse(name, &post->date);
    }
}

/* --- authors --- */

static void add_author(const Reading *reading, const Value *value)
{
    static const char *const keys[] = {"name", "title", NULL};
    const Value *name = value->kind == VALUE_MAP ? fields_find(value, keys)
                                                 : value;
    if (value_is_empty(value))
        return;
    if (value_is_empty(name) || name->kind != VALUE_TEXT) {
        warn(reading, value, "author",
             "an author without a name; write `name: Ada Lovelace`");
        return;
    }
    g_autofree char *line = tidy_name(name->text);
    GPtrArray *authors = reading->post->authors;
    if (line[0] == '\0')
        return;
    if (authors->len < FIELDS_AUTHORS_MAX)
        g_ptr_array_add(authors, g_steal_pointer(&line));
    else if (authors->len == FIELDS_AUTHORS_MAX)
        warn(reading, value, "author", "more authors than a mail names");
}

static void read_authors(const Reading *reading)
{
    static const char *const keys[] = {"authors", "author", NULL};
    const Value *value = fields_find(reading->map, keys);
    if (value_is_empty(value))
        value = fields_find(find_key(reading->map, "extra"), keys);
    if (value_is_empty(value))
        return;
    if (value->kind != VALUE_LIST) {
        add_author(reading, value);
        return;
    }
    for (guint i = 0; i < value->items->len; i++)
        add_author(reading, g_ptr_array_index(value->items, i));
}

/* --- url, description, language --- */

static char *absolute_url(const char *text)
{
    g_autofree char *url = g_strstrip(g_strdup(text));
    if (g_str_has_prefix(url, "//") && g_ascii_isalnum(url[2])) {
        char *whole = g_strconcat("https:", url, NULL);
        g_free(url);
        url = whole;
    }
    size_t scheme = g_ascii_strncasecmp(url, "https://", 8) == 0  ? 8
                    : g_ascii_strncasecmp(url, "http://", 7) == 0 ? 7
                                                                  : 0;
    if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/')
        return NULL;
    for (const char *at = url; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (g_unichar_isspace(character) || g_unichar_iscntrl(character) ||
            (character < 0x80 && strchr("<>\"", (int)character) != NULL))
            return NULL;
    }
    return g_steal_pointer(&url);
}

static void read_url(const Reading *reading)
{
    static const char *const keys[] = {"url", "canonical_url", "permalink",
                                       "link"};
    const Value *relative = NULL;
    Post *post = reading->post;
    for (size_t i = 0; i < G_N_ELEMENTS(keys) && post->url == NULL; i++) {
        const Value *value = find_key(reading->map, keys[i]);
        if (value_is_empty(value) || value->kind != VALUE_TEXT)
            continue;
        post->url = absolute_url(value->text);
        if (relative == NULL)
            relative = value;
    }
    if (post->url == NULL && relative != NULL)
        findings_add(reading->findings, SEVERITY_NOTE, "url", relative->place,
                     "this is no full address, so the mail has no link to the "
                     "post; write `url: https://…`");
}

static void read_description(const Reading *reading)
{
    static const char *const keys[] = {"description", "summary", "excerpt",
                                       NULL};
    const Value *value = fields_find(reading->map, keys);
    if (value_is_empty(value) || value->kind != VALUE_TEXT)
        return;
    g_autofree char *line = tidy_line(value->text);
    if (line[0] != '\0')
        reading->post->description = g_steal_pointer(&line);
}

/* BCP 47 2.1.1's usual case: zh-Hant-TW. NULL when it is no tag. */
static char *language_tag(const char *text)
{
    g_autofree char *tag = g_strstrip(g_strdup(text));
    g_strdelimit(tag, "_", '-');
    /* `en_US.UTF-8` is a locale, not a tag. */
    tag[strcspn(tag, ".@")] = '\0';
    g_auto(GStrv) parts = g_strsplit(tag, "-", 9);
    for (size_t i = 0; parts[i] != NULL; i++) {
        size_t length = strlen(parts[i]);
        if (length < (i == 0 ? 2 : 1) || length > 8)
            return NULL;
        for (char *at = parts[i]; *at != '\0'; at++) {
            if (i == 0 ? !g_ascii_isalpha(*at) : !g_ascii_isalnum(*at))
                return NULL;
            bool is_upper = i > 0 &&
                            (length == 2 || (length == 4 && at == parts[i]));
            if (is_upper)
                *at = g_ascii_toupper(*at);
            else
                *at = g_ascii_tolower(*at);
        }
    }
    return parts[0] != NULL ? g_strjoinv("-", parts) : NULL;
}

static void read_language(const Reading *reading)
{
    static const char *const keys[] = {"lang", "language", "locale", NULL};
    const Value *value = fields_find(reading->map, keys);
    if (value_is_empty(value))
        return;
    if (value->kind == VALUE_TEXT)
        reading->post->lang = language_tag(value->text);
    if (reading->post->lang == NULL)
        warn(reading, value, "lang",
             "this is no language, so it is left out; write it as en, fr or "
             "pt-BR");
}

/* --- what mirmail itself asks --- */

static bool read_merge(const Reading *reading, GError **error)
{
    const Value *value = find_key(reading->map, "merge");
    return value_is_empty(value) ||
           value_bool(value, "merge", &reading->post->merge, error);
}

static void note_draft(const Reading *reading)
{
    static const struct {
        const char *key;
        bool meant;
        const char *sentence;
    } marks[] = {
        {"draft", true, "this post is marked as a draft (`draft: true`)"},
        {"published", false,
         "this post is marked as not published (`published: false`)"}};
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        const Value *value = find_key(reading->map, marks[i].key);
        bool is_so = !marks[i].meant;
        g_autoptr(GError) reason = NULL;
        if (!value_is_empty(value) &&
            value_bool(value, marks[i].key, &is_so, &reason) &&
            is_so == marks[i].meant)
            warn(reading, value, "draft", marks[i].sentence);
    }
}

/* A blog has keys of its own, and they are passed over. One that is a letter
 * away from what only a mail has is a slip: the mail would go out without. */
static void note_slips(const Reading *reading)
{
    static const char *const own[] = {"attachments", "merge", "subject"};
    const Value *map = reading->map;
    guint count = map != NULL && map->kind == VALUE_MAP ? map->entries->len : 0;
    for (guint i = 0; i < count; i++) {
        const ValueEntry *entry = &g_array_index(map->entries, ValueEntry, i);
        for (size_t j = 0; j < G_N_ELEMENTS(own); j++)
            if (suggest_distance(entry->key, own[j]) == 1)
                findings_add(reading->findings, SEVERITY_WARNING, "key",
                             entry->key_place,
                             "`%s` is not read; did you mean `%s`?", entry->key,
                             own[j]);
    }
}

bool fields_read(Post *post, const PostOptions *options, bool has_front_matter,
                 Findings *findings, GError **error)
{
    Reading reading = {post, post->front_matter, findings};
    if (!read_title(&reading, options, has_front_matter, error) ||
        !read_subject(&reading, options, error) ||
        !read_merge(&reading, error) || !enclosed_read(post, error))
        return false;
    read_date(&reading);
    read_authors(&reading);
    read_url(&reading);
    read_description(&reading);
    read_language(&reading);
    note_draft(&reading);
    note_slips(&reading);
    return true;
}
