#include "test.h"

#include "preview/mime_tree.h"
#include "preview/pane.h"

static char *pane(const char *html, const char *message, PaneScheme scheme)
{
    g_autoptr(GString) html_part = g_string_new(html);
    g_autoptr(GString) bytes = g_string_new(message);
    GArray *parts = mime_tree_read(bytes->str, bytes->len);
    GString *out = g_string_new(NULL);
    pane_append(out, &(PaneSource){html_part, bytes, parts}, scheme);
    mime_tree_free(parts);
    return g_string_free(out, FALSE);
}

static void the_question_for_the_colours_is_answered(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        const char *light;
        const char *dark;
    } cases[] = {
        {"<style>@media (prefers-color-scheme: dark) { p{} }</style>",
         "<style>@media not all { p{} }</style>",
         "<style>@media all { p{} }</style>"},
        {"<STYLE>@MEDIA( Prefers-Color-Scheme:LIGHT ){ p{} }</STYLE>",
         "<STYLE>@MEDIAall{ p{} }</STYLE>",
         "<STYLE>@MEDIAnot all{ p{} }"
         "</STYLE>"},
        {"<style>@media (max-width: 9px) and (prefers-color-scheme:dark){}"
         "</style>",
         "<style>@media (max-width: 9px) and (max-width:0){}</style>",
         "<style>@media (max-width: 9px) and (min-width:0){}</style>"},
        {"<style>@media (prefers-color-scheme: dark), print {}</style>",
         "<style>@media (max-width:0), print {}</style>",
         "<style>@media (min-width:0), print {}</style>"},
        {"<p>@media (prefers-color-scheme: dark) {}</p>",
         "<p>@media (prefers-color-scheme: dark) {}</p>",
         "<p>@media (prefers-color-scheme: dark) {}</p>"},
        {"<style>(prefers-color-scheme: dusk) (prefers-color-scheme",
         "<style>(prefers-color-scheme: dusk) (prefers-color-scheme",
         "<style>(prefers-color-scheme: dusk) (prefers-color-scheme"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *light = pane(cases[i].html, "\r\n", PANE_LIGHT);
        g_autofree char *dark = pane(cases[i].html, "\r\n", PANE_DARK);
        assert_string_equal(light, cases[i].light);
        assert_string_equal(dark, cases[i].dark);
    }
}

static void the_frame_says_its_scheme_and_lets_no_link_lead_away(void **state)
{
    (void)state;
    g_autofree char *out = pane("<head></head><body></head></body>", "\r\n",
                                PANE_DARK);
    assert_string_equal(
        out, "<head><base target=\"_blank\"><style>:root{color-scheme:dark"
             "!important}</style></head><body></head></body>");
}

#define IMAGE                                                                  \
    "Content-ID: <a b@example.org>\r\nContent-Type: image/png\r\n"             \
    "Content-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8=\r\n"

static void images_of_the_mail_are_put_in(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        const char *html;
        const char *expected;
    } cases[] = {
        {IMAGE, "<img src=\"cid:a%20b@example.org\">",
         "<img src=\"data:image/png;base64,aGVsbG8=\">"},
        {IMAGE, "<img src=\"cid:b@example.org\">",
         "<img src=\"cid:b@example.org\">"},
        {IMAGE, "<p>cid:a%20b@example.org\"</p>",
         "<p>cid:a%20b@example.org\"</p>"},
        {"Content-ID: <a@x>\r\nContent-Type: image/svg+xml\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\naGVs\r\n",
         "<img src=\"cid:a@x\">", "<img src=\"cid:a@x\">"},
        {IMAGE, "<img src=\"cid:", "<img src=\"cid:"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = pane(cases[i].html, cases[i].message,
                                    PANE_LIGHT);
        assert_string_equal(out, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_for_the_colours_is_answered),
        cmocka_unit_test(the_frame_says_its_scheme_and_lets_no_link_lead_away),
        cmocka_unit_test(images_of_the_mail_are_put_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
