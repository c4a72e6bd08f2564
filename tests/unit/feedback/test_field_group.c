#include "test.h"

#include "feedback/field_group.h"

static void fields_are_read_up_to_the_blank_line(void **state)
{
    (void)state;
    const char *text = "Final-Recipient: rfc822; a@example.org\n"
                       "Diagnostic-Code: smtp; 550 5.1.1\n"
                       "   no such\n"
                       "\tuser\n"
                       "not a field\n"
                       "Status : 5.1.1\n"
                       " \n"
                       "Action: failed\n";
    g_autoptr(FieldGroup) first = field_group_parse(&text);
    assert_int_equal(field_group_count(first), 3);
    assert_string_equal(field_group_get(first, "final-recipient"),
                        "rfc822; a@example.org");
    assert_string_equal(field_group_get(first, "Diagnostic-Code"),
                        "smtp; 550 5.1.1 no such user");
    assert_string_equal(field_group_get(first, "STATUS"), "5.1.1");
    assert_null(field_group_get(first, "Action"));
    g_autoptr(FieldGroup) second = field_group_parse(&text);
    assert_string_equal(field_group_get(second, "Action"), "failed");
    g_autoptr(FieldGroup) third = field_group_parse(&text);
    assert_int_equal(field_group_count(third), 0);
}

static void the_first_of_two_fields_counts(void **state)
{
    (void)state;
    const char *text = "To: a@example.org\nTo: b@example.org\n";
    g_autoptr(FieldGroup) group = field_group_parse(&text);
    assert_string_equal(field_group_get(group, "to"), "a@example.org");
    assert_string_equal(field_group_value(group, 1), "b@example.org");
    assert_string_equal(field_group_name(group, 1), "To");
}

static void a_value_is_one_printable_line(void **state)
{
    (void)state;
    const char *text = "X: a\x1b[31m\tb \xff\r\n";
    g_autoptr(FieldGroup) group = field_group_parse(&text);
    assert_string_equal(field_group_get(group, "X"), "a [31m b \xef\xbf\xbd");
}

static void there_is_a_limit_to_fields_and_their_length(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < FIELD_GROUP_MAX + 10; i++)
        g_string_append(many, "A: b\n");
    const char *text = many->str;
    g_autoptr(FieldGroup) group = field_group_parse(&text);
    assert_int_equal(field_group_count(group), FIELD_GROUP_MAX);
    assert_string_equal(text, "");

    g_autofree char *value = g_strnfill(FIELD_VALUE_MAX + 10, 'x');
    field_group_add(group, "Long", 4, value, FIELD_VALUE_MAX + 10);
    assert_int_equal(field_group_count(group), FIELD_GROUP_MAX);
    g_autoptr(FieldGroup) other = field_group_new();
    field_group_add(other, "Long", 4, value, FIELD_VALUE_MAX + 10);
    assert_int_equal(strlen(field_group_get(other, "Long")), FIELD_VALUE_MAX);
}

static void addresses_are_found_in_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *found;
    } cases[] = {
        {"Ada <ada@example.org>, b@c.example", "ada@example.org b@c.example"},
        {"rfc822;leave+k7f3@news.example.", "leave+k7f3@news.example"},
        {"for <a@b.example>; Sat", "a@b.example"},
        {"(a@b.example)", "a@b.example"},
        {"a@@b.example", ""},
        {"@b.example a@ @", ""},
        {"a@b@c.example", "a@b"},
        {"\"a b\"@c.example", ""},
        {"j\xc3\xb6rg@\xc3\xb6.example", "j\xc3\xb6rg@\xc3\xb6.example"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
        field_find_addresses(cases[i].text, found);
        g_ptr_array_add(found, NULL);
        g_autofree char *joined = g_strjoinv(" ", (char **)found->pdata);
        assert_string_equal(joined, cases[i].found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_up_to_the_blank_line),
        cmocka_unit_test(the_first_of_two_fields_counts),
        cmocka_unit_test(a_value_is_one_printable_line),
        cmocka_unit_test(there_is_a_limit_to_fields_and_their_length),
        cmocka_unit_test(addresses_are_found_in_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
