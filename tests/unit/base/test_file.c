#include "test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* A folder with `post/here.txt`, `post/deep/er.txt`, `secret.txt` beside it,
 * and links between them. */
static int set_up(void **state)
{
    char *root = g_dir_make_tmp("mirmail-file-XXXXXX", NULL);
    assert_non_null(root);
    assert_int_equal(g_chdir(root), 0);
    assert_int_equal(g_mkdir_with_parents("post/deep", 0700), 0);
    assert_true(g_file_set_contents("post/here.txt", "here", -1, NULL));
    assert_true(g_file_set_contents("post/deep/er.txt", "deeper", -1, NULL));
    assert_true(g_file_set_contents("post/empty", "", 0, NULL));
    assert_true(g_file_set_contents("secret.txt", "secret", -1, NULL));
    assert_true(g_file_set_contents("postscript", "beside", -1, NULL));
    assert_int_equal(symlink("../secret.txt", "post/out.txt"), 0);
    assert_int_equal(symlink("deep/er.txt", "post/in.txt"), 0);
    assert_int_equal(mkfifo("post/pipe", 0600), 0);
    *state = root;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const all[] = {
        "post/here.txt", "post/deep/er.txt", "post/empty",
        "post/out.txt",  "post/in.txt",      "post/pipe",
        "secret.txt",    "postscript",       "post/deep",
        "post",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        assert_int_equal(g_remove(all[i]), 0);
    assert_int_equal(g_chdir("/"), 0);
    assert_int_equal(g_rmdir(*state), 0);
    g_free(*state);
    return 0;
}

static void assert_read(const char *folder, const char *name,
                        const char *expected)
{
    GError *error = NULL;
    FileProblem problem = FILE_OTHER;
    g_autoptr(GBytes) bytes = file_read(folder, name, 6, &problem, &error);
    assert_no_error(error);
    assert_non_null(bytes);
    assert_int_equal(problem, FILE_FINE);
    assert_int_equal(g_bytes_get_size(bytes), strlen(expected));
    assert_memory_equal(g_bytes_get_data(bytes, NULL), expected,
                        strlen(expected));
}

static void a_file_in_the_folder_and_below_is_read(void **state)
{
    g_autofree char *absolute = g_build_filename(*state, "post/here.txt", NULL);
    assert_read("post", "here.txt", "here");
    assert_read("post", "deep/er.txt", "deeper");
    assert_read("post", "deep/../here.txt", "here");
    assert_read("post", "in.txt", "deeper");
    assert_read("post", absolute, "here");
    assert_read(".", "post/here.txt", "here");
}

static void without_a_folder_every_path_may_be_read(void **state)
{
    (void)state;
    assert_read(NULL, "secret.txt", "secret");
    assert_read(NULL, "post/out.txt", "secret");
}

static void what_cannot_be_read_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        FileProblem problem;
        ErrorCode code;
        const char *sentence;
    } cases[] = {
        {"nowhere", FILE_MISSING, ERROR_MISSING, "no such file"},
        {"here.txt/x", FILE_MISSING, ERROR_MISSING, "no such file"},
        {"../secret.txt", FILE_OUTSIDE, ERROR_INPUT, "outside"},
        {"../postscript", FILE_OUTSIDE, ERROR_INPUT, "outside"},
        {"out.txt", FILE_OUTSIDE, ERROR_INPUT, "outside"},
        {"/etc/passwd", FILE_OUTSIDE, ERROR_INPUT, "outside"},
        {"deep", FILE_IS_FOLDER, ERROR_INPUT, "a folder"},
        {"empty", FILE_EMPTY, ERROR_INPUT, "empty"},
        {"pipe", FILE_OTHER, ERROR_INPUT, "not an ordinary file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        FileProblem problem = FILE_FINE;
        assert_null(file_read("post", cases[i].name, 6, &problem, &error));
        assert_int_equal(problem, cases[i].problem);
        assert_error(&error, cases[i].code, cases[i].sentence);
    }
}

static void a_file_over_the_limit_says_both_sizes(void **state)
{
    (void)state;
    GError *error = NULL;
    FileProblem problem = FILE_FINE;
    assert_null(file_read("post", "deep/er.txt", 5, &problem, &error));
    assert_int_equal(problem, FILE_LARGE);
    assert_error(&error, ERROR_INPUT, "it has 6 B, more than 5 B");
}

static void a_post_without_a_folder_is_here(void **state)
{
    (void)state;
    g_autofree char *none = file_folder("post.md");
    g_autofree char *one = file_folder("posts/post.md");
    g_autofree char *stdin_folder = file_folder("standard input");
    assert_string_equal(none, ".");
    assert_string_equal(one, "posts");
    assert_string_equal(stdin_folder, ".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_in_the_folder_and_below_is_read),
        cmocka_unit_test(without_a_folder_every_path_may_be_read),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(a_file_over_the_limit_says_both_sizes),
        cmocka_unit_test(a_post_without_a_folder_is_here),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
