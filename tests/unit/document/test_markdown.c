/* test_markdown.c - document/markdown.h, lines.h, shortcodes.h */
#include "test.h"

#include "document/lines.h"
#include "document/markdown.h"
#include "tree.h"

static void commonmark_becomes_elements(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a *b* **c** `d`",
         "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>"},
        {"a  \nb\\\nc", "<p>a<br>\nb<br>\nc</p>"},
        {"# A\n\nB\n---\n###### C", "<h1>A</h1><h2>B</h2><h6>C</h6>"},
        {"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
        {"3. a\n\n4. b",
         "<ol start=\"3\"><li><p>a</p></li><li><p>b</p></li></ol>"},
        {"> a\n>> b",
         "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"},
        {"***", "<hr>"},
        {"```c\nx < y\n\n&amp;\n```",
         "<pre><code>x < y\n\n&amp;\n</code></pre>"},
        {"[a](/x 'T \"q\"')",
         "<p><a href=\"https://e.org/x\" title=\"T \"q\"\">a</a></p>"},
        {"![a *b* `c`](/x)",
         "<p><img src=\"https://e.org/x\" alt=\"a b c\"></p>"},
        {"<https://e.org/a>",
         "<p><a href=\"https://e.org/a\">https://e.org/a</a></p>"},
        {"a -- b... \"c\"", "<p>a -- b... \"c\"</p>"},
        {"<div>\n\n*x*\n\n</div>", "<div><p><em>x</em></p></div>"},
        {"a <b>x</b> <u>y", "<p>a <b>x</b> <u>y</u></p>"},
        {"a &copy; &#x41;", "<p>a \xc2\xa9 A</p>"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_tree(DOCUMENT_MARKDOWN, cases[i][0], cases[i][1]);
}

static const Node *find(const Document *document, const char *name)
{
    const Node *root = document_root_const(document);
    const Node *node = root->first_child;
    while (node != NULL && !node_is(node, name))
        node = node_following(node, root);
    assert_non_null(node);
    return node;
}

static void every_element_knows_its_line(void **state)
{
    (void)state;
    static const char text[] = "# A\n"           /* 1 */
                               "\n"              /* 2 */
                               "x\n"             /* 3 */
                               "*y* <u>z</u>\n"  /* 4 */
                               "\n"              /* 5 */
                               "> - q\n"         /* 6 */
                               ">\n"             /* 7 */
                               ">   <b>w</b>\n"  /* 8 */
                               "\n"              /* 9 */
                               "```\n"           /* 10 */
                               "c\n"             /* 11 */
                               "```\n"           /* 12 */
                               "<div>\n"         /* 13 */
                               "\n"              /* 14 */
                               "<i>v</i>\n"      /* 15 */
                               "</div>\n"        /* 16 */
                               "\n"              /* 17 */
                               "| t |\n"         /* 18 */
                               "|---|\n"         /* 19 */
                               "| `1` |\n"       /* 20 */
                               "s [^n]\n"        /* 21 */
                               "\n"              /* 22 */
                               "[^n]: note\n"    /* 23 */
                               "    ~~more~~\n"; /* 24 */
    static const struct {
        const char *name;
        int line;
    } cases[] = {{"h1", 1},         {"p", 3},   {"em", 4},     {"u", 4},
                 {"blockquote", 6}, {"li", 6},  {"b", 8},      {"pre", 10},
                 {"div", 13},       {"i", 15},  {"table", 18}, {"td", 20},
                 {"ol", 23},        {"del", 24}};
    g_auto(Read) read = read_source(DOCUMENT_MARKDOWN, text, NULL);
    assert_no_error(read.error);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Node *node = find(read.document, cases[i].name);
        if (node->line != cases[i].line)
            fail_msg("<%s> says line %d, not %d", cases[i].name, node->line,
                     cases[i].line);
    }
}

static void what_would_cost_too_much_is_refused_at_once(void **state)
{
    (void)state;
    g_autoptr(GString) images = g_string_new(NULL);
    g_autoptr(GString) quotes = g_string_new("a\n\n");
    g_autoptr(GString) bomb = g_string_new("[a]: /");
    for (int i = 0; i < 30000; i++)
        g_string_append(images, "![[]()");
    for (int i = 0; i < 1000; i++)
        g_string_append_c(quotes, '>');
    for (int i = 0; i < 1000000; i++)
        g_string_append_c(bomb, 'u');
    g_string_append(bomb, "\n\n");
    for (int i = 0; i < 100000; i++)
        g_string_append(bomb, "[a] ");
    static const char *const parts[] = {
        "post.md:1: too many images in one paragraph",
        "post.md:3: quotes and lists are nested more than 256 deep",
        "post.md: link definitions of"};
    const GString *texts[] = {images, quotes, bomb};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(Read) read = read_source(DOCUMENT_MARKDOWN, texts[i]->str, NULL);
        assert_null(read.document);
        assert_error(&read.error, ERROR_INPUT, parts[i]);
    }
}

static void a_page_of_images_is_not_too_much(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 2000; i++)
        g_string_append(text, "![a](/x)\n");
    g_auto(Read)
        read = read_source(DOCUMENT_MARKDOWN, text->str, "https://e.org");
    assert_no_error(read.error);
}

static void leftovers_of_generators_become_what_they_mean(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a\n\n{: .x #y}\n\nb", "<p>a</p><p>b</p>"},
        {"## A {#id}", "<h2>A</h2>"},
        {"## A {x} b", "<h2>A {x} b</h2>"},
        {"{{< figure src=\"/i\" alt=\"a\" caption=\"b <c>\" >}}",
         "<figure><img src=\"https://e.org/i\" alt=\"a\">"
         "<figcaption>b <c></figcaption></figure>"},
        {"{{% image src=/i alt='a' link=/l %}}",
         "<figure><a href=\"https://e.org/l\"><img src=\"https://e.org/i\" "
         "alt=\"a\"></a></figure>"},
        {"{{< youtube abc_1 >}}",
         "<p class=\"media\">Video: <a "
         "href=\"https://www.youtube.com/watch?v=abc_1\">"
         "https://www.youtube.com/watch?v=abc_1</a></p>"},
        {"{% highlight c %}\na *b*\n\n    c\n{% endhighlight %}\nd",
         "<pre><code>a *b*\n\n    c\n</code></pre><p>d</p>"},
        {"{% raw %}\na\n{% endraw %}", "<p>a</p>"},
        {"```\n{: .x}\n{{< youtube a >}}\n## A {#b}\n```",
         "<pre><code>{: .x}\n{{< youtube a >}}\n## A {#b}\n</code></pre>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_tree(DOCUMENT_MARKDOWN, cases[i][0], cases[i][1]);
}

static void other_leftovers_are_reported_but_not_those_in_code(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_MARKDOWN,
        "a {{< b c >}}\n\nd\n{% e %} `{% f %}`\n\n    {{< g >}}\n", NULL);
    assert_finding(read.findings, "template",
                   "post.md:1:3: warning: `{{< b c >}}` belongs to");
    assert_finding(read.findings, "template",
                   "post.md:4:1: warning: `{% e %}` belongs to");
    assert_int_equal(findings_stored(read.findings), 2);
}

static void an_indented_tag_is_warned_of(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_MARKDOWN, "a\n\n    <p>x</p>\n\n```\n<b>\n```\n\n    < y",
        NULL);
    assert_finding(read.findings, "code",
                   "post.md:3: warning: an indented line");
    assert_int_equal(findings_stored(read.findings), 1);
}

static void a_mark_is_found_unless_all_are_in_use(void **state)
{
    (void)state;
    g_autofree char *first = token_choose_mark("plain");
    g_autofree char *second = token_choose_mark(first);
    assert_non_null(first);
    assert_non_null(second);
    assert_string_not_equal(first, second);
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *next = g_strdup(first);
    for (int i = 0; i < 300 && next != NULL; i++) {
        g_string_append(all, next);
        g_free(next);
        next = token_choose_mark(all->str);
    }
    assert_null(next);
}

static void lines_keep_their_numbers(void **state)
{
    (void)state;
    g_autoptr(Lines) lines = lines_split("a\n\nbc", 5, 7);
    size_t length = 0;
    assert_int_equal(lines_count(lines), 3);
    assert_memory_equal(lines_at(lines, 2, &length), "bc\n", 3);
    assert_int_equal(length, 2);
    assert_int_equal(lines_number(lines, 0), 7);
    assert_int_equal(lines_number(lines, 2), 9);
    assert_int_equal(lines_number(lines, 99), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commonmark_becomes_elements),
        cmocka_unit_test(every_element_knows_its_line),
        cmocka_unit_test(what_would_cost_too_much_is_refused_at_once),
        cmocka_unit_test(a_page_of_images_is_not_too_much),
        cmocka_unit_test(leftovers_of_generators_become_what_they_mean),
        cmocka_unit_test(other_leftovers_are_reported_but_not_those_in_code),
        cmocka_unit_test(an_indented_tag_is_warned_of),
        cmocka_unit_test(a_mark_is_found_unless_all_are_in_use),
        cmocka_unit_test(lines_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
