#include "test.h"

#include "mail/image.h"

#define LOOK(text) image_look(text, sizeof(text) - 1)

static void assert_facts(ImageFacts facts, ImageFormat format, int width,
                         int height)
{
    assert_int_equal(facts.format, format);
    assert_int_equal(facts.width, width);
    assert_int_equal(facts.height, height);
}

/* ISO 15948 5.2 and 11.2.2 */
#define PNG_START "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"

static void a_png_says_its_size_in_its_first_chunk(void **state)
{
    (void)state;
    assert_facts(LOOK(PNG_START "\0\0\x03\x20\0\0\x01\x2c\x08\x06\0\0\0"),
                 IMAGE_PNG, 800, 300);
}

static void what_is_cut_off_keeps_its_format_and_loses_its_size(void **state)
{
    (void)state;
    assert_facts(LOOK(PNG_START "\0\0\x03\x20\0\0\x01"), IMAGE_PNG, 0, 0);
    assert_facts(LOOK("GIF89a\x10\0\x20"), IMAGE_GIF, 0, 0);
    assert_facts(LOOK("\xff\xd8\xff\xc0\0\x0b\x08\0\x40\0"), IMAGE_JPEG, 0, 0);
    assert_facts(LOOK("RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f"), IMAGE_WEBP, 0,
                 0);
}

static void a_size_that_no_image_has_is_not_believed(void **state)
{
    (void)state;
    assert_facts(LOOK(PNG_START "\xff\xff\xff\xff\0\0\0\1\x08\x06"), IMAGE_PNG,
                 0, 0);
    assert_facts(LOOK(PNG_START "\0\0\0\0\0\0\0\1\x08\x06"), IMAGE_PNG, 0, 0);
}

static void a_gif_says_its_size_low_byte_first(void **state)
{
    (void)state;
    assert_facts(LOOK("GIF87a\x10\0\x20\1\0\0\0"), IMAGE_GIF, 16, 288);
    assert_facts(LOOK("GIF89a\x01\0\x01\0\0\0\0"), IMAGE_GIF, 1, 1);
}

/* T.81 B.2.2: fill bytes, an application segment, a table, the frame. */
static void a_jpeg_says_its_size_in_its_frame(void **state)
{
    (void)state;
    assert_facts(LOOK("\xff\xd8\xff\xe0\0\x04JF"
                      "\xff\xff\xff\xc4\0\x03T"
                      "\xff\xc2\0\x11\x08\0\x4b\0\xc8\x03\x01\x22\0"),
                 IMAGE_JPEG, 200, 75);
}

static void a_jpeg_without_a_frame_before_its_picture_has_no_size(void **state)
{
    (void)state;
    assert_facts(LOOK("\xff\xd8\xff\xda\0\x04xx\xff\xc0\0\x11\x08\0\x4b\0\xc8"),
                 IMAGE_JPEG, 0, 0);
    assert_facts(LOOK("\xff\xd8\xff\xe0\0\0\xff\xc0\0\x11\x08\0\x4b\0\xc8"),
                 IMAGE_JPEG, 0, 0);
}

/* RFC 9649 2.7, 3.4 and RFC 6386 9.1 */
static void the_three_kinds_of_webp_say_their_size(void **state)
{
    (void)state;
    assert_facts(LOOK("RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0"
                      "\0\0\0\0\x1f\x03\0\x2b\x01\0"),
                 IMAGE_WEBP, 800, 300);
    assert_facts(LOOK("RIFF\x1e\0\0\0WEBPVP8 \x10\0\0\0"
                      "\x10\0\0\x9d\x01\x2a\x3c\0\x14\x40"),
                 IMAGE_WEBP, 60, 20);
    /* 59 and 19 in fourteen bits each */
    assert_facts(LOOK("RIFF\x1e\0\0\0WEBPVP8L\x10\0\0\0"
                      "\x2f\x3b\xc0\x04\0"),
                 IMAGE_WEBP, 60, 20);
}

static void an_avif_is_known_by_its_brands(void **state)
{
    (void)state;
    assert_facts(LOOK("\0\0\0\x14"
                      "ftypavif\0\0\0\0avif"),
                 IMAGE_AVIF, 0, 0);
    assert_facts(LOOK("\0\0\0\x18"
                      "ftypmif1\0\0\0\0mif1avif"),
                 IMAGE_AVIF, 0, 0);
    assert_facts(LOOK("\0\0\0\x14"
                      "ftypheic\0\0\0\0mif1avif"),
                 IMAGE_NONE, 0, 0);
}

static void
an_svg_may_begin_with_a_declaration_comments_and_a_doctype(void **state)
{
    (void)state;
    static const char *const images[] = {
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a > b -->\n<svg>",
        "<!DOCTYPE svg PUBLIC \"x\" \"y\" [<!ENTITY a \"b\">]>\n<svg\n",
    };
    static const char *const others[] = {
        "<svgs>", "<html><svg>", "a <svg>", "<!-- <svg> ", "<svg", "",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(images); i++)
        assert_int_equal(image_look(images[i], strlen(images[i])).format,
                         IMAGE_SVG);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        assert_int_equal(image_look(others[i], strlen(others[i])).format,
                         IMAGE_NONE);
}

static void every_format_has_a_type_a_name_and_a_suffix(void **state)
{
    (void)state;
    assert_string_equal(image_media_type(IMAGE_SVG), "image/svg+xml");
    assert_string_equal(image_media_type(IMAGE_JPEG), "image/jpeg");
    assert_string_equal(image_suffix(IMAGE_JPEG), "jpg");
    assert_string_equal(image_format_name(IMAGE_WEBP), "WebP");
    assert_null(image_media_type(IMAGE_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_png_says_its_size_in_its_first_chunk),
        cmocka_unit_test(what_is_cut_off_keeps_its_format_and_loses_its_size),
        cmocka_unit_test(a_size_that_no_image_has_is_not_believed),
        cmocka_unit_test(a_gif_says_its_size_low_byte_first),
        cmocka_unit_test(a_jpeg_says_its_size_in_its_frame),
        cmocka_unit_test(a_jpeg_without_a_frame_before_its_picture_has_no_size),
        cmocka_unit_test(the_three_kinds_of_webp_say_their_size),
        cmocka_unit_test(an_avif_is_known_by_its_brands),
        cmocka_unit_test(
            an_svg_may_begin_with_a_declaration_comments_and_a_doctype),
        cmocka_unit_test(every_format_has_a_type_a_name_and_a_suffix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
