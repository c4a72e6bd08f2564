#include "test.h"

#include "document/document.h"
#include "document/text_write.h"

#define GAP "QZabcdef"

typedef struct Case {
    const char *html;
    const char *text;
} Case;

/* As a page of our own, so that the classes which the readers of this folder
 * set stay as they are. */
static Document *read_page(const char *html, const char *gap_prefix)
{
    g_autofree char *page = g_strconcat(
        "<!DOCTYPE html><html><head><title>x</title></head><body>", html,
        "</body></html>", NULL);
    GError *error = NULL;
    Document *document = document_read_shell(page, strlen(page), "test",
                                             gap_prefix, &error);

    assert_no_error(error);
    return document;
}

static char *write_with(const char *html, const TextStyle *style)
{
    g_autoptr(Document) document = read_page(html, NULL);
    g_autoptr(GPtrArray) pieces = text_write(document, style);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < pieces->len; i++) {
        const TextPiece *piece = g_ptr_array_index(pieces, i);
        assert_null(piece->first_prefix);
        g_string_append(text, piece->text);
    }
    return g_string_free(text, FALSE);
}

static void check_all(const Case *cases, size_t count, int width)
{
    const TextStyle style = {width, TEXT_LINKS_END, NULL};

    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = write_with(cases[i].html, &style);
        assert_string_equal(text, cases[i].text);
    }
}

#define CHECK(cases, width) check_all(cases, G_N_ELEMENTS(cases), width)

static void paragraphs_stand_one_blank_line_apart(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"", ""},
        {"<p> </p><p>&nbsp;</p><div></div>", ""},
        {"<p>one</p>\n<p>two</p>", "one\n\ntwo\n"},
        {"<div>one<p>two</p>three</div>", "one\n\ntwo\n\nthree\n"},
        {"<p>one<br>two<br><br><br>three<br></p>", "one\ntwo\n\nthree\n"},
        {"<p>one</p><!-- no --><script>no</script><style>no</style>"
         "<template>no</template><svg><text>no</text></svg><p hidden>no</p>"
         "<p>two</p>",
         "one\n\ntwo\n"},
        {"<p>It is.  Two\nlines &amp; &lt;tags&gt;</p>",
         "It is. Two lines & <tags>\n"},
    };
    CHECK(cases, 72);
}

static void headings_are_underlined_by_their_rank(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>a</p><h2>Top</h2><p>b</p><h3>Below</h3><p>c</p><h4>Deep</h4>"
         "<p>d</p>",
         "a\n\n\nTop\n---\n\nb\n\n\nBelow\n~~~~~\n\nc\n\n*Deep*\n\nd\n"},
        {"<h1>One</h1><h2>Two</h2>", "One\n---\n\nTwo\n~~~\n"},
        {"<h2>The <em>new</em> <code>x</code> and <code>a b</code></h2>",
         "The new x and `a b`\n-------------------\n"},
        {"<h2>\u6F22\u5B57</h2>", "\u6F22\u5B57\n----\n"},
        {"<blockquote><h1>Quoted</h1></blockquote><h3>Top</h3>",
         "> *Quoted*\n\n\nTop\n---\n"},
        {"<h3>a</h3><h4>b</h4><h5>Read <a href='https://e.org'>x</a></h5>",
         "a\n---\n\nb\n~~~\n\n*Read x* [1]\n\n\nLinks\n-----\n\n[1] "
         "https://e.org\n"},
    };
    CHECK(cases, 72);
}

static void a_long_heading_is_a_paragraph(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<h1>aaaa bbbb cccc dddd</h1>", "aaaa bbbb\ncccc dddd\n---------\n"},
        {"<h1>aaaa bbbb cccc dddd eeee</h1>", "aaaa bbbb\ncccc dddd\neeee\n"},
    };
    CHECK(cases, 9);
}

static void words_are_marked_as_people_mark_them(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p><b>a</b> <strong>b</strong> <em>c</em> <i>d</i></p>",
         "*a* *b* _c_ _d_\n"},
        {"<p><em><strong>a</strong></em> <b><b>b</b></b></p>", "_*a*_ *b*\n"},
        {"<p>x<b> a </b>y</p>", "x *a* y\n"},
        {"<p><b>a<br>b</b></p>", "*a*\n*b*\n"},
        {"<p><em>snake_case</em> <b></b><b> </b></p>", "snake_case\n"},
        {"<p><del>a</del> <s>b</s></p>", "~~a~~ ~~b~~\n"},
        {"<p><mark>a</mark> <u>b</u> <small>c</small> <kbd>d</kbd></p>",
         "a b c d\n"},
        {"<p><q>a</q></p>", "\"a\"\n"},
        {"<p><q>\u00E4</q></p>", "\u201C\u00E4\u201D\n"},
        {"<p><code>a b</code> <code>c`d</code> <samp>e</samp></p>",
         "`a b` ``c`d`` `e`\n"},
        {"<p><code>`</code> <code>`a` b</code></p>", "`` ` `` `` `a` b ``\n"},
        {"<p>x<sup>2</sup> 13<sup>th</sup> e<sup>n+1</sup> "
         "10<sup>-3</sup> A<sup>TM</sup> H<sub>2</sub>O</p>",
         "x^2 13th e^(n+1) 10^-3 ATM H2O\n"},
        {"<p><abbr title='Hyper Text'>HT</abbr> <abbr title='Hyper Text'>HT"
         "</abbr></p>",
         "HT (Hyper Text) HT\n"},
    };
    CHECK(cases, 72);
}

static void code_is_broken_only_when_no_line_can_hold_it(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>aaa <code>bbb ccc</code></p>", "aaa\n`bbb ccc`\n"},
        {"<p>aaa <code>bbb ccc ddd</code></p>", "aaa `bbb\nccc ddd`\n"},
    };
    CHECK(cases, 10);
}

static void links_are_numbered_in_reading_order(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p><a href='https://a.org'>A</a>, <a href='http://b.org/x'>B </a>and "
         "<b><a href='https://a.org'>again</a></b>.</p>",
         "A [1], B [2] and *again* [1].\n\n\nLinks\n-----\n\n"
         "[1] https://a.org\n[2] http://b.org/x\n"},
        {"<p><a href='https://a.org/'>a.org</a> "
         "<a href='https://a.org/x'>https://a.org/x</a></p>",
         "<https://a.org/> <https://a.org/x>\n"},
        {"<p><a href='mailto:i@a.org'>i@a.org</a>, "
         "<a href='mailto:i@a.org?subject=x'>write</a></p>",
         "i@a.org, write <i@a.org>\n"},
        {"<p><a href='#x'>here</a> <a href='javascript:alert(1)'>no</a> "
         "<a href='data:text/html,x'>nor</a> <a>none</a> "
         "<a href='https://a.org'></a></p>",
         "here no nor none\n"},
        {"<p><a href='tel:+441234'>+44 1234</a></p>", "+44 1234\n"},
        {"<p><a href='https://a.org/p#x' rel='bookmark'>below</a></p>",
         "below\n"},
        {"<a href='https://a.org'><h3>Card</h3><p>text</p></a>",
         "Card\n----\n\ntext\n\n<https://a.org>\n"},
    };
    CHECK(cases, 72);
}

static void link_numbers_line_up(void **state)
{
    (void)state;
    g_autoptr(GString) html = g_string_new(NULL);
    const TextStyle style = {72, TEXT_LINKS_END, NULL};

    for (int i = 1; i <= 10; i++)
        g_string_append_printf(html, "<p><a href='https://%d.org'>x</a></p>",
                               i);
    g_autofree char *text = write_with(html->str, &style);
    assert_non_null(strstr(text, "\n [9] https://9.org\n"));
    assert_true(g_str_has_suffix(text, "\n[10] https://10.org\n"));
}

static void links_may_stand_in_the_text(void **state)
{
    (void)state;
    const TextStyle style = {72, TEXT_LINKS_INLINE, NULL};
    g_autofree char *text = write_with(
        "<p><b><a href='https://a.org'>A</a></b>.</p>", &style);

    assert_string_equal(text, "*A <https://a.org>*.\n");
}

static void links_may_stand_at_the_end_of_their_section(void **state)
{
    (void)state;
    const TextStyle style = {72, TEXT_LINKS_SECTION, NULL};
    g_autofree char *text = write_with(
        "<p><a href='https://a.org'>A</a></p>"
        "<h2>One</h2><p><a href='https://b.org'>B</a>, "
        "<a href='https://a.org'>A</a></p>"
        "<blockquote><h3>No section</h3><p>"
        "<a href='https://c.org'>C</a></p></blockquote>"
        "<h3>Two</h3><p>Nothing.</p>"
        "<h4>Part of two</h4><p><a href='https://b.org'>B</a></p>",
        &style);

    assert_string_equal(text, "A [1]\n\n[1] https://a.org\n\n\n"
                              "One\n---\n\nB [2], A [1]\n\n"
                              "> *No section*\n>\n> C [3]\n\n"
                              "[1] https://a.org\n[2] https://b.org\n"
                              "[3] https://c.org\n\n\n"
                              "Two\n~~~\n\nNothing.\n\n"
                              "*Part of two*\n\nB [2]\n\n"
                              "[2] https://b.org\n");
}

static void without_links_only_addresses_that_are_words_are_left(void **state)
{
    (void)state;
    const TextStyle style = {72, TEXT_LINKS_NONE, NULL};
    g_autofree char *text = write_with(
        "<p><a href='https://a.org'>A</a> <a href='https://b.org'>b.org</a> "
        "<a href='mailto:c@d.org'>C</a> <a href='mailto:c@d.org'>c@d.org</a> "
        "<a href='https://e.org'><img src='https://f.org' alt='F'></a></p>"
        "<a href='https://g.org'><p>G</p></a>",
        &style);

    assert_string_equal(text, "A <https://b.org> C c@d.org [image: F]\n\nG\n");
}

static void ascii_is_written_and_measured_as_such(void **state)
{
    (void)state;
    const TextStyle style = {40, TEXT_LINKS_END, "de"};
    g_autofree char *text = write_with(
        "<h1>Über „uns“ …</h1><p>Ein Satz — mit <em>Größe</em> und "
        "<code>→</code>, 東京 und\u00a0mehr.</p><pre>a “b” ü</pre>"
        "<ul>lose – Wörter</ul><table><tr><th>Maß<th>n</tr>"
        "<tr><td>½ kg<td>€</tr></table>"
        "<p><a href='https://xn--bcher-kva.de/'>Bücher</a></p>",
        &style);

    assert_string_equal(text, "Ueber \"uns\" ...\n---------------\n\n"
                              "Ein Satz -- mit _Groesse_ und `->`, 東京\n"
                              "und mehr.\n\n    a \"b\" ue\n\n"
                              "    lose - Woerter\n\n"
                              "  Mass    n\n  ------  ---\n"
                              "  1/2 kg  EUR\n\n"
                              "Buecher [1]\n\n\nLinks\n-----\n\n"
                              "[1] https://xn--bcher-kva.de/\n");
}

static const DocumentWords italian = {
    .links = "Collegamenti",
    .notes = "Note",
    .note = "nota",
    .image = "immagine",
    .video = "Video",
    .audio = "Audio",
    .page = "Pagina",
    .colon = ":",
    .watch = "Guarda il video su {}",
    .listen = "Ascolta su {}",
    .open = "Apri la pagina su {}",
    .alerts = {"Nota", "Suggerimento", "Importante", "Avviso", "Attenzione"},
};

/* Reads as a post is read, and writes it. */
static char *write_post(const char *source, DocumentFormat format,
                        const DocumentWords *words)
{
    const TextStyle style = {72, TEXT_LINKS_END, NULL};
    DocumentSource post = {.text = source,
                           .length = strlen(source),
                           .format = format,
                           .file = "post",
                           .first_line = 1,
                           .base_url = "https://example.org/blog/",
                           .words = words};
    GError *error = NULL;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Document) document = document_read(&post, findings, &error);
    g_autoptr(GPtrArray) pieces = NULL;

    assert_no_error(error);
    pieces = text_write(document, &style);
    assert_int_equal(pieces->len, 1);
    return g_strdup(((TextPiece *)g_ptr_array_index(pieces, 0))->text);
}

static void the_writers_own_words_are_in_the_language_of_the_post(void **state)
{
    (void)state;
    g_autofree char *text = write_post(
        "Testo[^1] ![foto](https://a.org/b.png)\n\n"
        "> [!WARNING]\n> Piano.\n\n"
        "<iframe src='https://www.youtube.com/embed/x'></iframe>\n\n"
        "[^1]: Una nota.\n",
        DOCUMENT_MARKDOWN, &italian);

    assert_string_equal(text, "Testo (nota 1) [immagine: foto] [1]\n\n"
                              "> *Avviso*\n>\n> Piano.\n\n"
                              "Video: <https://www.youtube.com/watch?v=x>\n\n\n"
                              "Note\n----\n\n 1. Una nota.\n\n\n"
                              "Collegamenti\n------------\n\n"
                              "[1] https://a.org/b.png\n");
}

/* A site keeps its posts as Markdown, a feed gives them as HTML. */
static void a_post_reads_the_same_as_markdown_and_as_html(void **state)
{
    (void)state;
    static const char markdown[] =
        "We meet at [the harbour](/map) on *Friday*, **six o'clock**.\n"
        "Bring `one` cup\\\nand [a friend](mailto:friend@example.org).\n\n"
        "## What there is\n\n"
        "1. soup\n2. music\n\n"
        "   by [the choir](https://choir.example.org/?a=1&b=2)\n\n"
        "* a list\n  * in a list\n\n"
        "> They said it would rain.\n\n"
        "```sh\nls | wc\n```\n\n"
        "| who | when |\n| --- | ---: |\n| Ada | 6 |\n| Grace | 12 |\n\n"
        "***\n\n![The pier](pier.png)\n";
    static const char html[] =
        "<p>We meet at <a href=\"https://example.org/map\" rel=\"nofollow\">"
        "the harbour</a> on <i>Friday</i>, <b>six o'clock</b>.\n"
        "Bring <code>one</code> cup<br/>\n"
        "and <a href=\"mailto:friend@example.org\">a friend</a>.</p>\n"
        "<div class=\"section\"><h2 id=\"what\">What there is</h2>\n"
        "<ol>\n<li><p>soup</p></li>\n<li><p>music</p><p>by "
        "<a href=\"https://choir.example.org/?a=1&amp;b=2\">the choir</a></p>"
        "</li></ol>\n<ul><li>a list<ul><li>in a list</li></ul></li></ul>\n"
        "<blockquote>They said it would rain.</blockquote>\n"
        "<pre class=\"sh\"><code>ls | <span>wc</span></code></pre>\n"
        "<table><thead><tr><th>who</th><th style=\"text-align:right\">when"
        "</th></tr></thead><tbody><tr><td>Ada</td>"
        "<td style=\"text-align:right\">6</td></tr><tr><td>Grace</td>"
        "<td style=\"text-align:right\">12</td></tr></tbody></table>\n"
        "<hr><p><img src=\"https://example.org/blog/pier.png\" "
        "alt=\"The pier\"></p></div>";
    g_autofree char *from_markdown = write_post(markdown, DOCUMENT_MARKDOWN,
                                                NULL);
    g_autofree char *from_html = write_post(html, DOCUMENT_HTML, NULL);

    assert_string_equal(from_markdown, from_html);
    assert_non_null(
        strstr(from_html, "[2] https://choir.example.org/?a=1&b=2"));
}

static void a_number_never_begins_a_line(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>aaaa <a href='https://e.org'>bbb</a></p>",
         "aaaa\nbbb [1]\n\n\nLinks\n-----\n\n[1] https://e.org\n"},
        {"<p>a <a href='https://e.org/long'>e.org/long</a></p>",
         "a\n<https://e.org/long>\n"},
    };
    CHECK(cases, 10);
}

static void images_say_what_they_show(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p><img src='https://e.org/i.png' alt='A cat'></p>",
         "[image: A cat] [1]\n\n\nLinks\n-----\n\n[1] https://e.org/i.png\n"},
        {"<p><a href='https://e.org'><img src='https://e.org/i.png' "
         "alt='A cat'></a></p>",
         "[image: A cat] [1]\n\n\nLinks\n-----\n\n[1] https://e.org\n"},
        {"<p><img src='https://e.org/i.png'></p>",
         "[image] [1]\n\n\nLinks\n-----\n\n[1] https://e.org/i.png\n"},
        {"<p>word <img src='https://e.org/i.png'></p>", "word\n"},
        {"<p><img src='https://e.org/i.png' width='1' height='1'></p>", ""},
        {"<figure><img src='cid:x' alt='A'><figcaption>B</figcaption>"
         "</figure>",
         "[image: A]\n\nB\n"},
    };
    CHECK(cases, 72);
}

static void media_show_their_address(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p class='media'>Video: <a href='https://v.org/w?v=1'>"
         "https://v.org/w?v=1</a></p>",
         "Video: <https://v.org/w?v=1>\n"},
    };
    CHECK(cases, 72);
}

static void bullets_change_with_the_depth(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<ul><li>a<ul><li>b<ul><li>c<ul><li>d</li></ul></li></ul></li></ul>"
         "</li><li>e</li></ul>",
         "  * a\n      - b\n          + c\n              * d\n  * e\n"},
        {"<ul><li><p>First</p></li><li><p>Second</p><ul><li>nested</li></ul>"
         "</li></ul>",
         "  * First\n\n  * Second\n\n      - nested\n"},
        {"<ul><li class='task'>[ ] open</li><li class='task'>[x] done</li>"
         "</ul>",
         "  * [ ] open\n  * [x] done\n"},
        {"<ul><li></li><li> </li></ul><p>a</p>", "a\n"},
        {"<ul><li>a</li></ul><ul><li>b</li></ul>", "  * a\n\n  * b\n"},
        {"<ol><li>a<ul><li>b</li></ul></li></ol>", " 1. a\n      * b\n"},
        {"<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>",
         "  * a\n      - b\n  * c\n"},
        {"<ul><li><pre>x\n</pre></li></ul>", "  *     x\n"},
        {"<ul><li>a<p>b</p></li><li>c</li></ul>", "  * a\n\n    b\n\n  * c\n"},
    };
    CHECK(cases, 72);
}

static void long_items_stand_apart(void **state)
{
    (void)state;
#define LINE "aaaa bbbb cccc dddd "
    static const Case cases[] = {
        {"<ul><li>" LINE LINE LINE "</li><li>d</li></ul>",
         "  * aaaa bbbb cccc dddd\n    aaaa bbbb cccc dddd\n"
         "    aaaa bbbb cccc dddd\n  * d\n"},
        {"<ul><li>" LINE LINE LINE "e</li><li>d</li></ul>",
         "  * aaaa bbbb cccc dddd\n    aaaa bbbb cccc dddd\n"
         "    aaaa bbbb cccc dddd\n    e\n\n  * d\n"},
    };
#undef LINE
    CHECK(cases, 24);
}

static void numbers_line_up_on_their_points(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<ol start='9'><li>ninth</li><li>tenth</li></ol>",
         " 9. ninth\n10. tenth\n"},
        {"<ol><li value='5'>a</li><li>b</li></ol>", " 5. a\n 6. b\n"},
        {"<ol type='a'><li>x</li><li>y</li></ol>", " a. x\n b. y\n"},
        {"<ol type='I' start='3'><li>x</li><li>y</li></ol>",
         "III. x\n IV. y\n"},
        {"<ol start='99'><li>x</li><li>y</li></ol>", " 99. x\n100. y\n"},
    };
    CHECK(cases, 72);
}

static void quotes_keep_their_blocks(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<blockquote><p>a</p><blockquote><p>b</p></blockquote><ul><li>c</li>"
         "</ul></blockquote><p>d</p>",
         "> a\n>\n>> b\n>\n>   * c\n\nd\n"},
        {"<ul><li><blockquote><p>a</p><p>b</p></blockquote></li></ul>",
         "  * > a\n    >\n    > b\n"},
        {"<blockquote class='alert'><p><strong>Note</strong></p><p>a</p>"
         "</blockquote>",
         "> *Note*\n>\n> a\n"},
    };
    CHECK(cases, 72);
}

static void code_blocks_stand_as_they_are(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<pre><code>a  b\n\tc\n\n  d  \n\n</code></pre>",
         "    a  b\n            c\n\n      d\n"},
        {"<pre>a\n\n\n\n\n\nb</pre>", "    a\n\n\n    b\n"},
        {"<blockquote><pre>a\n\nb</pre></blockquote>", ">     a\n>\n>     b\n"},
        {"<pre>aaaaaaaaaaaa bbbbbbbbbbbbbb cccccccccc</pre>",
         "    aaaaaaaaaaaa bbbbbbbbbbbbbb cccccccccc\n"},
        {"<pre>x\u00AD\u200B y<br>--&nbsp;z</pre>", "    x y\n    -- z\n"},
    };
    CHECK(cases, 40);
}

static void a_rule_is_centred(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>a</p><hr><p>b</p>", "a\n\n        * * *\n\nb\n"},
    };
    CHECK(cases, 21);
}

static const char table[] =
    "<table><thead><tr><th align='left'>Name</th><th align='center'>Qty</th>"
    "<th align='right'>Price</th></tr></thead><tbody><tr><td>Apples</td>"
    "<td align='center'>3</td><td align='right'>1.50</td></tr><tr>"
    "<td>A long product name</td><td align='center'>12</td>"
    "<td align='right'>1,000.00</td></tr></tbody></table>";

static void tables_keep_their_columns(void **state)
{
    (void)state;
    static const Case cases[] = {
        {table, "  Name                 Qty     Price\n"
                "  -------------------  ---  --------\n"
                "  Apples                3       1.50\n"
                "  A long product name  12   1,000.00\n"},
        {"<table><tr><th>\u6F22\u5B57</th><th>b</th></tr><tr><td>x</td>"
         "<td>y</td></tr></table>",
         "  \u6F22\u5B57  b\n  ----  -\n  x     y\n"},
        {"<table><tr><th>a</th><th>b</th></tr><tr><td colspan='2'>x</td></tr>"
         "</table>",
         "  a  b\n  -  -\n  x\n"},
    };
    CHECK(cases, 72);
}

static void wide_tables_are_narrowed(void **state)
{
    (void)state;
    const Case cases[] = {
        {table, "  Name            Qty     Price\n"
                "  --------------  ---  --------\n"
                "  Apples           3       1.50\n"
                "\n"
                "  A long product  12   1,000.00\n"
                "  name\n"},
    };
    CHECK(cases, 31);
}

static void tables_too_wide_become_records(void **state)
{
    (void)state;
    const Case cases[] = {
        {table, "  Name: Apples\n  Qty: 3\n  Price: 1.50\n\n"
                "  Name: A long product\n      name\n  Qty: 12\n"
                "  Price: 1,000.00\n"},
        {"<table><tr><th>aaaaaaaaaaaa<th>bbbbbbbbbbbb</table>",
         "  aaaaaaaaaaaa\n  bbbbbbbbbbbb\n"},
        {"<table><tr><th>a<th>bbbbbbbbbbbbb<th>c"
         "<tr><td><td>dddddddddddddddddd<td><tr><td><td>e<td>f</table>",
         "  a:\n  bbbbbbbbbbbbb:\n      dddddddddddddddddd\n\n"
         "  bbbbbbbbbbbbb: e\n  c: f\n"},
    };
    CHECK(cases, 22);
}

static void layout_tables_are_their_cells(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<table><tr><td>a</td><td>b</td></tr></table>", "a\n\nb\n"},
        {"<table role='presentation'><tr><th>a</th><td>b</td></tr></table>",
         "a\n\nb\n"},
        {"<table><tr><th>a</th><td><ul><li>b</li></ul></td></tr></table>",
         "a\n\n  * b\n"},
    };
    CHECK(cases, 72);
}

static void terms_stand_over_their_definitions(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<dl><dt>T</dt><dd>D</dd><dt>U</dt><dd>E</dd></dl>",
         "T\n    D\n\nU\n    E\n"},
    };
    CHECK(cases, 72);
}

static void notes_stand_before_the_links(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>Word<sup class='note-ref'>1</sup>.</p><section class='notes'><ol>"
         "<li value='1'><p>Note <a href='https://e.org'>x</a>.</p></li></ol>"
         "</section>",
         "Word (note 1).\n\n\nNotes\n-----\n\n 1. Note x [1].\n\n\n"
         "Links\n-----\n\n[1] https://e.org\n"},
    };
    CHECK(cases, 72);
}

static void line_ends_between_japanese_characters_vanish(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>\u6F22\n\u5B57 \u6F22</p>", "\u6F22\u5B57 \u6F22\n"},
        {"<p>\uD55C\n\uAE00</p>", "\uD55C \uAE00\n"},
        {"<p>\u6F22\nabc</p>", "\u6F22 abc\n"},
        {"<p><b>\u6F22</b>\n\u5B57</p>", "*\u6F22*\u5B57\n"},
    };
    CHECK(cases, 72);
}

static void deep_nesting_leaves_room_for_words(void **state)
{
    (void)state;
    g_autoptr(GString) html = g_string_new(NULL);
    const TextStyle style = {72, TEXT_LINKS_END, NULL};

    for (int i = 0; i < 100; i++)
        g_string_append(html, "<blockquote>");
    g_string_append(html, "<p>one two three four</p>");
    g_autofree char *text = write_with(html->str, &style);
    assert_true(strlen(text) <= 73);
    assert_non_null(strstr(text, "one two three four\n"));
}

/* --- gaps --- */

static void a_paragraph_with_a_gap_waits_for_its_recipient(void **state)
{
    (void)state;
    static const char html[] = "<p>before</p><blockquote><ul><li>Dear " GAP
                               "m3zQ, hello</li></ul>"
                               "</blockquote><p>after</p>";
    const TextStyle style = {72, TEXT_LINKS_END, NULL};
    g_autoptr(Document) document = read_page(html, GAP);
    g_autoptr(GPtrArray) pieces = text_write(document, &style);

    assert_int_equal(pieces->len, 3);
    const TextPiece *before = g_ptr_array_index(pieces, 0);
    const TextPiece *gap = g_ptr_array_index(pieces, 1);
    const TextPiece *after = g_ptr_array_index(pieces, 2);
    assert_null(before->first_prefix);
    assert_string_equal(before->text, "before\n\n");
    assert_string_equal(gap->text, "Dear " GAP "m3zQ, hello");
    assert_string_equal(gap->first_prefix, ">   * ");
    assert_string_equal(gap->rest_prefix, ">     ");
    assert_int_equal(gap->width, 72);
    assert_null(after->first_prefix);
    assert_string_equal(after->text, "\nafter\n");
}

static void a_gap_in_an_address_is_marked_as_one(void **state)
{
    (void)state;
    static const char html[] = "<p><a href='https://e.org/?u=" GAP
                               "m1zQ'>you</a></p>"
                               "<pre>id " GAP "m2zQ</pre>";
    const TextStyle style = {72, TEXT_LINKS_END, NULL};
    g_autoptr(Document) document = read_page(html, GAP);
    g_autoptr(GPtrArray) pieces = text_write(document, &style);

    assert_int_equal(pieces->len, 1);
    const TextPiece *piece = g_ptr_array_index(pieces, 0);
    assert_null(piece->first_prefix);
    assert_string_equal(piece->text, "you [1]\n\n    id " GAP "m2zQ\n\n\n"
                                     "Links\n-----\n\n[1] "
                                     "https://e.org/?u=" GAP "u1zQ\n");
}

static void headings_and_tables_with_gaps_have_no_fixed_width(void **state)
{
    (void)state;
    static const char html[] = "<h2>For " GAP
                               "m1zQ</h2><table><tr><th>A</th></tr><tr><td>" GAP
                               "m2zQ</td></tr></table>";
    const TextStyle style = {72, TEXT_LINKS_END, NULL};
    g_autoptr(Document) document = read_page(html, GAP);
    g_autoptr(GPtrArray) pieces = text_write(document, &style);

    assert_int_equal(pieces->len, 3);
    const TextPiece *heading = g_ptr_array_index(pieces, 0);
    const TextPiece *cell = g_ptr_array_index(pieces, 2);
    assert_string_equal(heading->text, "*For " GAP "m1zQ*");
    assert_string_equal(cell->text, "A: " GAP "m2zQ");
    assert_string_equal(cell->first_prefix, "  ");
}

/* --- the first sentence --- */

static void the_first_sentence_tells_what_the_post_is_about(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<h1>T</h1><p><img src='https://e.org' alt='x'></p><p>The <b>first</b>"
         " sentence is <a href='https://e.org'>here</a>! And more.</p>",
         "The first sentence is here!"},
        {"<p>Hello! This is the reason why we write to you. More.</p>",
         "Hello! This is the reason why we write to you."},
        {"<p>We think, e.g. here and J. Smith thinks, that it is. So.</p>",
         "We think, e.g. here and J. Smith thinks, that it is."},
        {"<p>aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee</p>",
         "aaaaaaaaaa bbbbbbbbbb cccccccccc\u2026"},
        {"<p>Dear " GAP "m0zQ, how are you this fine day?</p>", ""},
        {"<pre>code</pre>", ""},
        {"<blockquote><p>Only a quote.</p></blockquote>", "Only a quote."},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Document) document = read_page(cases[i].html, GAP);
        size_t limit = i == 3 ? 35 : 140;
        g_autofree char *text = text_first_sentence(document, limit);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_stand_one_blank_line_apart),
        cmocka_unit_test(headings_are_underlined_by_their_rank),
        cmocka_unit_test(a_long_heading_is_a_paragraph),
        cmocka_unit_test(words_are_marked_as_people_mark_them),
        cmocka_unit_test(code_is_broken_only_when_no_line_can_hold_it),
        cmocka_unit_test(links_are_numbered_in_reading_order),
        cmocka_unit_test(link_numbers_line_up),
        cmocka_unit_test(links_may_stand_in_the_text),
        cmocka_unit_test(links_may_stand_at_the_end_of_their_section),
        cmocka_unit_test(without_links_only_addresses_that_are_words_are_left),
        cmocka_unit_test(ascii_is_written_and_measured_as_such),
        cmocka_unit_test(the_writers_own_words_are_in_the_language_of_the_post),
        cmocka_unit_test(a_post_reads_the_same_as_markdown_and_as_html),
        cmocka_unit_test(a_number_never_begins_a_line),
        cmocka_unit_test(images_say_what_they_show),
        cmocka_unit_test(media_show_their_address),
        cmocka_unit_test(bullets_change_with_the_depth),
        cmocka_unit_test(long_items_stand_apart),
        cmocka_unit_test(numbers_line_up_on_their_points),
        cmocka_unit_test(quotes_keep_their_blocks),
        cmocka_unit_test(code_blocks_stand_as_they_are),
        cmocka_unit_test(a_rule_is_centred),
        cmocka_unit_test(tables_keep_their_columns),
        cmocka_unit_test(wide_tables_are_narrowed),
        cmocka_unit_test(tables_too_wide_become_records),
        cmocka_unit_test(layout_tables_are_their_cells),
        cmocka_unit_test(terms_stand_over_their_definitions),
        cmocka_unit_test(notes_stand_before_the_links),
        cmocka_unit_test(line_ends_between_japanese_characters_vanish),
        cmocka_unit_test(deep_nesting_leaves_room_for_words),
        cmocka_unit_test(a_paragraph_with_a_gap_waits_for_its_recipient),
        cmocka_unit_test(a_gap_in_an_address_is_marked_as_one),
        cmocka_unit_test(headings_and_tables_with_gaps_have_no_fixed_width),
        cmocka_unit_test(the_first_sentence_tells_what_the_post_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
