#include "test.h"

#include <glib/gstdio.h>
#include <unistd.h>
#include <utime.h>

#include "preview/watch.h"

typedef struct Fixture {
    char *folder;
    char *file;
    Watch *watch;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = g_dir_make_tmp("mirmail-test-XXXXXX", NULL);
    fixture->file = g_build_filename(fixture->folder, "post.md", NULL);
    assert_true(g_file_set_contents(fixture->file, "one", -1, NULL));
    fixture->watch = watch_new();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    unlink(fixture->file);
    rmdir(fixture->folder);
    watch_free(fixture->watch);
    g_free(fixture->file);
    g_free(fixture->folder);
    g_free(fixture);
    return 0;
}

static void set_times(const char *path, time_t seconds)
{
    assert_int_equal(utime(path, &(struct utimbuf){seconds, seconds}), 0);
}

static void a_saved_file_is_noticed_once(void **state)
{
    Fixture *fixture = *state;
    set_times(fixture->file, 1000);
    watch_add(fixture->watch, fixture->file);
    assert_true(watch_changed(fixture->watch));
    assert_false(watch_changed(fixture->watch));
    set_times(fixture->file, 1001); /* written again, as long as before */
    assert_true(watch_changed(fixture->watch));
    assert_false(watch_changed(fixture->watch));
}

static void files_that_come_and_go_are_noticed(void **state)
{
    Fixture *fixture = *state;
    watch_add(fixture->watch, fixture->file);
    watch_changed(fixture->watch);
    unlink(fixture->file);
    assert_true(watch_changed(fixture->watch));
    assert_false(watch_changed(fixture->watch));
    assert_true(g_file_set_contents(fixture->file, "two", -1, NULL));
    assert_true(watch_changed(fixture->watch));
}

static void the_files_of_a_folder_are_watched_too(void **state)
{
    Fixture *fixture = *state;
    set_times(fixture->file, 1000);
    watch_add(fixture->watch, fixture->folder);
    watch_changed(fixture->watch);
    assert_false(watch_changed(fixture->watch));
    set_times(fixture->file, 1001);
    assert_true(watch_changed(fixture->watch));
}

static void nothing_and_the_same_again_are_nothing(void **state)
{
    Fixture *fixture = *state;
    watch_add(fixture->watch, NULL);
    watch_add(fixture->watch, fixture->file);
    watch_changed(fixture->watch);
    watch_add(fixture->watch, fixture->file);
    assert_false(watch_changed(fixture->watch));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_saved_file_is_noticed_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(files_that_come_and_go_are_noticed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_files_of_a_folder_are_watched_too,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_and_the_same_again_are_nothing,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
