#include "render.h"

typedef struct Case {
    const char *template;
    const char *expected;
} Case;

static char title[] = "A <b> & \"c\" 'd'";
static char url[] = "https://example.org/a?b=1&c=2";
static const Post post = {.title = title, .url = url};

static const char front[] = "slug: 'a b/c&d'\n"
                            "script: javascript:alert(1)\n"
                            "lines: \"one\\ntwo <3\"\n"
                            "bell: \"a\\x07b\\u202Ec\\u2028d\"\n"
                            "yes: 1\n";

static const char *const row[][2] = {{"name", "<Ada> & \"Co\" 'x'"},
                                     {"id", "a b/c&d=é"},
                                     {"bad", "a\r\nb\tc\x01\xe2\x80\xae"
                                             "d\xc2\x85"},
                                     {"nothing", ""},
                                     {NULL, NULL}};

static void values_are_escaped_for_html(void **state)
{
    static const Case cases[] = {
        {"<p>{{post.title}}</p>",
         "<p>A &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</p>"},
        {"<p title=\"{{post.title}}\">",
         "<p title=\"A &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\">"},
        {"<p>{{name}}</p>",
         "<p>&lt;Ada&gt; &amp; &quot;Co&quot; &#39;x&#39;</p>"},
        {"<a href=\"{{post.url}}\">",
         "<a href=\"https://example.org/a?b=1&amp;c=2\">"},
        {"<a href=\"https://x.org/{{post.slug}}\">",
         "<a href=\"https://x.org/a%20b%2Fc%26d\">"},
        {"<a href='https://x.org/{{post.slug | url}}'>",
         "<a href='https://x.org/a%20b%2Fc%26d'>"},
        {"<p>{{post.lines}}", "<p>one<br>two &lt;3"},
        {"<p title='{{post.lines}}'>", "<p title='one two &lt;3'>"},
        {"<p>{{post.bell}}", "<p>abc d"},
        {"<p>{{bad}}</p>", "<p>a b cd </p>"},
        {"<style>{{{style}}}</style><p>", "<style>p{margin:0}</style><p>"},
        {"<style>{{{style.dark}}}</style>", "<style>b{margin:0}</style>"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {.template = cases[i].template,
                         .front_matter = front,
                         .post = &post,
                         .row = row,
                         .html = true};
        assert_rendered(&render, cases[i].expected);
    }
}

/* In text an edge becomes a comment, elsewhere a bare word. */
static void edges_of_sections_are_comments_in_text_only(void **state)
{
    static const Case cases[] = {
        {"<p>{{#if name}}x{{/if}}</p>", "<p><!---->x<!----></p>"},
        {"<p title=\"{{#if name}}x{{/if}}\">", "<p title=\"x\">"},
        {"<title>{{#if name}}x{{else}}y{{/if}}</title>", "<title>x</title>"},
        {"<!--[if mso]>{{#if nothing}}x{{/if}}<![endif]-->",
         "<!--[if mso]><![endif]-->"},
        {"{{#if post.yes}}<p>{{/if}}", "<p>"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {.template = cases[i].template,
                         .front_matter = front,
                         .post = &post,
                         .row = row,
                         .html = true};
        assert_rendered(&render, cases[i].expected);
    }
}

static void places_where_a_value_could_act_are_refused(void **state)
{
    static const Case cases[] = {
        {"<p {{name}}>", "`name` may not stand inside a tag"},
        {"<p class={{name}}>", "put quotes around it"},
        {"<p class=a{{name}}>", "put quotes around it"},
        {"<{{name}}>", "inside a tag"},
        {"<p style=\"{{name}}\">", "in the attribute `style`"},
        {"<p onclick=\"f('{{name}}')\">", "in a script"},
        {"<p onclick=\"f('{{post.title}}')\">", "in a script"},
        {"<script>{{name}}</script>", "in <style> or <script>"},
        {"<STYLE>p{}{{name}}</STYLE>", "in <style> or <script>"},
        {"<img srcset='{{name}}'>", "in the attribute `srcset`"},
        {"<a href=\"{{post.script}}\">", "is no https, http or mailto"},
        {"<a href=\"{{#if name}}a{{/if}}\">", "at the start of an address"},
        {"<p title=\"{{#if name}}a\">{{/if}}", "must end where it began"},
        {"{{#if name}}<p title=\"{{else}}\">{{/if}}",
         "must end where it began"},
        {"<p {{#if name}}a{{/if}}>", "inside a tag"},
        {"<p title=\"{{{content}}}\">", "`content` may not stand inside"},
        {"<p>{{content}}", "`content` is written {{{ content }}}"},
        {"<p>{{{style}}}", "`style` may not stand outside of <style>"},
        {"<p>{{{style | upper}}}", "`style` takes no filters"},
        {"<p>{{ name | underline: \"=\" }}", "for text templates only"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {.template = cases[i].template,
                         .front_matter = front,
                         .post = &post,
                         .row = row,
                         .html = true};
        assert_refused(&render, cases[i].expected);
    }
}

static void the_place_in_a_page_is_known(void **state)
{
    static const struct {
        const char *page;
        HtmlState state;
        const char *attribute;
    } cases[] = {
        {"", HTML_DATA, ""},
        {"<p>a < b", HTML_DATA, ""},
        {"<p", HTML_TAG_NAME, ""},
        {"<p ", HTML_TAG, ""},
        {"<p a", HTML_ATTRIBUTE, "a"},
        {"<p a=", HTML_EQUALS, "a"},
        {"<p a = \"", HTML_QUOTED, "a"},
        {"<p a=\"x\" HREF='", HTML_QUOTED, "href"},
        {"<p a=\"x>y\">", HTML_DATA, ""},
        {"<p a=b c=\"", HTML_QUOTED, "c"},
        {"<p a=b>", HTML_DATA, ""},
        {"<br/>", HTML_DATA, ""},
        {"<!DOCTYPE html>", HTML_DATA, ""},
        {"<!DOCTYPE ht", HTML_MARKUP, ""},
        {"<!-- a > b -", HTML_COMMENT, ""},
        {"<!-- a --", HTML_COMMENT, ""},
        {"<!-- a -->", HTML_DATA, ""},
        {"<!--[if mso]><p><![endif]-->", HTML_DATA, ""},
        {"<title>a <b", HTML_TITLE, ""},
        {"<title>a</title>", HTML_DATA, ""},
        {"<style>a < b </sty", HTML_RAW, ""},
        {"<style>a</style >", HTML_DATA, ""},
        {"</p>", HTML_DATA, ""},
        {"</title>", HTML_DATA, ""},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        HtmlPlace place = {0};
        html_place_feed(&place, cases[i].page, strlen(cases[i].page));
        if (place.state != cases[i].state)
            fail_msg("%s: state %d", cases[i].page, place.state);
        if (place.state == HTML_QUOTED || place.state == HTML_ATTRIBUTE)
            assert_string_equal(place.attribute, cases[i].attribute);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped_for_html),
        cmocka_unit_test(edges_of_sections_are_comments_in_text_only),
        cmocka_unit_test(places_where_a_value_could_act_are_refused),
        cmocka_unit_test(the_place_in_a_page_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
