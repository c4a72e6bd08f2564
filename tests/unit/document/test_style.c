#include "test.h"

#include "document/document.h"
#include "document/html_write.h"
#include "document/style.h"

static char *apply(const char *css, const char *html)
{
    GError *error = NULL;
    g_autoptr(Style) style = style_parse(css, strlen(css), "t.css", &error);
    assert_no_error(error);
    g_autoptr(Document) document = document_read_shell(html, strlen(html),
                                                       "test", NULL, &error);
    assert_no_error(error);
    style_apply(style, document, document_root(document));
    GString *out = g_string_new(NULL);
    html_write(document, out);
    return g_string_free(out, FALSE);
}

/* The body of a page with these rules applied. */
static void check_body(const char *css, const char *body, const char *expected)
{
    g_autofree char *page = g_strconcat(
        "<!DOCTYPE html><html><head></head><body>", body, "</body></html>",
        NULL);
    g_autofree char *out = apply(css, page);
    const char *from = strstr(out, "<body>\n");
    const char *end = strstr(out, "</body>");

    assert_non_null(from);
    assert_non_null(end);
    from += strlen("<body>\n");
    g_autofree char *shown = g_strndup(from, (gsize)(end - from));
    assert_string_equal(g_strchomp(shown), expected);
}

static void rules_are_written_into_the_elements(void **state)
{
    (void)state;
    static const struct {
        const char *css;
        const char *body;
        const char *expected;
    } cases[] = {
        {"p{margin:0}", "<p>a</p>", "<p style=\"margin:0\">a</p>"},
        {"p { margin : 0  0\n20px ; color:#fff }", "<p>a</p>",
         "<p style=\"margin:0 0 20px;color:#fff\">a</p>"},
        {".x{color:red}", "<p class='y x'>a</p>",
         "<p class=\"y x\" style=\"color:red\">a</p>"},
        {"p.x{color:red}", "<div class='x'>a</div>",
         "<div class=\"x\">a</div>"},
        {"a,b{color:red}", "<p><a>x</a><b>y</b></p>",
         "<p><a style=\"color:red\">x</a><b style=\"color:red\">y</b></p>"},
        {"div p em{color:red}", "<div><p><b><em>x</em></b></p></div>",
         "<div>\n<p><b><em style=\"color:red\">x</em></b></p>\n</div>"},
        {"div p{color:red}", "<p>x</p>", "<p>x</p>"},
        {"p{font-family:'Segoe UI', Arial}", "<p>x</p>",
         "<p style=\"font-family:'Segoe UI', Arial\">x</p>"},
        {"p:first-child{color:red} p:last-child{margin:0}",
         "<p>a</p><p>b</p><p>c</p>",
         "<p style=\"color:red\">a</p>\n<p>b</p>\n<p style=\"margin:0\">c</p>"},
        {"", "<p style='color:red'>x</p>", "<p style=\"color:red\">x</p>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_body(cases[i].css, cases[i].body, cases[i].expected);
}

static void comments_say_nothing(void **state)
{
    (void)state;
    check_body("/* a */ p /* b */ { /* c */ color: red /* d */; }", "<p>x</p>",
               "<p style=\"color:red\">x</p>");
    check_body("p{color:/* a */red}", "<p>x</p>",
               "<p style=\"color:red\">x</p>");
}

static void the_stronger_rule_wins_and_stands_last(void **state)
{
    (void)state;
    /* classes over elements, whatever the order */
    check_body(".x{color:red} p{color:blue;margin:0}", "<p class='x'>a</p>",
               "<p class=\"x\" style=\"margin:0;color:red\">a</p>");
    /* the same weight: the later one */
    check_body("p{color:red} p{color:blue}", "<p>a</p>",
               "<p style=\"color:blue\">a</p>");
    /* two elements over one */
    check_body("li p{margin:0} p{margin:9px}", "<ul><li><p>a</p></li></ul>",
               "<ul>\n<li>\n<p style=\"margin:0\">a</p>\n</li>\n</ul>");
    /* a shorthand takes back what a weaker rule said in detail */
    check_body("p{margin-top:1px} .x{margin:0}", "<p class='x'>a</p>",
               "<p class=\"x\" style=\"margin-top:1px;margin:0\">a</p>");
    check_body("p{margin:1px;margin-top:2px} .x{margin:0}",
               "<p class='x'>a</p>",
               "<p class=\"x\" style=\"margin-top:2px;margin:0\">a</p>");
}

static void the_elements_own_style_wins(void **state)
{
    (void)state;
    check_body("p{color:red;margin:0}", "<p style='Color: blue; width:1px'>a",
               "<p style=\"margin:0;color:blue;width:1px\">a</p>");
    check_body("p{color:red}", "<p style='font-family:\"a;b\";;x'>a",
               "<p style=\"color:red;font-family:&quot;a;b&quot;\">a</p>");
}

static void at_rules_are_kept_as_they_are(void **state)
{
    (void)state;
    static const char css[] =
        "p{margin:0}\n@media (max-width:480px){\n .x{a:b !important}\n}\n"
        "[data-ogsc] .x{color:#fff !important}";
    GError *error = NULL;
    g_autoptr(Style) style = style_parse(css, strlen(css), "t.css", &error);

    assert_no_error(error);
    assert_string_equal(style_kept(style, STYLE_ALL),
                        "@media (max-width:480px){\n .x{a:b !important}\n}\n"
                        "[data-ogsc] .x{color:#fff !important}\n");
}

static void rules_for_the_dark_can_be_had_alone(void **state)
{
    (void)state;
    static const char css[] = "@media (max-width:9px){.x{a:b}}"
                              "@media (Prefers-Color-Scheme: dark){.y{a:b}}"
                              "[data-ogsb] .z{a:b}"
                              "@media print{.dark{a:b}}";
    GError *error = NULL;
    g_autoptr(Style) style = style_parse(css, strlen(css), "t.css", &error);

    assert_no_error(error);
    assert_string_equal(style_kept(style, STYLE_PAGE),
                        "@media (max-width:9px){.x{a:b}}\n"
                        "@media print{.dark{a:b}}\n");
    assert_string_equal(style_kept(style, STYLE_DARK),
                        "@media (Prefers-Color-Scheme: dark){.y{a:b}}\n"
                        "[data-ogsb] .z{a:b}\n");
}

static void what_is_not_understood_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *css;
        const char *message;
    } cases[] = {
        {"p", "t.css:1:2: a rule ends without `{`"},
        {"p{", "t.css:1:2: this `{` is never closed"},
        {"p{color}", "t.css:1:8: `:` is expected"},
        {"p{color:}", "t.css:1:9: this property has no value"},
        {"p{color:red", "t.css:1:9: this value never ends"},
        {"p{a:'b}", "t.css:1:5: this value never ends"},
        {"\n\n  #x{a:b}", "t.css:3:3: this selector"},
        {"*{a:b}", "t.css:1:1: this selector"},
        {"a > b{a:b}", "t.css:1:3: this selector"},
        {"a[href]{a:b}", "t.css:1:2: this selector"},
        {"a:hover{a:b}", "t.css:1:2: only :first-child"},
        {"a b c d{a:b}", "t.css:1:7: more than three"},
        {"p.{a:b}", "t.css:1:1: a class needs a name"},
        {"p{color:red !important}", "t.css:1:9: `!important`"},
        {"@import 'x';", "t.css:1:1: of the @-rules only @media"},
        {"@media x{", "t.css:1:1: this block is never closed"},
        {"[href]{a:b}", "t.css:1:1: of the attributes only"},
        {"/* x", "t.css:1:1: this comment never ends"},
        {"p{background:URL(x)}", "t.css:1:14: a theme may not load"},
        {"@media x{p{background:url(x)}}", "t.css:1:23: a theme may not"},
        {"@media x{</style>}", "t.css:1:10: `<` may not"},
        {"p{a:</style>}", "t.css:1:5: `<` may not"},
        {"</style>", "t.css:1:1: this selector"},
        {"p{;=}", "t.css:1:4: a property is expected"},
        {"}", "t.css:1:1: this selector"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(
            style_parse(cases[i].css, strlen(cases[i].css), "t.css", &error));
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
}

static void a_theme_has_a_limit(void **state)
{
    (void)state;
    g_autofree char *css = g_strnfill(STYLE_BYTES_MAX + 1, ' ');
    GError *error = NULL;

    assert_null(style_parse(css, STYLE_BYTES_MAX + 1, "t.css", &error));
    assert_error(&error, ERROR_INPUT, "more than 65536 bytes");
    Style *style = style_parse(css, STYLE_BYTES_MAX, "t.css", &error);
    assert_no_error(error);
    style_free(style);
    style_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_written_into_the_elements),
        cmocka_unit_test(comments_say_nothing),
        cmocka_unit_test(the_stronger_rule_wins_and_stands_last),
        cmocka_unit_test(the_elements_own_style_wins),
        cmocka_unit_test(at_rules_are_kept_as_they_are),
        cmocka_unit_test(rules_for_the_dark_can_be_had_alone),
        cmocka_unit_test(what_is_not_understood_is_refused_with_its_place),
        cmocka_unit_test(a_theme_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
