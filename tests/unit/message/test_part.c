#include "test.h"

#include "message/part.h"

#define ID_0 "a56e81534ade6b69"
#define ID_1 "a9075f93e759074c"

#define LEAVES_MAX 8

/* What the leaves of one test point to. */
static struct {
    StencilText text;
    StencilFill fill;
} leaves[LEAVES_MAX];
static size_t leaf_count;

static Part leaf(const char *type, const char *text)
{
    assert_true(leaf_count < LEAVES_MAX);
    StencilFill *fill = &leaves[leaf_count].fill;
    stencil_fill_init(fill);
    g_string_append(fill->own, text);
    leaves[leaf_count].text = (StencilText){NULL, fill};
    return (Part){.type = type, .text = &leaves[leaf_count++].text};
}

static int fell_leaves(void **state)
{
    (void)state;
    while (leaf_count > 0)
        stencil_fill_clear(&leaves[--leaf_count].fill);
    return 0;
}

static void a_leaf_is_its_fields_and_its_text(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    Part part = leaf("text/plain", "Hello\n");
    part_append(out, &part, "id");
    assert_string_equal(out->str, "Content-Type: text/plain; charset=UTF-8\r\n"
                                  "Content-Transfer-Encoding: 7bit\r\n"
                                  "\r\n"
                                  "Hello\r\n");
    g_string_free(out, TRUE);
}

/* The boundary is =_mm_ and the first 16 digits of `printf %s id/0 |
 * sha256sum`. */
static void alternatives_stand_between_boundaries(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    Part parts[] = {leaf("text/plain", "caf\xc3\xa9 au lait\n"),
                    leaf("text/html", "<p>x</p>\n")};
    Part root = {
        .type = "multipart/alternative", .children = parts, .count = 2};
    part_append(out, &root, "id");
    assert_string_equal(out->str,
                        "Content-Type: multipart/alternative;"
                        " boundary=\"=_mm_" ID_0 "\"\r\n"
                        "\r\n"
                        "--=_mm_" ID_0 "\r\n"
                        "Content-Type: text/plain; charset=UTF-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "\r\n"
                        "caf=C3=A9 au lait\r\n"
                        "\r\n"
                        "--=_mm_" ID_0 "\r\n"
                        "Content-Type: text/html; charset=UTF-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n"
                        "\r\n"
                        "<p>x</p>\r\n"
                        "\r\n"
                        "--=_mm_" ID_0 "--\r\n");
    g_string_free(out, TRUE);
}

static void a_boundary_that_stands_in_a_text_is_not_used(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    Part parts[] = {leaf("text/plain", "--=_mm_" ID_0 "\n"),
                    leaf("text/html", "<p>x</p>\n")};
    Part root = {
        .type = "multipart/alternative", .children = parts, .count = 2};
    part_append(out, &root, "id");
    assert_non_null(strstr(out->str, "boundary=\"=_mm_" ID_1 "\""));
    assert_non_null(strstr(out->str, "\r\n\r\n--=_mm_" ID_1 "--\r\n"));
    assert_null(strstr(out->str, "boundary=\"=_mm_" ID_0));
    g_string_free(out, TRUE);
}

static void a_part_in_a_part_has_a_boundary_of_its_own(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    Part texts[] = {leaf("text/plain", "a\n"), leaf("text/html", "b\n")};
    Part parts[] = {
        {.type = "multipart/alternative", .children = texts, .count = 2},
        leaf("text/calendar", "c\n"),
    };
    Part root = {.type = "multipart/mixed", .children = parts, .count = 2};
    part_append(out, &root, "id");
    const char *outer = strstr(out->str,
                               "multipart/mixed; boundary=\"=_mm_" ID_0);
    const char *inner = strstr(out->str,
                               "multipart/alternative; boundary=\"=_mm_" ID_1);
    assert_non_null(outer);
    assert_non_null(inner);
    const char *inner_end = strstr(out->str, "\r\n--=_mm_" ID_1 "--\r\n");
    const char *outer_end = strstr(out->str, "\r\n--=_mm_" ID_0 "--\r\n");
    assert_true(outer < inner && inner < inner_end && inner_end < outer_end);
    g_string_free(out, TRUE);
}

static void what_is_ready_is_copied_between_the_boundaries(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    GString *image = g_string_new("Content-Type: image/png\r\n\r\nAAAA\r\n");
    Part parts[] = {leaf("text/html", "<p>x</p>\n"), {.ready = image}};
    Part root = {
        .type = "multipart/related; type=\"text/html\"",
        .children = parts,
        .count = 2,
    };
    part_append(out, &root, "id");
    assert_string_equal(out->str,
                        "Content-Type: multipart/related; type=\"text/html\";"
                        "\r\n boundary=\"=_mm_" ID_0 "\"\r\n"
                        "\r\n"
                        "--=_mm_" ID_0 "\r\n"
                        "Content-Type: text/html; charset=UTF-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n"
                        "\r\n"
                        "<p>x</p>\r\n"
                        "\r\n"
                        "--=_mm_" ID_0 "\r\n"
                        "Content-Type: image/png\r\n"
                        "\r\n"
                        "AAAA\r\n"
                        "\r\n"
                        "--=_mm_" ID_0 "--\r\n");
    g_string_free(image, TRUE);
    g_string_free(out, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_leaf_is_its_fields_and_its_text,
                                  fell_leaves),
        cmocka_unit_test_teardown(alternatives_stand_between_boundaries,
                                  fell_leaves),
        cmocka_unit_test_teardown(a_boundary_that_stands_in_a_text_is_not_used,
                                  fell_leaves),
        cmocka_unit_test_teardown(a_part_in_a_part_has_a_boundary_of_its_own,
                                  fell_leaves),
        cmocka_unit_test_teardown(
            what_is_ready_is_copied_between_the_boundaries, fell_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
