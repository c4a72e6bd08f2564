/* test_links.c - document/links.h and document/uri.h */
#include "test.h"

#include "document/uri.h"
#include "tree.h"

/* RFC 3986, 5.4: normal and abnormal examples. */
static void references_resolve_as_the_rfc_shows(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http:g"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = uri_resolve("http://a/b/c/d;p?q", cases[i][0]);
        assert_string_equal(found, cases[i][1]);
    }
}

static void a_base_without_a_path_takes_references(void **state)
{
    (void)state;
    g_autofree char *relative = uri_resolve("https://e.org", "x/y");
    g_autofree char *query = uri_resolve("https://e.org", "?q");
    assert_string_equal(relative, "https://e.org/x/y");
    assert_string_equal(query, "https://e.org?q");
}

static void addresses_are_encoded_but_otherwise_kept(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://e.org", "https://e.org"},
        {"HTTPS://E.org/%7Ea", "HTTPS://E.org/%7Ea"},
        {"https://e.org/a b", "https://e.org/a%20b"},
        {"https://e.org/\xc3\xa4?\xc3\xa4#\xc3\xa4",
         "https://e.org/%C3%A4?%C3%A4#%C3%A4"},
        {"https://b\xc3\xbc"
         "cher.example/",
         "https://xn--bcher-kva.example/"},
        {"https://www.\xe6\x97\xa5\xe6\x9c\xac.jp:8443/x",
         "https://www.xn--wgv71a.jp:8443/x"},
        {"https://b%C3%BCcher.example/%C3%BC",
         "https://xn--bcher-kva.example/%C3%BC"},
        {"https://u:p@e.org:1/", "https://u:p@e.org:1/"},
        {"https://[2001:db8::1]:80/", "https://[2001:db8::1]:80/"},
        {"https://e.org/\"<>\\^`{|}",
         "https://e.org/%22%3C%3E%5C%5E%60%7B%7C%7D"},
        {"https://e.org/50%", "https://e.org/50%"},
        {"https://e.org/[a](b)", "https://e.org/[a](b)"},
        {"mailto:a b@e.org", "mailto:a%20b@e.org"},
        {"https:e.org", NULL},
        {"https://", NULL},
        {"https:///x", NULL},
        {"http:\\\\e.org", NULL},
        {"https://e.org\\@evil.example/", NULL},
        {"https://a b/", NULL},
        {"https://a%20b/", NULL},
        {"https://a%2Fb/", NULL},
        {"https://a%00b/", NULL},
        {"https://a%FFb/", NULL},
        {"https://.e.org/", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = uri_encode(cases[i][0]);
        if (cases[i][1] != NULL)
            assert_string_equal(found, cases[i][1]);
        else
            assert_null(found);
    }
}

static void relative_addresses_start_from_the_base(void **state)
{
    (void)state;
    assert_tree(DOCUMENT_HTML, "<p><a href='../x'>a</a><img src=/y alt=z>",
                "<p><a href=\"https://e.org/x\">a</a>"
                "<img src=\"https://e.org/y\" alt=\"z\"></p>");
    assert_tree(DOCUMENT_HTML, "<a href='//h.example/p'>a</a>",
                "<a href=\"https://h.example/p\">a</a>");
}

static void a_place_in_the_same_post_is_marked(void **state)
{
    (void)state;
    assert_tree(DOCUMENT_HTML, "<a href=' #s'>a</a>",
                "<a href=\"https://e.org/d/p#s\" rel=\"bookmark\">a</a>");
    g_auto(Read) read = read_source(DOCUMENT_HTML, "<a href=#s>a</a>", NULL);
    g_autofree char *found = tree_text(read.document);
    assert_string_equal(found, "a");
    assert_int_equal(findings_count(read.findings, SEVERITY_ERROR), 0);
}

static void a_relative_address_without_a_base_is_an_error_finding(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_HTML, "<p>\n<a href=/x>a</a>\n<img src=y alt=words>", NULL);
    g_autofree char *found = tree_text(read.document);
    assert_string_equal(found, "<p>a\nwords</p>");
    assert_int_equal(findings_count(read.findings, SEVERITY_ERROR), 2);
    assert_finding(read.findings, "relative",
                   "post.md:2:9: error: the address `/x`");
    assert_finding(read.findings, "relative",
                   "post.md:3:10: error: the address `y`");
}

static void harmful_schemes_lose_their_link_in_any_disguise(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "javascript:x",      "JavaScript:x",     "java&#9;script:x",
        "java&#10;script:x", "&#1;javascript:x", " javascript:x",
        "data:text/html,x",  "file:///x",        "vbscript:x",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *html = g_strdup_printf("<a href=\"%s\">w</a>",
                                                cases[i]);
        g_auto(Read) read = read_source(DOCUMENT_HTML, html, "https://e.org/");
        g_autofree char *found = tree_text(read.document);
        assert_string_equal(found, "w");
        assert_int_equal(findings_count(read.findings, SEVERITY_ERROR), 1);
    }
}

static void schemes_that_mail_programs_do_not_open_are_warned_of(void **state)
{
    (void)state;
    g_auto(Read)
        read = read_source(DOCUMENT_HTML, "<a href=irc://h/c>w</a>", NULL);
    g_autofree char *found = tree_text(read.document);
    assert_string_equal(found, "w");
    assert_finding(read.findings, "scheme", "warning: the link `irc://h/c`");
    assert_tree(DOCUMENT_HTML,
                "<a href=tel:+49>t</a><a href=mailto:a@b.c>m</a>",
                "<a href=\"tel:+49\">t</a><a href=\"mailto:a@b.c\">m</a>");
}

static void a_gap_at_the_start_counts_as_absolute(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_MARKDOWN, "[a](QZqzQZqzm0zQ) [b](https://e.org/QZqzQZqzm1zQ)",
        NULL);
    g_autofree char *found = tree_text(read.document);
    assert_string_equal(found,
                        "<p><a href=\"QZqzQZqzm0zQ\">a</a> "
                        "<a href=\"https://e.org/QZqzQZqzm1zQ\">b</a></p>");
    assert_int_equal(findings_count(read.findings, SEVERITY_ERROR), 0);
}

static void an_impossible_host_is_an_error_finding(void **state)
{
    (void)state;
    g_auto(Read)
        read = read_source(DOCUMENT_HTML, "<a href='https://a b/'>w</a>", NULL);
    assert_finding(read.findings, "host", "has no host that could exist");
}

static void a_long_address_is_cut_in_messages(void **state)
{
    (void)state;
    g_autofree char *long_text = g_strnfill(5000, 'x');
    g_autofree char *html = g_strdup_printf(
        "<img src='data:image/png,%s' alt=w>", long_text);
    g_auto(Read) read = read_source(DOCUMENT_HTML, html, NULL);
    assert_int_equal(findings_count(read.findings, SEVERITY_ERROR), 1);
    assert_true(strlen(findings_at(read.findings, 0)->text) < 250);
}

/* Takes what begins with `in`, refuses what begins with `bad`. */
static ImageFate take(void *data, const char *address, Place place,
                      TakenImage *taken)
{
    (void)place;
    ++*(int *)data;
    if (g_str_has_prefix(address, "bad"))
        return IMAGE_REFUSED;
    if (!g_str_has_prefix(address, "in"))
        return IMAGE_LEFT;
    *taken = (TakenImage){"cid:a@e.org", 800, 300};
    return IMAGE_TAKEN;
}

static char *tree_with_images(const char *html, int *asked, Findings *findings)
{
    ImageTaker taker = {take, asked};
    DocumentSource source = {
        .text = html,
        .length = strlen(html),
        .format = DOCUMENT_HTML,
        .file = "post.md",
        .first_line = 1,
        .base_url = "https://e.org/d/",
        .gap_prefix = "QZqzQZqz",
        .images = &taker,
    };
    *asked = 0;
    g_autoptr(Document) document = document_read(&source, findings, NULL);
    assert_non_null(document);
    return tree_text(document);
}

static void an_image_may_be_taken_and_gets_its_size(void **state)
{
    (void)state;
#define CID "<img src=\"cid:a@e.org\" alt=\"x\""
    static const struct {
        const char *html;
        const char *tree;
        int asked;
    } cases[] = {
        {"<img src=in.png alt=x>", CID " width=\"800\" height=\"300\">", 1},
        {"<img src=' in.png ' alt=x width=400>",
         CID " width=\"400\" height=\"150\">", 1},
        {"<img src=in.png alt=x height=30>", CID " height=\"30\" width=\"80\">",
         1},
        {"<img src=in.png alt=x width=10 height=10>",
         CID " width=\"10\" height=\"10\">", 1},
        {"<img src=in.png alt=x width='50%'>", CID " width=\"50%\">", 1},
        {"<img src=out.png alt=x>",
         "<img src=\"https://e.org/d/out.png\" alt=\"x\">", 1},
        {"<img src=bad.png alt=x>", "x", 1},
        {"<img src=in/QZqzQZqzm0zQ.png alt=x>",
         "<img src=\"https://e.org/d/in/QZqzQZqzm0zQ.png\" alt=\"x\">", 0},
        {"<a href=in.png>x</a>", "<a href=\"https://e.org/d/in.png\">x</a>", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Findings) findings = findings_new();
        int asked = 0;
        g_autofree char *found = tree_with_images(cases[i].html, &asked,
                                                  findings);
        assert_string_equal(found, cases[i].tree);
        assert_int_equal(asked, cases[i].asked);
        assert_int_equal(findings_count(findings, SEVERITY_ERROR), 0);
    }
}

static void a_cid_of_the_authors_own_leads_nowhere(void **state)
{
    (void)state;
    int asked = 0;
    g_autoptr(Findings) findings = findings_new();
    g_autofree char *found = tree_with_images("<img src='cid:x@y' alt=x>",
                                              &asked, findings);
    assert_string_equal(found, "x");
    assert_int_equal(findings_stored(findings), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_resolve_as_the_rfc_shows),
        cmocka_unit_test(a_base_without_a_path_takes_references),
        cmocka_unit_test(addresses_are_encoded_but_otherwise_kept),
        cmocka_unit_test(relative_addresses_start_from_the_base),
        cmocka_unit_test(a_place_in_the_same_post_is_marked),
        cmocka_unit_test(a_relative_address_without_a_base_is_an_error_finding),
        cmocka_unit_test(harmful_schemes_lose_their_link_in_any_disguise),
        cmocka_unit_test(schemes_that_mail_programs_do_not_open_are_warned_of),
        cmocka_unit_test(a_gap_at_the_start_counts_as_absolute),
        cmocka_unit_test(an_impossible_host_is_an_error_finding),
        cmocka_unit_test(a_long_address_is_cut_in_messages),
        cmocka_unit_test(an_image_may_be_taken_and_gets_its_size),
        cmocka_unit_test(a_cid_of_the_authors_own_leads_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
