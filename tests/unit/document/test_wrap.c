#include "test.h"

#include "document/wrap.h"

typedef struct Case {
    const char *text;
    int width;
    const char *lines;
} Case;

static void check(const Case *at, const char *first, const char *rest)
{
    const WrapStyle style = {first, rest, at->width};
    g_autoptr(GString) out = g_string_new(NULL);

    wrap_append(out, at->text, strlen(at->text), &style);
    assert_string_equal(out->str, at->lines);
}

static void check_all(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&cases[i], "", "");
}

static void lines_are_filled_up_to_the_width(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"", 10, ""},
        {"   \n \t ", 10, ""},
        {"one", 10, "one\n"},
        {"aaaa bbbbb", 10, "aaaa bbbbb\n"},
        {"aaaa bbbbbb", 10, "aaaa\nbbbbbb\n"},
        {"  a   b\tc  ", 10, "a b c\n"},
        {"a IRC-to-Git b", 10, "a\nIRC-to-Git\nb\n"},
        {"a bbbbbbbbbbbbbbb c", 10, "a\nbbbbbbbbbbbbbbb\nc\n"},
        {"\u00E4\u00F6\u00FC \u00E4\u00F6\u00FC", 7,
         "\u00E4\u00F6\u00FC \u00E4\u00F6\u00FC\n"},
        {"bbbbbbbbbbbbbbb", 1, "bbbbbbbbbbbbbbb\n"},
    };
    check_all(cases, G_N_ELEMENTS(cases));
}

static void the_prefixes_belong_to_the_width(void **state)
{
    (void)state;
    check(&(Case){"aa bb cc dd", 8, "  * aa\n    bb\n    cc\n    dd\n"}, "  * ",
          "    ");
    check(&(Case){"aa bb cc dd", 9, "  * aa bb\n    cc dd\n"}, "  * ", "    ");
    check(&(Case){"aa\n\nbb", 20, "> aa\n>\n> bb\n"}, "> ", "> ");
}

static void unbreakable_blanks_hold_words_together(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"aaa bbb\x1c[1] c", 9, "aaa\nbbb [1] c\n"},
        {"aaa bbb\u00A0ccc", 9, "aaa\nbbb ccc\n"},
        {"aaa bbb\u202Fccc", 9, "aaa\nbbb ccc\n"},
        {"aaa bbb\u2007ccc", 9, "aaa\nbbb ccc\n"},
        /* no line can hold them: they give way, but the number never does */
        {"aaa\u00A0bbb\u00A0ccc\x1c[1]", 9, "aaa bbb\nccc [1]\n"},
        {"aaaaaaaaaaaa\x1c[1]", 9, "aaaaaaaaaaaa [1]\n"},
        /* beside a blank that breaks they are nothing */
        {"aaa \u00A0 bbb", 5, "aaa\nbbb\n"},
        {"\u00A0\u00A0aaa", 9, "aaa\n"},
        {"aaa\u00A0", 9, "aaa\n"},
    };
    check_all(cases, G_N_ELEMENTS(cases));
}

static void what_nobody_sees_does_not_come_out(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a\u00ADb\uFEFFc", 10, "abc\n"},
        {"a\u200Bb", 10, "ab\n"},
        {"aaaa\u200Bbbbb", 6, "aaaa\nbbbb\n"},
        {"a\x01\x1b[31mb\x7f", 10, "a[31mb\n"},
        {"a\xC2\x85"
         "b\xC2\x9B"
         "c",
         10, "abc\n"},
        {"a\u202Eb\u202Ac", 10, "abc\n"},
    };
    check_all(cases, G_N_ELEMENTS(cases));
}

static void a_line_break_ends_the_line(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a\nb", 10, "a\nb\n"},
        {"a \n b", 10, "a\nb\n"},
        {"\n\na\n\n\n\nb\n", 10, "a\n\nb\n"},
        {"a\u2028b", 10, "a\nb\n"},
    };
    check_all(cases, G_N_ELEMENTS(cases));
}

static void no_continued_line_looks_like_structure(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"aaaa bbb - ccc", 9, "aaaa\nbbb - ccc\n"},
        {"aaaa bbb -- ccc", 10, "aaaa\nbbb -- ccc\n"},
        {"aaaa bbb + ccc", 9, "aaaa\nbbb + ccc\n"},
        {"aaaa bbb * ccc", 9, "aaaa\nbbb * ccc\n"},
        {"aaaa bbb # ccc", 9, "aaaa\nbbb # ccc\n"},
        {"aaaa bbb | ccc", 9, "aaaa\nbbb | ccc\n"},
        {"aaaa bbb = ccc", 9, "aaaa\nbbb = ccc\n"},
        {"aaaa bbb > ccc", 9, "aaaa\nbbb > ccc\n"},
        {"aaaa bbb >ccc d", 9, "aaaa\nbbb >ccc\nd\n"},
        {"aaaa bbb 12. ccc", 11, "aaaa\nbbb 12. ccc\n"},
        {"aaaa bbb 3) ccc", 10, "aaaa\nbbb 3) ccc\n"},
        {"aaaa bbb From cc", 11, "aaaa\nbbb From cc\n"},
        {"aaaa bbb \u2014 ccc", 9, "aaaa\nbbb \u2014 ccc\n"},
        /* these are words like others */
        {"aaaa bbb *ccc*", 9, "aaaa bbb\n*ccc*\n"},
        {"aaaa bbb 1.5", 9, "aaaa bbb\n1.5\n"},
        {"aaaa bbb Fromage", 9, "aaaa bbb\nFromage\n"},
        /* more than a line of it: the width matters more */
        {"- - - - - -", 5, "- - -\n- - -\n"},
        /* an author may begin a line with what he likes */
        {"a\n- b", 9, "a\n- b\n"},
    };
    check_all(cases, G_N_ELEMENTS(cases));
}

static void no_line_is_the_signature_mark(void **state)
{
    (void)state;
    static const Case cases[] = {{"--", 10, " --\n"},
                                 {"a\n-- \nb", 10, "a\n --\nb\n"}};
    check_all(cases, G_N_ELEMENTS(cases));
}

static void east_asian_lines_break_between_characters(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"\u6F22\u5B57\u6F22\u5B57", 4, "\u6F22\u5B57\n\u6F22\u5B57\n"},
        {"\u6F22\u5B57\u6F22\u5B57", 5, "\u6F22\u5B57\n\u6F22\u5B57\n"},
        /* no full stop, comma, small kana or long vowel at a line's start */
        {"\u6F22\u5B57\u3002\u6F22", 4, "\u6F22\n\u5B57\u3002\n\u6F22\n"},
        {"\u6F22\u5B57\u3001\u6F22", 4, "\u6F22\n\u5B57\u3001\n\u6F22\n"},
        {"\u6F22\u30AD\u30E3\u6F22", 4, "\u6F22\n\u30AD\u30E3\n\u6F22\n"},
        {"\u6F22\u30AD\u30FC\u6F22", 4, "\u6F22\n\u30AD\u30FC\n\u6F22\n"},
        /* no opening bracket at its end */
        {"\u6F22\u300C\u5B57\u300D", 4, "\u6F22\n\u300C\u5B57\u300D\n"},
        {"\u6F22\uFF08\u5B57", 4, "\u6F22\n\uFF08\u5B57\n"},
        /* marks stay with their words */
        {"\u6F22\u5B57*\u6F22*", 6, "\u6F22\n\u5B57*\u6F22*\n"},
        {"\u6F22\u5B57abc", 5, "\u6F22\u5B57\nabc\n"},
        {"\U0001F600!!", 2, "\U0001F600!!\n"},
    };
    check_all(cases, G_N_ELEMENTS(cases));
}

static void an_address_is_whole_even_with_wide_characters(void **state)
{
    (void)state;
    check(&(Case){"a \x1d<\u6F22\u5B57\u6F22\u5B57>\x1d b", 4,
                  "a\n<\u6F22\u5B57\u6F22\u5B57>\nb\n"},
          "", "");
}

static void the_widest_word_is_what_cannot_be_broken(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } cases[] = {{"", 0},
                 {"a bbb cc", 3},
                 {"a\x1c[1] b", 5},
                 {"\u6F22\u5B57\u6F22", 2},
                 {"a\u00A0"
                  "b",
                  3}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(wrap_widest_word(cases[i].text, strlen(cases[i].text)),
                         cases[i].width);
}

/* A plain generator, so that a failure can be repeated. */
static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245U + 12345U;
    return *seed >> 16;
}

static void append_random_piece(GString *text, unsigned *seed)
{
    static const char *const pieces[] = {
        " ",      " ",       "  ",         "\n",     "\x1c",   "\u00A0",
        "\u200B", "a",       "bcd",        "word",   "-",      "--",
        "12.",    ">",       "From",       "\u6F22", "\u3002", "\u300C",
        "\u30FC", "\u2014",  "\U0001F600", "\u00AD", "*x*",    "\x01",
        "\u202E", "e\u0301", "#",          "`c`"};

    g_string_append(text, pieces[next_random(seed) % G_N_ELEMENTS(pieces)]);
}

/* `widest` is the widest word of the text: only such a one may be too wide,
 * with one that hangs on it. */
static void check_line(const char *line, int width, int widest)
{
    size_t length = strlen(line);

    assert_true(length == 0 || line[length - 1] != ' ');
    assert_null(strpbrk(line, "\x01\x1c\x1d\t"));
    assert_string_not_equal(line, "--");
    if (widest <= width)
        assert_true(wrap_width(line, length) <= width);
}

/* The letters of a text, without blanks and what is dropped. */
static char *letters_of(const char *text)
{
    GString *letters = g_string_new(NULL);

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c > ' ' && c != 0xA0 && c != 0xAD && c != 0x200B && c != 0x202E)
            g_string_append_unichar(letters, c);
    }
    return g_string_free(letters, FALSE);
}

static int widest_without_soft_blanks(const char *text)
{
    g_autoptr(GString) plain = g_string_new(text);

    g_string_replace(plain, "\u00A0", " ", 0);
    return wrap_widest_word(plain->str, plain->len);
}

static void any_text_keeps_its_characters_and_the_width(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 3000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GString) again = g_string_new(NULL);
        int width = 20 + (int)(next_random(&seed) % 60);
        const WrapStyle style = {"", "", width};
        unsigned count = next_random(&seed) % 200;
        for (unsigned i = 0; i < count; i++)
            append_random_piece(text, &seed);
        wrap_append(out, text->str, text->len, &style);
        wrap_append(again, text->str, text->len, &style);
        assert_string_equal(out->str, again->str);
        assert_true(g_utf8_validate(out->str, -1, NULL));
        assert_null(strstr(out->str, "\n\n\n"));
        assert_true(out->len == 0 || g_str_has_suffix(out->str, "\n"));
        assert_false(g_str_has_prefix(out->str, "\n"));
        g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
        int widest = widest_without_soft_blanks(text->str);
        for (char **line = lines; *line; line++)
            check_line(*line, width, widest);
        g_autofree char *before = letters_of(text->str);
        g_autofree char *after = letters_of(out->str);
        assert_string_equal(after, before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_filled_up_to_the_width),
        cmocka_unit_test(the_prefixes_belong_to_the_width),
        cmocka_unit_test(unbreakable_blanks_hold_words_together),
        cmocka_unit_test(what_nobody_sees_does_not_come_out),
        cmocka_unit_test(a_line_break_ends_the_line),
        cmocka_unit_test(no_continued_line_looks_like_structure),
        cmocka_unit_test(no_line_is_the_signature_mark),
        cmocka_unit_test(east_asian_lines_break_between_characters),
        cmocka_unit_test(an_address_is_whole_even_with_wide_characters),
        cmocka_unit_test(the_widest_word_is_what_cannot_be_broken),
        cmocka_unit_test(any_text_keeps_its_characters_and_the_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
