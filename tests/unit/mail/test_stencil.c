#include "test.h"

#include "mail/stencil.h"

/* The definition: what encoding.h makes of the whole text. */
static void assert_same_as_whole(const StencilText *text, const GString *whole)
{
    Encoding chosen = encoding_choose(whole->str, whole->len);
    assert_int_equal(stencil_length(text), whole->len);
    assert_int_equal(stencil_choose(text), chosen);
    for (Encoding encoding = ENCODING_7BIT; encoding <= ENCODING_BASE64;
         encoding++) {
        g_autoptr(GString) expected = g_string_new("before ");
        g_autoptr(GString) out = g_string_new("before ");
        encoding_append(expected, encoding, whole->str, whole->len);
        stencil_append(out, encoding, text);
        if (!g_string_equal(out, expected))
            fail_msg("%s of `%s`:\n%s\nnot\n%s", encoding_name(encoding),
                     whole->str, out->str, expected->str);
    }
}

/* `parts`: sheets at the odd places, own lines between them. */
static void check(const char *const *parts, size_t count)
{
    g_autofree StencilSheet *sheets = g_new0(StencilSheet, count);
    g_autoptr(GString) whole = g_string_new(NULL);
    StencilFill fill;
    size_t sheet_count = 0;

    stencil_fill_init(&fill);
    for (size_t i = 0; i < count; i++) {
        g_string_append(whole, parts[i]);
        if (i % 2 == 0) {
            g_string_append(fill.own, parts[i]);
            continue;
        }
        StencilPlace place = {fill.own->len, sheet_count};
        g_array_append_val(fill.places, place);
        sheets[sheet_count++] = (StencilSheet){parts[i], strlen(parts[i])};
    }
    Stencil *stencil = stencil_new(sheets, sheet_count);
    assert_same_as_whole(&(StencilText){stencil, &fill}, whole);
    stencil_free(stencil);
    stencil_fill_clear(&fill);
}

static void a_copy_is_encoded_like_its_whole_text(void **state)
{
    (void)state;
    static const char *const cases[][5] = {
        {"Hi Ada,\n", "welcome\n", "Bye Ada\n", "all\n", ""},
        {"", "welcome\n", "", "all\n", ""},
        {"", "welcome\n", "", "all\n", "no end"},
        {"From me\n", "a=b\n", ".\n", "From us\n", "-- \n"},
        {"", "-- \n", "x \n", ".\n", "From"},
        {"\n", "\n", "\n", "\n", "\n"},
        {"Zoë\n", "plain\n", "a\n", "plain\n", ""},
        {"Zoe\n", "naïve café\n", "a\n", "plain\n", ""},
        {"Привет, Ада\n", "как дела?\n", "Ада\n", "хорошо\n", "а"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(cases[i], 5);
}

static void a_copy_without_sheets_is_encoded_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "x", "Zoë\n", "Привет"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        check(&texts[i], 1);
}

/* Where quoted-printable and base64 are as long as each other, or nearly. */
static void close_choices_are_the_same(void **state)
{
    (void)state;
    for (int ascii = 0; ascii < 60; ascii++) {
        g_autofree char *sheet = g_strdup_printf(
            "ééééé%.*s\n", ascii,
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "a");
        for (int own = 0; own < 12; own++) {
            g_autofree char *name = g_strdup_printf("é%.*s\n", own,
                                                    "bbbbbbbbbbbb");
            const char *const parts[] = {name, sheet, "", sheet, "é"};
            check(parts, 5);
        }
    }
}

/* Lines of every kind that the encodings treat in a way of their own. */
static void append_line(GString *text, GRand *random)
{
    static const char *const words[] = {
        "a",
        "word ",
        "=",
        "\t",
        ".",
        "From ",
        "-- ",
        "é",
        "日本",
        "😀",
        "\x01",
        "\xff",
        "longerwordthanmost",
        " ",
        "=_mm_",
        "\r",
    };
    int count = g_rand_int_range(random, 0, 30);
    int kinds = g_rand_int_range(random, 1, G_N_ELEMENTS(words) + 1);
    for (int i = 0; i < count; i++)
        g_string_append(text, words[g_rand_int_range(random, 0, kinds)]);
    g_string_append_c(text, '\n');
}

static char *random_lines(GRand *random, int least)
{
    GString *text = g_string_new(NULL);
    int count = g_rand_int_range(random, least, 6);
    for (int i = 0; i < count; i++)
        append_line(text, random);
    return g_string_free(text, FALSE);
}

static void random_texts_are_encoded_like_the_whole(void **state)
{
    (void)state;
    GRand *random = g_rand_new_with_seed(20260601);
    for (int round = 0; round < 3000; round++) {
        char *parts[10] = {NULL};
        int count = g_rand_int_range(random, 1, 9);
        for (int i = 0; i < count; i++)
            parts[i] = random_lines(random, i % 2);
        if (count % 2 == 1 && g_rand_boolean(random) && *parts[count - 1])
            parts[count - 1][strlen(parts[count - 1]) - 1] = '\0';
        check((const char *const *)parts, (size_t)count);
        for (int i = 0; i < count; i++)
            g_free(parts[i]);
    }
    g_rand_free(random);
}

static void a_word_is_found_in_sheets_and_own_lines(void **state)
{
    (void)state;
    const char sheet_text[] = "--=_mm_sheet\n";
    const char other_text[] = "--=_mm_other\n";
    StencilSheet sheets[] = {{sheet_text, strlen(sheet_text)},
                             {other_text, strlen(other_text)}};
    Stencil *stencil = stencil_new(sheets, 2);
    StencilFill fill;
    StencilText text = {stencil, &fill};
    stencil_fill_init(&fill);
    g_string_append(fill.own, "--=_mm_own\n");
    StencilPlace place = {fill.own->len, 0};
    g_array_append_val(fill.places, place);
    assert_true(stencil_contains(&text, "=_mm_own"));
    assert_true(stencil_contains(&text, "=_mm_sheet"));
    assert_false(stencil_contains(&text, "=_mm_sheets"));
    /* A sheet that this copy does not have. */
    assert_false(stencil_contains(&text, "=_mm_other"));
    stencil_fill_clear(&fill);
    stencil_free(stencil);
    stencil_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_encoded_like_its_whole_text),
        cmocka_unit_test(a_copy_without_sheets_is_encoded_whole),
        cmocka_unit_test(close_choices_are_the_same),
        cmocka_unit_test(random_texts_are_encoded_like_the_whole),
        cmocka_unit_test(a_word_is_found_in_sheets_and_own_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
