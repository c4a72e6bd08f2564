/* The cases of tests/mustache, each in its place. */
#include "render.h"

#define FOLDER "tests/mustache/"
#define DEVIATIONS "docs/deviations.md"
#define PAIRS_MAX 20

/* Of one case; the pairs end with NULL, as render.h wants them. */
typedef struct Case {
    const Value *value;
    const char *name;
    const char *rows[PAIRS_MAX + 1][2];
    const char *partials[PAIRS_MAX + 1][2];
} Case;

static const char *text_of(const Value *map, const char *key)
{
    const Value *value = value_get(map, key);

    return value != NULL && value->kind == VALUE_TEXT ? value->text : NULL;
}

static void read_pairs(const Value *map, const char *pairs[][2])
{
    guint count = map != NULL && map->entries != NULL ? map->entries->len : 0;

    assert_true(count <= PAIRS_MAX);
    for (guint i = 0; i < count; i++) {
        const ValueEntry *entry = &g_array_index(map->entries, ValueEntry, i);
        pairs[i][0] = entry->key;
        pairs[i][1] = entry->value->text;
    }
}

/* As render_run(), but lines are neither trimmed nor wrapped. */
static char *run_case(const Case *one, const Render *render, GError **error)
{
    const char *const texts[] = {render->template, NULL};
    g_autoptr(Value) empty = value_parse("", 0, "post.md", 1, NULL, error);
    g_autoptr(Slots) slots = slots_new(texts);
    g_autoptr(GString) gapped = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    const Value *front = value_get(one->value, "post");
    Post post = {.front_matter = empty};
    ProgramKind kind = render->html ? PROGRAM_HTML : PROGRAM_TEXT;
    g_autoptr(Program) program = program_new(kind);

    assert_non_null(empty);
    if (front != NULL)
        post.front_matter = (Value *)(uintptr_t)front;
    if (!render_evaluate(render, &post, slots, gapped, error) ||
        !program_append(program, slots, gapped->str, gapped->len, error) ||
        !program_finish(program, slots, error) ||
        !render_merge(render, program, slots, out, error))
        return NULL;
    return g_strdup(out->str);
}

static void check_case(const Value *value, const char *file)
{
    Case one = {.value = value, .name = text_of(value, "name")};
    const char *expected = text_of(value, "expected");
    const char *refused = text_of(value, "error");
    g_autoptr(GError) error = NULL;
    g_autoptr(Findings) findings = findings_new();

    read_pairs(value_get(value, "subscriber"), one.rows);
    read_pairs(value_get(value, "partials"), one.partials);
    Render render = {
        .template = text_of(value, "template"),
        .row = (const char *const(*)[2])one.rows,
        .partials = (const char *const(*)[2])one.partials,
        .html = text_of(value, "html") != NULL,
        .findings = findings,
    };
    assert_non_null(one.name);
    assert_non_null(render.template);
    assert_true((expected != NULL) != (refused != NULL));
    g_autofree char *text = run_case(&one, &render, &error);
    if (expected != NULL && text == NULL)
        fail_msg("%s: %s: %s", file, one.name, error->message);
    if (expected != NULL && strcmp(text, expected) != 0)
        fail_msg("%s: %s:\n%s\n--- expected ---\n%s", file, one.name, text,
                 expected);
    if (refused != NULL && text != NULL)
        fail_msg("%s: %s: was not refused, gave\n%s", file, one.name, text);
    if (refused != NULL && strstr(error->message, refused) == NULL)
        fail_msg("%s: %s: `%s` is not in: %s", file, one.name, refused,
                 error->message);
}

static Value *read_cases(const char *chapter)
{
    g_autofree char *path = g_strconcat(FOLDER, chapter, ".yaml", NULL);
    g_autofree char *bytes = NULL;
    GError *error = NULL;
    gsize length = 0;

    g_file_get_contents(path, &bytes, &length, &error);
    assert_no_error(error);
    Value *cases = value_parse(bytes, length, path, 1, NULL, &error);
    assert_no_error(error);
    assert_int_equal(cases->kind, VALUE_LIST);
    return cases;
}

static void check_chapter(const char *chapter)
{
    g_autoptr(Value) cases = read_cases(chapter);

    assert_true(cases->items->len >= 10);
    for (guint i = 0; i < cases->items->len; i++)
        check_case(g_ptr_array_index(cases->items, i), chapter);
}

static void interpolation_is_as_specified(void **state)
{
    (void)state;
    check_chapter("interpolation");
}

static void sections_are_as_specified(void **state)
{
    (void)state;
    check_chapter("sections");
}

static void inverted_sections_are_as_specified(void **state)
{
    (void)state;
    check_chapter("inverted");
}

static void comments_are_as_specified(void **state)
{
    (void)state;
    check_chapter("comments");
}

static void partials_are_as_specified(void **state)
{
    (void)state;
    check_chapter("partials");
}

static void delimiters_are_as_specified(void **state)
{
    (void)state;
    check_chapter("delimiters");
}

/* The names in the first column of the table below "## Mustache". */
static GHashTable *read_deviations(void)
{
    g_autofree char *text = NULL;
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              NULL);
    GError *error = NULL;

    g_file_get_contents(DEVIATIONS, &text, NULL, &error);
    assert_no_error(error);
    const char *at = strstr(text, "\n## Mustache\n");
    assert_non_null(at);
    const char *end = strstr(at + 1, "\n## ");
    while ((at = strstr(at, "\n| ")) != NULL && (end == NULL || at < end)) {
        at += strlen("\n| ");
        size_t length = strcspn(at, " |");
        if (g_ascii_islower(*at))
            g_hash_table_add(names, g_strndup(at, length));
    }
    g_hash_table_remove(names, "case");
    return names;
}

static void every_deviation_is_listed_and_has_a_case(void **state)
{
    static const char *const chapters[] = {"interpolation", "sections",
                                           "inverted",      "comments",
                                           "partials",      "delimiters"};
    g_autoptr(GHashTable) listed = read_deviations();
    g_autoptr(GHashTable)
        used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    void *name;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(chapters); i++) {
        g_autoptr(Value) cases = read_cases(chapters[i]);
        for (guint j = 0; j < cases->items->len; j++) {
            const Value *value = g_ptr_array_index(cases->items, j);
            const char *deviation = text_of(value, "deviation");
            if (deviation == NULL)
                continue;
            g_hash_table_add(used, g_strdup(deviation));
            if (!g_hash_table_contains(listed, deviation))
                fail_msg("`%s` is not in %s", deviation, DEVIATIONS);
        }
    }
    g_hash_table_iter_init(&iter, listed);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (!g_hash_table_contains(used, name))
            fail_msg("no case shows the deviation `%s`", (char *)name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interpolation_is_as_specified),
        cmocka_unit_test(sections_are_as_specified),
        cmocka_unit_test(inverted_sections_are_as_specified),
        cmocka_unit_test(comments_are_as_specified),
        cmocka_unit_test(partials_are_as_specified),
        cmocka_unit_test(delimiters_are_as_specified),
        cmocka_unit_test(every_deviation_is_listed_and_has_a_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
