/* test_fold.c - check/fold.h */
#include "test.h"

#include "check/fold.h"

typedef struct Row {
    Severity severity;
    const char *rule;
    Place place;
    const char *text;
} Row;

static Findings *make(const Row *rows, size_t count)
{
    Findings *findings = findings_new();
    for (size_t i = 0; i < count; i++)
        findings_add(findings, rows[i].severity, rows[i].rule, rows[i].place,
                     "%s", rows[i].text);
    return findings;
}

static void assert_folded(const Findings *findings, Severity least,
                          const char *expected)
{
    g_autoptr(Fold) fold = fold_new(findings, least);
    g_autoptr(GString) all = g_string_new(NULL);
    size_t sum = 0;
    for (size_t i = 0; i < fold_count(fold); i++) {
        g_string_append_printf(all, "%s\n", fold_at(fold, i)->text);
        sum += fold_at(fold, i)->count;
    }
    assert_string_equal(all->str, expected);
    if (least == SEVERITY_NOTE)
        assert_int_equal(sum, findings_stored(findings));
}

static void errors_come_last_and_lines_in_order(void **state)
{
    (void)state;
    static const Row rows[] = {
        {SEVERITY_ERROR, "relative", {"post.md", 3, 9}, "third"},
        {SEVERITY_WARNING, "http", {"post.md", 20, 0}, "late"},
        {SEVERITY_NOTE, "vague", {"post.md", 9, 1}, "a note"},
        {SEVERITY_WARNING, "alt", {"post.md", 4, 2}, "early"},
        {SEVERITY_WARNING, "alt", {"list.csv", 9, 0}, "of the list"},
        {SEVERITY_ERROR, "relative", {"post.md", 3, 2}, "second"},
        {SEVERITY_ERROR, "merge", {NULL, 0, 0}, "nowhere"},
    };
    g_autoptr(Findings) findings = make(rows, G_N_ELEMENTS(rows));
    assert_folded(findings, SEVERITY_NOTE,
                  "post.md:9:1: note: a note\n"
                  "list.csv:9: warning: of the list\n"
                  "post.md:4:2: warning: early\n"
                  "post.md:20: warning: late\n"
                  "error: nowhere\n"
                  "post.md:3:2: error: second\n"
                  "post.md:3:9: error: third\n");
    assert_folded(findings, SEVERITY_ERROR,
                  "error: nowhere\n"
                  "post.md:3:2: error: second\n"
                  "post.md:3:9: error: third\n");
    g_autofree char *totals = fold_totals(findings);
    assert_string_equal(totals, "3 errors, 3 warnings, 1 note");
}

static void the_same_words_are_one_line(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    for (int line = 4; line < 94; line++)
        findings_add(findings, SEVERITY_WARNING, "alt",
                     (Place){"post.md", line, 3}, "no description");
    findings_add(findings, SEVERITY_WARNING, "alt", (Place){"list.csv", 1, 1},
                 "no description");
    assert_folded(findings, SEVERITY_NOTE,
                  "list.csv:1:1: warning: no description\n"
                  "post.md:4:3: warning: no description (also lines 5, 6, 7 "
                  "and 86 more)\n");
}

static void of_many_of_a_rule_three_are_shown(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    for (int line = 1; line <= 90; line++)
        findings_add(findings, SEVERITY_ERROR, "relative",
                     (Place){"post.md", line, 0}, "the address `/%d`", line);
    findings_add(findings, SEVERITY_ERROR, "scheme", (Place){"post.md", 2, 9},
                 "another");
    assert_folded(findings, SEVERITY_NOTE,
                  "post.md:1: error: the address `/1`\n"
                  "post.md:2: error: the address `/2`\n"
                  "post.md:2:9: error: another\n"
                  "post.md:3: error: the address `/3`\n"
                  "post.md: error: and 87 more like these (lines 4, 5, 6 and "
                  "84 more)\n");
}

static void five_of_a_rule_are_not_too_many(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    for (int line = 1; line <= 5; line++)
        findings_add(findings, SEVERITY_NOTE, "removed",
                     (Place){"post.md", line, 0}, "<x%d>", line);
    assert_folded(findings, SEVERITY_NOTE,
                  "post.md:1: note: <x1>\n"
                  "post.md:2: note: <x2>\n"
                  "post.md:3: note: <x3>\n"
                  "post.md:4: note: <x4>\n"
                  "post.md:5: note: <x5>\n");
}

static void findings_without_a_line_fold_too(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    for (int i = 0; i < 2; i++)
        findings_add(findings, SEVERITY_NOTE, "removed", (Place){0}, "x");
    for (int i = 0; i < 7; i++)
        findings_add(findings, SEVERITY_NOTE, "needs", (Place){0}, "%d", i);
    assert_folded(findings, SEVERITY_NOTE,
                  "note: x (2 times)\n"
                  "note: 0\nnote: 1\nnote: 2\n"
                  "note: and 4 more like these (needs)\n");
}

static void nothing_found_is_said(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    g_autofree char *totals = fold_totals(findings);
    assert_string_equal(totals, "no errors, no warnings");
    assert_folded(findings, SEVERITY_NOTE, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_come_last_and_lines_in_order),
        cmocka_unit_test(the_same_words_are_one_line),
        cmocka_unit_test(of_many_of_a_rule_three_are_shown),
        cmocka_unit_test(five_of_a_rule_are_not_too_many),
        cmocka_unit_test(findings_without_a_line_fold_too),
        cmocka_unit_test(nothing_found_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
