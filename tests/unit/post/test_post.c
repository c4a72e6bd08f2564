#include "test.h"

#include <glib/gstdio.h>

#include "post/post.h"
#include "post/translations.h"

#define BODY "---\nBody\n"

static Post *parse_as(const char *text, const char *file,
                      const PostOptions *options, Findings *findings,
                      GError **error)
{
    return post_parse(text, strlen(text), file, options, findings, error);
}

/* A post with these lines as its front matter; it must be right. */
static Post *post_with(const char *keys, Findings *findings)
{
    g_autofree char *text = g_strconcat("---\n", keys, BODY, NULL);
    GError *error = NULL;
    Post *post = parse_as(text, "post.md", NULL, findings, &error);
    assert_no_error(error);
    return post;
}

static void assert_finding(const Findings *findings, size_t index,
                           const char *part)
{
    assert_true(index < findings_stored(findings));
    g_autofree char *line = finding_to_line(findings_at(findings, index));
    if (strstr(line, part) == NULL)
        fail_msg("`%s` is not in: %s", part, line);
}

static char *authors_of(const Post *post)
{
    GString *joined = g_string_new(NULL);
    for (guint i = 0; i < post->authors->len; i++)
        g_string_append_printf(joined, "%s%s", i > 0 ? "|" : "",
                               (const char *)post->authors->pdata[i]);
    return g_string_free(joined, FALSE);
}

static void a_planet_post_is_read(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Post) post = parse_as("---\n"
                                    "title: A retreat, and a roundup\n"
                                    "description:\n"
                                    "url: https://example.org/blog/retreat\n"
                                    "date: 2016-06-29T00:00:00-00:00\n"
                                    "preview_image:\n"
                                    "featured:\n"
                                    "authors:\n"
                                    "- Ada Lovelace\n"
                                    "---\n\n\n"
                                    "        <p>Summer.</p>\n",
                                    "retreat.md", NULL, findings, NULL);
    assert_string_equal(post->file, "retreat.md");
    assert_string_equal(post->title, "A retreat, and a roundup");
    assert_null(post->subject);
    assert_null(post->description);
    assert_null(post->lang);
    assert_false(post->merge);
    assert_string_equal(post->url, "https://example.org/blog/retreat");
    assert_true(post->has_date);
    assert_int_equal(post->date.year, 2016);
    assert_int_equal(post->date.month, 6);
    assert_int_equal(post->date.day, 29);
    g_autofree char *authors = authors_of(post);
    assert_string_equal(authors, "Ada Lovelace");
    assert_int_equal(post->format, POST_HTML);
    assert_string_equal(post->format_reason, "looks like HTML");
    assert_int_equal(post->body_line, 11);
    assert_string_equal(post->body, "\n\n        <p>Summer.</p>\n");
    assert_int_equal(findings_stored(findings), 0);
    assert_non_null(value_get(post->front_matter, "featured"));
}

static void a_mirage_post_is_read(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Post) post = post_with("updated: 2016-6-29\n"
                                     "authors:\n"
                                     "- name: Ada Lovelace\n"
                                     "  uri: https://example.org/ada\n"
                                     "  email: ada@example.org\n"
                                     "- name: Alan Turing\n"
                                     "subject: 'Summer: a retreat'\n"
                                     "permalink: 2016-summer\n",
                                     findings);
    assert_string_equal(post->title, "Summer: a retreat");
    assert_null(post->subject);
    assert_int_equal(post->date.day, 29);
    g_autofree char *authors = authors_of(post);
    assert_string_equal(authors, "Ada Lovelace|Alan Turing");
    assert_null(post->url);
    assert_int_equal(post->format, POST_MARKDOWN);
    assert_int_equal(findings_stored(findings), 1);
    assert_finding(findings, 0, "post.md:9:12: note: this is no full address");
}

static void titles_come_from_any_dialect(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"title: a\n", "a"},
        {"Title: a\n", "a"},
        {"subject: a\n", "a"},
        {"title:\nsubject: a\n", "a"},
        {"title: >-\n  folded\n  over lines\n", "folded over lines"},
        {"title: |\n  literal\n  lines\n", "literal lines"},
        {"title:\n  'quoted: over\n\n  lines'\n", "quoted: over lines"},
        {"title: \"New:\\n\\t\\tBook\"\n", "New: Book"},
        {"title: ! 'Rails 0.9: x'\n", "Rails 0.9: x"},
        {"x: &t shared\ntitle: *t\n", "shared"},
        {"title: '[ANN] First'\n", "[ANN] First"},
        {"title: 2015\n", "2015"},
        {"title: no\n", "no"},
        {"title: 'null'\n", "null"},
        {"title: one\ntitle: two\n", "two"},
        {"title: a # a comment\n", "a"},
        {"title : a\n", "a"},
        {"title: \"dir\\_x \\u2014 \\x41\"\n", "dir x \xE2\x80\x94 A"},
        {"title: \"\\\"opam install <dir>\\\"\"\n", "\"opam install <dir>\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Post) post = post_with(cases[i][0], NULL);
        assert_string_equal(post->title, cases[i][1]);
    }
}

static void a_post_without_a_title_says_what_to_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"---\ndate: 2020-01-01\n---\nBody\n",
         "post.md:2:1: the front matter has no title; write `title: My post`"},
        {"---\n---\nBody\n", "the front matter has no title"},
        {"---\ndate: 2020-01-01\ntitel: x\n---\nBody\n",
         "post.md:3:1: the post has no title; did you mean `title` where "
         "`titel` stands?"},
        {"---\nlayout: x\ntitle:\n---\nBody\n",
         "post.md:3:7: the title is empty; write `title: My post`"},
        {"---\ntitle: null\n---\nBody\n",
         "post.md:2:8: the title is empty; write `title: My post` (null is a "
         "title only in quotes)"},
        {"---\ntitle: '  '\n---\nBody\n",
         "post.md:2:8: `title` holds no words"},
        {"---\ntitle: [a, b]\n---\nBody\n",
         "post.md:2:8: `title` must be a text, not a list"},
        {"Just a body.\n", "post.md:1:1: the post has no title; begin it with "
                           "the three lines `---`, `title: My post` and `---`, "
                           "or give --subject"},
        {"", "post.md:1:1: the post has no title"},
        {"---\ntitle: x\nmerge: perhaps\n---\nBody\n",
         "post.md:3:8: `merge` must be true or false"},
        {"---\ntitle: x\nformat: rst\n---\nBody\n",
         "post.md:3:9: `format` is markdown or html, not `rst`"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Post)
            post = parse_as(cases[i].text, "post.md", NULL, NULL, &error);
        if (post != NULL)
            fail_msg("accepted: %s", cases[i].text);
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
    g_autofree char *longest = g_strnfill(501, 'x');
    g_autofree char *text = g_strdup_printf("---\ntitle: %s\n---\nBody\n",
                                            longest);
    GError *error = NULL;
    assert_null(parse_as(text, "post.md", NULL, NULL, &error));
    assert_error(&error, ERROR_INPUT, "longer than 500 characters");
}

static void a_subject_may_differ_from_the_title(void **state)
{
    (void)state;
    static const char both[] = "---\ntitle: a\nsubject: b\n" BODY;
    static const char one[] = "---\ntitle: a\n" BODY;
    static const struct {
        const char *text;
        const char *option;
        const char *title;
        const char *subject;
    } cases[] = {
        {both, NULL, "a", "b"},
        {both, "c", "a", "c"},
        {both, "a", "a", NULL},
        {one, NULL, "a", NULL},
        {one, "c\r\n d", "a", "c d"},
        {"Body only.\n", "c", "c", NULL},
        {"---\ntitle:\n" BODY, "c", "c", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PostOptions options = {NULL, cases[i].option};
        GError *error = NULL;
        g_autoptr(Post)
            post = parse_as(cases[i].text, "post.md", &options, NULL, &error);
        assert_no_error(error);
        assert_string_equal(post->title, cases[i].title);
        if (cases[i].subject == NULL)
            assert_null(post->subject);
        else
            assert_string_equal(post->subject, cases[i].subject);
    }
    PostOptions empty = {NULL, " \n"};
    GError *error = NULL;
    assert_null(parse_as(one, "post.md", &empty, NULL, &error));
    assert_error(&error, ERROR_USAGE, "--subject");
}

static void authors_come_in_many_shapes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"author: Ada Lovelace\n", "Ada Lovelace"},
        {"author: A, B and C\n", "A, B and C"},
        {"authors: [ \"Ada\", Bob ]\n", "Ada|Bob"},
        {"authors:\n- Ada\n- \"\"\n-\n- Bob\n", "Ada|Bob"},
        {"authors:\nauthor: Ada\n", "Ada"},
        {"authors: []\n", ""},
        {"author:\n", ""},
        {"author:\n  name: Ada\n  uri: x\n", "Ada"},
        {"author: '[Ada](https://example.org) (Acme)'\n", "Ada (Acme)"},
        {"author: Ada <ada@example.org>\n", "Ada"},
        {"extra:\n  author: Ctem\n", "Ctem"},
        {"Authors: Ada\n", "Ada"},
        {"extra: x\n", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *keys = g_strconcat("title: x\n", cases[i][0], NULL);
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(Post) post = post_with(keys, findings);
        g_autofree char *authors = authors_of(post);
        assert_string_equal(authors, cases[i][1]);
        assert_int_equal(findings_stored(findings), 0);
    }
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Post)
        post = post_with("title: x\nauthors:\n- uri: y\n", findings);
    assert_int_equal(post->authors->len, 0);
    assert_finding(findings, 0, "post.md:4:3: warning: an author without");
}

static void dates_come_from_keys_and_file_names(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        const char *file;
        int day; /* 0: no date */
    } cases[] = {
        {"date: 2016-06-29\n", "post.md", 29},
        {"Date: 2016-06-29\n", "post.md", 29},
        {"date:\nupdated: 2016-06-28\n", "post.md", 28},
        {"created_at: 2016-06-27 11:00:01 +0000\n", "post.md", 27},
        {"published: 26 June 2016\n", "post.md", 26},
        {"published: true\n", "post.md", 0},
        {"date: 2016-06-29\nupdated: 2016-07-30\n", "2016-06-01-x.md", 29},
        {"", "a/b/2016-06-25-x.md", 25},
        {"", "2016-06-24.vpnkit.md", 24},
        {"", "2016-06-241.md", 0},
        {"", "2016-06-24", 0},
        {"", "2016-13-24-x.md", 0},
        {"", "2016_06-24-x.md", 0},
        {"", "post.md", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat("---\ntitle: x\n", cases[i].keys,
                                            BODY, NULL);
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(Post)
            post = parse_as(text, cases[i].file, NULL, findings, NULL);
        assert_int_equal(post->has_date, cases[i].day != 0);
        if (post->has_date)
            assert_int_equal(post->date.day, cases[i].day);
        assert_int_equal(findings_stored(findings), 0);
    }
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Post) post = post_with("title: x\ndate: some day\n", findings);
    assert_false(post->has_date);
    assert_finding(findings, 0, "post.md:3:7: warning: `date` is no date");
}

static void urls_must_be_whole(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"url: https://example.org/a\n", "https://example.org/a"},
        {"permalink: HTTP://example.org/a\n", "HTTP://example.org/a"},
        {"url: //example.org/a\n", "https://example.org/a"},
        {"url: ' https://example.org '\n", "https://example.org"},
        {"permalink: /a\ncanonical_url: https://example.org/b\n",
         "https://example.org/b"},
        {"url: https://example.org/\xC3\xA9\n", "https://example.org/\xC3\xA9"},
        {"url: javascript:alert(1)\n", NULL},
        {"url: /relative\n", NULL},
        {"url: https://\n", NULL},
        {"url: https:///x\n", NULL},
        {"url: 'https://example.org/a b'\n", NULL},
        {"url: \"https://example.org/\\r\\nX: y\"\n", NULL},
        {"url: 'https://example.org/\"onclick'\n", NULL},
        {"url:\n", NULL},
        {"url: [https://example.org]\n", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *keys = g_strconcat("title: x\n", cases[i][0], NULL);
        g_autoptr(Post) post = post_with(keys, NULL);
        if (cases[i][1] == NULL)
            assert_null(post->url);
        else
            assert_string_equal(post->url, cases[i][1]);
    }
}

static void descriptions_and_languages(void **state)
{
    (void)state;
    g_autoptr(Post) post = post_with(
        "title: x\ndescription:\nsummary: |\n  One\n  two &amp; more\n"
        "lang: zh_tw\n",
        NULL);
    assert_string_equal(post->description, "One two & more");
    assert_string_equal(post->lang, "zh-TW");
    static const char *const cases[][2] = {{"en", "en"},
                                           {"EN-us", "en-US"},
                                           {"pt_BR.UTF-8", "pt-BR"},
                                           {"zh-hant-tw", "zh-Hant-TW"},
                                           {"de-1996", "de-1996"},
                                           {"x", NULL},
                                           {"en us", NULL},
                                           {"englishlanguage", NULL},
                                           {"1", NULL},
                                           {"en--us", NULL},
                                           {"[en]", NULL}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *keys = g_strdup_printf("title: x\nlang: %s\n",
                                                cases[i][0]);
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(Post) here = post_with(keys, findings);
        if (cases[i][1] != NULL) {
            assert_string_equal(here->lang, cases[i][1]);
            continue;
        }
        assert_null(here->lang);
        assert_finding(findings, 0,
                       "post.md:3:7: warning: this is no language");
    }
}

static void what_deserves_a_look_is_a_warning(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *finding;
    } cases[] = {
        {"---\ntitle: x\ndraft: true\n" BODY, "post.md:3:8: warning: this post "
                                              "is marked as a draft"},
        {"---\ntitle: x\npublished: false\n" BODY,
         "post.md:3:12: warning: this post is marked as not published"},
        {"---\ntitle: x\ntitle: y\n" BODY, "post.md:3:1: warning: "},
        {"---\ntitle: x\n---\n\n    <p>y</p>\n\nand text\n",
         "post.md:5: warning: Markdown shows this indented tag as code"},
        {"---\ntitle: x\nchangelog: y\n" BODY, "post.md:3:12: note: "},
        {"---\ntitle: x\nattachements: [a.pdf]\n" BODY,
         "post.md:3:1: warning: `attachements` is not read; did you mean "
         "`attachments`?"},
        {"---\ntitle: x\nmegre: true\n" BODY,
         "post.md:3:1: warning: `megre` is not read; did you mean `merge`?"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(Post)
            post = parse_as(cases[i].text, "post.md", NULL, findings, NULL);
        assert_non_null(post);
        assert_int_equal(findings_stored(findings), 1);
        assert_finding(findings, 0, cases[i].finding);
    }
    g_autoptr(Findings) none = findings_new();
    g_autoptr(Post)
        post = post_with("title: x\ndraft: false\npublished: true\n", none);
    assert_non_null(post);
    assert_int_equal(findings_stored(none), 0);
}

static void the_format_is_chosen_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        const char *file;
        const char *input;
        const char *body;
        PostFormat format;
        const char *reason;
    } cases[] = {
        {"", "a.md", NULL, "<p>x</p>", POST_HTML, "looks like HTML"},
        {"", "a", NULL, "text", POST_MARKDOWN, "looks like Markdown"},
        {"", "a.html", NULL, "text", POST_HTML, "extension"},
        {"", "a.HTM", NULL, "text", POST_HTML, "extension"},
        {"format: markdown\n", "a.html", NULL, "<p>x</p>", POST_MARKDOWN,
         "`format:`"},
        {"format: HTML\n", "a.md", NULL, "text", POST_HTML, "`format:`"},
        {"format: html\n", "a.md", "markdown", "text", POST_MARKDOWN,
         "`--input`"},
        {"", "a.md", "html", "text", POST_HTML, "`--input`"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PostOptions options = {cases[i].input, NULL};
        g_autofree char *text = g_strconcat("---\ntitle: x\n", cases[i].key,
                                            "---\n", cases[i].body, NULL);
        g_autoptr(Post)
            post = parse_as(text, cases[i].file, &options, NULL, NULL);
        assert_int_equal(post->format, cases[i].format);
        assert_string_equal(post->format_reason, cases[i].reason);
    }
    PostOptions wrong = {"markdwon", NULL};
    GError *error = NULL;
    assert_null(parse_as("---\ntitle: x\n" BODY, "a.md", &wrong, NULL, &error));
    assert_error(&error, ERROR_USAGE, "did you mean `markdown`?");
}

static void a_missing_body_is_made_of_what_there_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *body;
        PostFormat format;
        int line;
    } cases[] = {
        {"---\ntitle: x\nurl: https://e.org/?a=1&b=2\n"
         "description: One <x> & two\n---\n\n  \n",
         "<p>One &lt;x&gt; &amp; two</p>\n<p><a "
         "href=\"https://e.org/?a=1&amp;b=2\">https://e.org/"
         "?a=1&amp;b=2</a></p>\n",
         POST_HTML, 1},
        {"---\ntitle: x\nurl: https://e.org/\n---\n<!-- no text -->\n",
         "<p><a href=\"https://e.org/\">https://e.org/</a></p>\n", POST_HTML,
         1},
        {"---\ntitle: x\nsummary: All of it\n---\n", "<p>All of it</p>\n",
         POST_HTML, 1},
        {"---\ntitle: x\ndescription: y\nchangelog: |\n  ## New\n\n  - "
         "a\n---\n",
         "## New\n\n- a\n", POST_MARKDOWN, 5},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(Post)
            post = parse_as(cases[i].text, "post.md", NULL, findings, NULL);
        assert_string_equal(post->body, cases[i].body);
        assert_int_equal(post->body_length, strlen(cases[i].body));
        assert_int_equal(post->format, cases[i].format);
        assert_int_equal(post->body_line, cases[i].line);
    }
    GError *error = NULL;
    assert_null(
        parse_as("---\ntitle: x\n---\n\n", "post.md", NULL, NULL, &error));
    assert_error(&error, ERROR_INPUT, "post.md:4: the post has no body");
}

static void merge_is_off_unless_said(void **state)
{
    (void)state;
    g_autoptr(Post) off = post_with("title: x\nmerge: no\n", NULL);
    g_autoptr(Post) on = post_with("title: x\nmerge: true\n", NULL);
    assert_false(off->merge);
    assert_true(on->merge);
}

static void the_digest_is_of_the_files_bytes(void **state)
{
    (void)state;
    /* printf '%s\n' --- 'title: x' --- Body | sha256sum */
    g_autoptr(Post) post = post_with("title: x\n", NULL);
    assert_string_equal(
        post->digest,
        "7d6dabab6d32a5c2a76976216e4767b36c1cb456755b3fd483badded19858b59");
}

static void a_file_is_read(void **state)
{
    (void)state;
    g_autofree char *directory = g_dir_make_tmp("mirmail-post-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "a.md", NULL);
    assert_true(g_file_set_contents(path, "---\ntitle: x\n" BODY, -1, NULL));
    GError *error = NULL;
    g_autoptr(Post) post = post_read(path, NULL, NULL, &error);
    assert_no_error(error);
    assert_string_equal(post->file, path);
    assert_int_equal(g_remove(path), 0);
    assert_null(post_read(path, NULL, NULL, &error));
    assert_error(&error, ERROR_MISSING, path);
    assert_null(post_read(directory, NULL, NULL, &error));
    assert_error(&error, ERROR_INPUT, directory);
    assert_int_equal(g_rmdir(directory), 0);
}

static char *attachments_of(const Post *post)
{
    GString *joined = g_string_new(NULL);
    for (guint i = 0; i < post->attachments->len; i++) {
        const PostAttachment *attachment = &g_array_index(post->attachments,
                                                          PostAttachment, i);
        g_string_append_printf(joined, "%s=%s@%d;", attachment->file,
                               attachment->name ? attachment->name : "",
                               attachment->place.line);
    }
    return g_string_free(joined, FALSE);
}

static void attachments_are_paths_or_maps_in_their_order(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"title: x\n", ""},
        {"title: x\nattachments:\n", ""},
        {"title: x\nattachments: []\n", ""},
        {"title: x\nattachments: flyer.pdf\n", "flyer.pdf=@3;"},
        {"title: x\nAttachments: [a, b]\n", "a=@3;b=@3;"},
        {"title: x\nattachments:\n  - a.pdf\n"
         "  - {file: b.pdf, name: \"B 2.pdf\"}\n  - file: c\n",
         "a.pdf=@4;b.pdf=B 2.pdf@5;c=@6;"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Post) post = post_with(cases[i][0], NULL);
        g_autofree char *found = attachments_of(post);
        assert_string_equal(found, cases[i][1]);
    }
}

static void an_attachment_without_a_file_is_an_error(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "attachments:\n  - name: x\n",
        "attachments: {name: x}\n",
        "attachments:\n  - \n",
        "attachments: [[a]]\n",
        "attachments: [{file: [a]}]\n",
        "attachments: [{file: a, name: {b: c}}]\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat("---\ntitle: x\n", cases[i], BODY,
                                            NULL);
        GError *error = NULL;
        assert_null(parse_as(text, "post.md", NULL, NULL, &error));
        assert_error(&error, ERROR_INPUT, "attachment");
    }
}

static void a_translation_has_the_attachments_of_its_post(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"title: y\n", "a.pdf=A@0;b.pdf=@0;"},
        {"title: y\nattachments: fr.pdf\n", "fr.pdf=@3;"},
        {"title: y\nattachments: []\n", ""},
    };
    g_autoptr(Post) post = post_with(
        "title: x\nattachments: [{file: a.pdf, name: A}, b.pdf]\n", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Post) translation = post_with(cases[i][0], NULL);
        translation_complete(translation, "fr", post, NULL);
        g_autofree char *found = attachments_of(translation);
        assert_string_equal(found, cases[i][1]);
    }
}

static void images_are_inline_remote_or_another_programs_list(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        PostImages images;
    } cases[] = {
        {"title: x\n", POST_IMAGES_AUTO},
        {"title: x\nimages: inline\n", POST_IMAGES_INLINE},
        {"title: x\nimages: remote\n", POST_IMAGES_REMOTE},
        {"title: x\nimages: [/a.png]\n", POST_IMAGES_AUTO},
        {"title: x\nimages: cover.png\n", POST_IMAGES_AUTO},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Post) post = post_with(cases[i].keys, NULL);
        assert_int_equal(post->images, cases[i].images);
    }
    GError *error = NULL;
    assert_null(parse_as("---\ntitle: x\nimages: inlined\n" BODY, "post.md",
                         NULL, NULL, &error));
    assert_error(&error, ERROR_INPUT,
                 "post.md:3:9: `images` is inline or remote, not `inlined`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planet_post_is_read),
        cmocka_unit_test(a_mirage_post_is_read),
        cmocka_unit_test(titles_come_from_any_dialect),
        cmocka_unit_test(a_post_without_a_title_says_what_to_write),
        cmocka_unit_test(a_subject_may_differ_from_the_title),
        cmocka_unit_test(authors_come_in_many_shapes),
        cmocka_unit_test(dates_come_from_keys_and_file_names),
        cmocka_unit_test(urls_must_be_whole),
        cmocka_unit_test(descriptions_and_languages),
        cmocka_unit_test(what_deserves_a_look_is_a_warning),
        cmocka_unit_test(the_format_is_chosen_in_order),
        cmocka_unit_test(a_missing_body_is_made_of_what_there_is),
        cmocka_unit_test(merge_is_off_unless_said),
        cmocka_unit_test(the_digest_is_of_the_files_bytes),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(attachments_are_paths_or_maps_in_their_order),
        cmocka_unit_test(an_attachment_without_a_file_is_an_error),
        cmocka_unit_test(a_translation_has_the_attachments_of_its_post),
        cmocka_unit_test(images_are_inline_remote_or_another_programs_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
