#include "list/reading.h"

typedef struct Case {
    const char *yaml;
    const char *people;
    const char *findings;
} Case;

static void check_cases(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Files files;
        files_init(&files);
        g_autoptr(Findings) findings = findings_new();
        g_autofree char *people = read_file(
            files_write(&files, "a.yaml", cases[i].yaml), findings, NULL);
        g_autofree char *shown = show_findings(findings);
        const char *slash = strrchr(people, '/');
        assert_string_equal(*people == '!' && slash ? slash + 1 : people,
                            cases[i].people);
        assert_string_equal(shown, cases[i].findings);
        files_clear(&files);
    }
}

static void items_are_addresses_or_maps(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"- a@b.org\n- Bob <b@b.org>\n", "a@b.org|\nb@b.org|Bob\n", ""},
        {"- email: a@b.org\n  name: Ada\n- c@b.org\n- name: D\n"
         "  E-mail: d@b.org\n",
         "a@b.org|Ada\nc@b.org|\n",
         "a.yaml:4:1: error: no address in this row\n"},
        {"- {email: a@b.org, first_name: Ada, last_name: Lovelace}\n",
         "a@b.org|Ada Lovelace\n", ""},
        {"- email: a@b.org\n  name: null\n- email: c@b.org\n  name: 'null'\n"
         "- email: d@b.org\n  name: no\n- email: e@b.org\n  name: 1e3\n",
         "a@b.org|\nc@b.org|null\nd@b.org|no\ne@b.org|1e3\n", ""},
        {"- email: a@b.org\n  status: unsubscribed\n"
         "- email: c@b.org\n  unsubscribed: yes\n- email: d@b.org\n",
         "d@b.org|\n", ""},
        {"", "", ""},
        {"[]", "", ""},
        {"- &x {email: a@b.org, name: &n Ada, nick: *n}\n", "a@b.org|Ada\n",
         ""},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void what_cannot_be_a_value_is_told_with_its_place(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"- email: a@b.org\n  name: {first: Ada}\n- b@b.org\n", "b@b.org|\n",
         "a.yaml:2:9: error: a text or a list of texts may stand here, not a "
         "map\n"},
        {"- email: a@b.org\n  tags: [x, [y]]\n- b@b.org\n", "b@b.org|\n",
         "a.yaml:2:13: error: a list of texts may stand here, not one of lists "
         "or maps\n"},
        {"- [a@b.org]\n- b@b.org\n", "b@b.org|\n",
         "a.yaml:1:3: error: an address or a map may stand here, not a list\n"},
        {"- email: a@b.org\n  name: \"x\\u0007\"\n", "",
         "a.yaml:2:9: error: the control character U+0007; it cannot stand in "
         "a mail\n"},
        {"- email: a@b.org c@b.org\n", "",
         "a.yaml:1:10: error: two addresses in one cell; each needs a row of "
         "its own\n"},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void a_file_that_is_no_list_of_people_is_refused_at_once(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"- name: Ada\n", "a.yaml:1:3: no item has a key `email`\n", ""},
        {"email: a@b.org\n",
         "a.yaml:1:1: a list is expected here: `- email: ada@example.org` and "
         "so on\n",
         ""},
        {"- a@b.org\n- 'x\n",
         "a.yaml:3:1: found unexpected end of stream while scanning a quoted "
         "scalar that begins on line 2\n",
         ""},
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void a_list_of_texts_is_one_text(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.yml",
                    "- email: a@b.org\n  Tags: [speaker, \" london \"]\n"
                    "  tags: x\n"),
        NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, &error);
    assert_no_error(error);
    const Subscriber *subscriber = list_next(list, &error);
    assert_string_equal(subscriber_field(subscriber, "Tags"),
                        "speaker,  london");
    assert_string_equal(subscriber_field(subscriber, "tags_2"), "x");
    assert_null(subscriber_field(subscriber, "town"));
    files_clear(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_addresses_or_maps),
        cmocka_unit_test(what_cannot_be_a_value_is_told_with_its_place),
        cmocka_unit_test(a_file_that_is_no_list_of_people_is_refused_at_once),
        cmocka_unit_test(a_list_of_texts_is_one_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
