/* test_stamp.c - base/stamp.h over files. */
#include "scratch.h"

#include <stdio.h>
#include <unistd.h>

#include "base/stamp.h"

typedef struct Fixture {
    char *folder;
    char *path;
    char *other;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "a", NULL);
    fixture->other = g_build_filename(fixture->folder, "b", NULL);
    scratch_write(fixture->path, "one");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    scratch_remove(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->other);
    g_free(fixture);
    return 0;
}

static void a_file_left_alone_has_one_stamp(void **state)
{
    const Fixture *fixture = *state;
    Stamp before = stamp_of(fixture->path);
    Stamp now = stamp_of(fixture->path);
    assert_true(stamp_is_same(&before, &now));
    assert_true(stamp_is_of_one_file(&before, &now));
}

static void a_file_that_grew_has_changed_and_is_the_same_file(void **state)
{
    const Fixture *fixture = *state;
    Stamp before = stamp_of(fixture->path);
    assert_int_equal(truncate(fixture->path, 9), 0);
    Stamp now = stamp_of(fixture->path);
    assert_false(stamp_is_same(&before, &now));
    assert_true(stamp_is_of_one_file(&before, &now));
}

static void a_file_that_took_the_name_is_another(void **state)
{
    const Fixture *fixture = *state;
    Stamp before = stamp_of(fixture->path);
    scratch_write(fixture->other, "one");
    assert_int_equal(rename(fixture->other, fixture->path), 0);
    Stamp now = stamp_of(fixture->path);
    assert_false(stamp_is_same(&before, &now));
    assert_false(stamp_is_of_one_file(&before, &now));
}

static void no_file_is_like_no_file_only(void **state)
{
    const Fixture *fixture = *state;
    Stamp none = stamp_of(fixture->other);
    Stamp still_none = stamp_of(fixture->other);
    Stamp some = stamp_of(fixture->path);
    assert_true(stamp_is_same(&none, &still_none));
    assert_false(stamp_is_same(&none, &some));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_left_alone_has_one_stamp),
        TEST(a_file_that_grew_has_changed_and_is_the_same_file),
        TEST(a_file_that_took_the_name_is_another),
        TEST(no_file_is_like_no_file_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
