#include "render.h"

static const char *const row[][2] = {
    {"name", "Ada Lovelace"},
    {"long", "Augusta Ada King, Countess of Lovelace, of Ockham Park"},
    {"id", "a b&c"},
    {"wide", "東京都"},
    {NULL, NULL}};

static void lines_that_fit_stay_and_others_are_wrapped(void **state)
{
    static const struct {
        const char *template;
        const char *expected;
    } cases[] = {
        {"a   b  c\n", "a   b  c\n"},
        {"Dear {{long}}, hello\n", "Dear Augusta Ada King, Countess "
                                   "of\nLovelace, of Ockham Park, hello\n"},
        {"Dites\u00a0: {{name}}\u202f!\n", "Dites : Ada Lovelace !\n"},
        {"  Dear {{long}}\n",
         "  Dear Augusta Ada King, Countess\n  of Lovelace, of Ockham "
         "Park\n"},
        {"A line of the template that is too wide\n",
         "A line of the template that is too\nwide\n"},
        {"https://example.org/{{id}}/that/is/wider\n",
         "https://example.org/a%20b%26c/that/is/wider\n"},
        {"Go: https://example.org/?id={{id}}&wider\n",
         "Go:\nhttps://example.org/?id=a%20b%26c&wider\n"},
        {"<mailto:x@y.org?subject={{id}}>\n",
         "<mailto:x@y.org?subject=a%20b%26c>\n"},
        {"-- \nfoot  \n", "-- \nfoot\n"},
        {"Dear {{name}}{{#if none}}, {{none}}{{/if}} \n",
         "Dear Ada Lovelace\n"},
        {"Hi {{#if name}}{{name}}\nof {{long}}{{/if}}.\nEnd\n",
         "Hi Ada Lovelace\nof Augusta Ada King, Countess of\nLovelace, of "
         "Ockham Park.\nEnd\n"},
        {"no end", "no end\n"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {
            .template = cases[i].template, .row = row, .width = 34};
        assert_rendered(&render, cases[i].expected);
    }
}

static void a_title_is_underlined_as_wide_as_it_is(void **state)
{
    static const struct {
        const char *template;
        const char *expected;
    } cases[] = {
        {"{{ post.title | underline: \"=\" }}\n\nx\n",
         "A title that is wider\nthan a line\n=====================\n\nx\n"},
        {"{{ wide | underline: \"-\" }}\n", "東京都\n------\n"},
        {"{{ name | underline: \"~\" }}\n", "Ada Lovelace\n~~~~~~~~~~~~\n"},
        {"a\n{{ none | default: \"\" | underline: \"~\" }}\nb\n", "a\nb\n"},
    };
    Post post = {.title = (char[]){"A title that is wider than a line"}};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {.template = cases[i].template,
                         .post = &post,
                         .row = row,
                         .width = 24};
        assert_rendered(&render, cases[i].expected);
    }
}

static void the_post_stands_where_content_is_written(void **state)
{
    TextPiece ready = {.text = (char[]){"Ready   lines.\n\n"}};
    TextPiece filled = {.text = (char[]){"A paragraph of many words."},
                        .first_prefix = (char[]){"* "},
                        .rest_prefix = (char[]){"  "},
                        .width = 20};
    g_autoptr(GPtrArray) pieces = g_ptr_array_new();
    Render render = {.template = "top\n{{{ content }}}\nend\n",
                     .pieces = pieces};

    (void)state;
    g_ptr_array_add(pieces, &ready);
    g_ptr_array_add(pieces, &filled);
    assert_rendered(&render, "top\nReady   lines.\n\n* A paragraph of\n"
                             "  many words.\nend\n");
    render.template = "{{#if name}}\n{{content}}\n{{else}}\nnothing\n{{/if}}\n";
    assert_rendered(&render, "nothing\n");
    render.row = row;
    assert_rendered(&render,
                    "Ready   lines.\n\n* A paragraph of\n  many words.\n");
    render.template = "a{{#if name}}\n{{content}}\n{{/if}}\n";
    assert_refused(&render, "`content` must have a line of its own");
}

static void dates_and_authors_read_as_people_write_them(void **state)
{
    char *names[] = {(char[]){"Ada"}, (char[]){"Grace"}, (char[]){"Alan"}};
    g_autoptr(GPtrArray) authors = g_ptr_array_new();
    Post post = {.has_date = true,
                 .date = {.year = 2016, .month = 6, .day = 9},
                 .authors = authors,
                 .url = (char[]){"https://www.Mirage.io:443/blog?x"}};
    Render render = {
        .template = "{{post.authors}}, {{post.date}}, {{post.host}}\n"
                    "{{ post.date | date: \"%B %e\" }} "
                    "{{ post.authors | join: \"; \" }} {{post.dir}}\n",
        .post = &post};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_ptr_array_add(authors, names[i]);
    assert_rendered(&render, "Ada, Grace and Alan, 9 June 2016, mirage.io\n"
                             "June 9 Ada; Grace; Alan ltr\n");
    post.lang = (char[]){"he-IL"};
    render.template = "{{post.authors}} {{post.dir}}\n";
    assert_rendered(&render, "Ada, Grace, Alan rtl\n");
}

static void values_in_right_to_left_mails_are_isolated(void **state)
{
    Render render = {.template = "{{name}} https://x.org/{{id}}\n",
                     .row = row,
                     .isolate = true};

    (void)state;
    assert_rendered(&render,
                    "\xe2\x81\xa8"
                    "Ada Lovelace\xe2\x81\xa9 https://x.org/a%20b%26c\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_fit_stay_and_others_are_wrapped),
        cmocka_unit_test(a_title_is_underlined_as_wide_as_it_is),
        cmocka_unit_test(the_post_stands_where_content_is_written),
        cmocka_unit_test(dates_and_authors_read_as_people_write_them),
        cmocka_unit_test(values_in_right_to_left_mails_are_isolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
