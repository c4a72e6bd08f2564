#include "list/reading.h"

static void each_address_is_given_once_over_all_files(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv",
                    "email,name\nAda@B.org,Ada\nada@b.ORG,Again\n"
                    "c@b\xc3\xbc"
                    "cher.de,C\n"),
        files_write(&files, "b.yaml", "- ada@b.org\n- d@b.org\n"),
        files_write(&files, "c.txt", "c@xn--bcher-kva.de\n"), NULL};
    const char *const addresses[] = {"E <e@b.org>", "d@b.org", NULL};
    ListCounts counts;
    g_autofree char *people = read_options(
        &(ListOptions){.paths = paths, .addresses = addresses}, NULL, &counts);
    assert_string_equal(people, "Ada@b.org|Ada\nc@xn--bcher-kva.de|C\n"
                                "d@b.org|\ne@b.org|E\n");
    assert_int_equal(counts.rows, 8);
    assert_int_equal(counts.given, 4);
    assert_int_equal(counts.duplicates, 4);
    files_clear(&files);
}

static void who_left_gets_nothing_wherever_that_is_said(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv", "email\na@b.org\nb@b.org\nc@b.org\n"),
        files_write(&files, "b.csv",
                    "email,status\nB@b.org,unsubscribed\nd@b.org,\n"
                    "not an address,cleaned\n"),
        files_write(&files, "cleaned_members_export_1.csv",
                    "Email Address\nc@B.org\n"),
        NULL};
    g_autoptr(Findings) findings = findings_new();
    ListCounts counts;
    g_autofree char *people = read_options(&(ListOptions){.paths = paths},
                                           findings, &counts);
    assert_string_equal(people, "a@b.org|-\nd@b.org|-\n");
    assert_int_equal(counts.left, 5);
    assert_int_equal(counts.invalid, 0);
    g_autofree char *shown = show_findings(findings);
    assert_string_equal(
        shown, "cleaned_members_export_1.csv: note: the file's name says that "
               "everybody in it left; nobody in it is written to\n"
               "a.csv:3: note: b@b.org left according to another row\n"
               "a.csv:4: note: c@b.org left according to another row\n");
    files_clear(&files);
}

static void
who_left_by_an_address_that_cannot_be_read_is_warned_of(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv", "email\na@b.org\n"),
        files_write(&files, "b.csv",
                    "status,email\nunsubscribed,a@b.org\u200b\n"
                    "cleaned,nobody\ncleaned,\ncleaned,\u00e9@b.org\n"),
        NULL};
    g_autoptr(Findings) findings = findings_new();
    ListCounts counts;
    g_autofree char *people = read_options(&(ListOptions){.paths = paths},
                                           findings, &counts);
    assert_string_equal(people, "a@b.org|-\n");
    assert_int_equal(counts.left, 4);
    assert_int_equal(findings_count(findings, SEVERITY_ERROR), 0);
    g_autofree char *shown = show_findings(findings);
    assert_string_equal(
        shown, "b.csv:2:14: warning: `a@b.org\\u{200B}` is not a mail address: "
               "there is an invisible character in it; so this row keeps "
               "nobody from being written to\n");
    files_clear(&files);
}

static void a_list_among_people_is_told_by_its_type_or_kind(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
        bool is_list;
    } cases[] = {
        {"a.csv", "email,type\na@b.org,list\n", true},
        {"a.csv", "Type,email\n LIST ,a@b.org\n", true},
        {"a.csv", "email,type,kind\na@b.org,,List\n", true},
        {"a.csv", "email,type,kind\na@b.org,list,person\n", true},
        {"a.csv", "email,type\na@b.org,\n", false},
        {"a.csv", "email,type\na@b.org,lists\n", false},
        {"a.csv", "email,list,member type\na@b.org,list,list\n", false},
        {"a.csv", "a@b.org\n", false},
        {"a.yaml", "- email: a@b.org\n  kind: list\n", true},
        {"a.yaml", "- email: a@b.org\n  kind: person\n", false},
    };
    static const char *const used[] = {NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Files files;
        files_init(&files);
        const char *const paths[] = {
            files_write(&files, cases[i].name, cases[i].text), NULL};
        g_autoptr(List) list = list_open(
            &(ListOptions){.paths = paths, .used = used}, NULL, NULL);
        const Subscriber *subscriber = list_next(list, NULL);
        assert_non_null(subscriber);
        g_autoptr(Subscriber) copy = subscriber_copy(subscriber);
        assert_int_equal(subscriber_is_list(subscriber), cases[i].is_list);
        assert_int_equal(subscriber_is_list(copy), cases[i].is_list);
        files_clear(&files);
    }
}

static void a_list_is_one_whichever_row_says_so(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv", "email\nl@b.org\nada@b.org\n"),
        files_write(&files, "b.csv", "email,type\nbob@b.org,\nL@b.org,list\n"),
        NULL};
    const char *const addresses[] = {"l@b.org", NULL};
    for (int named = 0; named < 2; named++) {
        const ListOptions options = {.paths = paths,
                                     .addresses = named ? addresses : NULL};
        g_autoptr(List) list = list_open(&options, NULL, NULL);
        const Subscriber *subscriber;
        int lists = 0;
        while ((subscriber = list_next(list, NULL)) != NULL) {
            bool is_it = strcmp(subscriber_address(subscriber)->key,
                                "l@b.org") == 0;
            g_autoptr(Subscriber) copy = subscriber_copy(subscriber);
            assert_int_equal(subscriber_is_list(copy), is_it);
            lists += is_it;
        }
        assert_int_equal(lists, 1);
    }
    files_clear(&files);
}

static void who_is_named_by_the_command_line_is_no_list(void **state)
{
    (void)state;
    const char *const addresses[] = {"list@b.org", NULL};
    g_autoptr(List)
        list = list_open(&(ListOptions){.addresses = addresses}, NULL, NULL);
    assert_false(subscriber_is_list(list_next(list, NULL)));
}

static void except_leaves_out_and_lists_without_the_field_stay(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv", "email,lang\na@b.org,de\nc@b.org,en\n"),
        files_write(&files, "b.csv", "email\nd@b.org\n"), NULL};
    static const char *const except[] = {"lang=de", "email contains X", NULL};
    ListCounts counts;
    g_autofree char *people = read_options(
        &(ListOptions){.paths = paths, .except = except}, NULL, &counts);
    assert_string_equal(people, "c@b.org|-\nd@b.org|-\n");
    assert_int_equal(counts.filtered, 1);
    files_clear(&files);
}

/* Else somebody would be written to because a byte is wrong. */
static void what_decides_must_be_readable(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv", "email,lang\na@b.org,d\xff\n"), NULL};
    static const char *const except[] = {"lang=de", NULL};
    static const char *const used[] = {NULL};
    ListCounts counts;
    g_autofree char *people = read_options(
        &(ListOptions){.paths = paths, .except = except, .used = used}, NULL,
        &counts);
    assert_string_equal(people, "");
    assert_int_equal(counts.invalid, 1);
    files_clear(&files);
}

static void an_expression_without_end_ends_reading(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv",
                    "email,note\na@b.org,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n"),
        NULL};
    static const char *const except[] = {"note ~ /^((a+)+)+$/", NULL};
    g_autofree char *people = read_options(
        &(ListOptions){.paths = paths, .except = except}, NULL, NULL);
    assert_int_equal(people[0], '!');
    assert_non_null(strstr(people, "too much work"));
    files_clear(&files);
}

static void only_chooses_by_a_field_before_duplicates_count(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv",
                    "email,Home Town,lang\na@b.org,Paris,fr\n"
                    "a@b.org,London,en\nc@b.org,Z\xc3\xbcrich,en\n"),
        files_write(&files, "b.csv", "email\nd@b.org\n"), NULL};
    static const struct {
        const char *only[3];
        const char *people;
    } cases[] = {
        {{"lang=en"}, "a@b.org|-\nc@b.org|-\n"},
        {{"lang=en", "home_town=London"}, "a@b.org|-\n"},
        {{"Home Town=Zu\xcc\x88rich"}, "c@b.org|-\n"},
        {{"email=d@b.org"}, "d@b.org|-\n"},
        {{"lang="}, ""},
        {{"lang=EN"}, ""},
        {{"lange=en"}, "!no list has a column `lange`; did you mean `lang`?\n"},
        {{"lang"},
         "!--only `lang`, character 5: one of = != < <= > >= ~ !~ "
         "contains has stands here\n"},
        {{"=x"},
         "!--only `=x`, character 1: a test such as `city = Berlin` is "
         "missing here\n"},
        {{"lang = en and home_town = London"}, "a@b.org|-\n"},
        {{"lang=en and home_town=London"}, "a@b.org|-\n"},
        {{"home_town=and lang"}, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *people = read_options(
            &(ListOptions){.paths = paths, .only = cases[i].only}, NULL, NULL);
        assert_string_equal(people, cases[i].people);
    }
    files_clear(&files);
}

static void the_limit_ends_the_list(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.txt", "a@b.org\na@b.org\nc@b.org\nd@b.org\n"),
        NULL};
    g_autofree char *people = read_options(
        &(ListOptions){.paths = paths, .limit = 2}, NULL, NULL);
    assert_string_equal(people, "a@b.org|\nc@b.org|\n");
    files_clear(&files);
}

static void a_rewound_list_is_the_same_list_without_findings(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.txt", "a@b.org\nbad\na@b.org\n"), NULL};
    const char *const addresses[] = {"c@b.org", NULL};
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths, .addresses = addresses},
                         findings, &error);
    assert_no_error(error);
    for (int round = 0; round < 3; round++) {
        const Subscriber *subscriber = list_next(list, &error);
        assert_string_equal(subscriber_address(subscriber)->text, "a@b.org");
        assert_int_equal(subscriber_line(subscriber), 1);
        assert_string_equal(subscriber_file(subscriber), paths[0]);
        subscriber = list_next(list, &error);
        assert_string_equal(subscriber_address(subscriber)->text, "c@b.org");
        assert_string_equal(subscriber_file(subscriber), "--to");
        assert_null(list_next(list, &error));
        assert_no_error(error);
        assert_int_equal(list_counts(list)->rows, 4);
        assert_int_equal(list_counts(list)->invalid, 1);
        assert_int_equal(findings_count(findings, SEVERITY_ERROR), 1);
        assert_true(list_rewind(list, &error));
    }
    files_clear(&files);
}

static void values_are_one_clean_line(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv",
                    "email,name,note,First Name\n"
                    " a@b.org\xc2\xa0,\"  Zoe\xcc\x88 \n\t of  X \",\"a\xe2\x80"
                    "\xa8z\",Q\n"),
        NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, &error);
    assert_no_error(error);
    g_autoptr(Subscriber) copy = subscriber_copy(list_next(list, &error));
    assert_no_error(error);
    g_clear_pointer(&list, list_close);
    assert_string_equal(subscriber_address(copy)->text, "a@b.org");
    assert_string_equal(subscriber_field(copy, "name"), "Zo\xc3\xab of  X");
    assert_string_equal(subscriber_field(copy, "note"), "a z");
    assert_string_equal(subscriber_field(copy, "first_name"), "Q");
    assert_string_equal(subscriber_field(copy, "EMAIL"), "a@b.org");
    assert_null(subscriber_field(copy, "town"));
    files_clear(&files);
}

static void a_value_counts_only_where_it_is_used(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    g_autofree char *fits = g_strnfill(LIST_VALUE_MAX, 'x');
    g_autofree char *over = g_strnfill(LIST_VALUE_MAX + 1, 'x');
    g_autofree char *csv = g_strdup_printf(
        "email,town,notes\na@b.org,%s,%s\nc@b.org,%s,\n", fits, over, over);
    const char *const paths[] = {files_write(&files, "a.csv", csv), NULL};
    static const char *const town[] = {"Town", NULL};
    static const char *const none[] = {NULL};
    static const struct {
        const char *const *used;
        const char *people;
    } cases[] = {
        {NULL, ""}, {town, "a@b.org|-\n"}, {none, "a@b.org|-\nc@b.org|-\n"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Findings) findings = findings_new();
        g_autofree char *people = read_options(
            &(ListOptions){.paths = paths, .used = cases[i].used}, findings,
            NULL);
        assert_string_equal(people, cases[i].people);
        if (i == 1) {
            g_autofree char *shown = show_findings(findings);
            assert_string_equal(shown, "a.csv:3:9: error: a value of more than "
                                       "1000 characters\n");
        }
    }
    files_clear(&files);
}

static void the_columns_of_all_files_are_known(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv", "email,town,\n"),
        files_write(&files, "b.yaml", "- email: a@b.org\n  zip: 1\n"), NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, &error);
    assert_no_error(error);
    g_autofree char *names = g_strjoinv(",",
                                        (char **)(uintptr_t)list_columns(list));
    assert_string_equal(names, "email,name,town,zip");
    files_clear(&files);
}

static void what_cannot_be_read_is_an_error_at_once(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *missing[] = {"/nonexistent/a.csv", NULL};
    const char *folder[] = {files.folder, NULL};
    const char *device[] = {"/dev/null", NULL};
    const char *address[] = {"a@b.org", "a@", NULL};
    const struct {
        ListOptions options;
        ErrorCode code;
        const char *message;
    } cases[] = {
        {{.paths = missing}, ERROR_MISSING, "/nonexistent/a.csv: No such file"},
        {{.paths = folder}, ERROR_INPUT, ": a folder, not a list"},
        {{.paths = device}, ERROR_INPUT, "/dev/null: a list is read more than"},
        {{.addresses = address}, ERROR_USAGE, "--to: `a@` is not a mail"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(list_open(&cases[i].options, NULL, &error));
        assert_error(&error, cases[i].code, cases[i].message);
    }
    files_clear(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_is_given_once_over_all_files),
        cmocka_unit_test(who_left_gets_nothing_wherever_that_is_said),
        cmocka_unit_test(
            who_left_by_an_address_that_cannot_be_read_is_warned_of),
        cmocka_unit_test(a_list_among_people_is_told_by_its_type_or_kind),
        cmocka_unit_test(a_list_is_one_whichever_row_says_so),
        cmocka_unit_test(who_is_named_by_the_command_line_is_no_list),
        cmocka_unit_test(except_leaves_out_and_lists_without_the_field_stay),
        cmocka_unit_test(what_decides_must_be_readable),
        cmocka_unit_test(an_expression_without_end_ends_reading),
        cmocka_unit_test(only_chooses_by_a_field_before_duplicates_count),
        cmocka_unit_test(the_limit_ends_the_list),
        cmocka_unit_test(a_rewound_list_is_the_same_list_without_findings),
        cmocka_unit_test(values_are_one_clean_line),
        cmocka_unit_test(a_value_counts_only_where_it_is_used),
        cmocka_unit_test(the_columns_of_all_files_are_known),
        cmocka_unit_test(what_cannot_be_read_is_an_error_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
