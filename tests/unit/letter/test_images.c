#include "test.h"

#include <glib/gstdio.h>

#include "letter/images.h"

#define GIF "GIF89a\x28\0\x0f\0\0\0\0"
#define GIF_BASE64 "R0lGODlhKAAPAAAAAA=="
/* The first 64 bits of `printf 'GIF89a\050\0\017\0\0\0\0' | sha256sum`. */
#define GIF_DIGEST "c6de1e3970a0f4d8"

typedef struct Desk {
    char *root;
    Findings *findings;
    Images *images;
    ImageTaker taker;
} Desk;

static void write_file(const char *path, const char *bytes, size_t length)
{
    assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static int set_up(void **state)
{
    Desk *desk = g_new0(Desk, 1);
    desk->root = g_dir_make_tmp("mirmail-images-XXXXXX", NULL);
    assert_non_null(desk->root);
    assert_int_equal(g_chdir(desk->root), 0);
    assert_int_equal(g_mkdir_with_parents("post/img", 0700), 0);
    write_file("post/a.gif", GIF, sizeof GIF - 1);
    write_file("post/img/two words.gif", GIF, sizeof GIF - 1);
    write_file("post/b.gif", "GIF87a\1\0\1\0\0\0\0", 13);
    write_file("post/cut.png", "\x89PNG\r\n\x1a\n", 8);
    write_file("post/drawing.svg", "<svg/>", 6);
    write_file("post/new.webp",
               "RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x2b\x01\0",
               30);
    write_file("post/text.png", "hello\n", 6);
    write_file("outside.gif", GIF, sizeof GIF - 1);
    GString *large = g_string_new_len("GIF89a\1\0\2\0\0\0\0", 13);
    g_string_set_size(large, 1500000);
    write_file("post/large.gif", large->str, large->len);
    large->str[8] = 3;
    write_file("post/larger.gif", large->str, large->len);
    g_string_free(large, TRUE);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const all[] = {
        "post/a.gif",       "post/img/two words.gif",
        "post/b.gif",       "post/cut.png",
        "post/drawing.svg", "post/new.webp",
        "post/text.png",    "post/large.gif",
        "post/larger.gif",  "outside.gif",
        "post/img",         "post",
    };
    Desk *desk = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        assert_int_equal(g_remove(all[i]), 0);
    assert_int_equal(g_chdir("/"), 0);
    assert_int_equal(g_rmdir(desk->root), 0);
    images_free(desk->images);
    findings_free(desk->findings);
    g_free(desk->root);
    g_free(desk);
    return 0;
}

static void begin(Desk *desk, PostImages wish, bool has_base)
{
    ImagesSource source = {"post/post.md", wish, has_base, "example.org"};
    images_free(desk->images);
    findings_free(desk->findings);
    desk->findings = findings_new();
    desk->images = images_new(&source, desk->findings);
    desk->taker = images_taker(desk->images);
}

static ImageFate take(Desk *desk, const char *address, TakenImage *taken)
{
    *taken = (TakenImage){0};
    Place place = {"post/post.md", 7, 3};
    return desk->taker.take(desk->taker.data, address, place, taken);
}

static size_t count(const Desk *desk)
{
    size_t count = 0;
    images_list(desk->images, &count);
    return count;
}

static void assert_finding(const Desk *desk, Severity severity,
                           const char *part)
{
    size_t last = findings_stored(desk->findings);
    assert_true(last > 0);
    const Finding *finding = findings_at(desk->findings, last - 1);
    g_autofree char *line = finding_to_line(finding);
    assert_int_equal(finding->severity, severity);
    if (strstr(line, part) == NULL)
        fail_msg("`%s` is not in: %s", part, line);
}

static void a_file_beside_the_post_travels_when_there_is_no_base(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    begin(desk, POST_IMAGES_AUTO, false);
    assert_int_equal(take(desk, "a.gif", &taken), IMAGE_TAKEN);
    assert_string_equal(taken.address, "cid:" GIF_DIGEST ".1@example.org");
    assert_int_equal(taken.width, 40);
    assert_int_equal(taken.height, 15);
    size_t images = 0;
    const LetterImage *image = images_list(desk->images, &images);
    assert_int_equal(images, 1);
    assert_string_equal(image->content_id, GIF_DIGEST ".1@example.org");
    assert_string_equal(image->type, "image/gif");
    assert_string_equal(image->name, "a.gif");
    assert_int_equal(findings_stored(desk->findings), 0);
}

static void the_same_picture_is_one_part_under_every_name(void **state)
{
    Desk *desk = *state;
    TakenImage first;
    TakenImage next;
    static const char *const same[] = {
        "a.gif",
        "./a.gif?v=2#top",
        "img/two%20words.gif",
        "img/two words.gif",
        "data:image/gif;base64," GIF_BASE64,
    };
    begin(desk, POST_IMAGES_AUTO, false);
    assert_int_equal(take(desk, "a.gif", &first), IMAGE_TAKEN);
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        assert_int_equal(take(desk, same[i], &next), IMAGE_TAKEN);
        assert_string_equal(next.address, first.address);
        assert_int_equal(next.width, 40);
    }
    assert_int_equal(count(desk), 1);
    assert_int_equal(take(desk, "b.gif", &next), IMAGE_TAKEN);
    assert_string_not_equal(next.address, first.address);
    assert_int_equal(count(desk), 2);
}

static void with_a_base_a_relative_image_stays_on_the_web(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    begin(desk, POST_IMAGES_AUTO, true);
    assert_int_equal(take(desk, "a.gif", &taken), IMAGE_LEFT);
    assert_int_equal(take(desk, "nowhere.gif", &taken), IMAGE_LEFT);
    assert_int_equal(findings_stored(desk->findings), 0);
}

static void inline_takes_files_whatever_the_base(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    begin(desk, POST_IMAGES_INLINE, true);
    assert_int_equal(take(desk, "a.gif", &taken), IMAGE_TAKEN);
    assert_int_equal(take(desk, "nowhere.gif", &taken), IMAGE_REFUSED);
    assert_finding(desk, SEVERITY_ERROR,
                   "post/post.md:7:3: error: the image `nowhere.gif`: no such "
                   "file; put the file there, or take `images: inline` out");
}

static void addresses_that_are_no_files_stay_where_they_are(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    static const char *const addresses[] = {
        "https://example.org/a.gif",
        "HTTP://example.org/a.gif",
        "//example.org/a.gif",
        "/a.gif",
        "cid:a.gif",
        "#a",
        "?a",
        "",
    };
    begin(desk, POST_IMAGES_INLINE, false);
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
        assert_int_equal(take(desk, addresses[i], &taken), IMAGE_LEFT);
    assert_int_equal(count(desk), 0);
}

static void remote_takes_none(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    begin(desk, POST_IMAGES_REMOTE, false);
    assert_int_equal(take(desk, "a.gif", &taken), IMAGE_LEFT);
    assert_int_equal(findings_stored(desk->findings), 0);
    assert_int_equal(take(desk, "data:image/gif;base64," GIF_BASE64, &taken),
                     IMAGE_REFUSED);
    assert_finding(desk, SEVERITY_ERROR, "`images: remote`");
}

static void what_cannot_be_shown_is_an_error_with_a_way_out(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    static const struct {
        const char *address;
        const char *sentence;
    } cases[] = {
        {"nowhere.png", "no such file; put the file beside the post, or say "
                        "where it is on the web with `base_url` or the post's "
                        "`url`"},
        {"../outside.gif", "outside of the post's folder; copy it there"},
        {"%2e%2e/outside.gif", "outside of the post's folder; copy it there"},
        {"img", "a folder, not a file"},
        {"cut.png", "a broken PNG file"},
        {"text.png", "is no PNG, JPEG or GIF"},
        {"drawing.svg", "is SVG, which mail programs do not show; save it as "
                        "PNG or JPEG"},
        {"data:image/svg+xml,%3Csvg/%3E", "is SVG"},
        {"data:image/png;base64,!", "a broken data: address"},
    };
    begin(desk, POST_IMAGES_AUTO, false);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(take(desk, cases[i].address, &taken), IMAGE_REFUSED);
        assert_finding(desk, SEVERITY_ERROR, cases[i].sentence);
    }
    assert_int_equal(count(desk), 0);
}

static void new_formats_are_warned_about(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    begin(desk, POST_IMAGES_AUTO, false);
    assert_int_equal(take(desk, "new.webp", &taken), IMAGE_TAKEN);
    assert_int_equal(taken.width, 800);
    assert_finding(desk, SEVERITY_WARNING, "is WebP");
}

static void heavy_images_are_warned_about_and_then_refused(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    begin(desk, POST_IMAGES_AUTO, false);
    assert_int_equal(take(desk, "large.gif", &taken), IMAGE_TAKEN);
    assert_int_equal(findings_stored(desk->findings), 0);
    assert_int_equal(take(desk, "larger.gif", &taken), IMAGE_REFUSED);
    assert_finding(desk, SEVERITY_ERROR, "3.0 MB together, more than 2.0 MB");
    images_finish(desk->images);
    assert_finding(desk, SEVERITY_WARNING, "have 1.5 MB");
}

static void an_image_without_a_name_gets_one(void **state)
{
    Desk *desk = *state;
    TakenImage taken;
    size_t images = 0;
    begin(desk, POST_IMAGES_AUTO, true);
    assert_int_equal(take(desk, "data:;base64," GIF_BASE64, &taken),
                     IMAGE_TAKEN);
    assert_string_equal(images_list(desk->images, &images)->name,
                        "image-1.gif");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_beside_the_post_travels_when_there_is_no_base),
        cmocka_unit_test(the_same_picture_is_one_part_under_every_name),
        cmocka_unit_test(with_a_base_a_relative_image_stays_on_the_web),
        cmocka_unit_test(inline_takes_files_whatever_the_base),
        cmocka_unit_test(addresses_that_are_no_files_stay_where_they_are),
        cmocka_unit_test(remote_takes_none),
        cmocka_unit_test(what_cannot_be_shown_is_an_error_with_a_way_out),
        cmocka_unit_test(new_formats_are_warned_about),
        cmocka_unit_test(heavy_images_are_warned_about_and_then_refused),
        cmocka_unit_test(an_image_without_a_name_gets_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
