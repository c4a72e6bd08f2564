#include "test.h"

#include "mail/header.h"

#define TEN "abcdefghij"

static void assert_field(GString *out, const char *expected)
{
    assert_string_equal(out->str, expected);
    g_string_free(out, TRUE);
}

static void ascii_subjects_stand_as_they_are(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Hello", "Subject: Hello\r\n"},
        {"a: b; c, \"d\" (e) <f> @ \\",
         "Subject: a: b; c, \"d\" (e) <f> @ \\\r\n"},
        {"two  blanks", "Subject: two  blanks\r\n"},
        {"", "Subject:\r\n"},
        {"= ?q?= %0d%0aBcc: x", "Subject: = ?q?= %0d%0aBcc: x\r\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *out = g_string_new(NULL);
        header_unstructured(out, "Subject", cases[i][0]);
        assert_field(out, cases[i][1]);
    }
}

static void long_lines_fold_between_words_at_78_columns(void **state)
{
    (void)state;
    /* "Subject: " and 69 letters are 78 columns, with 70 they are 79. */
    GString *out = g_string_new(NULL);
    header_unstructured(out, "Subject",
                        TEN TEN TEN TEN TEN TEN " abcdefgh next word");
    assert_field(out, "Subject: " TEN TEN TEN TEN TEN TEN
                      " abcdefgh\r\n next word\r\n");
    out = g_string_new(NULL);
    header_unstructured(out, "Subject", TEN TEN TEN TEN TEN TEN " abcdefghi");
    assert_field(out, "Subject: " TEN TEN TEN TEN TEN TEN "\r\n abcdefghi\r\n");
    /* No fold directly after the colon, and none inside a word. */
    out = g_string_new(NULL);
    header_unstructured(out, "Subject",
                        TEN TEN TEN TEN TEN TEN TEN TEN " " TEN);
    assert_field(out, "Subject: " TEN TEN TEN TEN TEN TEN TEN TEN "\r\n " TEN
                      "\r\n");
    /* A run of blanks comes back whole when the fold is taken out. */
    out = g_string_new(NULL);
    header_unstructured(out, "Subject", TEN TEN TEN TEN TEN TEN "   abcdefghi");
    assert_field(out,
                 "Subject: " TEN TEN TEN TEN TEN TEN "\r\n   abcdefghi\r\n");
}

static void text_beyond_ascii_becomes_encoded_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Café au lait", "Subject: =?UTF-8?Q?Caf=C3=A9_au_lait?=\r\n"},
        /* 9 letters in Q, 8 in B. */
        {"Café", "Subject: =?UTF-8?B?Q2Fmw6k=?=\r\n"},
        {"Cafe\xcc\x81", "Subject: =?UTF-8?B?Q2Fmw6k=?=\r\n"}, /* NFC */
        {" lead", "Subject: =?UTF-8?Q?_lead?=\r\n"},
        {"trail ", "Subject: =?UTF-8?Q?trail_?=\r\n"},
        {"a\tb", "Subject: =?UTF-8?B?YQli?=\r\n"},
        /* What looks like an encoded-word is text; Q has 27 letters here,
         * B 24. */
        {"=?utf-8?q?x?=", "Subject: =?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=\r\n"},
        {"a =? b and some more text", "Subject: "
                                      "=?UTF-8?Q?a_=3D=3F_b_and_some_more_"
                                      "text?=\r\n"},
        {"日本", "Subject: =?UTF-8?B?5pel5pys?=\r\n"},
        /* 4 and 4 letters: a tie is Q. */
        {"a\t", "Subject: =?UTF-8?Q?a=09?=\r\n"},
        /* The header of the golden message. */
        {"Réunion de printemps du club OCaml de Zürich: programme et "
         "inscription",
         "Subject: =?UTF-8?Q?R=C3=A9union_de_printemps_du_club_OCaml_de_"
         "Z=C3=BCrich?=\r\n"
         " =?UTF-8?Q?=3A_programme_et_inscription?=\r\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *out = g_string_new(NULL);
        header_unstructured(out, "Subject", cases[i][0]);
        assert_field(out, cases[i][1]);
    }
}

/* 45 bytes fill an encoded-word in B; after "Subject: " there is room for
 * 39. */
static void encoded_words_hold_whole_characters_and_clusters(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    header_unstructured(out, "Subject", "日本語日本語日本語日本語日本語");
    assert_field(out, "Subject: =?UTF-8?B?5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe"
                      "5pel5pys6Kqe5pel?=\r\n"
                      " =?UTF-8?B?5pys6Kqe?=\r\n");
    /* A family of four people, 25 bytes, does not fit a second time. */
    out = g_string_new(NULL);
    header_unstructured(out, "Subject",
                        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦");
    assert_field(out, "Subject: "
                      "=?UTF-8?B?8J+RqOKAjfCfkanigI3wn5Gn4oCN8J+Rpg==?=\r\n"
                      " =?UTF-8?B?8J+RqOKAjfCfkanigI3wn5Gn4oCN8J+Rpg==?=\r\n");
    /* Five flags of 8 bytes: four fit, and none is cut in two. */
    out = g_string_new(NULL);
    header_unstructured(out, "Subject", "🇨🇭🇫🇷🇩🇪🇮🇹🇦🇹");
    assert_field(out, "Subject: "
                      "=?UTF-8?B?8J+HqPCfh63wn4er8J+Ht/Cfh6nwn4eq8J+HrvCfh7k="
                      "?=\r\n"
                      " =?UTF-8?B?8J+HpvCfh7k=?=\r\n");
}

static void assert_lines(const GString *out)
{
    assert_true(g_str_has_suffix(out->str, "\r\n"));
    g_auto(GStrv) lines = g_strsplit(out->str, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        size_t length = strlen(*line);
        bool encoded = strstr(*line, "=?UTF-8?") != NULL;
        assert_true(length <= (encoded ? 76U : 998U));
    }
}

static void no_line_is_ever_too_long(void **state)
{
    (void)state;
    g_autofree char *word = g_strnfill(3000, 'x');
    GString *out = g_string_new(NULL);
    header_unstructured(out, "Subject", word);
    assert_lines(out);
    g_string_truncate(out, 0);
    header_mailbox(out, "To", word, "ada@example.org");
    assert_lines(out);
    /* A name of 61 letters leaves no room for an encoded-word beside it. */
    g_autofree char *name = g_strnfill(61, 'X');
    g_string_truncate(out, 0);
    header_unstructured(out, name, "é");
    assert_lines(out);
    assert_non_null(strstr(out->str, "X:\r\n =?UTF-8?B?w6k=?=\r\n"));
    g_string_free(out, TRUE);
}

static void display_names_are_bare_quoted_or_encoded(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {NULL, "<j@example.net>"},
        {"", "<j@example.net>"},
        {"Jane", "Jane <j@example.net>"},
        {"Jane O'Neil", "Jane O'Neil <j@example.net>"},
        {"Jane  Doe", "\"Jane  Doe\" <j@example.net>"},
        {"J. Doe", "\"J. Doe\" <j@example.net>"},
        {"Doe, Jane (TZ)", "\"Doe, Jane (TZ)\" <j@example.net>"},
        {"O'Neil \"Doc\", Jr. (x)",
         "\"O'Neil \\\"Doc\\\", Jr. (x)\" <j@example.net>"},
        {"a\\b", "\"a\\\\b\" <j@example.net>"},
        {"a@b.c", "\"a@b.c\" <j@example.net>"},
        {";", "\";\" <j@example.net>"},
        {"Café OCaml Zürich",
         "=?UTF-8?Q?Caf=C3=A9_OCaml_Z=C3=BCrich?= <j@example.net>"},
        /* In a phrase these may not stand bare (RFC 2047 5). */
        {"é.,\"(" TEN TEN TEN,
         "=?UTF-8?Q?=C3=A9=2E=2C=22=28" TEN TEN TEN "?=\r\n <j@example.net>"},
        {"=?x", "=?UTF-8?B?PT94?= <j@example.net>"},
        {"👍🏽", "=?UTF-8?B?8J+RjfCfj70=?= <j@example.net>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *out = g_string_new(NULL);
        header_mailbox(out, "To", cases[i][0], "j@example.net");
        g_autofree char *expected = g_strdup_printf("To: %s\r\n", cases[i][1]);
        assert_field(out, expected);
    }
}

static void a_long_name_pushes_the_address_to_the_next_line(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    header_mailbox(out, "To", TEN " " TEN " " TEN " " TEN " " TEN,
                   "jane.doe@mail.example.net");
    assert_field(out, "To: " TEN " " TEN " " TEN " " TEN " " TEN
                      "\r\n <jane.doe@mail.example.net>\r\n");
    /* With an encoded-word a line has 76 columns: here it would have 77. */
    out = g_string_new(NULL);
    header_mailbox(out, "To", "é" TEN TEN "abc",
                   "abcdefghijkl@mail.example.net");
    assert_field(out, "To: =?UTF-8?Q?=C3=A9" TEN TEN
                      "abc?=\r\n <abcdefghijkl@mail.example.net>\r\n");
    out = g_string_new(NULL);
    header_mailbox(out, "To", "é" TEN TEN "abc",
                   "abcdefghijk@mail.example.net");
    assert_field(out, "To: =?UTF-8?Q?=C3=A9" TEN TEN
                      "abc?= <abcdefghijk@mail.example.net>\r\n");
}

static void list_fields_fold_only_between_addresses(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    header_list_id(out, "Zurich OCaml meetup", "meetup.news.example.org");
    header_list_id(out, NULL, "meetup.news.example.org");
    header_uris(out, "List-Help",
                (const char *const[]){"https://news.example.org/help", NULL});
    header_uris(out, "List-Unsubscribe",
                (const char *const[]){
                    "https://news.example.org/u/1k7f3q2m5x8c4v6b1n9w0d3h5a2",
                    "mailto:u-1k7f3q2m5x8c4v6b1n9w0d3h5a2@news.example.org"
                    "?subject=unsubscribe",
                    NULL});
    assert_field(out,
                 "List-Id: Zurich OCaml meetup <meetup.news.example.org>\r\n"
                 "List-Id: <meetup.news.example.org>\r\n"
                 "List-Help: <https://news.example.org/help>\r\n"
                 "List-Unsubscribe: "
                 "<https://news.example.org/u/1k7f3q2m5x8c4v6b1n9w0d3h5a2>,\r\n"
                 " <mailto:u-1k7f3q2m5x8c4v6b1n9w0d3h5a2@news.example.org"
                 "?subject=unsubscribe>\r\n");
}

static void structured_fields_stand_as_given(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    header_message_id(out, "Message-ID", "a.b@news.example.org");
    header_date(out, "Date", 1780300800, 120);
    header_token(out, "List-Post", "NO");
    header_token(out, "Content-Type", "text/plain; charset=UTF-8");
    header_token(out, "Content-Type",
                 "multipart/related; type=\"text/html\"; "
                 "boundary=\"=_mm_0123456789abcdef\"; x=y");
    assert_field(out, "Message-ID: <a.b@news.example.org>\r\n"
                      "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\n"
                      "List-Post: NO\r\n"
                      "Content-Type: text/plain; charset=UTF-8\r\n"
                      "Content-Type: multipart/related; type=\"text/html\";\r\n"
                      " boundary=\"=_mm_0123456789abcdef\"; x=y\r\n");
    /* A "; " inside quotes is no place to fold. */
    out = g_string_new(NULL);
    header_token(out, "X", "a; b=\"" TEN TEN TEN "; " TEN TEN TEN TEN TEN "\"");
    assert_field(out, "X: a;\r\n b=\"" TEN TEN TEN "; " TEN TEN TEN TEN TEN
                      "\"\r\n");
}

static void parameters_are_tokens_quoted_or_extended(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"UTF-8", "; name=UTF-8"},
        {"a b.txt", "; name=\"a b.txt\""},
        {"", "; name=\"\""},
        {"q\"\\.txt", "; name=\"q\\\"\\\\.txt\""},
        {"é.txt", "; name*=UTF-8''%C3%A9.txt; name=\"_.txt\""},
        {"=?x", "; name*=UTF-8''%3D%3Fx; name=\"=_x\""},
        {"a b*é'%.txt",
         "; name*=UTF-8''a%20b%2A%C3%A9%27%25.txt; name=\"a b*_'%.txt\""},
        {"日本語日本語日本語",
         "; name*0*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E%E6%97%A5%E6%9C%AC%E8%AA"
         "%9E; name*1*=%E6%97%A5%E6%9C%AC%E8%AA%9E; name=\"_________\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *out = g_string_new(NULL);
        header_parameter(out, "name", cases[i][0]);
        assert_field(out, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_subjects_stand_as_they_are),
        cmocka_unit_test(long_lines_fold_between_words_at_78_columns),
        cmocka_unit_test(text_beyond_ascii_becomes_encoded_words),
        cmocka_unit_test(encoded_words_hold_whole_characters_and_clusters),
        cmocka_unit_test(no_line_is_ever_too_long),
        cmocka_unit_test(display_names_are_bare_quoted_or_encoded),
        cmocka_unit_test(a_long_name_pushes_the_address_to_the_next_line),
        cmocka_unit_test(list_fields_fold_only_between_addresses),
        cmocka_unit_test(structured_fields_stand_as_given),
        cmocka_unit_test(parameters_are_tokens_quoted_or_extended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
