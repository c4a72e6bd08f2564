#include "test.h"

#include "post/post.h"

static Post *parse(const char *text, Findings *findings, GError **error)
{
    return post_parse(text, strlen(text), "post.md", NULL, findings, error);
}

static void front_matter_begins_and_ends_with_three_dashes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *body;
        int line;
    } cases[] = {
        {"---\ntitle: x\n---\nBody\n", "Body\n", 4},
        {"--- \ntitle: x\n---\t \n\n\nBody", "\n\nBody", 4},
        {"\n \n---\ntitle: x\n---\nBody\n", "Body\n", 6},
        {"---\ntitle: x\n...\nBody\n", "Body\n", 4},
        {"---\r\ntitle: x\r\n---\r\nBody\r\nmore\r\n", "Body\nmore\n", 4},
        {"---\rtitle: x\r---\rBody\r", "Body\n", 4},
        {"\xEF\xBB\xBF---\ntitle: x\n---\nBody\n", "Body\n", 4},
        {"---\ntitle: x\n---\nBody\n---\nmore\n", "Body\n---\nmore\n", 4},
        {"---\ntitle: x\nchangelog: |\n  a\n  ---\n  b\n---\nBody\n", "Body\n",
         8},
        {"---\ntitle: x\n---\nBody\x08 and\x0c more\n", "Body and more\n", 4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Post) post = parse(cases[i].text, NULL, &error);
        assert_no_error(error);
        assert_string_equal(post->title, "x");
        assert_string_equal(post->body, cases[i].body);
        assert_int_equal(post->body_length, strlen(cases[i].body));
        assert_int_equal(post->body_line, cases[i].line);
    }
}

static void each_foreign_front_matter_has_its_own_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"+++\ntitle = \"x\"\ndate = 2020-01-01\n\n[extra]\na = 1\n+++\nBody\n",
         "post.md:1:1: this front matter is TOML (`+++`)"},
        {"+++\nusing Dates\nf(x) = x + 1\n+++\nBody\n",
         "post.md:1:1: what stands between `+++` here is neither YAML nor "
         "TOML"},
        {"+++\ntitle = \"x\"\nBody\n",
         "post.md:1:1: a front matter of `+++` that never ends"},
        {"@def title = \"x\"\n\nBody\n", "post.md:1:1: `@def` is Franklin's"},
        {"Title: x\nDate: 2020-01-01\n\nBody\n",
         "post.md:1:1: the post begins with a key as in Pelican"},
        {"\ntitle: x\n\nBody\n", "post.md:2:1: the post begins with a key"},
        {"---\n.title = \"x\",\n.date = \"y\",\n---\nBody\n",
         "post.md:2:1: this front matter is Ziggy"},
        {"---\ntitle = \"x\"\n---\nBody\n",
         "post.md:2:1: this front matter is TOML between lines `---`"},
        {"{\n  \"title\": \"x\"\n}\n\nBody\n",
         "post.md:1:1: this front matter is JSON"},
        {"#+TITLE: x\n\nBody\n", "post.md:1:1: this is an Org file"},
        {"A title\n=======\n\n:date: 2014-07-15\n\nBody\n",
         "post.md:1:1: this is reStructuredText"},
        {" ---\ntitle: x\n---\nBody\n",
         "post.md:1:1: the front matter must begin with exactly `---`"},
        {"-----\ntitle: x\n-----\nBody\n",
         "post.md:1:1: the front matter must begin with exactly `---`"},
        {"---\ntitle: x\n\nBody\n",
         "post.md:1:1: the front matter that begins here is never closed"},
        {"---\ntitle: x\n ---\n\nBody\n\n---\n\nmore\n",
         "post.md:3:1: the line that closes the front matter begins with a "
         "blank"},
        {"---\ntitle: x\n\t---\nBody\n", "post.md:3:1: the line that closes"},
        {"---\ntitle: 'x\n  y'\n----------\n\nBody\n",
         "post.md:4:1: the line that closes the front matter has more than "
         "three dashes"},
        {"---\nno keys at all\n---\nBody\n",
         "post.md:2:1: no keys stand between the two lines"},
        {"---\n- a\n- b\n---\nBody\n", "no keys stand between"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Post) post = parse(cases[i].text, NULL, &error);
        if (post != NULL)
            fail_msg("accepted: %s", cases[i].text);
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
}

static void broken_yaml_is_told_with_the_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"---\ntitle: Foo: bar\n---\nBody\n",
         "on line 2 the whole value of `title` needs quotes"},
        {"---\ntitle: x\nname: [ANN] Foo\n---\nBody\n",
         "on line 3 the whole value of `name` needs quotes"},
        {"---\ntitle: @foo\n---\nBody\n", "on line 2 the whole value"},
        {"---\ntitle: \"a\" b\n---\nBody\n", "on line 2 the whole value"},
        {"---\ntitle: x\ntags:\n\t- a\n---\nBody\n",
         "line 4 is indented with a tab"},
        {"---\ntitle: \"open\n---\nBody\n", "post.md:"},
        {"---\ntitle: *gone\n---\nBody\n", "`&gone`"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Post) post = parse(cases[i].text, NULL, &error);
        if (post != NULL)
            fail_msg("accepted: %s", cases[i].text);
        assert_true(g_str_has_prefix(error->message, "post.md:"));
        /* One way out, the one that names the key. */
        assert_null(strstr(error->message, "stands in \"quotes\""));
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
}

static void a_first_word_with_a_colon_is_no_front_matter(void **state)
{
    (void)state;
    static const char *const cases[] = {"Date: next Monday.\n\nWe meet.\n",
                                        "Note: this.\n"};
    PostOptions options = {NULL, "A subject"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Post) post = post_parse(cases[i], strlen(cases[i]), "post.md",
                                          &options, NULL, &error);
        assert_no_error(error);
        assert_string_equal(post->body, cases[i]);
        assert_int_equal(post->body_line, 1);
        assert_int_equal(post->front_matter->kind, VALUE_MAP);
    }
}

static void what_is_no_utf8_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *message;
    } cases[] = {
        {"---\ntitle: \xC3\xA9 caf\xE9\n---\n", 22,
         "post.md:2:13: the byte E9 is not UTF-8; if the file is Latin-1, "
         "`iconv -f ISO-8859-1 -t UTF-8 post.md` writes it anew"},
        {"a\r\nb\xFF", 5, "post.md:2:2: the byte FF"},
        {"\xFF\xFE-\0", 4, "iconv -f UTF-16 -t UTF-8 post.md"},
        {"ab\nc\0d", 6, "post.md:2:2: a NUL byte"},
        {"\xED\xA0\x80", 3, "post.md:1:1: the byte ED"},
        {"a\xC3", 2, "post.md:1:2: the byte C3"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(post_parse(cases[i].bytes, cases[i].length, "post.md", NULL,
                               NULL, &error));
        assert_error(&error, ERROR_INPUT, cases[i].message);
    }
}

static void sizes_are_limited(void **state)
{
    (void)state;
    static const char head[] = "---\ntitle: x\nfiller: ";
    GError *error = NULL;
    g_autoptr(GString) text = g_string_new(head);
    while (text->len < POST_FRONT_MATTER_MAX + 10)
        g_string_append(text, "all work and no play ");
    g_string_append(text, "\n---\nBody\n");
    assert_null(
        post_parse(text->str, text->len, "post.md", NULL, NULL, &error));
    assert_error(&error, ERROR_INPUT, "a front matter over 524288 bytes");
    g_string_assign(text, "---\ntitle: x\n---\n");
    while (text->len <= POST_BYTES_MAX)
        g_string_append(text, "all work and no play ");
    assert_null(
        post_parse(text->str, text->len, "post.md", NULL, NULL, &error));
    assert_error(&error, ERROR_INPUT, "over 2097152 bytes");
    g_string_truncate(text, POST_BYTES_MAX);
    g_autoptr(Post)
        post = post_parse(text->str, text->len, "post.md", NULL, NULL, &error);
    assert_no_error(error);
    assert_non_null(post);
}

static void nesting_is_limited(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("---\ntitle: x\na: ");
    for (int i = 0; i < 5000; i++)
        g_string_append_c(text, '[');
    g_string_append(text, "\n---\nBody\n");
    GError *error = NULL;
    assert_null(parse(text->str, NULL, &error));
    assert_error(&error, ERROR_INPUT, "post.md:3:");
}

static void dropped_control_characters_are_told(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Post)
        post = parse("---\ntitle: x\n---\nBody\n\x02two\x08\n", findings, NULL);
    assert_string_equal(post->body, "Body\ntwo\n");
    assert_int_equal(findings_stored(findings), 1);
    g_autofree char *line = finding_to_line(findings_at(findings, 0));
    assert_string_equal(line, "post.md:5: warning: 2 control characters left "
                              "out, the first on this line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_matter_begins_and_ends_with_three_dashes),
        cmocka_unit_test(each_foreign_front_matter_has_its_own_sentence),
        cmocka_unit_test(broken_yaml_is_told_with_the_way_out),
        cmocka_unit_test(a_first_word_with_a_colon_is_no_front_matter),
        cmocka_unit_test(what_is_no_utf8_is_refused_with_its_place),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(dropped_control_characters_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
