#include "scratch.h"

#include "feedback/mail.h"
#include "feedback/mail_source.h"

#include <sys/stat.h>

/* Every mail as "place=text|", the folder left out. */
static char *read_all(const char *path, const char *folder)
{
    GError *error = NULL;
    g_autoptr(MailSource) source = mail_source_open(path, &error);
    assert_no_error(error);
    GString *all = g_string_new(NULL);
    SourceMail mail;
    while (mail_source_next(source, &mail, &error)) {
        assert_int_equal(strlen(mail.bytes), mail.length);
        g_string_append_printf(all, "%s=%s|", mail.place + strlen(folder) + 1,
                               mail.bytes);
    }
    assert_no_error(error);
    return g_string_free(all, FALSE);
}

static void check_file(const char *text, const char *expected)
{
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "box", NULL);
    scratch_write(path, text);
    g_autofree char *all = read_all(path, folder);
    assert_string_equal(all, expected);
    scratch_remove(folder);
}

static void a_file_without_a_from_line_is_one_mail(void **state)
{
    (void)state;
    check_file("A: b\n\nFrom me to you\n\nFrom x Sat Nov 28 21:00:00 2026\n",
               "box=A: b\n\nFrom me to you\n\nFrom x Sat Nov 28 21:00:00 "
               "2026\n|");
    check_file("A: b", "box=A: b|");
    check_file("", "");
}

static void an_mbox_is_cut_at_its_from_lines(void **state)
{
    (void)state;
    static const char box[] = "From a Sat Nov 28 21:00:00 2026\n"
                              "A: 1\n"
                              "\n"
                              "From here on it is text\n"
                              "From b Sat Nov 28 21:00:00 2026\n"
                              "\n"
                              "From b Sat Nov 28 21:01:00 2026\n"
                              "A: 2\n"
                              "\n"
                              "two\n";
    static const char expected[] = "box:0=A: 1\n\nFrom here on it is text\n"
                                   "From b Sat Nov 28 21:00:00 2026\n\n|"
                                   "box:95=A: 2\n\ntwo\n|";
    check_file(box, expected);
}

static void every_kind_of_line_end_becomes_lf(void **state)
{
    (void)state;
    check_file("From a Sat Nov 28 21:00:00 2026\r\nA: 1\r\n\r\n"
               "From a Sat Nov 28 21:00:00 2026\r\nA: 2\r\n\r\nx\r\n",
               "box:0=A: 1\n\n|box:41=A: 2\n\nx\n|");
    check_file("A: 1\rB: 2\r\rtext\r", "box=A: 1\nB: 2\n\ntext\n|");
}

static void a_maildir_is_read_new_and_seen(void **state)
{
    (void)state;
    char *folder = scratch_new();
    static const char *const names[] = {"new", "cur", "tmp"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *sub = g_build_filename(folder, names[i], NULL);
        assert_int_equal(mkdir(sub, 0700), 0);
        g_autofree char *path = g_build_filename(sub, "17.x:2,S", NULL);
        scratch_write(path, names[i]);
        g_autofree char *hidden = g_build_filename(sub, ".hidden", NULL);
        scratch_write(hidden, "no");
    }
    g_autofree char *link = g_build_filename(folder, "new", "link", NULL);
    assert_int_equal(symlink("../tmp/17.x:2,S", link), 0);
    g_autofree char *all = read_all(folder, folder);
    assert_string_equal(all, "cur/17.x:2,S=cur|new/17.x:2,S=new|");
    scratch_remove(folder);
}

static void a_folder_holds_a_mail_a_file(void **state)
{
    (void)state;
    char *folder = scratch_new();
    g_autofree char *two = g_build_filename(folder, "2", NULL);
    g_autofree char *one = g_build_filename(folder, "1", NULL);
    scratch_write(two, "B\n");
    scratch_write(one, "A\n");
    g_autofree char *all = read_all(folder, folder);
    assert_string_equal(all, "1=A\n|2=B\n|");
    scratch_remove(folder);
}

static void a_long_mail_is_cut_and_the_next_one_whole(void **state)
{
    (void)state;
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "box", NULL);
    g_autofree char *filler = g_strnfill(MAIL_BYTES_MAX + 1000, 'x');
    g_autofree char *box = g_strconcat(
        "From a Sat Nov 28 21:00:00 2026\nA: 1\n\n", filler,
        "\n\nFrom a Sat Nov 28 21:00:00 2026\nA: 2\n", NULL);
    scratch_write(path, box);
    GError *error = NULL;
    g_autoptr(MailSource) source = mail_source_open(path, &error);
    assert_no_error(error);
    SourceMail mail;
    assert_true(mail_source_next(source, &mail, &error));
    assert_int_equal(mail.length, MAIL_BYTES_MAX);
    assert_true(mail_source_next(source, &mail, &error));
    assert_string_equal(mail.bytes, "A: 2\n");
    assert_false(mail_source_next(source, &mail, &error));
    assert_no_error(error);
    scratch_remove(folder);
}

static void a_path_that_is_not_there_is_named(void **state)
{
    (void)state;
    GError *error = NULL;
    assert_null(mail_source_open("/nowhere/at/all", &error));
    assert_error(&error, ERROR_MISSING, "/nowhere/at/all: no such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_without_a_from_line_is_one_mail),
        cmocka_unit_test(an_mbox_is_cut_at_its_from_lines),
        cmocka_unit_test(every_kind_of_line_end_becomes_lf),
        cmocka_unit_test(a_maildir_is_read_new_and_seen),
        cmocka_unit_test(a_folder_holds_a_mail_a_file),
        cmocka_unit_test(a_long_mail_is_cut_and_the_next_one_whole),
        cmocka_unit_test(a_path_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
