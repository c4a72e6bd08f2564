#include "list/reading.h"

typedef struct Case {
    const char *csv;
    const char *people;
    const char *findings;
} Case;

static void check_cases(const char *name, const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Files files;
        files_init(&files);
        g_autoptr(Findings) findings = findings_new();
        g_autofree char *people = read_file(
            files_write(&files, name, cases[i].csv), findings, NULL);
        g_autofree char *shown = show_findings(findings);
        const char *after = people;
        if (*people == '!')
            after = strrchr(people, '/') ? strrchr(people, '/') + 1 : people;
        assert_string_equal(after, cases[i].people);
        assert_string_equal(shown, cases[i].findings);
        files_clear(&files);
    }
}

static void header_rows_are_found_behind_what_stands_before(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"email,name\na@b.org,Ada\n", "a@b.org|Ada\n", ""},
        {"name;E-Mail\nAda, Countess;a@b.org\n", "a@b.org|Ada, Countess\n", ""},
        {"email\tgecos\na@b.org\tAda\n", "a@b.org|Ada\n", ""},
        {"\"Email Address\",\"First Name\",\"Last Name\",NOTES\n"
         "a@b.org,Ada,Lovelace,\n",
         "a@b.org|Ada Lovelace\n", ""},
        {"Members for group news\nEmail address,Nickname,Group status\n"
         "a@b.org,Ada,member\nc@b.org,,invited\n",
         "a@b.org|Ada\n", ""},
        {"sep=;\nemail;name\na@b.org;Ada\n", "a@b.org|Ada\n", ""},
        {"# Email\tName\na@b.org\tAda Lovelace\nc@b.org\t\n",
         "a@b.org|Ada Lovelace\nc@b.org|\n", ""},
        {"Contact: x@b.org\nemail,name\na@b.org,Ada\n", "a@b.org|Ada\n", ""},
        {"\n\n email , name \na@b.org,Ada\n", "a@b.org|Ada\n", ""},
        {"email,name\n", "", ""},
        {"", "", ""},
        {"# nobody yet\n", "", ""},
    };
    check_cases("a.csv", cases, G_N_ELEMENTS(cases));
}

static void lines_without_a_header_row_are_addresses(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a@b.org\r\nc@b.org\r\n", "a@b.org|\nc@b.org|\n", ""},
        {"Anne Person <anne@b.org>\n\"Person, Bart\" <bart@b.org>\nc@b.org\n",
         "anne@b.org|Anne Person\nbart@b.org|Person, Bart\nc@b.org|\n", ""},
        {"# all\na@b.org Ada Lovelace\n  c@b.org\n",
         "a@b.org|Ada Lovelace\nc@b.org|\n", ""},
        {"a@@b.org\nc@b.org\n", "c@b.org|\n",
         "a.csv:1:1: error: `a@@b.org` is not a mail address: it has more than "
         "one `@`\n"},
        {"a@b.org\nc@b.org d@b.org\n", "a@b.org|\n",
         "a.csv:2:1: error: two addresses in one cell; each needs a row of its "
         "own\n"},
        {"a@b.org\nc@b.org, d@b.org\n", "a@b.org|\n",
         "a.csv:2:1: error: two addresses in one cell; each needs a row of its "
         "own\n"},
        {"a@b.org\nnobody\n", "a@b.org|\n",
         "a.csv:2:1: error: `nobody` is not a mail address: it has no `@`\n"},
    };
    check_cases("a.csv", cases, G_N_ELEMENTS(cases));
}

static void a_file_without_a_column_of_addresses_is_refused(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"name,town\nAda,London\n",
         "a.csv:1:1: no column is called `email` in the header row "
         "`name,town`\n",
         ""},
        {"a@b.org,Ada\nc@b.org,Bob\n",
         "a.csv:1:1: no header row; several columns need one that names them, "
         "such as `email,name`\n",
         ""},
        {"Wer,Adresse\nAda,a@b.org\n",
         "a.csv:1:1: no column is called `email` in the header row "
         "`Wer,Adresse`\n",
         ""},
        {"email,na\xefme\na@b.org,x\n",
         "a.csv:1:9: the byte 0xEF is not UTF-8; convert the file, most likely "
         "by: iconv -f WINDOWS-1252 -t UTF-8 ",
         ""},
    };
    check_cases("a.csv", cases, 3);
    Files files;
    files_init(&files);
    g_autofree char *people = read_file(
        files_write(&files, "a.csv", cases[3].csv), NULL, NULL);
    assert_non_null(strstr(people, cases[3].people));
    files_clear(&files);
}

static void
bad_rows_are_told_with_their_places_and_the_rest_is_read(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"email,name\na@b.org\nb@b.org,B,C\nc@b.org,C,\nd@b.org,D\n",
         "c@b.org|C\nd@b.org|D\n",
         "a.csv:2:1: error: the header row has 2 cells, this one 1\n"
         "a.csv:3:11: error: the header row has 2 cells, this one 3; text with "
         "the "
         "column sign in it stands in \"quotes\"\n"},
        {"name,email\nA,\n,\nB,b@b.org\n", "b@b.org|B\n",
         "a.csv:2:3: error: no address in this row\n"},
        {"name,email\nA,a@b.org; c@b.org\nB,\"b@b.org\nd@b.org\"\n", "",
         "a.csv:2:3: error: two addresses in one cell; each needs a row of its "
         "own\n"
         "a.csv:3:3: error: two addresses in one cell; each needs a row of its "
         "own\n"},
        {"email,name\nj\xc3\xb6rg@b.org,J\na@b.org,A\n", "a@b.org|A\n",
         "a.csv:2:1: warning: `j\xc3\xb6rg@b.org` needs SMTPUTF8, which is not "
         "supported: only ASCII may stand before the `@`\n"},
        {"email,name\na@b.org,\"A\nb@b.org,B\n", "b@b.org|B\n",
         "a.csv:2:9: error: this quote is never closed\n"},
        {"email,name\na@b.org,A\x01\nb@b.org,B\n", "b@b.org|B\n",
         "a.csv:2:10: error: the control character U+0001; it cannot stand in "
         "a mail\n"},
        {"email,name\na@b.org,\"\"\"x\"\" \ny\x7f\"\n", "",
         "a.csv:3:2: error: the control character U+007F; it cannot stand in "
         "a mail\n"},
        {"email,n,N\na@b.org,1,2\n", "a@b.org|-\n",
         "a.csv:1:9: warning: the column `N` stands here again; in a letter it "
         "is called `N_2`\n"},
    };
    check_cases("a.csv", cases, G_N_ELEMENTS(cases));
}

static void latin1_is_told_with_the_command_that_mends_it(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    g_autoptr(Findings) findings = findings_new();
    const char *path = files_write(&files, "old list.csv",
                                   "name,email\nB\xc3\xa9 J\xf6rg,a@b.org\n"
                                   "Ada,b@b.org\n");
    g_autofree char *people = read_file(path, findings, NULL);
    assert_string_equal(people, "b@b.org|Ada\n");
    const Finding *finding = findings_at(findings, 0);
    assert_int_equal(finding->line, 2);
    assert_int_equal(finding->column, 5);
    g_autofree char *wanted = g_strdup_printf(
        "the byte 0xF6 is not UTF-8; convert the file, most likely by: iconv "
        "-f WINDOWS-1252 -t UTF-8 '%s' > NEW",
        path);
    assert_string_equal(finding->text, wanted);
    files_clear(&files);
}

static void a_nul_is_told_and_hides_nothing(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    g_autoptr(Findings) findings = findings_new();
    static const char csv[] = "email,name\na@b.org\0x,A\nb@b.org,B\n";
    g_autofree char *people = read_file(
        files_write_bytes(&files, "a.csv", csv, sizeof csv - 1), findings,
        NULL);
    g_autofree char *shown = show_findings(findings);
    assert_string_equal(people, "b@b.org|B\n");
    assert_string_equal(shown, "a.csv:2:8: error: a NUL character; it cannot "
                               "stand in a mail\n");
    files_clear(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_rows_are_found_behind_what_stands_before),
        cmocka_unit_test(lines_without_a_header_row_are_addresses),
        cmocka_unit_test(a_file_without_a_column_of_addresses_is_refused),
        cmocka_unit_test(
            bad_rows_are_told_with_their_places_and_the_rest_is_read),
        cmocka_unit_test(latin1_is_told_with_the_command_that_mends_it),
        cmocka_unit_test(a_nul_is_told_and_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
