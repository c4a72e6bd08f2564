#include "base/replace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list/files.h"

static char *text_of(const char *path)
{
    char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void a_file_is_replaced_whole_and_keeps_its_mode(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a", "old");
    assert_int_equal(chmod(path, 0640), 0);
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    Replace *replace = replace_open(path, REPLACE_EXISTING, NULL);
    char bytes[8] = "";
    assert_int_equal(read(replace_file(replace), bytes, sizeof bytes), 3);
    assert_string_equal(bytes, "old");
    assert_true(replace_commit(replace, "newer", 5, NULL));
    replace_close(replace);
    g_autofree char *text = text_of(path);
    assert_string_equal(text, "newer");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    /* Whoever has the old file open goes on reading it. */
    assert_int_equal(read(reader, bytes, sizeof bytes), 3);
    close(reader);
    files_clear(&files);
}

static void behind_a_link_its_target_is_replaced(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a", "old");
    g_autofree char *link = g_build_filename(files.folder, "link", NULL);
    assert_int_equal(symlink("a", link), 0);
    g_autoptr(Replace) replace = replace_open(link, REPLACE_EXISTING, NULL);
    assert_true(replace_commit(replace, "new", 3, NULL));
    assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_autofree char *text = text_of(path);
    assert_string_equal(text, "new");
    g_unlink(link);
    files_clear(&files);
}

static void what_a_killed_program_left_is_in_nobodys_way(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a", "old");
    files_write(&files, ".a.new", "half of");
    g_autoptr(Replace) replace = replace_open(path, REPLACE_EXISTING, NULL);
    assert_true(replace_commit(replace, "new", 3, NULL));
    g_autofree char *text = text_of(path);
    assert_string_equal(text, "new");
    g_autofree char *beside = g_build_filename(files.folder, ".a.new", NULL);
    assert_false(g_file_test(beside, G_FILE_TEST_EXISTS));
    files_clear(&files);
}

static void
what_a_killed_program_left_goes_though_nothing_is_changed(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a", "old");
    const char *left = files_write(&files, ".a.new", "half of");
    replace_close(replace_open(path, REPLACE_EXISTING, NULL));
    assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
    files_clear(&files);
}

static void what_another_program_wrote_meanwhile_is_kept(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *path = files_write(&files, "a", "old");
    g_autoptr(Replace) replace = replace_open(path, REPLACE_EXISTING, NULL);
    assert_true(g_file_set_contents(path, "by an editor", -1, NULL));
    g_autoptr(GError) error = NULL;
    assert_false(replace_commit(replace, "new", 3, &error));
    assert_int_equal(error->code, ERROR_RETRY);
    replace_close(g_steal_pointer(&replace));
    g_autofree char *text = text_of(path);
    assert_string_equal(text, "by an editor");
    files_clear(&files);
}

static void what_is_no_plain_file_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(replace_open("/nowhere/at/all", REPLACE_EXISTING, &error));
    assert_int_equal(error->code, ERROR_MISSING);
    assert_string_equal(error->message,
                        "/nowhere/at/all: No such file or directory");
    g_clear_error(&error);
    assert_null(replace_open("/dev/null", REPLACE_EXISTING, &error));
    assert_int_equal(error->code, ERROR_INPUT);
    g_clear_error(&error);
    assert_null(replace_open("/tmp", REPLACE_EXISTING, &error));
    assert_non_null(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_whole_and_keeps_its_mode),
        cmocka_unit_test(behind_a_link_its_target_is_replaced),
        cmocka_unit_test(what_a_killed_program_left_is_in_nobodys_way),
        cmocka_unit_test(
            what_a_killed_program_left_goes_though_nothing_is_changed),
        cmocka_unit_test(what_another_program_wrote_meanwhile_is_kept),
        cmocka_unit_test(what_is_no_plain_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
