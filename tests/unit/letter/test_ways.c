/*
 * test_ways.c - letter/ways.h, and what a letter makes of it. The tokens
 * were worked out by Python's hmac; tests/lint/test_vectors.py does it again.
 */
#include "keys.h"

#include "letter/letter.h"

#define ADA "alg75u3hha4xr72jdv63yirnxzmhxvc42"
#define ADA_B "bqqimzdp3n27tlc6ytbwj2wzfv7gnoo5p"

static char list_id[] = "news.example.org";
static char web[] = "https://news.example.org/u/{token}";
static char query[] = "https://news.example.org/leave?t={token}&x=a,b";
static char plain_web[] = "https://example.org/leave";
static char mail[] = "leave+{token}@news.example.org";
static char plain_mail[] = "leave@example.org";
static char owner[] = "owner@example.org";
static char answers[] = "answers@example.org";

typedef struct Fixture {
    char *folder;
    char *path;
    const char *paths[2];
    List *recipients;
    Keyring *keyring;
    SenderConfig sender;
    ListConfig list;
    OwnWays ways;
} Fixture;

static void set_keys(Fixture *fixture, const char *text)
{
    GError *error = NULL;
    g_autofree char *path = g_build_filename(fixture->folder, "keys", NULL);
    keys_write(path, text);
    keyring_free(fixture->keyring);
    fixture->keyring = keyring_load(path, &error);
    assert_no_error(error);
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    GError *error = NULL;
    fixture->folder = scratch_new();
    set_keys(fixture, KEY_A);
    fixture->path = g_build_filename(fixture->folder, "list.csv", NULL);
    fixture->paths[0] = fixture->path;
    assert_true(g_file_set_contents(fixture->path,
                                    "email,type\nAda@example.org,\n"
                                    "club@lists.example.org,list\n",
                                    -1, NULL));
    fixture->recipients = list_open(&(ListOptions){.paths = fixture->paths},
                                    NULL, &error);
    assert_no_error(error);
    fixture->list.id = list_id;
    own_ways_init(&fixture->ways);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    list_close(fixture->recipients);
    keyring_free(fixture->keyring);
    own_ways_clear(&fixture->ways);
    scratch_remove(fixture->folder);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

/* 0: a person, 1: a list's address. */
static const Subscriber *recipient(Fixture *fixture, int which)
{
    GError *error = NULL;
    assert_true(list_rewind(fixture->recipients, &error));
    const Subscriber *found = NULL;
    for (int i = 0; i <= which; i++)
        found = list_next(fixture->recipients, &error);
    assert_non_null(found);
    return found;
}

static Ways *make(Fixture *fixture)
{
    GError *error = NULL;
    assert_true(ways_are_personal(&fixture->list));
    Ways *ways = ways_new(&fixture->sender, &fixture->list, fixture->keyring,
                          &error);
    assert_no_error(error);
    return ways;
}

static void assert_ways(const OwnWays *ways, const char *expected_web,
                        const char *expected_mail, const char *expected_mailto)
{
    assert_string_equal(ways->web->str, expected_web);
    assert_string_equal(ways->mail->str, expected_mail);
    assert_string_equal(ways->mailto->str, expected_mailto);
}

static void a_person_has_a_page_and_an_address_of_ones_own(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_url = web;
    fixture->list.unsubscribe_mail = mail;
    g_autoptr(Ways) ways = make(fixture);
    ways_fill(ways, recipient(fixture, 0), &fixture->ways);
    assert_ways(&fixture->ways, "https://news.example.org/u/" ADA,
                "leave+" ADA "@news.example.org",
                "mailto:leave+" ADA "@news.example.org?subject=unsubscribe");
    assert_true(fixture->ways.one_click);
    fixture->list.unsubscribe_url = query;
    g_autoptr(Ways) other = make(fixture);
    ways_fill(other, recipient(fixture, 0), &fixture->ways);
    assert_string_equal(fixture->ways.web->str,
                        "https://news.example.org/leave?t=" ADA "&x=a%2Cb");
}

static void only_a_page_with_a_token_is_one_click(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_url = plain_web;
    fixture->list.unsubscribe_mail = mail;
    g_autoptr(Ways) ways = make(fixture);
    ways_fill(ways, recipient(fixture, 0), &fixture->ways);
    assert_ways(&fixture->ways, plain_web, "leave+" ADA "@news.example.org",
                "mailto:leave+" ADA "@news.example.org?subject=unsubscribe");
    assert_false(fixture->ways.one_click);
}

static void a_newer_key_makes_the_tokens_and_no_difference_else(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_url = web;
    g_autoptr(GChecksum) before = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GChecksum) after = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(Ways) old = make(fixture);
    ways_digest(old, before);
    set_keys(fixture, KEY_B KEY_A);
    g_autoptr(Ways) new = make(fixture);
    ways_digest(new, after);
    ways_fill(new, recipient(fixture, 0), &fixture->ways);
    assert_ways(&fixture->ways, "https://news.example.org/u/" ADA_B, "", "");
    assert_string_equal(g_checksum_get_string(before),
                        g_checksum_get_string(after));
}

static void a_lists_address_gets_no_token(void **state)
{
    static const struct {
        char *url;
        char *mail;
        char *owner;
        char *reply_to;
        const char *web;
        const char *leave; /* "": no way */
    } cases[] = {
        {web, mail, owner, answers, "", owner},
        {web, mail, NULL, answers, "", answers},
        {web, mail, NULL, NULL, "", ""},
        {web, NULL, owner, NULL, "", owner},
        {web, plain_mail, owner, NULL, "", plain_mail},
        {plain_web, mail, owner, NULL, plain_web, owner},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        fixture->list.unsubscribe_url = cases[i].url;
        fixture->list.unsubscribe_mail = cases[i].mail;
        fixture->list.owner = cases[i].owner;
        fixture->sender.reply_to.address.text = cases[i].reply_to;
        g_autofree char *mailto = g_strdup_printf(
            "mailto:%s?subject=unsubscribe", cases[i].leave);
        g_autoptr(Ways) ways = make(fixture);
        ways_fill(ways, recipient(fixture, 1), &fixture->ways);
        assert_ways(&fixture->ways, cases[i].web, cases[i].leave,
                    *cases[i].leave != '\0' ? mailto : "");
        assert_false(fixture->ways.one_click);
    }
}

static void without_keys_an_example_stands_there(void **state)
{
    Fixture *fixture = *state;
    KeyringMatch match;
    fixture->list.unsubscribe_url = web;
    g_autoptr(Ways) ways = ways_new(NULL, &fixture->list, NULL, NULL);
    ways_fill(ways, recipient(fixture, 0), &fixture->ways);
    assert_string_equal(fixture->ways.web->str,
                        "https://news.example.org/u/" WAYS_EXAMPLE);
    assert_int_equal(strlen(WAYS_EXAMPLE), KEYRING_TOKEN_LENGTH);
    const KeyringScope scope = {KEYRING_UNSUBSCRIBE, list_id, NULL};
    assert_false(keyring_check(fixture->keyring, &scope, WAYS_EXAMPLE, &match));
    ways_fill_names(ways, &fixture->ways);
    assert_string_equal(fixture->ways.web->str, web);
}

static void a_token_where_none_can_be_is_refused(void **state)
{
    static const struct {
        const char *url;
        const char *mail;
        const char *words;
    } cases[] = {
        {"https://{token}.example.org/", NULL, "behind the host"},
        {"https://example.org{token}", NULL, "behind the host"},
        {"{token}", NULL, "behind the host"},
        {"http://example.org/{token}", NULL, "list.unsubscribe_url"},
        {NULL, "{token}", "list.unsubscribe_mail"},
        {NULL, "a-name-that-leaves-no-room-for-it+{token}@example.org",
         "list.unsubscribe_mail"},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *url = g_strdup(cases[i].url);
        g_autofree char *address = g_strdup(cases[i].mail);
        fixture->list.unsubscribe_url = url;
        fixture->list.unsubscribe_mail = address;
        assert_null(ways_new(NULL, &fixture->list, fixture->keyring, &error));
        assert_error(&error, ERROR_CONFIG, cases[i].words);
    }
}

/* --- in the letter --- */

typedef struct Shown {
    char *text;
    char *html;
} Shown;

static Shown show(Fixture *fixture, const Ways *ways, int which)
{
    GError *error = NULL;
    char title[] = "A title";
    char file[] = "post.md";
    char body[] = "Words.\n";
    Post post = {.file = file,
                 .title = title,
                 .body = body,
                 .body_length = strlen(body),
                 .body_line = 1};
    LetterSource source = {.post = &post,
                           .sender = &fixture->sender,
                           .list = &fixture->list,
                           .ways = ways};
    Filled filled;
    filled_init(&filled);
    g_autoptr(Letter) letter = letter_compose(&source, NULL, &error);
    assert_no_error(error);
    size_t count = 0;
    const LetterField *fields = letter_fields(letter, &count);
    for (size_t i = 0; i < count; i++)
        assert_null(strstr(fields[i].name, "unsubscribe"));
    letter_merge(letter, recipient(fixture, which), &filled, &error);
    assert_no_error(error);
    Shown shown = {g_strdup(filled.text->str), g_strdup(filled.html->str)};
    filled_clear(&filled);
    return shown;
}

static void assert_shown(Fixture *fixture, const Ways *ways, int which,
                         const char *text, const char *html)
{
    Shown shown = show(fixture, ways, which);
    if (strstr(shown.text, text) == NULL)
        fail_msg("`%s` is not in: %s", text, shown.text);
    if (strstr(shown.html, html) == NULL)
        fail_msg("`%s` is not in: %s", html, shown.html);
    if (which == 1) {
        assert_null(strstr(shown.text, "/u/"));
        assert_null(strstr(shown.html, "/u/"));
    }
    g_free(shown.text);
    g_free(shown.html);
}

static void both_parts_show_the_same_page(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_url = web;
    fixture->list.unsubscribe_mail = mail;
    g_autoptr(Ways) ways = make(fixture);
    assert_shown(fixture, ways, 0,
                 "\nUnsubscribe:\nhttps://news.example.org/u/" ADA "\n",
                 "<a href=\"https://news.example.org/u/" ADA "\"");
}

static void without_a_page_both_parts_show_the_address(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_mail = mail;
    g_autoptr(Ways) ways = make(fixture);
    assert_shown(fixture, ways, 0,
                 "\nUnsubscribe: write to\nleave+" ADA "@news.example.org\n",
                 "<a href=\"mailto:leave+" ADA
                 "@news.example.org?subject=unsubscribe\"");
}

static void a_lists_address_is_shown_whom_to_write_to(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_url = web;
    fixture->list.owner = owner;
    g_autoptr(Ways) ways = make(fixture);
    assert_shown(fixture, ways, 1, "\nUnsubscribe: write to owner@example.org",
                 "<a href=\"mailto:owner@example.org?subject=unsubscribe\"");
}

static void a_lists_address_without_a_way_is_shown_none(void **state)
{
    Fixture *fixture = *state;
    fixture->list.unsubscribe_url = web;
    g_autoptr(Ways) ways = make(fixture);
    Shown shown = show(fixture, ways, 1);
    assert_null(strstr(shown.text, "Unsubscribe"));
    assert_null(strstr(shown.html, "Unsubscribe"));
    g_free(shown.text);
    g_free(shown.html);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_person_has_a_page_and_an_address_of_ones_own),
        TEST(only_a_page_with_a_token_is_one_click),
        TEST(a_newer_key_makes_the_tokens_and_no_difference_else),
        TEST(a_lists_address_gets_no_token),
        TEST(without_keys_an_example_stands_there),
        TEST(a_token_where_none_can_be_is_refused),
        TEST(both_parts_show_the_same_page),
        TEST(without_a_page_both_parts_show_the_address),
        TEST(a_lists_address_is_shown_whom_to_write_to),
        TEST(a_lists_address_without_a_way_is_shown_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
