#include "test.h"

#include "base/builtin.h"
#include "preview/page.h"

#define EVIL "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"

typedef struct Mail {
    const char *subject;
    const char *text;
    const char *html;
    const char *name;
    const char *file;
    const char *finding;
    const char *state;
    bool remote;
    int width; /* 0: 72 */
} Mail;

/* A page of a mail that is harmless where the test says nothing. */
static char *page(const Mail *mail)
{
    const char *name = mail->name ? mail->name : "News";
    const char *file = mail->file ? mail->file : "post.md";
    const char *lists[] = {file, NULL};
    Mailbox from = {(char *)(uintptr_t)name,
                    {.text = (char *)(uintptr_t) "news@example.org"}};
    Filled filled;
    filled_init(&filled);
    g_string_assign(filled.subject, mail->subject ? mail->subject : "Subject");
    g_string_assign(filled.text, mail->text ? mail->text : "Hello.\n");
    g_string_assign(filled.html,
                    mail->html ? mail->html : "<head></head><p>Hello.</p>");
    g_autoptr(GString) message = g_string_new(
        "Subject: =?UTF-8?Q?x?=\r\n =?UTF-8?Q?y?=\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\n\r\nHello.\r\n");
    g_autoptr(Findings) findings = findings_new();
    if (mail->finding != NULL)
        findings_add(findings, SEVERITY_WARNING, "rule", (Place){file, 3, 7},
                     "%s", mail->finding);
    PageSource source = {
        .post = file,
        .format = "HTML",
        .from = &from,
        .lists = lists,
        .recipients = 1204,
        .shown = name,
        .text_width = mail->width ? mail->width : 72,
        .filled = &filled,
        .message = message,
        .findings = findings,
        .date_seconds = 1467201600,
        .remote_images = mail->remote,
        .state = mail->state,
    };
    GString *out = g_string_new(NULL);
    page_append(out, &source);
    filled_clear(&filled);
    return g_string_free(out, FALSE);
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    while ((text = strstr(text, part)) != NULL) {
        found++;
        text += strlen(part);
    }
    return found;
}

static void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("`%s` is not on the page", part);
}

/* With hostile text everywhere the page has the tags that it has without. */
static void hostile_text_adds_no_tag_and_no_attribute(void **state)
{
    (void)state;
    static const char *const tags[] = {"<script", "<img",   "<iframe", "</",
                                       "<meta",   "<style", "<a ",     "<li"};
    const Mail plain = {.finding = "x", .width = 200};
    const Mail evil = {
        .subject = EVIL,
        .text = "> " EVIL "\n" EVIL "\n-- \n</pre></section>" EVIL "\n",
        .html = "<head></head><p title=\"x\">" EVIL "</p>\"></iframe>",
        .name = EVIL "\n\r\x1b[2J\xe2\x80\xae",
        .file = EVIL "\xff.md",
        .finding = EVIL,
        .width = 200,
    };
    g_autofree char *before = page(&plain);
    g_autofree char *after = page(&evil);
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        /* The quoted lines of the text stand in two <span>s of their own, and
         * so does the signature. */
        size_t more = strcmp(tags[i], "</") == 0 ? 3 : 0;
        assert_int_equal(count(after, tags[i]), count(before, tags[i]) + more);
    }
    assert_null(strstr(after, "onerror=alert(1)>&amp;\""));
    assert_null(strchr(after, '\x1b'));
    assert_null(strstr(after, "\xe2\x80\xae"));
    assert_true(g_utf8_validate(after, -1, NULL));
}

static void text_that_names_a_slot_stays_text(void **state)
{
    (void)state;
    const Mail mail = {.subject = "@SCRIPT@ @POLICY@ @FRAMES@"};
    g_autofree char *out = page(&mail);
    assert_contains(out, "<h1>@SCRIPT@ @POLICY@ @FRAMES@</h1>");
}

static void a_page_to_keep_may_do_nothing(void **state)
{
    (void)state;
    g_autofree char *out = page(&(Mail){0});
    assert_contains(out, "content=\"default-src 'none'; style-src "
                         "'unsafe-inline'; img-src data:; base-uri 'none'; "
                         "form-action 'none'\"");
    assert_int_equal(count(out, "<script"), 0);
    assert_int_equal(count(out, "<iframe"), 4);
    assert_int_equal(count(out, " sandbox=\"\" "), 4);
    assert_int_equal(count(out, "@"),
                     count(out, "@example.org") + count(out, "@media"));
}

static void images_from_the_network_are_loaded_only_on_demand(void **state)
{
    (void)state;
    Mail mail = {
        .html = "<body><img src=\"https://a.example/b.png\" alt=\"\">"};
    g_autofree char *without = page(&mail);
    mail.remote = true;
    g_autofree char *with = page(&mail);
    assert_contains(without, "img-src data:; ");
    assert_contains(without, "1 image is not loaded");
    assert_contains(with, "img-src data: https:; ");
    assert_null(strstr(with, "not loaded"));
}

static void a_live_page_names_its_script_by_its_hash(void **state)
{
    (void)state;
    g_autofree char *out = page(&(Mail){.state = "4f-2"});
    assert_contains(out, "<html lang=\"en\" data-state=\"4f-2\">");
    const char *script = strstr(out, "<script>");
    assert_non_null(script);
    script += strlen("<script>");
    size_t length = (size_t)(strstr(script, "</script>") - script);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)script, (gssize)length);
    guint8 digest[32];
    gsize size = sizeof digest;
    g_checksum_get_digest(checksum, digest, &size);
    g_autofree char *text = g_base64_encode(digest, size);
    g_autofree char *policy = g_strdup_printf("script-src 'sha256-%s'", text);
    assert_contains(out, policy);
    assert_int_equal(count(out, "<script"), 1);
    assert_null(strstr(out, "allow-scripts"));
}

static void what_is_known_stands_on_the_page(void **state)
{
    (void)state;
    const Mail mail = {
        .subject = "Tea & cake",
        .text = "Tea [4].\n\n [4] https://tea.example/\n",
        .html = "<head></head><body><p>Come <a href=\"https://tea.example/\">"
                "for tea</a></p></body>",
        .finding = "no alt text",
    };
    static const char *const parts[] = {
        "<title>Preview: Tea &amp; cake</title>",
        "From <b>News &lt;news@example.org&gt;</b>",
        "<b>1,204 recipients</b> of <b>post.md</b>",
        "(HTML body)",
        "0 errors, 1 warning<",
        "<code class=\"place\">post.md<span>:3:7</span></code>no alt text",
        "</b> – Come for tea</span>",
        "<td class=\"number\">4</td><td>for tea</td>",
        "href=\"https://tea.example/\"",
        "<b>Subject:</b> =?UTF-8?Q?x?=\n =?UTF-8?Q?y?=\n",
        "<td class=\"depth-0\">text/plain</td><td>UTF-8</td><td>7bit</td>",
        "width=\"640\"",
        "width=\"375\"",
        "<span class=\"when\">29 Jun</span>",
        "Every link stands in both parts.",
    };
    g_autofree char *out = page(&mail);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        assert_contains(out, parts[i]);
}

static void what_does_not_hold_is_not_said(void **state)
{
    (void)state;
    const Mail mail = {
        .text = "A line of the text part that is quite a bit wider than the "
                "seventy-two columns that it may have.\n",
        .html = "<body><a href=\"/relative\">x</a><img src=\"http://a/b\">",
    };
    static const char *const sentences[] = {"Every link is an absolute address",
                                            "Every link stands in both parts",
                                            "Every image says",
                                            "loads nothing from the network",
                                            "No line of the text part",
                                            "how to leave"};
    g_autofree char *out = page(&mail);
    for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
        assert_null(strstr(out, sentences[i]));
}

static void only_sound_addresses_of_the_web_can_be_followed(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool followed;
    } cases[] = {
        {"https://a.example/%7B", true},   {"HTTP://a.example/", true},
        {"mailto:a@example.org", false},   {"javascript:alert(1)", false},
        {"https://a.example/100%", false}, {"https://a.example/%%20x", false},
        {"data:text/html,x", false},       {"/relative", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *html = g_strdup_printf("<body><a href=\"%s\">x</a>",
                                                cases[i].address);
        g_autofree char *out = page(&(Mail){.html = html});
        assert_int_equal(count(out, "<a "), cases[i].followed);
        assert_contains(out, cases[i].address);
    }
}

static void many_findings_are_counted(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    for (int i = 0; i < 1000; i++)
        findings_add(findings, SEVERITY_ERROR, "rule", (Place){NULL, 0, 0},
                     "fault %d", i);
    GString *out = g_string_new(NULL);
    page_append_failure(
        out, &(FailurePage){"post.md", "post.md:3:1: " EVIL, findings, "1-1"});
    assert_contains(out->str, "1,000 errors, 0 warnings");
    assert_contains(out->str, "fault 199<");
    assert_null(strstr(out->str, "fault 200"));
    assert_contains(out->str, "and 800 more");
    assert_contains(out->str, "<code>post.md:3:1: &quot;");
    assert_int_equal(count(out->str, "<script"), 1);
    g_string_free(out, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_text_adds_no_tag_and_no_attribute),
        cmocka_unit_test(text_that_names_a_slot_stays_text),
        cmocka_unit_test(a_page_to_keep_may_do_nothing),
        cmocka_unit_test(images_from_the_network_are_loaded_only_on_demand),
        cmocka_unit_test(a_live_page_names_its_script_by_its_hash),
        cmocka_unit_test(what_is_known_stands_on_the_page),
        cmocka_unit_test(what_does_not_hold_is_not_said),
        cmocka_unit_test(only_sound_addresses_of_the_web_can_be_followed),
        cmocka_unit_test(many_findings_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
