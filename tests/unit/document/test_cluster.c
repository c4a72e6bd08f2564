#include "test.h"

#include "document/cluster.h"
#include "document/wrap.h"

static void a_text_is_as_wide_as_a_terminal_shows_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"\u6F22\u5B57", 4},         /* two ideographs */
        {"\uFF76\uFF85", 2},         /* half width kana */
        {"\uFF21", 2},               /* full width A */
        {"e\u0301", 1},              /* combining acute */
        {"\U0001F600", 2},           /* an emoji */
        {"\u2764", 1},               /* a heart, as text */
        {"\u2764\uFE0F", 2},         /* a heart, as emoji */
        {"\U0001F1EB\U0001F1F7", 2}, /* a flag */
        {"\U0001F1EB\U0001F1F7\U0001F1E9\U0001F1EA", 4},
        {"\U0001F468\u200D\U0001F469\u200D\U0001F467", 2}, /* a family */
        {"\U0001F44D\U0001F3FD", 2},                       /* a skin tone */
        {"\uAC00\uAC01", 4},                               /* Hangul */
        {"\u200B", 0},
        {"\u2026\u00B1", 2}, /* ambiguous ones */
        {"\xFF", 1},         /* no UTF-8 at all */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int width = wrap_width(cases[i].text, strlen(cases[i].text));
        if (width != cases[i].width)
            fail_msg("case %zu: %d columns, not %d", i, width, cases[i].width);
    }
}

static void a_cluster_is_never_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"ab", 1},
        {"e\u0301x", 3},
        {"\U0001F1EB\U0001F1F7\U0001F1E9\U0001F1EA", 8},
        {"\U0001F468\u200D\U0001F469\u200D\U0001F467!", 18},
        {"\xE2\x82", 1}, /* cut off */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Cluster cluster = cluster_at(cases[i].text, strlen(cases[i].text));
        assert_int_equal(cluster.length, cases[i].length);
    }
}

static void korean_is_written_with_blanks(void **state)
{
    (void)state;
    assert_true(cluster_is_unspaced(0x6F22));
    assert_true(cluster_is_unspaced(0x3042));
    assert_true(cluster_is_unspaced(0x3002));
    assert_false(cluster_is_unspaced(0xAC00));
    assert_false(cluster_is_unspaced('a'));
    assert_false(cluster_is_unspaced(0x1F600));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_as_wide_as_a_terminal_shows_it),
        cmocka_unit_test(a_cluster_is_never_taken_apart),
        cmocka_unit_test(korean_is_written_with_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
