/* test_lock.c - journal/lock.h */
#include "scratch.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "journal/lock.h"

static void a_lock_is_held_by_one_and_names_its_process(void **state)
{
    (void)state;
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "a.lock", NULL);
    GError *error = NULL;
    int lock = lock_take(path, "campaign x", &error);
    assert_no_error(error);
    assert_true(lock >= 0);
    char number[80];
    snprintf(number, sizeof number,
             "campaign x is being sent by another "
             "process (%ld)",
             (long)getpid());
    assert_int_equal(lock_take(path, "campaign x", &error), -1);
    assert_error(&error, ERROR_RETRY, number);
    lock_release(lock, path);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    scratch_remove(folder);
}

static void a_released_lock_can_be_taken_again(void **state)
{
    (void)state;
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "a.lock", NULL);
    GError *error = NULL;
    for (int i = 0; i < 3; i++) {
        int lock = lock_take(path, "it", &error);
        assert_no_error(error);
        lock_release(lock, path);
    }
    scratch_remove(folder);
}

static void a_process_that_was_killed_holds_nothing(void **state)
{
    (void)state;
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "a.lock", NULL);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        lock_take(path, "it", NULL);
        ssize_t written = write(ready[1], "x", 1);
        (void)written;
        for (;;)
            pause();
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    GError *error = NULL;
    assert_int_equal(lock_take(path, "it", &error), -1);
    char *number = g_strdup_printf("(%ld)", (long)child);
    assert_error(&error, ERROR_RETRY, number);
    g_free(number);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int lock = lock_take(path, "it", &error);
    assert_no_error(error);
    lock_release(lock, path);
    close(ready[0]);
    close(ready[1]);
    scratch_remove(folder);
}

static void a_lock_that_cannot_be_made_is_an_error_of_the_machine(void **state)
{
    (void)state;
    GError *error = NULL;
    assert_int_equal(lock_take("/nonexistent/a.lock", "it", &error), -1);
    assert_error(&error, ERROR_SYSTEM, "/nonexistent/a.lock: it: ");
}

static void a_link_is_not_followed(void **state)
{
    (void)state;
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "a.lock", NULL);
    g_autofree char *precious = g_build_filename(folder, "precious", NULL);
    assert_true(g_file_set_contents(precious, "keep", 4, NULL));
    assert_int_equal(symlink(precious, path), 0);
    GError *error = NULL;
    assert_int_equal(lock_take(path, "it", &error), -1);
    assert_error(&error, ERROR_SYSTEM, "it");
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(precious, &text, NULL, NULL));
    assert_string_equal(text, "keep");
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_is_held_by_one_and_names_its_process),
        cmocka_unit_test(a_released_lock_can_be_taken_again),
        cmocka_unit_test(a_process_that_was_killed_holds_nothing),
        cmocka_unit_test(a_lock_that_cannot_be_made_is_an_error_of_the_machine),
        cmocka_unit_test(a_link_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
