#include "test.h"

#include "mail/filename.h"
#include "mail/header.h"

static void a_name_is_made_harmless(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *name;
    } cases[] = {
        {"flyer.pdf", "flyer.pdf"},
        {"a/b/flyer.pdf", "flyer.pdf"},
        {"..\\..\\flyer.pdf", "flyer.pdf"},
        {"/etc/passwd", "passwd"},
        {"folder/", "folder"},
        {".bashrc", "bashrc"},
        {"../..", "attachment"},
        {" two words.txt ", "two words.txt"},
        {"trailing. . .", "trailing"},
        {"tab\tand\nline.txt", "tabandline.txt"},
        /* e and a combining acute accent become one letter */
        {"Caf\x65\xcc\x81.txt", "Caf\xc3\xa9.txt"},
        /* right-to-left override: cod.exe would be read as exe.doc */
        {"\xe2\x80\xae"
         "cod.exe",
         "cod.exe"},
        {"a\xe2\x80\x8b"
         "b\xe2\x81\xa6"
         "c\xef\xbb\xbf"
         "d",
         "abcd"},
        {"one\xe2\x80\xa8two", "onetwo"},
        {"no\xc2\xa0"
         "break",
         "no break"},
        /* joiners belong to letters and emoji */
        {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80.png",
         "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80.png"},
        {"latin\xe9.txt", "latin_.txt"},
        {"", "attachment"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = filename_from_path(cases[i].path);
        assert_string_equal(name, cases[i].name);
        assert_true(header_check(name, NULL));
    }
}

static void a_long_name_loses_its_middle_and_keeps_its_suffix(void **state)
{
    (void)state;
    g_autofree char *stem = g_strnfill(300, 'x');
    g_autofree char *path = g_strconcat(stem, ".tar", NULL);
    g_autofree char *name = filename_from_path(path);
    assert_int_equal(strlen(name), 100);
    assert_true(g_str_has_suffix(name, "xxx.tar"));

    g_autoptr(GString) wide = g_string_new("a.");
    for (int i = 0; i < 200; i++)
        g_string_append(wide, "\xc3\xbc");
    g_autofree char *cut = filename_from_path(wide->str);
    assert_int_equal(g_utf8_strlen(cut, -1), 100);
    assert_true(g_utf8_validate(cut, -1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_made_harmless),
        cmocka_unit_test(a_long_name_loses_its_middle_and_keeps_its_suffix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
