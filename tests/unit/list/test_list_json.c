/* test_list_json.c - list/list_json.h: rows out of JSON. */
#include "list/list_json.h"

#include "files.h"
#include "test.h"

/* "line:column name=value;… | …" */
static char *rows_of(const char *text, GError **error)
{
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a.json", text);
    Reader *reader = list_json.open(path, NULL, NULL, error);
    GString *out = g_string_new(NULL);
    Row row = {0};
    if (reader != NULL)
        reader->type = &list_json;
    while (reader != NULL && reader_next(reader, &row, error) == READ_ROW) {
        g_string_append_printf(out, "%s%d ", out->len ? "| " : "", row.line);
        if (row.fault.text != NULL)
            g_string_append_printf(out, "%s;", row.fault.text);
        for (size_t i = 0; i < row.count; i++)
            g_string_append_printf(out, "%s=%s;",
                                   columns_name(reader->columns, i),
                                   row.cells[i].text);
    }
    fault_clear(&row.fault);
    reader_close(reader);
    files_clear(&files);
    return g_string_free(out, FALSE);
}

static void objects_become_rows_however_they_are_wrapped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *rows;
    } cases[] = {
        {"[{\"email\":\"a\"},\n{\"email\":\"b\"}]", "1 email=a;| 2 email=b;"},
        {"{\"email\":\"a\"}\n{\"email\":\"b\"}\n", "1 email=a;| 2 email=b;"},
        {"\n{\"entries\":[{\"email\":\"a\"},{\"email\":\"b\"}],\"start\":0}",
         "2 email=a;| 2 email=b;"},
        {"{\"data\":{\"results\":[{\"email\":\"a\"}]}}", "1 email=a;"},
        {"[{\"entries\":[]},{\"entries\":[{\"email\":\"a\"}]}]", "1 email=a;"},
        {"[\"a@b.cc\"]", "1 email=a@b.cc;"},
        {"[1]", "1 neither an object nor an address;"},
        {"{\"email\":\"a\",\"members\":[\"x\",\"y\"]}",
         "1 email=a;members=x, y;"},
        {"[]", ""},
        {"\xef\xbb\xbf []", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *rows = rows_of(cases[i].text, &error);
        assert_no_error(error);
        if (strcmp(rows, cases[i].rows) != 0)
            fail_msg("%s: `%s`", cases[i].text, rows);
    }
}

static void what_is_nested_is_flattened(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autofree char *rows = rows_of(
        "{\"a\":{\"b\":{\"c\":1}},\"t\":[\"x\",2,true,null],\"n\":null,"
        "\"f\":1.5,\"labels\":[{\"name\":\"l\"},{\"id\":1}],"
        "\"attribs\":{\"city\":\"x\",\"deep\":{\"d\":\"e\"}}}",
        &error);
    assert_no_error(error);
    assert_string_equal(rows, "1 a_b_c=1;t=x, 2, true;n=;f=1.5;"
                              "labels=l, {\"id\":1};city=x;deep_d=e;");
}

static void who_left_all_lists_of_listmonk_left(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autofree char *rows = rows_of(
        "[{\"lists\":[{\"name\":\"a\",\"subscription_status\":\"unsubscribed\"}"
        "]},{\"lists\":[{\"name\":\"a\",\"subscription_status\":"
        "\"unsubscribed\"},{\"name\":\"b\",\"subscription_status\":"
        "\"confirmed\"}]}]",
        &error);
    assert_no_error(error);
    assert_string_equal(rows, "1 subscription_status=unsubscribed;lists=a;"
                              "| 1 lists=a, b;");
}

static void what_is_no_json_ends_reading_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"[{\"email\":\"a\"},\n  {x}]", "a.json:2:"},
        {"[{\"email\":\"a\"},{x", "a.json:1:17: not JSON"},
        {"[{\"email\":\"a\"}", "a.json:1:15: the file ends within its array"},
        {"{\"email\":\"a\\u0000b\"}", "a.json:1:"},
        {"{\"email\"", "not JSON"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *rows = rows_of(cases[i].text, &error);
        (void)rows;
        assert_error(&error, ERROR_INPUT, cases[i].part);
    }
}

static void too_many_names_are_a_fault_of_their_row(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autoptr(GString) text = g_string_new("[{");
    for (int i = 0; i < 1200; i++)
        g_string_append_printf(text, "%s\"k%d\":1", i ? "," : "", i);
    g_string_append(text, "},{\"email\":\"a\"}]");
    g_autofree char *rows = rows_of(text->str, &error);
    assert_no_error(error);
    assert_non_null(strstr(rows, "more than 1000 values"));
    assert_true(g_str_has_suffix(rows, "| 1 email=a;"));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(objects_become_rows_however_they_are_wrapped),
        TEST(what_is_nested_is_flattened),
        TEST(who_left_all_lists_of_listmonk_left),
        TEST(what_is_no_json_ends_reading_with_its_place),
        TEST(too_many_names_are_a_fault_of_their_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
