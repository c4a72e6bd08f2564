#include "test.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "message/frame.h"
#include "message/message.h"

static char text_domain[] = "news@news.example.org";
static char team[] = "team@example.org";
static char jane[] = "jane@example.net";
static char sender_name[] = "Café OCaml Zürich";
static char list_name[] = "Zurich OCaml meetup";
static char list_id[] = "meetup.news.example.org";
static char leave[] = "https://news.example.org/leave";
static char leave_mail[] = "leave@news.example.org";
static char help[] = "https://news.example.org/help";
static char archive[] = "https://news.example.org/";

static const TokenKey *test_key(void)
{
    static TokenKey key;
    token_key_from_text(&key, "news.example.org");
    return &key;
}

static const SenderConfig sender = {
    .from = {sender_name, {text_domain, text_domain, text_domain + 5}},
    .reply_to = {NULL, {team, team, team + 5}},
};

static const ListConfig list = {
    .id = list_id,
    .name = list_name,
    .unsubscribe_url = leave,
    .unsubscribe_mail = leave_mail,
    .help_url = help,
    .archive_url = archive,
};

static FrameSource meetup(void)
{
    return (FrameSource){
        .sender = &sender,
        .list = &list,
        .campaign = "2026-06-meetup",
        .digest = "0123abcd",
        .lang = "en",
        .archived_at = "https://news.example.org/2026/06/meetup",
        .key = test_key(),
    };
}

static const Address jane_address = {jane, jane, jane + 5};

/* Without its files a mail is shorter, and counts as much. */
static void assert_length(const Frame *frame, const Copy *copy,
                          const GString *whole)
{
    GString *out = g_string_new(NULL);
    Copy bare = *copy;
    size_t length = 0;
    bare.leaves_files = true;
    assert_true(frame_write(frame, &bare, out, &length, NULL));
    assert_int_equal(length, whole->len);
    assert_true(message_gate(out->str, out->len, NULL));
    bool has_files = strstr(whole->str, "\r\nContent-Disposition: ") != NULL;
    assert_true(has_files ? out->len < whole->len : out->len == whole->len);
    g_string_free(out, TRUE);
}

/* Writes the copy for Jane; what it does not say is left as it is. */
static char *write_copy(const FrameSource *source, const char *name,
                        const char *subject, const char *text, const char *html,
                        GError **error)
{
    Frame *frame = frame_new(source, error);
    if (frame == NULL)
        return NULL;
    GString *out = g_string_new(NULL);
    StencilFill text_fill;
    StencilFill html_fill;
    stencil_fill_init(&text_fill);
    stencil_fill_init(&html_fill);
    g_string_append(text_fill.own, text);
    g_string_append(html_fill.own, html);
    Copy copy = {
        .address = &jane_address,
        .name = name,
        .subject = subject,
        .text = {.fill = &text_fill},
        .html = {.fill = &html_fill},
        .unix_seconds = 1780300800,
        .offset_minutes = 120,
    };
    size_t length = 0;
    bool good = frame_write(frame, &copy, out, &length, error);
    if (good) {
        assert_int_equal(length, out->len);
        assert_length(frame, &copy, out);
    }
    stencil_fill_clear(&text_fill);
    stencil_fill_clear(&html_fill);
    frame_free(frame);
    if (good)
        assert_true(message_gate(out->str, out->len, NULL));
    return g_string_free(out, !good);
}

/* Put together by hand after RFC 5322 and 2369; token and boundary with
 * Python's hmac and hashlib. */
static void a_whole_message_is_as_written_by_hand(void **state)
{
    (void)state;
    FrameSource source = meetup();
    GError *error = NULL;
    g_autofree char *bytes = write_copy(
        &source, "Doe, Jane (TZ)",
        "Réunion de printemps du club OCaml de Zürich: programme et "
        "inscription",
        "Hi Jane\n\n-- \nThe club\n", "<p>Hi Jane</p>\n", &error);
    assert_no_error(error);
    assert_string_equal(
        bytes,
        "Date: Mon, 01 Jun 2026 10:00:00 +0200\r\n"
        "From: =?UTF-8?Q?Caf=C3=A9_OCaml_Z=C3=BCrich?= "
        "<news@news.example.org>\r\n"
        "To: \"Doe, Jane (TZ)\" <jane@example.net>\r\n"
        "Reply-To: <team@example.org>\r\n"
        "Message-ID: "
        "<2026-06-meetup.lfq3vvw55ykvxtqtxhtxqbzwaq@news.example.org>\r\n"
        "Subject: "
        "=?UTF-8?Q?R=C3=A9union_de_printemps_du_club_OCaml_de_Z=C3=BCrich?="
        "\r\n"
        " =?UTF-8?Q?=3A_programme_et_inscription?=\r\n"
        "List-Id: Zurich OCaml meetup <meetup.news.example.org>\r\n"
        "List-Unsubscribe: <https://news.example.org/leave>,\r\n"
        " <mailto:leave@news.example.org?subject=unsubscribe>\r\n"
        "List-Help: <https://news.example.org/help>\r\n"
        "List-Owner: <mailto:team@example.org>\r\n"
        "List-Post: NO\r\n"
        "List-Archive: <https://news.example.org/>\r\n"
        "Archived-At: <https://news.example.org/2026/06/meetup>\r\n"
        "Precedence: list\r\n"
        "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
        "Feedback-ID: 2026-06-meetup:meetup:mirmail:newsexampleorg\r\n"
        "Content-Language: en\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; "
        "boundary=\"=_mm_108d8cc263c263a4\"\r\n"
        "\r\n"
        "--=_mm_108d8cc263c263a4\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Hi Jane\r\n"
        "\r\n"
        "-- \r\n"
        "The club\r\n"
        "\r\n"
        "--=_mm_108d8cc263c263a4\r\n"
        "Content-Type: text/html; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "<p>Hi Jane</p>\r\n"
        "\r\n"
        "--=_mm_108d8cc263c263a4--\r\n");
}

/* RFC 3834 3.1 and 5. */
static void an_answer_says_so_and_takes_answers_at_its_own_address(void **state)
{
    (void)state;
    FrameSource source = meetup();
    source.answers = true;
    Frame *frame = frame_new(&source, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    StencilFill fill;
    stencil_fill_init(&fill);
    g_string_append(fill.own, "Hi\n");
    StencilFill none;
    stencil_fill_init(&none);
    Copy copy = {
        .address = &jane_address,
        .subject = "Hello",
        .reply_to = "join+x@example.org",
        .text = {.fill = &fill},
        .html = {.fill = &none},
    };
    size_t length = 0;
    assert_true(frame_write(frame, &copy, out, &length, NULL));
    assert_non_null(strstr(out->str, "\r\nAuto-Submitted: auto-replied\r\n"));
    assert_non_null(strstr(out->str, "\r\nReply-To: <join+x@example.org>\r\n"));
    assert_null(strstr(out->str, "team@example.org>\r\nMessage-ID"));
    stencil_fill_clear(&fill);
    stencil_fill_clear(&none);
    frame_free(frame);
}

static void without_html_there_is_only_the_text(void **state)
{
    (void)state;
    FrameSource source = meetup();
    g_autofree char *bytes = write_copy(&source, NULL, "Hi", "Hi Jane\n", "",
                                        NULL);
    assert_non_null(strstr(bytes, "\r\nTo: <jane@example.net>\r\n"));
    assert_true(g_str_has_suffix(bytes,
                                 "\r\nMIME-Version: 1.0\r\n"
                                 "Content-Type: text/plain; charset=UTF-8\r\n"
                                 "Content-Transfer-Encoding: 7bit\r\n"
                                 "\r\n"
                                 "Hi Jane\r\n"));
}

static void a_name_that_is_only_the_address_is_left_out(void **state)
{
    (void)state;
    FrameSource source = meetup();
    g_autofree char *bytes = write_copy(&source, "Jane@example.net", "Hi",
                                        "x\n", "", NULL);
    assert_non_null(strstr(bytes, "\r\nTo: <jane@example.net>\r\n"));
}

static char *id_of(const FrameSource *source)
{
    Frame *frame = frame_new(source, NULL);
    assert_non_null(frame);
    GString *id = g_string_new(NULL);
    frame_append_id(frame, &jane_address, id);
    frame_free(frame);
    return g_string_free(id, FALSE);
}

static void whatever_makes_another_mail_makes_another_id(void **state)
{
    (void)state;
    FrameSource source = meetup();
    g_autofree char *real = id_of(&source);
    g_autofree char *again = id_of(&source);
    assert_string_equal(
        real, "2026-06-meetup.lfq3vvw55ykvxtqtxhtxqbzwaq@news.example.org");
    assert_string_equal(real, again);
    source.test = true;
    g_autofree char *test = id_of(&source);
    assert_string_equal(
        test, "2026-06-meetup.fkirdcky6kzuyknjsoxns4guv4@news.example.org");
    source.test = false;
    source.digest = "0123abce";
    g_autofree char *edited = id_of(&source);
    assert_string_not_equal(real, edited);
    source = meetup();
    source.campaign = "2026-07-meetup";
    g_autofree char *other = id_of(&source);
    assert_string_not_equal(real + 14, other + 14);
}

static void
a_long_campaign_is_cut_so_that_the_line_holds_78_columns(void **state)
{
    (void)state;
    FrameSource source = meetup();
    source.campaign = "0123456789012345678901234567890123456789";
    g_autofree char *id = id_of(&source);
    assert_int_equal(strlen("Message-ID: <") + strlen(id) + 1, 78);
    assert_true(g_str_has_prefix(id, "01234567890123456789."));
    /* A domain that leaves no room at all. */
    char long_id[] = "a.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.org";
    ListConfig long_list = {.id = long_id};
    source.list = &long_list;
    g_autofree char *bare = id_of(&source);
    assert_int_equal(strcspn(bare, "@"), TOKEN_LENGTH);
    assert_string_equal(bare + TOKEN_LENGTH + 1, long_id + 2);
}

static void without_a_list_domain_the_senders_is_used(void **state)
{
    (void)state;
    char two_labels[] = "news.example";
    ListConfig short_list = {.id = two_labels};
    FrameSource source = meetup();
    source.list = &short_list;
    g_autofree char *id = id_of(&source);
    assert_string_equal(strchr(id, '@'), "@news.example.org");
    ListConfig none = {0};
    source.list = &none;
    g_autofree char *same = id_of(&source);
    assert_string_equal(strchr(same, '@'), "@news.example.org");
    g_autofree char *bytes = write_copy(&source, NULL, "Hi", "x\n", "", NULL);
    assert_null(strstr(bytes, "List-Id"));
    assert_null(strstr(bytes, "List-Unsubscribe"));
    assert_non_null(strstr(bytes, "\r\nList-Post: NO\r\n"));
}

static void what_may_not_stand_in_a_header_is_refused(void **state)
{
    (void)state;
    FrameSource source = meetup();
    GError *error = NULL;
    assert_null(write_copy(&source, "X\r\nBcc: v@e", "Hi", "x\n", "", &error));
    assert_error(&error, ERROR_INPUT, "the name: the control character U+000D");
    assert_null(write_copy(&source, NULL, "Hi\nBcc: v@e", "x\n", "", &error));
    assert_error(&error, ERROR_INPUT, "the subject: the control character");
    assert_null(write_copy(&source, NULL, "", "x\n", "", &error));
    assert_error(&error, ERROR_INPUT, "subject is empty");
    g_autofree char *huge = g_strnfill(1001, 'x');
    assert_null(write_copy(&source, NULL, huge, "x\n", "", &error));
    assert_error(&error, ERROR_INPUT, "longer than 1000 bytes");
}

/* --- the structures --- */

#define BOUNDARY_START "boundary=\"=_mm_"

/* Every part's type, indented by the multiparts it stands in: found by
 * following the boundaries as a reader does (RFC 2046 5.1.1). */
static char *outline(const char *bytes)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);
    GString *out = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(bytes, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *inner = open->len > 0 ? open->pdata[open->len - 1] : NULL;
        if (inner != NULL && g_str_has_prefix(*line, "--") &&
            g_str_has_prefix(*line + 2, inner) &&
            strcmp(*line + 2 + strlen(inner), "--") == 0)
            g_ptr_array_remove_index(open, open->len - 1);
        if (g_str_has_prefix(*line, "Content-Type: ")) {
            g_auto(GStrv) words = g_strsplit_set(*line, " ;", 3);
            g_string_append_printf(out, "%*s%s\n", (int)open->len, "",
                                   words[1]);
        }
        const char *boundary = strstr(*line, BOUNDARY_START);
        if (boundary != NULL) {
            boundary += strlen("boundary=\"");
            g_ptr_array_add(open, g_strndup(boundary, strcspn(boundary, "\"")));
        }
    }
    assert_int_equal(open->len, 0);
    return g_string_free(out, FALSE);
}

static void assert_outline(const FrameSource *source, const char *html,
                           const char *expected)
{
    GError *error = NULL;
    g_autofree char *bytes = write_copy(source, NULL, "Hi", "x\n", html,
                                        &error);
    assert_no_error(error);
    g_autofree char *found = outline(bytes);
    assert_string_equal(found, expected);
}

/* Two attachments, one of them this file. */
static Attachments *two_attachments(void)
{
    char path[] = "/tmp/mirmail-frame-XXXXXX";
    int file = g_mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "%PDF-1.7\n", 9), 9);
    close(file);
    Attachments *attachments = attachments_new();
    AttachmentSource pdf = {.path = path, .name = "flyer.pdf"};
    assert_true(attachments_add(attachments, &pdf, NULL, NULL));
    assert_true(g_file_set_contents(path, "BEGIN:VCALENDAR\r\n", -1, NULL));
    AttachmentSource event = {.path = path, .name = "event.ics"};
    assert_true(attachments_add(attachments, &event, NULL, NULL));
    assert_int_equal(g_remove(path), 0);
    return attachments;
}

/* RFC 2387, RFC 2046 5.1.3 and 5.1.4: what is best stands last, the root
 * first, the attachments behind it all in their order. */
static void every_structure_is_as_the_rfcs_want_it(void **state)
{
    (void)state;
    char address[] = "cid:0123456789abcdef.1@news.example.org";
    char name[] = "boat.png";
    GBytes *bytes = g_bytes_new_static("\x89PNG", 4);
    const LetterImage images[] = {
        {address, address + 4, name, "image/png", bytes},
        {address, address + 4, name, "image/gif", bytes},
    };
    g_autoptr(Attachments) attachments = two_attachments();
    FrameSource source = meetup();
    assert_outline(&source, "", "text/plain\n");
    assert_outline(&source, "<p>x</p>\n",
                   "multipart/alternative\n"
                   " text/plain\n"
                   " text/html\n");
    source.images = images;
    source.image_count = 2;
    assert_outline(&source, "<p>x</p>\n",
                   "multipart/alternative\n"
                   " text/plain\n"
                   " multipart/related\n"
                   "  text/html\n"
                   "  image/png\n"
                   "  image/gif\n");
    source.attachments = attachments;
    assert_outline(&source, "<p>x</p>\n",
                   "multipart/mixed\n"
                   " multipart/alternative\n"
                   "  text/plain\n"
                   "  multipart/related\n"
                   "   text/html\n"
                   "   image/png\n"
                   "   image/gif\n"
                   " application/pdf\n"
                   " text/calendar\n");
    source.image_count = 0;
    assert_outline(&source, "",
                   "multipart/mixed\n"
                   " text/plain\n"
                   " application/pdf\n"
                   " text/calendar\n");
    g_bytes_unref(bytes);
}

/* base64 from `printf '\211PNG' | base64`. */
static void an_inline_image_has_an_id_and_a_name(void **state)
{
    (void)state;
    char address[] = "cid:0123456789abcdef.1@news.example.org";
    char name[] = "M\xc3\xb6we.png";
    GBytes *bytes = g_bytes_new_static("\x89PNG", 4);
    const LetterImage image = {address, address + 4, name, "image/png", bytes};
    FrameSource source = meetup();
    source.images = &image;
    source.image_count = 1;
    g_autofree char *mail = write_copy(&source, NULL, "Hi", "x\n", "<p>x</p>\n",
                                       NULL);
    assert_non_null(strstr(mail, "\r\nContent-Type: multipart/related; "
                                 "type=\"text/html\";\r\n"));
    assert_non_null(
        strstr(mail, "\r\nContent-Type: image/png\r\n"
                     "Content-Transfer-Encoding: base64\r\n"
                     "Content-ID: <0123456789abcdef.1@news.example.org>\r\n"
                     "Content-Disposition: inline; "
                     "filename*=UTF-8''M%C3%B6we.png;\r\n"
                     " filename=\"M_we.png\"\r\n"
                     "\r\n"
                     "iVBORw==\r\n"));
    g_bytes_unref(bytes);
}

static void a_message_over_the_limit_is_refused(void **state)
{
    (void)state;
    FrameSource source = meetup();
    GError *error = NULL;
    GString *text = g_string_new(NULL);
    while (text->len < MESSAGE_BYTES_MAX)
        g_string_append(text, "0123456789012345678901234567890123456789\n");
    assert_null(write_copy(&source, NULL, "Hi", text->str, "", &error));
    assert_error(&error, ERROR_INPUT, "more than 10");
    g_string_free(text, TRUE);
}

static void a_bad_campaign_language_or_sender_is_refused(void **state)
{
    (void)state;
    static const char *const campaigns[] = {
        "",
        "a b",
        "A",
        "a.b",
        "a\r\nb",
        "ä",
        "01234567890123456789012345678901234567890"};
    static const char *const languages[] = {
        "",    "e n", "en_US",      "en-",       "en--us",
        "-en", "1",   "en\r\nX: y", "abcdefghi", "de-abcdefghi"};
    GError *error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(campaigns); i++) {
        FrameSource source = meetup();
        source.campaign = campaigns[i];
        assert_null(frame_new(&source, &error));
        assert_error(&error, ERROR_INPUT, "campaign");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        FrameSource source = meetup();
        source.lang = languages[i];
        assert_null(frame_new(&source, &error));
        assert_error(&error, ERROR_INPUT, "language");
    }
    FrameSource source = meetup();
    SenderConfig nobody = {0};
    source.sender = &nobody;
    assert_null(frame_new(&source, &error));
    assert_error(&error, ERROR_CONFIG, "sender.from is missing");
    char bad_name[] = "A\nB";
    SenderConfig disguised = sender;
    disguised.from.name = bad_name;
    source.sender = &disguised;
    assert_null(frame_new(&source, &error));
    assert_error(&error, ERROR_CONFIG, "sender.from");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_message_is_as_written_by_hand),
        cmocka_unit_test(
            an_answer_says_so_and_takes_answers_at_its_own_address),
        cmocka_unit_test(without_html_there_is_only_the_text),
        cmocka_unit_test(a_name_that_is_only_the_address_is_left_out),
        cmocka_unit_test(whatever_makes_another_mail_makes_another_id),
        cmocka_unit_test(
            a_long_campaign_is_cut_so_that_the_line_holds_78_columns),
        cmocka_unit_test(without_a_list_domain_the_senders_is_used),
        cmocka_unit_test(what_may_not_stand_in_a_header_is_refused),
        cmocka_unit_test(every_structure_is_as_the_rfcs_want_it),
        cmocka_unit_test(an_inline_image_has_an_id_and_a_name),
        cmocka_unit_test(a_message_over_the_limit_is_refused),
        cmocka_unit_test(a_bad_campaign_language_or_sender_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
