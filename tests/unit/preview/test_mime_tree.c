#include "test.h"

#include "preview/mime_tree.h"

static GArray *read_text(const char *text)
{
    return mime_tree_read(text, strlen(text));
}

static const MimePart *at(const GArray *parts, guint index)
{
    assert_true(index < parts->len);
    return &g_array_index(parts, MimePart, index);
}

static void the_parts_of_a_letter_with_an_image_stand_in_order(void **state)
{
    (void)state;
    GArray *parts = read_text("Subject: x\r\n"
                              "Content-Type: multipart/mixed;\r\n"
                              " boundary=\"one\"\r\n\r\npreamble\r\n"
                              "--one\r\n"
                              "Content-Type: Multipart/Related; boundary=two"
                              "\r\n\r\n"
                              "--two\r\n"
                              "Content-Type: text/html; charset=\"UTF-8\"\r\n"
                              "Content-Transfer-Encoding: Quoted-Printable"
                              "\r\n\r\n"
                              "caf=C3=A9 =\r\nau lait\r\n"
                              "--two\r\n"
                              "Content-ID: <a.1@example.org>\r\n"
                              "Content-Type: image/png\r\n"
                              "Content-Transfer-Encoding: base64\r\n\r\n"
                              "aGVs\r\nbG8=\r\n"
                              "--two--\r\n\r\n"
                              "--one\r\n"
                              "Content-Disposition: attachment;\r\n"
                              " filename=\"a \\\"b\\\".ics\"\r\n"
                              "Content-Type: text/calendar\r\n\r\n"
                              "BEGIN\r\n"
                              "--one--\r\nepilogue\r\n");
    assert_int_equal(parts->len, 5);
    assert_string_equal(at(parts, 0)->type, "multipart/mixed");
    assert_true(at(parts, 0)->multipart);
    assert_int_equal(at(parts, 1)->depth, 1);
    assert_string_equal(at(parts, 1)->type, "multipart/related");
    assert_int_equal(at(parts, 2)->depth, 2);
    assert_string_equal(at(parts, 2)->charset, "UTF-8");
    assert_string_equal(at(parts, 2)->encoding, "quoted-printable");
    assert_int_equal(at(parts, 2)->size, 20);
    assert_int_equal(at(parts, 2)->decoded, 13); /* "café au lait" */
    assert_string_equal(at(parts, 3)->content_id, "a.1@example.org");
    assert_int_equal(at(parts, 3)->decoded, 5);
    assert_int_equal(at(parts, 4)->depth, 1);
    assert_string_equal(at(parts, 4)->name, "a \"b\".ics");
    assert_string_equal(at(parts, 4)->encoding, "7bit");
    assert_ptr_equal(mime_tree_find(parts, "a.1@example.org"), at(parts, 3));
    assert_null(mime_tree_find(parts, "b"));
    mime_tree_free(parts);
}

static void names_in_the_forms_of_rfc_2231_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *name;
    } cases[] = {
        {"filename*=UTF-8''na%C3%AFve.pdf", "naïve.pdf"},
        {"filename*0*=UTF-8''na%C3%AF;\r\n filename*1=ve.pdf", "naïve.pdf"},
        {"filename=plain.pdf", "plain.pdf"},
        {"filename*=broken", "broken"},
        {"filename", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            "Content-Disposition: attachment; %s\r\n\r\n", cases[i].field);
        GArray *parts = read_text(text);
        if (cases[i].name == NULL)
            assert_null(at(parts, 0)->name);
        else
            assert_string_equal(at(parts, 0)->name, cases[i].name);
        mime_tree_free(parts);
    }
}

static void what_makes_no_sense_is_one_part(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\r\n",
        "no header at all",
        "Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\n--x--\r\n",
        "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n",
        "Content-Type: multipart/mixed; boundary=x\r\n\r\nnothing\r\n",
        "Content-Type: ;;;=;\r\n\r\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        GArray *parts = read_text(texts[i]);
        assert_int_equal(parts->len, 1);
        assert_non_null(at(parts, 0)->type);
        mime_tree_free(parts);
    }
}

static void nesting_and_numbers_end_somewhere(void **state)
{
    (void)state;
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(deep,
                               "Content-Type: multipart/mixed; boundary=%d"
                               "\r\n\r\n--%d\r\n",
                               i, i);
    GArray *parts = read_text(deep->str);
    assert_int_equal(parts->len, MIME_DEPTH_MAX + 1);
    mime_tree_free(parts);

    g_autoptr(GString) wide = g_string_new(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n");
    for (int i = 0; i < 2 * MIME_PARTS_MAX; i++)
        g_string_append(wide, "--x\r\n\r\na\r\n");
    parts = read_text(wide->str);
    assert_int_equal(parts->len, MIME_PARTS_MAX);
    mime_tree_free(parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_a_letter_with_an_image_stand_in_order),
        cmocka_unit_test(names_in_the_forms_of_rfc_2231_are_read),
        cmocka_unit_test(what_makes_no_sense_is_one_part),
        cmocka_unit_test(nesting_and_numbers_end_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
