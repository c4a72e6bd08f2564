#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/value.h"

static Value *parse(const char *yaml, Findings *duplicates, GError **error)
{
    return value_parse(yaml, strlen(yaml), "f.yaml", 10, duplicates, error);
}

static void a_map_keeps_texts_order_and_places(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Value)
        map = parse("a: no\nb:\n  - 'x'\n  - 1e3\nc:\n", NULL, &error);
    assert_no_error(error);
    assert_int_equal(map->kind, VALUE_MAP);
    assert_string_equal(value_get(map, "a")->text, "no");
    const Value *list = value_get(map, "b");
    assert_int_equal(list->kind, VALUE_LIST);
    const Value *item = g_ptr_array_index(list->items, 1);
    assert_string_equal(item->text, "1e3");
    assert_int_equal(item->place.line, 13);
    assert_int_equal(item->place.column, 5);
    assert_true(value_is_empty(value_get(map, "c")));
    assert_null(value_get(map, "d"));
}

static void what_is_written_as_nothing_is_empty(void **state)
{
    (void)state;
    g_autoptr(Value) map = parse(
        "a: null\nb: ~\nc: ''\nd: []\ne: {}\nf: 'null'\ng: x\n", NULL, NULL);
    for (const char *key = "abcde"; *key; key++)
        assert_true(value_is_empty(value_get(map, (char[]){*key, '\0'})));
    assert_false(value_is_empty(value_get(map, "f")));
    assert_false(value_is_empty(value_get(map, "g")));
    g_autoptr(Value) nothing = parse("", NULL, NULL);
    assert_int_equal(nothing->kind, VALUE_MAP);
    g_autoptr(Value) comment = parse("# only this\n", NULL, NULL);
    assert_int_equal(comment->kind, VALUE_MAP);
}

static void the_last_of_two_equal_keys_counts_and_is_told(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Value) map = parse("a: 1\nb: 2\na: 3\n", findings, NULL);
    assert_string_equal(value_get(map, "a")->text, "3");
    assert_int_equal(findings_count(findings, SEVERITY_WARNING), 1);
    assert_int_equal(findings_at(findings, 0)->line, 12);
}

static void aliases_are_shared_and_bombs_are_refused(void **state)
{
    (void)state;
    g_autoptr(Value) map = parse("a: &x [1, 2]\nb: *x\n", NULL, NULL);
    assert_ptr_equal(value_get(map, "a"), value_get(map, "b"));
    GString *bomb = g_string_new("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++)
        g_string_append_printf(bomb,
                               "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
                               i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    GError *error = NULL;
    assert_null(parse(bomb->str, NULL, &error));
    assert_error(&error, ERROR_INPUT, "more than 100000 values");
    g_string_free(bomb, TRUE);
}

static void broken_yaml_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *message;
    } cases[] = {
        {"title: Foo: bar\n", "f.yaml:10:11: mapping values are not allowed"},
        {"title: Foo: bar\n", "stands in \"quotes\""},
        {"a: 'x\n",
         "f.yaml:11:1: found unexpected end of stream while scanning "
         "a quoted scalar that begins on line 10"},
        {"a: [b,\nc: d\n", "flow sequence that begins on line 10"},
        {"a:\n  b: c\n d: e\n",
         "f.yaml:12:2: did not find expected key while parsing a block mapping "
         "that begins on line 10; the keys of one map begin in the same "
         "column"},
        {"a: @x\n", "f.yaml:10:4: found character that cannot start"},
        {"a:\n\t- x\n", "f.yaml:11:1: found character that cannot start"},
        {"a: *b\n", "f.yaml:10:4: no anchor `&b`"},
        {"a:\n\t- x\n", "not by a tab"},
        {"? [a]\n: x\n", "f.yaml:10:3: a key must be a text"},
        {"a: {{ name }}\n", "f.yaml:10:5: a key must be a text; a value that "
                            "begins with {{ stands in \"quotes\""},
        {"a: 1\n---\nb: 2\n", "f.yaml:11:1: a second YAML document"},
        {"a: \"\\0\"\n", "f.yaml:10:4: a NUL character"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(parse(cases[i].yaml, NULL, &error));
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
}

static void bytes_that_are_no_text_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *message;
    } cases[] = {
        {"\xff", "f.yaml:10:1: no text in UTF-8"},
        {"a: b\n\nn: J\xf6rg\n", "f.yaml:12:5: no text in UTF-8"},
        {"a: \xc3\xa9\xc3\xa9 \xe9\xa0z\n", "f.yaml:10:7: no text in UTF-8"},
        {"a: b\nb: \xe9\n", "iconv -f WINDOWS-1252 -t UTF-8 'f.yaml' > NEW"},
        {"a: b\nb: c\x01\n",
         "f.yaml:11:5: the control character U+0001 cannot stand here"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(parse(cases[i].yaml, NULL, &error));
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
}

static void deep_nesting_ends_at_once(void **state)
{
    (void)state;
    g_autofree char *deep = g_strnfill(200000, '[');
    GError *error = NULL;
    assert_null(parse(deep, NULL, &error));
    assert_error(&error, ERROR_INPUT, "nested over 32 deep");
}

static void booleans_are_read_only_where_asked(void **state)
{
    (void)state;
    g_autoptr(Value) map = parse("a: Yes\nb: off\nc: maybe\n", NULL, NULL);
    bool result = false;
    assert_true(value_bool(value_get(map, "a"), "a", &result, NULL));
    assert_true(result);
    assert_true(value_bool(value_get(map, "b"), "b", &result, NULL));
    assert_false(result);
    GError *error = NULL;
    assert_false(value_bool(value_get(map, "c"), "c", &result, &error));
    assert_error(&error, ERROR_INPUT, "f.yaml:12:4: `c` must be true or false");
}

static char *write_file(const char *text)
{
    char *path = g_strdup("/tmp/mirmail-test-XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    return path;
}

static void a_long_list_is_read_item_by_item(void **state)
{
    (void)state;
    g_autofree char *path = write_file(
        "- email: a@example.org\n- b@example.org\n- &x 3\n- *x\n");
    g_autoptr(GError) error = NULL;
    ValueReader *reader = value_reader_open(path, &error);
    assert_no_error(error);
    g_autoptr(Value) first = value_reader_next(reader, &error);
    assert_string_equal(value_get(first, "email")->text, "a@example.org");
    g_autoptr(Value) second = value_reader_next(reader, &error);
    assert_string_equal(second->text, "b@example.org");
    assert_int_equal(second->place.line, 2);
    g_autoptr(Value) third = value_reader_next(reader, &error);
    assert_string_equal(third->text, "3");
    assert_null(value_reader_next(reader, &error));
    assert_error(&error, ERROR_INPUT, "no anchor");
    assert_null(value_reader_next(reader, &error));
    assert_no_error(error);
    value_reader_close(reader);
    unlink(path);
}

static void bytes_far_down_a_list_are_told_with_their_place(void **state)
{
    (void)state;
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 5000; i++)
        g_string_append(text, "- zo\xc3\xab@example.org\n");
    g_string_append(text, "- \xc3\xab \xe9\n");
    g_autofree char *path = write_file(text->str);
    g_autofree char *place = g_strdup_printf("%s:5001:5: no text", path);
    g_autoptr(GError) error = NULL;
    ValueReader *reader = value_reader_open(path, &error);
    for (Value *item; (item = value_reader_next(reader, &error)) != NULL;)
        value_free(item);
    assert_error(&error, ERROR_INPUT, place);
    value_reader_close(reader);
    unlink(path);
    g_string_free(text, TRUE);
}

static void
a_file_that_is_no_list_is_refused_and_an_empty_one_is_empty(void **state)
{
    (void)state;
    g_autofree char *path = write_file("email: a@example.org\n");
    GError *error = NULL;
    ValueReader *reader = value_reader_open(path, &error);
    assert_null(value_reader_next(reader, &error));
    assert_error(&error, ERROR_INPUT, "a list is expected here");
    value_reader_close(reader);
    unlink(path);
    g_autofree char *empty = write_file("# nobody yet\n");
    reader = value_reader_open(empty, &error);
    assert_null(value_reader_next(reader, &error));
    assert_no_error(error);
    value_reader_close(reader);
    unlink(empty);
    assert_null(value_reader_open("/nonexistent/x", &error));
    assert_error(&error, ERROR_MISSING, "/nonexistent/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_keeps_texts_order_and_places),
        cmocka_unit_test(what_is_written_as_nothing_is_empty),
        cmocka_unit_test(the_last_of_two_equal_keys_counts_and_is_told),
        cmocka_unit_test(aliases_are_shared_and_bombs_are_refused),
        cmocka_unit_test(broken_yaml_is_told_with_its_place),
        cmocka_unit_test(bytes_that_are_no_text_are_told_with_their_place),
        cmocka_unit_test(deep_nesting_ends_at_once),
        cmocka_unit_test(booleans_are_read_only_where_asked),
        cmocka_unit_test(a_long_list_is_read_item_by_item),
        cmocka_unit_test(bytes_far_down_a_list_are_told_with_their_place),
        cmocka_unit_test(
            a_file_that_is_no_list_is_refused_and_an_empty_one_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
