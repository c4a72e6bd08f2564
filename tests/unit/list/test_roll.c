#include "list/roll.h"

#include <sys/stat.h>

#include "list/files.h"

/* What the file says after a change, made by `change`. */
typedef void (*Change)(Roll *roll);

static char *change_file(const char *name, const char *text, Change change)
{
    Files files;
    files_init(&files);
    const char *path = files_write(&files, name, text);
    g_autoptr(GError) error = NULL;
    char *result = NULL;
    Roll *roll = roll_open(path, ROLL_CHANGE, &error);
    if (roll != NULL) {
        change(roll);
        if (roll_write(roll, &error))
            assert_true(g_file_get_contents(path, &result, NULL, NULL));
        roll_close(roll);
    }
    if (error != NULL)
        result = g_strdup_printf("!%s", error->message);
    files_clear(&files);
    return result;
}

static void change_nothing(Roll *roll)
{
    assert_false(roll_is_changed(roll));
}

static void add_zoe(Roll *roll)
{
    size_t row = roll_add(roll, "zoe@example.net");
    roll_set(roll, row, "name", "M\xc3\xbcller, Zo\xc3\xab");
}

static void add_bob(Roll *roll)
{
    roll_add(roll, "bob@example.org");
}

static void add_a_city(Roll *roll)
{
    roll_set(roll, roll_add(roll, "bob@example.org"), "city", "Ulm");
}

static void remove_ada(Roll *roll)
{
    size_t row = 0;
    while ((row = roll_find(roll, "ada@example.org", row)) != ROLL_NONE)
        roll_remove(roll, row);
}

static void move_ada(Roll *roll)
{
    size_t row = roll_find(roll, "ada@example.org", 0);
    roll_set(roll, row, "name", "Ada B");
}

static void format(Roll *roll)
{
    assert_true(roll_format(roll, NULL));
}

typedef struct Case {
    const char *name;
    const char *before;
    Change change;
    const char *after; /* NULL: as before */
} Case;

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *after = change_file(cases[i].name, cases[i].before,
                                             cases[i].change);
        const char *wanted = cases[i].after;
        assert_string_equal(after, wanted ? wanted : cases[i].before);
    }
}

#define CHECK(cases) check(cases, G_N_ELEMENTS(cases))

static void what_is_not_touched_stays_byte_for_byte(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a.csv",
         "\xef\xbb\xbf# ours\r\n\r\n\"email\" ;name\r\n x@b.org;\"X\"\r\n",
         change_nothing, NULL},
        {"a.csv", "email,name\nfoo,bar,baz\n\"open,\n", change_nothing, NULL},
        {"a.csv", "", change_nothing, NULL},
        {"a.yaml", "---\n# ours\n-   email:   x@b.org # yes\n\n- 'y@b.org'\n",
         change_nothing, NULL},
        {"a.yaml", "- email: x@b.org\n  note: |\n    # no comment\n    - no\n",
         change_nothing, NULL},
    };
    CHECK(cases);
}

static void a_row_is_added_to_its_place_or_the_end(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a.csv", "email,name\nada@example.org,\"Ada\"\nmia@example.org,M\n",
         add_bob,
         "email,name\nada@example.org,\"Ada\"\nbob@example.org,\n"
         "mia@example.org,M\n"},
        {"a.csv", "email,name\nmia@example.org,M\nada@example.org,A\n", add_bob,
         "email,name\nmia@example.org,M\nada@example.org,A\n"
         "bob@example.org,\n"},
        {"a.csv", "name;email\r\nA;ada@example.org", add_zoe,
         "name;email\r\nA;ada@example.org\n"
         "M\xc3\xbcller, Zo\xc3\xab;zoe@example.net\r\n"},
        {"a.csv", "email,name\n# the first\nada@example.org,A\n# the end\n",
         add_zoe,
         "email,name\n# the first\nada@example.org,A\n"
         "zoe@example.net,\"M\xc3\xbcller, Zo\xc3\xab\"\n# the end\n"},
        {"a.csv", "email\n", add_bob, "email\nbob@example.org\n"},
        {"a.csv", "", add_bob, "email,name\nbob@example.org,\n"},
        {"a.txt", "ada@example.org\n", add_bob,
         "ada@example.org\nbob@example.org\n"},
        {"a.txt", "ada@example.org\n", add_zoe,
         "ada@example.org\nzoe@example.net M\xc3\xbcller, Zo\xc3\xab\n"},
        {"a.txt", "ada@example.org\n", add_a_city,
         "email,name,city\nada@example.org,,\nbob@example.org,,Ulm\n"},
        {"a.csv", "email\n# here\nada@example.org\n", add_a_city,
         "email,city\n# here\nada@example.org,\nbob@example.org,Ulm\n"},
        {"a.yaml", "- email: ada@example.org  # A\n- mia@example.org\n",
         add_a_city,
         "- email: ada@example.org  # A\n- email: bob@example.org\n"
         "  city: Ulm\n- mia@example.org\n"},
        {"a.yaml", "  - ada@example.org\n  - mia@example.org\n", add_bob,
         "  - ada@example.org\n  - bob@example.org\n  - mia@example.org\n"},
        {"a.yaml", "[ada@example.org, mia@example.org] # all\n", add_bob,
         "- ada@example.org\n- bob@example.org\n- mia@example.org\n"},
        {"a.yaml", "# nobody\n[]\n", add_bob, "# nobody\n- bob@example.org\n"},
        {"a.yaml", "", add_bob, "- bob@example.org\n"},
    };
    CHECK(cases);
}

static void a_row_is_removed_with_what_is_said_about_it(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a.csv",
         "email,name\n# speakers\n# Ada@Example.org left\nAda@Example.org,A\n"
         "mia@example.org,M\nada@example.org,again\n",
         remove_ada, "email,name\n# speakers\nmia@example.org,M\n"},
        {"a.yaml",
         "# all\n- email: ada@example.org\n  tags: [a, b]\n\n# next\n- "
         "x@b.org\n",
         remove_ada, "# all\n\n# next\n- x@b.org\n"},
        {"a.yaml", "- ada@example.org\n", remove_ada, ""},
        {"a.yaml", "[ada@example.org]\n", remove_ada, "[]\n"},
        {"a.csv", "email\nada@example.org\n", remove_ada, "email\n"},
        {"a.txt", "ada@example.org\n", remove_ada, ""},
    };
    CHECK(cases);
}

static void a_value_is_changed_in_its_row_only(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a.csv", "email,name\n x@b.org, X\nada@example.org,A\n", move_ada,
         "email,name\n x@b.org, X\nada@example.org,Ada B\n"},
        {"a.yaml",
         "- x@b.org\n- email: ada@example.org\n  tags: [a, 'b, c']\n"
         "  zip: 0123\n  code: \"0123\"\n",
         move_ada,
         "- x@b.org\n- email: ada@example.org\n  tags: [a, 'b, c']\n"
         "  zip: 0123\n  code: '0123'\n  name: Ada B\n"},
    };
    CHECK(cases);
}

static void the_canonical_form_is_one(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a.csv",
         "\xef\xbb\xbf"
         "Members of news\r\n\r\n# ours\r\nE-Mail;\"Full, name\";n\r\n"
         " Zoe@b.org ;\"Z \"\"the\"\" Z\";1\r\n;;\r\n# here\r\n"
         "a@b.org;  O'Neil, A;\"x;y\"\r\nzoe@B.org;;\"line\nend\"",
         format,
         "# Members of news\n# ours\nE-Mail,\"Full, name\",n\n# here\n"
         "a@b.org,\"O'Neil, A\",x;y\nZoe@b.org,\"Z \"\"the\"\" Z\",1\n"
         "zoe@B.org,,line end\n"},
        {"a.csv", "name\temail\n\"# x\"\ta@b.org\n", format,
         "name,email\n\"# x\",a@b.org\n"},
        {"a.txt", "b@b.org  Bea\na@b.org\n", format, "a@b.org\nb@b.org Bea\n"},
        {"a.txt", "b@b.org\n\nfoo, bar\n", format,
         "email,name\nb@b.org,\n\"foo, bar\",\n"},
        {"a.yaml",
         "%YAML 1.1\n---\n# ours\n- {email: z@b.org, lang: en, note: }\n"
         "# a\n- \"a@b.org\"\n- lang: 'no'\n  email: c@b.org\n"
         "  say: \"it's: #1\"\n  yes: no\n  tags:\n    - x\n    - y\n...\n",
         format,
         "# ours\n# a\n- a@b.org\n- email: c@b.org\n  lang: 'no'\n"
         "  say: 'it''s: #1'\n  'yes': no\n  tags: [x, y]\n"
         "- email: z@b.org\n  lang: en\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *once = change_file(cases[i].name, cases[i].before,
                                            format);
        assert_string_equal(once, cases[i].after);
        g_autofree char *twice = change_file(cases[i].name, once, format);
        assert_string_equal(twice, once);
    }
}

static void a_row_that_cannot_be_read_is_not_formatted(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
        const char *message;
    } cases[] = {
        {"a.csv", "email,name\na@b.org\n",
         "a.csv:2:1: the header row has 2 cells, this one 1"},
        {"a.csv", "email,name\na@b.org,\x01\n",
         "a.csv:2:9: the control character U+0001; it cannot stand in a mail"},
        {"a.yaml", "- a@b.org\n- email: b@b.org\n  x: {y: z}\n",
         "a.yaml:3:6: a text or a list of texts may stand here, not a map"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Files files;
        files_init(&files);
        const char *path = files_write(&files, cases[i].name, cases[i].text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Roll) roll = roll_open(path, ROLL_READ, NULL);
        assert_false(roll_format(roll, &error));
        assert_string_equal(strrchr(error->message, '/') + 1, cases[i].message);
        files_clear(&files);
    }
}

static void nothing_is_added_beside_a_quote_that_is_never_closed(void **state)
{
    (void)state;
    static const char broken[] = "email,name\nx@b.org,\"X\ny@b.org,Y\n";
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a.csv", broken);
    g_autoptr(GError) error = NULL;
    Roll *roll = roll_open(path, ROLL_CHANGE, NULL);
    add_zoe(roll);
    assert_false(roll_write(roll, &error));
    roll_close(roll);
    assert_string_equal(strrchr(error->message, '/') + 1,
                        "a.csv:2:9: this quote is never closed");
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, broken);
    files_clear(&files);
}

static void rows_are_asked_by_key_and_column(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a.csv",
                                   "# c\nmail,Home Town\nA@b.org,Ulm\nnobody,\n"
                                   "a@b.org,Bonn\nx\n");
    g_autoptr(Roll) roll = roll_open(path, ROLL_READ, NULL);
    assert_int_equal(roll_count(roll), 4);
    assert_int_equal(roll_find(roll, "a@b.org", 0), 0);
    assert_int_equal(roll_find(roll, "a@b.org", 1), 2);
    assert_true(roll_find(roll, "a@b.org", 3) == ROLL_NONE);
    assert_true(roll_find(roll, "nobody", 0) == ROLL_NONE);
    assert_string_equal(roll_value(roll, 2, "home_town"), "Bonn");
    assert_string_equal(roll_value(roll, 0, "email"), "A@b.org");
    assert_string_equal(roll_value(roll, 3, "email"), "");
    assert_null(roll_value(roll, 0, "city"));
    assert_null(roll_key(roll, 1));
    assert_null(roll_fault(roll, 1));
    assert_string_equal(roll_fault(roll, 3),
                        "the header row has 2 cells, this one 1");
    assert_int_equal(roll_line(roll, 2), 5);
    size_t added = roll_add(roll, "Ada <a@b.org>");
    assert_int_equal(roll_find(roll, "a@b.org", 3), added);
    assert_int_equal(roll_line(roll, added), 0);
    roll_remove(roll, 0);
    assert_int_equal(roll_find(roll, "a@b.org", 0), 2);
    assert_true(roll_is_removed(roll, 0));
    files_clear(&files);
}

static void a_list_that_is_not_there_is_made_or_missed(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    g_autofree char *path = g_build_filename(files.folder, "new.csv", NULL);
    g_autoptr(GError) error = NULL;
    assert_null(roll_open(path, ROLL_CHANGE, &error));
    assert_int_equal(error->code, ERROR_MISSING);
    Roll *roll = roll_open(path, ROLL_MAKE, NULL);
    add_bob(roll);
    assert_true(roll_write(roll, NULL));
    roll_close(roll);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, "email,name\nbob@example.org,\n");
    g_unlink(path);
    files_clear(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_touched_stays_byte_for_byte),
        cmocka_unit_test(a_row_is_added_to_its_place_or_the_end),
        cmocka_unit_test(a_row_is_removed_with_what_is_said_about_it),
        cmocka_unit_test(a_value_is_changed_in_its_row_only),
        cmocka_unit_test(the_canonical_form_is_one),
        cmocka_unit_test(a_row_that_cannot_be_read_is_not_formatted),
        cmocka_unit_test(nothing_is_added_beside_a_quote_that_is_never_closed),
        cmocka_unit_test(rows_are_asked_by_key_and_column),
        cmocka_unit_test(a_list_that_is_not_there_is_made_or_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
