#include "test.h"

#include <glib/gstdio.h>

#include "letter/letter.h"
#include "post/post.h"

/* A post, a template and one recipient, and what becomes of them. */
typedef struct Desk {
    char *directory;
    Post post;
    LetterSource source;
    SenderConfig sender;
    ListConfig list;
    TextConfig text;
    Findings *findings;
    List *recipients;
    const Subscriber *subscriber;
    Letter *letter;
    Filled filled;
    GError *error;
} Desk;

static const char *const plain_text = "{{{content}}}\n";
static const char *const plain_html =
    "<!DOCTYPE html>\n<html lang=\"{{post.lang}}\"><head><title>{{subject}}"
    "</title></head>\n<body>{{{content}}}</body></html>\n";

static void write_file(const Desk *desk, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(desk->directory, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_file(const Desk *desk, const char *name)
{
    g_autofree char *path = g_build_filename(desk->directory, name, NULL);

    (void)g_remove(path);
}

static void set_row(Desk *desk, const char *csv)
{
    g_autofree char *path = g_build_filename(desk->directory, "list.csv", NULL);
    const char *const paths[] = {path, NULL};
    ListOptions options = {.paths = paths};

    write_file(desk, "list.csv", csv);
    list_close(desk->recipients);
    desk->recipients = list_open(&options, NULL, &desk->error);
    assert_no_error(desk->error);
    desk->subscriber = list_next(desk->recipients, &desk->error);
    assert_no_error(desk->error);
    assert_non_null(desk->subscriber);
}

static void set_body(Desk *desk, const char *body)
{
    g_free(desk->post.body);
    desk->post.body = g_strdup(body);
    desk->post.body_length = strlen(body);
}

static int open_desk(void **state)
{
    Desk *desk = g_new0(Desk, 1);

    desk->directory = g_dir_make_tmp("mirmail-letter-XXXXXX", NULL);
    assert_non_null(desk->directory);
    desk->post.file = g_strdup("post.md");
    desk->post.title = g_strdup("A title");
    desk->post.body_line = 5;
    desk->post.authors = g_ptr_array_new();
    desk->post.front_matter = value_parse("", 0, "post.md", 1, NULL, NULL);
    desk->post.merge = true;
    desk->text = (TextConfig){.width = 72};
    desk->findings = findings_new();
    desk->source = (LetterSource){.post = &desk->post,
                                  .sender = &desk->sender,
                                  .list = &desk->list,
                                  .text = &desk->text,
                                  .template_dir = desk->directory};
    filled_init(&desk->filled);
    write_file(desk, "mail.txt", plain_text);
    write_file(desk, "mail.html", plain_html);
    write_file(desk, "theme.css", "p { margin: 0 }\n");
    set_body(desk, "Hi {{name}}.\n");
    set_row(desk, "email,name,site,none\n"
                  "ada@example.org,Ada & Co,https://a.org/?b=1&c=2,\n");
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    static const char *const files[] = {"mail.txt", "mail.html", "theme.css",
                                        "list.csv", "foot.txt"};
    Desk *desk = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        remove_file(desk, files[i]);
    (void)g_rmdir(desk->directory);
    letter_free(desk->letter);
    list_close(desk->recipients);
    findings_free(desk->findings);
    filled_clear(&desk->filled);
    value_free(desk->post.front_matter);
    g_ptr_array_unref(desk->post.authors);
    g_free(desk->post.file);
    g_free(desk->post.title);
    g_free(desk->post.subject);
    g_free(desk->post.body);
    g_free(desk->directory);
    g_clear_error(&desk->error);
    g_free(desk);
    return 0;
}

static bool compose(Desk *desk)
{
    letter_free(desk->letter);
    desk->letter = letter_compose(&desk->source, desk->findings, &desk->error);
    return desk->letter != NULL;
}

static bool merge(Desk *desk)
{
    if (!compose(desk))
        return false;
    return letter_merge(desk->letter, desk->subscriber, &desk->filled,
                        &desk->error);
}

static void assert_merged(Desk *desk)
{
    bool good = merge(desk);

    assert_no_error(desk->error);
    assert_true(good);
}

static void assert_has(const GString *text, const char *part)
{
    if (strstr(text->str, part) == NULL)
        fail_msg("`%s` is not in: %s", part, text->str);
}

static void fields_are_filled_in_by_their_place(void **state)
{
    static const struct {
        const char *body;
        const char *text;
        const char *html;
    } cases[] = {
        {"Hi {{name}}.\n", "Hi Ada & Co.\n", "Hi Ada &amp; Co.</p>"},
        {"Hi {{ name | default: \"you\" }}.\n", "Hi Ada & Co.\n",
         "Hi Ada &amp; Co.</p>"},
        {"Hi {{ none | default: \"you\" }}.\n", "Hi you.\n", "Hi you.</p>"},
        {"[form](https://e.org/?u={{email}})\n",
         "[1] https://e.org/?u=ada%40example.org\n",
         "href=\"https://e.org/?u=ada%40example.org\""},
        {"[site]({{site}})\n", "[1] https://a.org/?b=1&c=2\n",
         "href=\"https://a.org/?b=1&amp;c=2\""},
        {"<https://e.org/?u={{name}}>\n", "<https://e.org/?u=Ada%20%26%20Co>\n",
         ">https://e.org/?u=Ada%20%26%20Co</a>"},
        {"| a |\n|---|\n| {{ none | default: \"you\" }} |\n", "you\n",
         "you</td>"},
        {"`{{name}}` {{name}}\n", "`{{name}}` Ada & Co\n",
         "{{name}}</code> Ada &amp; Co"},
        {"    {{#if x}}\n", "    {{#if x}}\n", "{{#if x}}"},
        {"```\n{{ bad bad( }} {{\n```\n", "    {{ bad bad( }} {{\n",
         "{{ bad bad( }} {{"},
        {"\\{{name}} \\{{name\n", "{{name}} {{name\n", "{{name}} {{name"},
    };
    Desk *desk = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set_body(desk, cases[i].body);
        assert_merged(desk);
        assert_has(desk->filled.text, cases[i].text);
        assert_has(desk->filled.html, cases[i].html);
    }
}

static void fields_in_html_posts_are_filled_in_too(void **state)
{
    Desk *desk = *state;

    desk->post.format = POST_HTML;
    set_body(desk, "<p title=\"for {{name}}\">Hi <b>{{name}}</b> "
                   "<code>{{name}}</code> <a href=\"{{site}}\">x</a></p>");
    assert_merged(desk);
    assert_string_equal(desk->filled.text->str,
                        "Hi *Ada & Co* `{{name}}` x [1]\n\n\n"
                        "Links\n-----\n\n[1] https://a.org/?b=1&c=2\n");
    assert_has(desk->filled.html, "title=\"for Ada &amp; Co\"");
    assert_has(desk->filled.html, "<b>Ada &amp; Co</b>");
    assert_has(desk->filled.html, "{{name}}</code>");
}

static void what_a_post_may_not_hold_is_told_with_its_place(void **state)
{
    static const struct {
        const char *body;
        const char *part;
    } cases[] = {
        {"a\n\nb {{#if name}}c{{/if}}\n", "post.md:7:3: a post may hold"},
        {"{{{name}}}\n", "post.md:5:1: a post may hold"},
        {"{{> foot}}\n", "post.md:5:1: a post may hold"},
        {"x {{name\n", "post.md:5:3: `{{` is never closed"},
        {"{{ name | shout }}\n", "post.md:5:1: no filter `shout`"},
        {"{{ post.title }}\n", "post.md:5:1: `post.title` is the same"},
        {"{{ name | underline: \"=\" }}\n", "for templates only"},
        {"{{else}}\n", "post.md:5:1: a post may hold fields, but no"},
        {"{{none}}\n", "post.md:5:1: `none` is empty for ada@example.org ("},
        {"{{missing}}\n", "post.md:5:1: `missing` is empty for"},
        {"[x]({{name}})\n", "post.md:5:5: `name` of ada@example.org ("},
    };
    Desk *desk = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set_body(desk, cases[i].body);
        assert_false(merge(desk));
        assert_error(&desk->error, ERROR_INPUT, cases[i].part);
    }
}

static void without_merge_braces_are_text_and_a_note_says_so(void **state)
{
    Desk *desk = *state;

    desk->post.merge = false;
    set_body(desk, "`{{code}}`\n\nHi {{ name }} and {{#if x}}\n");
    assert_merged(desk);
    assert_string_equal(desk->filled.text->str,
                        "`{{code}}`\n\nHi {{ name }} and {{#if x}}\n");
    assert_int_equal(findings_count(desk->findings, SEVERITY_NOTE), 1);
    g_autofree char *line = finding_to_line(findings_at(desk->findings, 0));
    assert_non_null(strstr(line, "{{name}} goes out as it is written"));
    assert_non_null(strstr(line, "merge: true"));
}

static void a_value_is_never_markup_nor_a_field(void **state)
{
    Desk *desk = *state;

    set_row(desk, "email,name\n"
                  "a@example.org,\"{{email}} <b>*x*</b> [y](z)\"\n");
    set_body(desk, "Hi {{name}}.\n");
    assert_merged(desk);
    assert_string_equal(desk->filled.text->str,
                        "Hi {{email}} <b>*x*</b> [y](z).\n");
    assert_has(desk->filled.html,
               "Hi {{email}} &lt;b&gt;*x*&lt;/b&gt; [y](z).");
}

static void paragraphs_with_fields_are_wrapped_for_each(void **state)
{
    Desk *desk = *state;

    desk->text.width = 60;
    set_body(desk, "* Dear {{name}}, this line is long enough to be broken "
                   "anew for each of you.\n");
    assert_merged(desk);
    assert_string_equal(
        desk->filled.text->str,
        "  * Dear Ada & Co, this line is long enough to be broken\n"
        "    anew for each of you.\n");
    set_row(desk, "email,name\na@example.org,\"Augusta Ada King, Countess of "
                  "Lovelace\"\n");
    assert_merged(desk);
    assert_string_equal(
        desk->filled.text->str,
        "  * Dear Augusta Ada King, Countess of Lovelace, this line\n"
        "    is long enough to be broken anew for each of you.\n");
}

static void the_subject_may_have_fields_but_no_line_breaks(void **state)
{
    Desk *desk = *state;

    g_free(desk->post.title);
    desk->post.title = g_strdup("News for {{ name | default: \"you\" }}");
    assert_merged(desk);
    assert_string_equal(desk->filled.subject->str, "News for Ada & Co");
    assert_has(desk->filled.html, "<title>News for Ada &amp; Co</title>");
    desk->post.subject = g_strdup("{{ none | default: \"\" }} To {{name}}");
    assert_merged(desk);
    assert_string_equal(desk->filled.subject->str, "To Ada & Co");
    g_free(desk->post.subject);
    desk->post.subject = g_strdup("Hi {{ none | default: \"a\xe2\x80\xa8"
                                  "Bcc: x\" }}");
    assert_false(merge(desk));
    assert_error(&desk->error, ERROR_INPUT, "the subject for ada@example");
    g_free(desk->post.subject);
    desk->post.subject = g_strdup("{{ none | default: \"\" }}");
    assert_false(merge(desk));
    assert_error(&desk->error, ERROR_INPUT, "the subject is empty");
}

static void the_fields_in_use_are_listed(void **state)
{
    static const struct {
        const char *name;
        int line;
        bool required;
    } expected[] = {
        {"site", 6, true},   /* the post's title comes first, it has none */
        {"name", 1, true},   /* first in an if, then without */
        {"email", 2, false}, /* only in an if of its own */
        {"none", 3, false},
    };
    Desk *desk = *state;
    size_t count;

    write_file(desk, "mail.txt",
               "{{{content}}}\n{{#if name}}{{name}}{{/if}}\n"
               "{{#if email}}{{email}}{{/if}}\n"
               "{{ none | default: \"x\" }} {{name}}\n");
    set_body(desk, "a\n[x]({{site}})\n");
    assert_true(compose(desk));
    const LetterField *fields = letter_fields(desk->letter, &count);
    assert_int_equal(count, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(fields[i].name, expected[i].name);
        assert_int_equal(fields[i].required, expected[i].required);
        assert_int_equal(fields[i].place.line,
                         i == 0 ? 6 : expected[i].line + 1);
    }
    assert_string_equal(fields[0].place.file, "post.md");
    assert_int_equal(fields[0].place.column, 5);
    assert_true(g_str_has_suffix(fields[1].place.file, "mail.txt"));
}

static void sections_on_fields_leave_out_whole_elements(void **state)
{
    Desk *desk = *state;

    write_file(desk, "mail.html",
               "<!DOCTYPE html>\n<html><head><title>{{#if none}}a{{else}}b"
               "{{/if}}</title></head>\n<body><table>\n{{#if none}}\n<tr><td>"
               "{{none}}</td></tr>\n{{else}}\n<tr><td title=\"{{#if name}}n"
               "{{/if}}\">nothing</td></tr>\n{{/if}}\n</table>{{{content}}}"
               "</body></html>\n");
    assert_merged(desk);
    assert_has(desk->filled.html, "<title>b</title>");
    assert_has(desk->filled.html, "<td title=\"n\">nothing</td>");
    assert_null(strstr(desk->filled.html->str, "<!--"));
    write_file(desk, "mail.html",
               "<html><body>\n{{#if name}}<div>{{/if}}<p>a</p>{{{content}}}"
               "</body></html>\n");
    assert_false(merge(desk));
    assert_error(&desk->error, ERROR_INPUT,
                 "mail.html:2:1: this section does not hold whole elements");
}

static void a_directory_need_not_have_all_three_files(void **state)
{
    Desk *desk = *state;

    write_file(desk, "mail.txt", "{{> foot}}\n");
    write_file(desk, "foot.txt", "foot of {{name}}\n");
    remove_file(desk, "mail.html");
    remove_file(desk, "theme.css");
    desk->list.name = (char[]){"News"};
    assert_merged(desk);
    assert_string_equal(desk->filled.text->str, "foot of Ada & Co\n");
    assert_has(desk->filled.html, "Hi Ada &amp; Co.");
    desk->source.template_dir = "/nonexistent/template";
    assert_false(merge(desk));
    assert_error(&desk->error, ERROR_MISSING, "/nonexistent/template: ");
}

static void the_built_in_template_is_right(void **state)
{
    Desk *desk = *state;

    desk->source.template_dir = NULL;
    desk->list.name = (char[]){"News"};
    desk->list.unsubscribe_url = (char[]){"https://l.example.org/u"};
    desk->sender.organisation = (char[]){"Example"};
    desk->post.url = (char[]){"https://www.example.org/p"};
    assert_merged(desk);
    assert_has(desk->filled.text, "A title\n=======\n\n"
                                  "<https://www.example.org/p>\n\n"
                                  "Hi Ada & Co.\n\n-- \n");
    assert_has(desk->filled.text, "Unsubscribe: https://l.example.org/u\n");
    assert_has(desk->filled.html, "href=\"https://l.example.org/u\"");
    assert_has(desk->filled.html, "on example.org</a>");
    assert_null(strstr(desk->filled.html->str, "{{"));
    assert_string_equal(letter_archived_at(desk->letter),
                        "https://www.example.org/p");
    desk->post.url = NULL;
}

static void language_and_direction_come_from_the_post(void **state)
{
    Desk *desk = *state;

    assert_merged(desk);
    assert_string_equal(letter_lang(desk->letter), "en");
    desk->post.lang = (char[]){"he"};
    assert_merged(desk);
    assert_string_equal(letter_lang(desk->letter), "he");
    assert_has(desk->filled.html, "<html lang=\"he\">");
    assert_has(desk->filled.text, "Hi \xe2\x81\xa8"
                                  "Ada & Co\xe2\x81\xa9.");
    desk->post.lang = NULL;
}

static void the_digest_is_that_of_what_readers_get(void **state)
{
    static const char *const bodies[] = {"a {{name}}", "a {{name }}",
                                         "a {{ name | upper }}", "b {{name}}",
                                         "a {{email}}"};
    Desk *desk = *state;
    char digests[G_N_ELEMENTS(bodies)][65];

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        set_body(desk, bodies[i]);
        assert_true(compose(desk));
        assert_int_equal(strlen(letter_digest(desk->letter)), 64);
        memcpy(digests[i], letter_digest(desk->letter), 65);
    }
    assert_string_equal(digests[0], digests[1]);
    for (size_t i = 2; i < G_N_ELEMENTS(bodies); i++) {
        for (size_t j = 0; j < i; j++)
            assert_true((i == 1 && j == 0) ||
                        strcmp(digests[i], digests[j]) != 0);
    }
}

static void links_are_counted_once(void **state)
{
    Desk *desk = *state;

    set_body(desk, "[a](https://a.org) [b](https://a.org) "
                   "[c](https://b.org) <info@c.org>\n");
    assert_true(compose(desk));
    assert_int_equal(letter_link_count(desk->letter), 3);
}

static void a_body_of_which_nothing_is_left_is_an_error(void **state)
{
    Desk *desk = *state;

    set_body(desk, "<script>x</script>\n");
    assert_true(compose(desk));
    assert_int_equal(findings_count(desk->findings, SEVERITY_ERROR), 1);
}

int main(void)
{
#define DESK(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        DESK(fields_are_filled_in_by_their_place),
        DESK(fields_in_html_posts_are_filled_in_too),
        DESK(what_a_post_may_not_hold_is_told_with_its_place),
        DESK(without_merge_braces_are_text_and_a_note_says_so),
        DESK(a_value_is_never_markup_nor_a_field),
        DESK(paragraphs_with_fields_are_wrapped_for_each),
        DESK(the_subject_may_have_fields_but_no_line_breaks),
        DESK(the_fields_in_use_are_listed),
        DESK(sections_on_fields_leave_out_whole_elements),
        DESK(a_directory_need_not_have_all_three_files),
        DESK(the_built_in_template_is_right),
        DESK(language_and_direction_come_from_the_post),
        DESK(the_digest_is_that_of_what_readers_get),
        DESK(links_are_counted_once),
        DESK(a_body_of_which_nothing_is_left_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
