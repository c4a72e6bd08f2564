/* test_sanitize.c - document/sanitize.h, declarations.h, media.h */
#include "test.h"

#include "document/declarations.h"
#include "document/media.h"
#include "tree.h"

static void elements_become_what_a_mail_may_hold(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a<script>x</script>b", "ab"},
        {"a<style>p{}</style>b", "ab"},
        {"a<svg><p>x</svg>b", "ab"},
        {"a<svg><circle/><text>x</text></svg>b", "ab"},
        {"a<math><mi>x</mi></math>b", "ab"},
        {"a<form><input name=q>x<button>y</button></form>b", "axb"},
        {"a<select><option>x</select>b", "ab"},
        {"a<textarea><b>x</textarea>b", "ab"},
        {"a<template><b>x</b></template>b", "ab"},
        {"a<noscript><b>x</b></noscript>b", "ab"},
        {"<font color=red>x</font>", "x"},
        {"<o:p>x</o:p><my-tag>y</my-tag>", "xy"},
        {"<section><p>x</p></section>", "<div><p>x</p></div>"},
        {"<center>x</center>", "<div align=\"center\">x</div>"},
        {"<strike>x</strike><acronym title=t>y</acronym>",
         "<s>x</s><abbr title=\"t\">y</abbr>"},
        {"<details><summary>s</summary>t</details>",
         "<div><p><strong>s</strong></p>t</div>"},
        {"<picture><source srcset=x><img src=/y alt=z></picture>",
         "<img src=\"https://e.org/y\" alt=\"z\">"},
        {"<ruby>a<rt>b</rt></ruby>", "a(b)"},
        {"<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>", "a(b)"},
        {"a<wbr>b", "a\xe2\x80\x8b"
                    "b"},
        {"<xmp><b></xmp>", "<pre><b></pre>"},
        {"<ul><li><input type=checkbox checked> a<li><input "
         "type=checkbox>b</ul>",
         "<ul><li>[x]  a</li><li>[ ] b</li></ul>"},
        {"<p>a<input type=checkbox>b", "<p>ab</p>"},
        {"a<!-- x --><!--[if mso]>y<![endif]-->b", "ab"},
        {"a<span hidden>x</span><p style='display : NONE'>y</p>b", "ab"},
        {"<a name=x>y</a>", "y"},
        {"<title>t</title><body bgcolor=x><p>y", "<p>y</p>"},
        {"<figure><figcaption>x</figcaption></figure>",
         "<figure><figcaption>x</figcaption></figure>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_tree(DOCUMENT_HTML, cases[i][0], cases[i][1]);
}

static void attributes_are_allowed_one_by_one(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"<p class=a id=b data-c=d onclick=e>x", "<p>x</p>"},
        {"<p title=t lang=pt-BR dir=RTL>x",
         "<p title=\"t\" lang=\"pt-BR\" dir=\"rtl\">x</p>"},
        {"<p lang='a\"b' dir=up>x", "<p>x</p>"},
        {"<ol start=-3 type=A><li value=5>x</ol>",
         "<ol start=\"-3\" type=\"A\"><li value=\"5\">x</li></ol>"},
        {"<ol start=x type=q><li value=1e9>x</ol>", "<ol><li>x</li></ol>"},
        {"<img src=/i alt=a width=12px height=50% align=left border=0>",
         "<img src=\"https://e.org/i\" alt=\"a\" width=\"12\" height=\"50%\" "
         "align=\"left\">"},
        {"<img src=/i alt=a width=1em height=123456>",
         "<img src=\"https://e.org/i\" alt=\"a\">"},
        {"<table role=presentation><tr><td colspan=2 rowspan=0>x</table>",
         "<table role=\"presentation\"><tbody><tr><td colspan=\"2\">x</td>"
         "</tr></tbody></table>"},
        {"<p href=/x src=/y>x", "<p>x</p>"},
        {"<p data-mark=task>x", "<p>x</p>"},
        {"<p style='color:red;float:left;background:url(x)'>x",
         "<p style=\"color: red\">x</p>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_tree(DOCUMENT_HTML, cases[i][0], cases[i][1]);
}

static void style_keeps_only_harmless_declarations(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"color: red; MARGIN : 0 ", "color: red; margin: 0"},
        {"margin-left:1px;border-top:1px solid;padding:0",
         "margin-left: 1px; border-top: 1px solid; padding: 0"},
        {"float:left;position:fixed;z-index:1", NULL},
        {"background-color: URL(x)", NULL},
        {"width: expression(alert(1))", NULL},
        {"color: r\\65 d", NULL},
        {"color: red/**/", NULL},
        {"color: @x", NULL},
        {"font-family: 'a;b', serif; color: x",
         "font-family: 'a;b', serif; color: x"},
        {"font-family: 'a", NULL},
        {"width: calc((1px", NULL},
        {"border-image: x", "border-image: x"},
        {"border-image: image(x)", NULL},
        {"marginal: 1", NULL},
        {"no colon; ;", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *found = declarations_filter(cases[i][0], removed);
        if (cases[i][1] != NULL)
            assert_string_equal(found, cases[i][1]);
        else
            assert_null(found);
    }
}

static void embeds_become_links_that_people_know(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"<iframe src='https://www.youtube.com/embed/a-B_1?rel=0' title=T>",
         "<p class=\"media\">Video: T <a "
         "href=\"https://www.youtube.com/watch?v=a-B_1\">"
         "https://www.youtube.com/watch?v=a-B_1</a></p>"},
        {"<p><iframe src='//player.vimeo.com/video/12'></iframe></p>",
         "<p><span class=\"media\">Video: <a href=\"https://vimeo.com/12\">"
         "https://vimeo.com/12</a></span></p>"},
        {"<video><source src=/v.mp4></video>",
         "<p class=\"media\">Video: <a href=\"https://e.org/v.mp4\">"
         "https://e.org/v.mp4</a></p>"},
        {"<audio src=s.ogg></audio>",
         "<p class=\"media\">Audio: <a href=\"https://e.org/d/s.ogg\">"
         "https://e.org/d/s.ogg</a></p>"},
        {"<object data=/o><embed src=/e></object>",
         "<p class=\"media\">Embedded page: <a href=\"https://e.org/o\">"
         "https://e.org/o</a></p>"},
        {"<iframe></iframe>x", "x"},
        {"<iframe src='javascript:x'></iframe>y", "y"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_tree(DOCUMENT_HTML, cases[i][0], cases[i][1]);
}

static void a_list_of_videos_keeps_its_own_address(void **state)
{
    (void)state;
    bool is_video = false;
    g_autofree char *page = media_page_address(
        "https://www.youtube.com/embed/videoseries?list=x", &is_video);
    assert_string_equal(page,
                        "https://www.youtube.com/embed/videoseries?list=x");
    assert_true(is_video);
}

static void removals_are_reported_with_their_line(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_HTML,
        "<p>\n<script>x</script>\n<b onclick=x>b</b>\n<i class=a>i</i>"
        "<i class=b>i</i>\n<iframe src=/x></iframe>",
        "https://e.org/");
    assert_finding(
        read.findings, "removed",
        "post.md:2:1: warning: <script> is removed with its content");
    assert_finding(
        read.findings, "removed",
        "post.md:3:4: warning: the script in the attribute `onclick`");
    assert_finding(
        read.findings, "removed",
        "post.md:4:4: note: the attribute `class` is removed (2 times");
    assert_finding(read.findings, "removed",
                   "post.md:5:1: warning: <iframe> becomes a link");
    assert_int_equal(findings_count(read.findings, SEVERITY_WARNING), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_become_what_a_mail_may_hold),
        cmocka_unit_test(attributes_are_allowed_one_by_one),
        cmocka_unit_test(style_keeps_only_harmless_declarations),
        cmocka_unit_test(embeds_become_links_that_people_know),
        cmocka_unit_test(a_list_of_videos_keeps_its_own_address),
        cmocka_unit_test(removals_are_reported_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
