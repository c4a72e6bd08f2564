/* post.c - see post.h: the file's parts put together. */
#include "post/post.h"

#include <string.h>

#include "base/suggest.h"
#include "post/element.h"
#include "post/fields.h"
#include "post/front_matter.h"
#include "post/sniff.h"
#include "post/source.h"

/* --- format --- */

static bool format_by_name(const char *name, PostFormat *format)
{
    if (g_ascii_strcasecmp(name, "html") == 0)
        *format = POST_HTML;
    else if (g_ascii_strcasecmp(name, "markdown") == 0 ||
             g_ascii_strcasecmp(name, "md") == 0)
        *format = POST_MARKDOWN;
    else
        return false;
    return true;
}

static bool has_html_extension(const char *file)
{
    static const char *const extensions[] = {".html", ".htm", ".xhtml"};
    size_t length = strlen(file);
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
        size_t suffix = strlen(extensions[i]);
        if (length > suffix &&
            g_ascii_strcasecmp(file + length - suffix, extensions[i]) == 0)
            return true;
    }
    return false;
}

static bool format_by_option(Post *post, const char *input, GError **error)
{
    static const char *const words[] = {"markdown", "html", NULL};
    post->format_reason = "`--input`";
    if (format_by_name(input, &post->format))
        return true;
    g_autofree char *hint = suggest_hint(input, words);
    error_set(error, ERROR_USAGE, "--input is markdown or html, not `%.40s`%s",
              input, hint);
    return false;
}

static bool format_by_key(Post *post, const Value *value, GError **error)
{
    const char *name = value_text(value, "format", error);
    if (name == NULL)
        return false;
    post->format_reason = "`format:`";
    if (format_by_name(name, &post->format))
        return true;
    error_set_at(error, ERROR_INPUT, value->place,
                 "`format` is markdown or html, not `%.40s`", name);
    return false;
}

static bool choose_format(Post *post, const PostOptions *options,
                          GError **error)
{
    static const char *const keys[] = {"format", NULL};
    if (options != NULL && options->input != NULL)
        return format_by_option(post, options->input, error);
    const Value *value = fields_find(post->front_matter, keys);
    if (!value_is_empty(value))
        return format_by_key(post, value, error);
    if (has_html_extension(post->file)) {
        post->format = POST_HTML;
        post->format_reason = "extension";
        return true;
    }
    post->format = sniff_format(post->body, post->body_length);
    post->format_reason = post->format == POST_HTML ? "looks like HTML"
                                                    : "looks like Markdown";
    return true;
}

/* Markdown shows an indented tag as code, which is seldom meant. */
static void note_indented_tag(const Post *post, Findings *findings)
{
    if (post->format != POST_MARKDOWN)
        return;
    const char *end = post->body + post->body_length;
    SourceLine line;
    bool more = source_first_line(post->body, end, &line);
    while (more && strspn(line.start, " \t") >= line.length)
        more = source_next_line(&line, end);
    size_t blanks = more ? strspn(line.start, " \t") : 0;
    if (blanks == 0 || (blanks < 4 && line.start[0] != '\t') ||
        line.start[blanks] != '<')
        return;
    const char *name = line.start + blanks + 1;
    size_t length = 0;
    while (g_ascii_isalnum(name[length]))
        length++;
    if (element_find(name, length) != NULL)
        findings_add(findings, SEVERITY_WARNING, "format",
                     (Place){post->file, post->body_line + line.number - 1, 0},
                     "Markdown shows this indented tag as code; if the post is "
                     "HTML, write `format: html` in its front matter");
}

/* --- body --- */

/* Nothing but blanks and comments. */
static bool is_bare(const char *body)
{
    for (;;) {
        while (g_ascii_isspace(*body))
            body++;
        if (strncmp(body, "<!--", 4) != 0)
            return *body == '\0';
        body = strstr(body + 4, "-->");
        if (body == NULL)
            return true;
        body += 3;
    }
}

static void set_body(Post *post, char *body, int line)
{
    g_free(post->body);
    post->body = body;
    post->body_length = strlen(body);
    post->body_line = line;
}

static void use_description(Post *post)
{
    GString *body = g_string_new(NULL);
    g_autofree char *url = post->url ? g_markup_escape_text(post->url, -1)
                                     : NULL;
    g_autofree char *text = post->description
                                ? g_markup_escape_text(post->description, -1)
                                : NULL;
    if (text != NULL)
        g_string_append_printf(body, "<p>%s</p>\n", text);
    if (url != NULL)
        g_string_append_printf(body, "<p><a href=\"%s\">%s</a></p>\n", url,
                               url);
    set_body(post, g_string_free(body, FALSE), 1);
    post->format = POST_HTML;
    post->format_reason = "no body: made of the front matter";
}

/* A post without a body, with what stands in its place. */
static bool replace_body(Post *post, const Value *changelog, Findings *findings,
                         GError **error)
{
    Place place = {post->file, post->body_line, 0};
    if (!value_is_empty(changelog) && changelog->kind == VALUE_TEXT) {
        /* A block begins on the line below its sign. */
        set_body(post, g_strdup(changelog->text), changelog->place.line + 1);
        post->format = POST_MARKDOWN;
        post->format_reason = "no body: `changelog:`";
        return true;
    }
    if (post->description == NULL && post->url == NULL) {
        error_set_at(error, ERROR_INPUT, place,
                     "the post has no body, and neither `description` nor "
                     "`url` could stand in its place");
        return false;
    }
    findings_add(findings, SEVERITY_WARNING, "body", place,
                 "the post has no body; the mail is made of its %s",
                 post->url == NULL           ? "description"
                 : post->description == NULL ? "link"
                                             : "description and link");
    use_description(post);
    return true;
}

static bool complete_body(Post *post, const PostOptions *options,
                          Findings *findings, GError **error)
{
    static const char *const keys[] = {"changelog", NULL};
    const Value *changelog = fields_find(post->front_matter, keys);
    if (is_bare(post->body))
        return replace_body(post, changelog, findings, error);
    if (!value_is_empty(changelog) && changelog->kind == VALUE_TEXT)
        findings_add(findings, SEVERITY_NOTE, "body", changelog->place,
                     "the mail holds the body only, not this `changelog`");
    if (!choose_format(post, options, error))
        return false;
    note_indented_tag(post, findings);
    return true;
}

/* --- the whole --- */

Post *post_parse(const char *bytes, size_t length, const char *file,
                 const PostOptions *options, Findings *findings, GError **error)
{
    g_autoptr(GString) text = g_string_new_len(bytes, (gssize)length);
    if (!source_clean(text, file, findings, error))
        return NULL;
    FrontMatter front = {0};
    if (!front_matter_read(text->str, text->len, file, findings, &front, error))
        return NULL;
    g_autoptr(Post) post = g_new0(Post, 1);
    post->file = g_strdup(file);
    post->authors = g_ptr_array_new_with_free_func(g_free);
    post->front_matter = front.map;
    post->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                               (const guchar *)bytes, length);
    set_body(post, g_strdup(text->str + front.body_offset), front.body_line);
    if (!fields_read(post, options, front.present, findings, error) ||
        !complete_body(post, options, findings, error))
        return NULL;
    return g_steal_pointer(&post);
}

Post *post_read(const char *path, const PostOptions *options,
                Findings *findings, GError **error)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    if (!source_read(path, bytes, error))
        return NULL;
    const char *file = strcmp(path, "-") == 0 ? "standard input" : path;
    return post_parse(bytes->str, bytes->len, file, options, findings, error);
}

void post_free(Post *post)
{
    if (post == NULL)
        return;
    g_free(post->file);
    g_free(post->title);
    g_free(post->subject);
    if (post->authors != NULL)
        g_ptr_array_unref(post->authors);
    g_free(post->url);
    g_free(post->description);
    g_free(post->lang);
    if (post->attachments != NULL)
        g_array_unref(post->attachments);
    g_free(post->body);
    value_free(post->front_matter);
    g_free(post->digest);
    g_free(post);
}
