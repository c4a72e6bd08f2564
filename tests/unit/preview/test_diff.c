#include "test.h"

#include "preview/diff.h"

static char *diff(const char *before, const char *after, bool *same)
{
    GString *out = g_string_new(NULL);
    *same = diff_append(out, &(DiffText){"old", before},
                        &(DiffText){"new", after});
    return g_string_free(out, FALSE);
}

/* What `diff -u` of GNU diffutils says, below its two lines of names. */
static void it_says_what_diff_u_says(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *after;
        const char *hunks;
    } cases[] = {
        {"a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
        {"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
        {"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
        {"a\n", "a\nb\n", "@@ -1 +1,2 @@\n a\n+b\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nx\n",
         "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+x\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\ny\n",
         "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n"
         "@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+y\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
         "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool same = true;
        g_autofree char *out = diff(cases[i].before, cases[i].after, &same);
        g_autofree char *expected = g_strconcat("--- old\n+++ new\n",
                                                cases[i].hunks, NULL);
        assert_string_equal(out, expected);
        assert_false(same);
    }
}

static void equal_texts_give_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a\n", "a\n\nb\n", "no line end"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        bool same = false;
        g_autofree char *out = diff(texts[i], texts[i], &same);
        assert_string_equal(out, "");
        assert_true(same);
    }
}

/* The sides of a diff can be had from it: lines kept and removed are the old
 * text, lines kept and added the new one. */
static void assert_restores(const char *out, const char *before,
                            const char *after)
{
    g_autoptr(GString) old = g_string_new(NULL);
    g_autoptr(GString) new = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    for (char **line = lines + 3; *line != NULL && **line != '\0'; line++) {
        if (**line != '+')
            g_string_append_printf(old, "%s\n", *line + 1);
        if (**line != '-')
            g_string_append_printf(new, "%s\n", *line + 1);
    }
    assert_string_equal(old->str, before);
    assert_string_equal(new->str, after);
}

/* The example of Myers' paper: five edits, whichever they are. */
static void a_diff_is_as_short_as_can_be(void **state)
{
    (void)state;
    const char *before = "a\nb\nc\na\nb\nb\na\n";
    const char *after = "c\nb\na\nb\na\nc\n";
    bool same = true;
    g_autofree char *out = diff(before, after, &same);
    assert_restores(out, before, after);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    int edits = 0;
    for (char **line = lines + 3; *line != NULL; line++)
        edits += **line == '+' || **line == '-';
    assert_int_equal(edits, 5);
}

static void texts_with_little_in_common_are_shown_as_one_change(void **state)
{
    (void)state;
    g_autoptr(GString) before = g_string_new(NULL);
    g_autoptr(GString) after = g_string_new(NULL);
    for (int i = 0; i < DIFF_EDITS_MAX; i++) {
        g_string_append_printf(before, "old %d\n", i);
        g_string_append_printf(after, "new %d\n", i);
    }
    bool same = true;
    g_autofree char *out = diff(before->str, after->str, &same);
    assert_false(same);
    assert_restores(out, before->str, after->str);
}

/* Every pair of texts of up to four lines out of two. */
static void a_diff_restores_both_sides(void **state)
{
    (void)state;
    for (int one = 0; one < 31 * 31; one++) {
        GString *sides[2] = {g_string_new(NULL), g_string_new(NULL)};
        int codes[2] = {one / 31 + 1, one % 31 + 1};
        for (int side = 0; side < 2; side++)
            for (int bits = codes[side]; bits > 1; bits /= 2)
                g_string_append(sides[side], bits % 2 ? "x\n" : "y\n");
        bool same = false;
        g_autofree char *out = diff(sides[0]->str, sides[1]->str, &same);
        assert_int_equal(same, strcmp(sides[0]->str, sides[1]->str) == 0);
        if (!same && sides[0]->len + sides[1]->len <= 12)
            assert_restores(out, sides[0]->str, sides[1]->str);
        g_string_free(sides[0], TRUE);
        g_string_free(sides[1], TRUE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_diff_u_says),
        cmocka_unit_test(equal_texts_give_nothing),
        cmocka_unit_test(a_diff_is_as_short_as_can_be),
        cmocka_unit_test(texts_with_little_in_common_are_shown_as_one_change),
        cmocka_unit_test(a_diff_restores_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
