#include "test.h"

#include <glib.h>

#include "post/tidy.h"

static void a_title_becomes_one_plain_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Plain", "Plain"},
        {"  two   blanks ", "two blanks"},
        {"New book:\n\t\tAlgorithms,\n      by X",
         "New book: Algorithms, by X"},
        {"a\r\nBcc: x@example.org", "a Bcc: x@example.org"},
        {"Edition &mdash; 2020", "Edition \xE2\x80\x94 2020"},
        {"OCaml &lt; 4.14 &amp; up", "OCaml < 4.14 & up"},
        {"&#928; &#x3c0; &pi; &Pi;", "\xCE\xA0 \xCF\x80 \xCF\x80 \xCE\xA0"},
        {"a&nbsp;b&#160;c\xC2\xA0"
         "d",
         "a b c d"},
        {"caf&eacute; &yuml;&iexcl;", "caf\xC3\xA9 \xC3\xBF\xC2\xA1"},
        {"&omega;&sigmaf;&Alpha;", "\xCF\x89\xCF\x82\xCE\x91"},
        {"&amp;lt;", "&lt;"},
        {"&nosuch; &-; &#0; &#xD800; &#x110000; &#99999999999; &",
         "&nosuch; "
         "&-; &#0; &#xD800; &#x110000; &#99999999999; &"},
        {"AT&T; R&D", "AT&T; R&D"},
        {"new: \"opam install <dir>\"", "new: \"opam install <dir>\""},
        {"{ hello = `world; }", "{ hello = `world; }"},
        {"a <i>lingua franca</i>", "a lingua franca"},
        {"<strike>65%</strike> 70% </a>", "65% 70%"},
        {"see <a href=\"x\">this</a>", "see this"},
        {"a < b <c> <image> <b", "a < b <c> <image> <b"},
        {"OCaml Adds `List.take` *now*", "OCaml Adds `List.take` *now*"},
        {"Cafe\xCC\x81", "Caf\xC3\xA9"},
        {"bell\x07 and \x1b[2J", "bell and [2J"},
        {"\n\t \n", ""},
        {"&nbsp;", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = tidy_line(cases[i][0]);
        assert_string_equal(line, cases[i][1]);
    }
}

static void a_name_loses_its_address(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Ada Lovelace", "Ada Lovelace"},
        {"Ada Lovelace <ada@example.org>", "Ada Lovelace"},
        {"[Ada](https://example.org/ada) (Acme)", "Ada (Acme)"},
        {"[Ada](x), [Bob\n  Builder](y) and C", "Ada, Bob Builder and C"},
        {"<a href='x'>Ada</a>", "Ada"},
        {"A, B and C", "A, B and C"},
        {"[no link] (x)", "[no link] (x)"},
        {"[open", "[open"},
        {"a <b", "a <b"},
        {"Thomas Letan\xE2\x80\x99s Blog", "Thomas Letan\xE2\x80\x99s Blog"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = tidy_name(cases[i][0]);
        assert_string_equal(line, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_becomes_one_plain_line),
        cmocka_unit_test(a_name_loses_its_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
