#include "test.h"

#include <glib/gstdio.h>

#include "mail/encoding.h"
#include "message/message.h"

/* Real letters to many readers: what message_write() takes from the stencils
 * is what letter_merge() and encoding.h make of each text from scratch. */

#define ROUNDS 60

static char from[] = "news@news.example.org";
static char list_id[] = "news.example.org";
static const SenderConfig sender = {.from = {NULL, {from, from, from + 5}}};
static const ListConfig list = {.id = list_id};
static const TextConfig text_config = {.width = 72};

/* The leaf as it must stand in the message. */
static void append_leaf(GString *out, const GString *text)
{
    Encoding encoding = encoding_choose(text->str, text->len);

    g_string_append_printf(
        out, "charset=UTF-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
        encoding_name(encoding));
    encoding_append(out, encoding, text->str, text->len);
    g_string_append(out, "\r\n--=_mm_");
}

static void assert_leaf(const GString *message, const GString *text,
                        const char *what)
{
    g_autoptr(GString) leaf = g_string_new(NULL);

    append_leaf(leaf, text);
    if (strstr(message->str, leaf->str) == NULL)
        fail_msg("%s\nis not in\n%s\nfor %s", leaf->str, message->str, what);
}

static void check_reader(const Letter *letter, const Message *message,
                         const Subscriber *reader, MessageBuffer *buffer)
{
    GError *error = NULL;
    GError *same = NULL;
    g_autoptr(GString) bytes = g_string_new(NULL);
    Filled filled;

    filled_init(&filled);
    bool merged = letter_merge(letter, reader, &filled, &error);
    bool written = message_write(message, reader, 1780300800, 0, buffer, bytes,
                                 &same);
    assert_int_equal(merged, written);
    if (merged) {
        const char *who = subscriber_address(reader)->text;
        assert_leaf(bytes, filled.text, who);
        assert_leaf(bytes, filled.html, who);
        assert_int_equal(message_buffer_html(buffer), filled.html->len);
    } else {
        assert_string_equal(error->message, same->message);
    }
    g_clear_error(&error);
    g_clear_error(&same);
    filled_clear(&filled);
}

/* How many readers there were. */
static int check_letter(const LetterSource *source, const char *list_path)
{
    GError *error = NULL;
    const char *const paths[] = {list_path, NULL};
    ListOptions options = {.paths = paths};
    TokenKey key;
    int count = 0;

    token_key_from_text(&key, "news.example.org");
    g_autoptr(Letter) letter = letter_compose(source, NULL, &error);
    assert_no_error(error);
    MessageSource message_source = {.letter = letter,
                                    .sender = source->sender,
                                    .list = source->list,
                                    .campaign = "news",
                                    .key = &key};
    g_autoptr(Message) message = message_new(&message_source, &error);
    assert_no_error(error);
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    g_autoptr(List) readers = list_open(&options, NULL, &error);
    assert_no_error(error);
    const Subscriber *reader;
    while ((reader = list_next(readers, &error)) != NULL) {
        check_reader(letter, message, reader, buffer);
        count++;
    }
    assert_no_error(error);
    return count;
}

static int check_golden(const char *name)
{
    GError *error = NULL;
    g_autofree char *post_path = g_strdup_printf("tests/golden/%s/post.md",
                                                 name);
    g_autofree char *list_path = g_strdup_printf("tests/golden/%s/list.csv",
                                                 name);
    if (!g_file_test(post_path, G_FILE_TEST_EXISTS) ||
        !g_file_test(list_path, G_FILE_TEST_EXISTS))
        return 0;
    Post *post = post_read(post_path, NULL, NULL, &error);
    assert_no_error(error);
    LetterSource source = {.post = post,
                           .sender = &sender,
                           .list = &list,
                           .base_url = "https://news.example.org/",
                           .text = &text_config};
    int count = check_letter(&source, list_path);
    post_free(post);
    return count;
}

static void golden_letters_are_the_same_either_way(void **state)
{
    (void)state;
    GDir *folder = g_dir_open("tests/golden", 0, NULL);
    const char *name;
    int count = 0;

    assert_non_null(folder);
    while ((name = g_dir_read_name(folder)) != NULL)
        count += check_golden(name);
    g_dir_close(folder);
    assert_true(count >= 4);
}

/* --- random letters --- */

static const char *pick(GRand *random, const char *const *from_these,
                        size_t count)
{
    return from_these[g_rand_int_range(random, 0, (gint32)count)];
}

static void append_paragraph(GString *post, GRand *random)
{
    static const char *const words[] = {
        "word ",
        "{{ name }} ",
        "{{name | default: \"you\"}} ",
        "naïve ",
        "日本語",
        "Привет, мир ",
        "=== ",
        "**strong** ",
        "`{{ name }}` ",
        "From ",
        "a=b ",
        "[a](https://example.org/?q=_{{x}}) ",
        "\n",
        "longer words ",
        "{{ x | default: \"é\" | upper }} ",
        "*{{ name }}* ",
        "\\\n",
        "=_mm_ ",
    };
    static const char *const starts[] = {"", "", "* ", "> ", "    ", "## "};
    int count = g_rand_int_range(random, 1, 40);
    int kinds = g_rand_int_range(random, 1, G_N_ELEMENTS(words) + 1);

    g_string_append(post, pick(random, starts, G_N_ELEMENTS(starts)));
    for (int i = 0; i < count; i++)
        g_string_append(post, pick(random, words, (size_t)kinds));
    g_string_append(post, "\n\n");
}

static char *random_post(GRand *random)
{
    GString *post = g_string_new("---\ntitle: For {{ name }} and {{ x }}\n"
                                 "merge: true\n---\n\n");
    int count = g_rand_int_range(random, 1, 12);

    for (int i = 0; i < count; i++)
        append_paragraph(post, random);
    return g_string_free(post, FALSE);
}

/* Lines and sections around the post; `line` is one of everybody's. */
static char *random_template(GRand *random, const char *line)
{
    static const char *const pieces[] = {
        "{{#if x}}\n", "{{#if name}}\n", "{{#if x}}{{ x }}{{/if}}\n",
        "{{ name | default: \"you\" }}, hello\n", "From {{ email }}\n"};
    GString *out = g_string_new(NULL);
    int count = g_rand_int_range(random, 0, 12);

    for (int i = 0; i < count; i++) {
        int kind = g_rand_int_range(random, 0, G_N_ELEMENTS(pieces));
        for (int n = g_rand_int_range(random, 0, 6); n > 0; n--)
            g_string_append(out, line);
        g_string_append(out, pieces[kind]);
        if (kind > 1)
            continue;
        g_string_append_printf(out, "%s%s{{else}}\n%s{{/if}}\n", line, line,
                               line);
    }
    return g_string_free(out, FALSE);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void write_templates(const char *folder, GRand *random)
{
    g_autofree char *text = random_template(random, "a line for everybody\n");
    g_autofree char *html = random_template(random, "<p>for <b>all</b></p>\n");
    g_autofree char *whole_text = g_strconcat(text, "\n{{{content}}}\n", text,
                                              NULL);
    g_autofree char *whole_html = g_strconcat(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>{{subject}}</title>\n"
        "</head>\n<body>\n",
        html, "{{{content}}}\n", html, "</body></html>\n", NULL);

    write_file(folder, "mail.txt", whole_text);
    write_file(folder, "mail.html", whole_html);
    write_file(folder, "theme.css", "p { margin: 0 }\n");
}

static char *random_list(GRand *random)
{
    static const char *const values[] = {
        "Ada",
        "",
        "Zoë",
        "田中 健二",
        "Ольга",
        "A & B",
        "x=y",
        "a name so long that it needs more than one line of its own, twice",
        "From",
        ".",
        "--",
        "\xf0\x9f\x98\x80",
        "=_mm_",
    };
    GString *rows = g_string_new("email,name,x\n");

    for (int i = 0; i < 12; i++) {
        const char *name = pick(random, values, G_N_ELEMENTS(values));
        const char *x = pick(random, values, G_N_ELEMENTS(values));
        g_string_append_printf(rows, "r%d@example.org,\"%s\",\"%s\"\n", i, name,
                               x);
    }
    return g_string_free(rows, FALSE);
}

static void random_letters_are_the_same_either_way(void **state)
{
    (void)state;
    g_autofree char *folder = g_dir_make_tmp("mirmail-shared-XXXXXX", NULL);
    g_autofree char *list_path = g_build_filename(folder, "list.csv", NULL);
    static const char *const files[] = {"mail.txt", "mail.html", "theme.css",
                                        "list.csv"};
    GRand *random = g_rand_new_with_seed(20260601);
    int composed = 0;

    for (int round = 0; round < ROUNDS; round++) {
        GError *error = NULL;
        g_autofree char *bytes = random_post(random);
        g_autofree char *rows = random_list(random);
        Post *post = post_parse(bytes, strlen(bytes), "post.md", NULL, NULL,
                                &error);
        assert_no_error(error);
        LetterSource source = {.post = post,
                               .sender = &sender,
                               .list = &list,
                               .text = &text_config,
                               .template_dir = folder};
        write_templates(folder, random);
        write_file(folder, "list.csv", rows);
        g_autoptr(Letter) letter = letter_compose(&source, NULL, &error);
        if (letter != NULL)
            composed += check_letter(&source, list_path) > 0;
        g_clear_error(&error);
        post_free(post);
    }
    /* Some put a field where none may stand. */
    assert_true(composed > ROUNDS / 2);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_rand_free(random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_letters_are_the_same_either_way),
        cmocka_unit_test(random_letters_are_the_same_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
