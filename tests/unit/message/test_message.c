#include "test.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "message/message.h"

/* The letter and the subscriber are stood in for: what is tested is how a
 * message is put together from what they give. */

struct Letter {
    const char *lang;
    const char *archived_at;
    const char *html;
    bool broken;
};

struct Subscriber {
    Address address;
    const char *name;
};

const char *letter_digest(const Letter *letter)
{
    (void)letter;
    return "0123abcd";
}

const char *letter_lang(const Letter *letter)
{
    return letter->lang;
}

const char *letter_archived_at(const Letter *letter)
{
    return letter->archived_at;
}

bool letter_is_personal(const Letter *letter)
{
    (void)letter;
    return false;
}

const LetterImage *letter_images(const Letter *letter, size_t *count)
{
    (void)letter;
    *count = 0;
    return NULL;
}

/* The text's last line and all of the HTML are the same for everybody. */
static const char last_line[] = "Bye\n";

const StencilSheet *letter_text_sheets(const Letter *letter, size_t *count)
{
    static const StencilSheet sheet = {last_line, sizeof last_line - 1};
    (void)letter;
    *count = 1;
    return &sheet;
}

const StencilSheet *letter_html_sheets(const Letter *letter, size_t *count)
{
    static StencilSheet sheet;
    sheet = (StencilSheet){letter->html, strlen(letter->html)};
    *count = sheet.length > 0 ? 1 : 0;
    return &sheet;
}

void own_lines_init(OwnLines *own)
{
    *own = (OwnLines){.subject = g_string_new(NULL)};
    stencil_fill_init(&own->text);
    stencil_fill_init(&own->html);
}

void own_lines_clear(OwnLines *own)
{
    g_string_free(own->subject, TRUE);
    stencil_fill_clear(&own->text);
    stencil_fill_clear(&own->html);
}

static void add_sheet(StencilFill *fill)
{
    StencilPlace place = {fill->own->len, 0};
    g_array_append_val(fill->places, place);
}

bool letter_merge_own(const Letter *letter, const Subscriber *subscriber,
                      OwnLines *own, GError **error)
{
    if (letter->broken) {
        error_set(error, ERROR_INPUT, "post.md:7:1: no value for `x`");
        return false;
    }
    stencil_fill_truncate(&own->text);
    stencil_fill_truncate(&own->html);
    g_string_printf(own->subject, "Hello %s", subscriber->name);
    g_string_printf(own->text.own, "Hi %s\n", subscriber->name);
    add_sheet(&own->text);
    if (*letter->html != '\0')
        add_sheet(&own->html);
    return true;
}

const Address *subscriber_address(const Subscriber *subscriber)
{
    return &subscriber->address;
}

const char *subscriber_file(const Subscriber *subscriber)
{
    (void)subscriber;
    return "lists/news.csv";
}

int subscriber_line(const Subscriber *subscriber)
{
    (void)subscriber;
    return 12;
}

const char *subscriber_field(const Subscriber *subscriber, const char *name)
{
    return strcmp(name, "name") == 0 ? subscriber->name : NULL;
}

static char from[] = "news@news.example.org";
static char jane[] = "jane@example.net";
static char list_id[] = "meetup.news.example.org";
static const SenderConfig sender = {.from = {NULL, {from, from, from + 5}}};
static const ListConfig list = {.id = list_id};

typedef struct Try {
    Letter letter;
    Subscriber subscriber;
    GString *bytes;
} Try;

static bool write_message(Try *try, GError **error)
{
    TokenKey key;
    token_key_from_text(&key, "news.example.org");
    MessageSource source = {
        .letter = &try->letter,
        .sender = &sender,
        .list = &list,
        .campaign = "2026-06-meetup",
        .key = &key,
    };
    try->subscriber.address = (Address){jane, jane, jane + 5};
    Message *message = message_new(&source, error);
    if (message == NULL)
        return false;
    MessageBuffer *buffer = message_buffer_new();
    bool good = message_write(message, &try->subscriber, 1780300800, 120,
                              buffer, try->bytes, error);
    message_buffer_free(buffer);
    message_free(message);
    return good;
}

static void a_letter_and_a_subscriber_make_a_message(void **state)
{
    (void)state;
    Try try = {
        .letter = {.lang = "en",
                   .archived_at = "https://news.example.org/x",
                   .html = "<p>Hi</p>\n"},
        .subscriber = {.name = "Jane"},
        .bytes = g_string_new("left over"),
    };
    GError *error = NULL;
    bool good = write_message(&try, &error);
    assert_no_error(error);
    assert_true(good);
    const char *bytes = try.bytes->str;
    assert_true(g_str_has_prefix(bytes,
                                 "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\n"
                                 "From: <news@news.example.org>\r\n"
                                 "To: Jane <jane@example.net>\r\n"
                                 "Message-ID: <2026-06-meetup."
                                 "lfq3vvw55ykvxtqtxhtxqbzwaq"
                                 "@news.example.org>\r\n"
                                 "Subject: Hello Jane\r\n"
                                 "List-Id: <meetup.news.example.org>\r\n"));
    assert_non_null(strstr(bytes, "\r\nContent-Language: en\r\n"));
    assert_non_null(
        strstr(bytes, "\r\nArchived-At: <https://news.example.org/x>\r\n"));
    assert_non_null(strstr(bytes, "\r\n\r\nHi Jane\r\nBye\r\n\r\n--=_mm_"));
    assert_non_null(strstr(bytes, "\r\n\r\n<p>Hi</p>\r\n\r\n--=_mm_"));
    g_string_free(try.bytes, TRUE);
}

static void a_fault_names_the_place_and_leaves_no_bytes(void **state)
{
    (void)state;
    Try try = {
        .letter = {.html = ""},
        .subscriber = {.name = "Jane\r\nBcc: eve@example.org"},
        .bytes = g_string_new("left over"),
    };
    GError *error = NULL;
    assert_false(write_message(&try, &error));
    assert_error(&error, ERROR_INPUT, "lists/news.csv:12: the subject: ");
    assert_int_equal(try.bytes->len, 0);

    try.letter.broken = true;
    assert_false(write_message(&try, &error));
    assert_error(&error, ERROR_INPUT, "post.md:7:1: no value for `x`");

    try.letter.broken = false;
    try.letter.archived_at = "news/x";
    assert_false(write_message(&try, &error));
    assert_error(&error, ERROR_INPUT, "the post's address: `news/x`");
    g_string_free(try.bytes, TRUE);
}

static void the_id_is_that_of_the_message(void **state)
{
    (void)state;
    TokenKey key;
    token_key_from_text(&key, "news.example.org");
    Letter letter = {.html = ""};
    MessageSource source = {
        .letter = &letter,
        .sender = &sender,
        .list = &list,
        .campaign = "2026-06-meetup",
        .key = &key,
    };
    Message *message = message_new(&source, NULL);
    g_autoptr(GString) id = g_string_new(NULL);
    Address address = {jane, jane, jane + 5};
    message_id_append(message, &address, id);
    assert_string_equal(
        id->str, "2026-06-meetup.lfq3vvw55ykvxtqtxhtxqbzwaq@news.example.org");
    message_free(message);
    message_free(NULL);
    message_buffer_free(NULL);
}

/* The digest of `printf '0123abcd\n%s text/plain notes.txt' $(printf 'a\n' |
 * sha256sum)`, hashed again. */
static void attachments_make_another_mail_and_another_id(void **state)
{
    (void)state;
    char path[] = "/tmp/mirmail-message-XXXXXX";
    int file = g_mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "a\n", 2), 2);
    close(file);
    g_autoptr(Attachments) attachments = attachments_new();
    AttachmentSource attachment = {.path = path, .name = "notes.txt"};
    assert_true(attachments_add(attachments, &attachment, NULL, NULL));
    assert_int_equal(g_remove(path), 0);

    TokenKey key;
    token_key_from_text(&key, "news.example.org");
    Letter letter = {.html = ""};
    MessageSource source = {
        .letter = &letter,
        .sender = &sender,
        .list = &list,
        .campaign = "2026-06-meetup",
        .key = &key,
    };
    Message *without = message_new(&source, NULL);
    source.attachments = attachments;
    Message *with = message_new(&source, NULL);
    assert_string_equal(message_digest(without), "0123abcd");
    assert_string_equal(
        message_digest(with),
        "52fa50f344dae65c7b6e758c9083ec98c9406572f500d7550841fe1eb5be583e");
    Address address = {jane, jane, jane + 5};
    g_autoptr(GString) one = g_string_new(NULL);
    g_autoptr(GString) other = g_string_new(NULL);
    message_id_append(without, &address, one);
    message_id_append(with, &address, other);
    assert_string_not_equal(one->str, other->str);
    message_free(without);
    message_free(with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_and_a_subscriber_make_a_message),
        cmocka_unit_test(a_fault_names_the_place_and_leaves_no_bytes),
        cmocka_unit_test(the_id_is_that_of_the_message),
        cmocka_unit_test(attachments_make_another_mail_and_another_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
