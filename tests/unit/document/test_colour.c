/* test_colour.c - document/colour.h */
#include "test.h"

#include "document/colour.h"

static void colours_are_read_as_css_writes_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t colour;
    } cases[] = {
        {"#fff", 0xffffff},
        {"#A1b2C3", 0xa1b2c3},
        {"#a1b2c3ff", 0xa1b2c3},
        {"#abcf", 0xaabbcc},
        {"rebeccapurple", 0x663399},
        {" Red ", 0xff0000},
        {"rgb(255, 0, 16)", 0xff0010},
        {"rgb(255 0 16)", 0xff0010},
        {"rgb(100%,0%,50%)", 0xff0080},
        {"RGBA(1,2,3,1)", 0x010203},
        {"rgb(300, -4, 1e99)", 0xff00ff},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t colour = 0;
        assert_true(colour_parse(cases[i].text, &colour));
        assert_int_equal(colour, cases[i].colour);
    }
}

static void what_is_no_opaque_colour_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "#",
        "#12",
        "#12345",
        "#ggg",
        "#abcdef80",
        "transparent",
        "inherit",
        "rgb(1,2)",
        "rgb(1,2,3",
        "rgb(a,2,3)",
        "rgba(1,2,3,0.5)",
        "rgb(nan,1,2)",
        "hsl(1,2%,3%)",
        "var(--x)",
        "rgb(1,2,3,1,1)",
        "notacolour",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t colour = 0;
        if (colour_parse(cases[i], &colour))
            fail_msg("`%s` is taken for #%06x", cases[i], colour);
    }
}

/* Values of the WebAIM contrast checker. */
static void the_contrast_is_that_of_wcag(void **state)
{
    (void)state;
    static const struct {
        uint32_t one, other;
        double contrast;
    } cases[] = {
        {0x000000, 0xffffff, 21.0}, {0xffffff, 0x000000, 21.0},
        {0x777777, 0xffffff, 4.48}, {0x767676, 0xffffff, 4.54},
        {0x0000ff, 0xffffff, 8.59}, {0xff0000, 0xffffff, 4.0},
        {0x123456, 0x123456, 1.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double found = colour_contrast(cases[i].one, cases[i].other);
        assert_true(found > cases[i].contrast - 0.01);
        assert_true(found < cases[i].contrast + 0.01);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_read_as_css_writes_them),
        cmocka_unit_test(what_is_no_opaque_colour_is_refused),
        cmocka_unit_test(the_contrast_is_that_of_wcag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
