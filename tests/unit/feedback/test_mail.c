#include "test.h"

#include "feedback/mail.h"

static const char report[] =
    "Return-Path: <>\n"
    "Delivered-To: bounce+k7f3@news.example\n"
    "To: Bounces <bounce+k7f3@news.example>\n"
    "From: MAILER-DAEMON@mx.example (Mail Delivery System)\n"
    "Subject: =?utf-8?q?Unzustellbar=3A_M=C3=BCller?=\n"
    "Auto-Submitted: auto-replied\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/report; Report-Type=Delivery-Status;\n"
    " boundary=\"b\"\n"
    "\n"
    "--b\n"
    "Content-Type: text/plain; charset=iso-8859-1\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "Herr M=FCller ist unbekannt.\n"
    "--b\n"
    "Content-Type: Message/Delivery-Status\n"
    "\n"
    "Reporting-MTA: dns; mx.example\n"
    "\n"
    "Final-Recipient: rfc822; mueller@mx.example\n"
    "Action: failed\n"
    "Status: 5.1.1\n"
    "\n"
    "--b\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Message-ID: <a.b@news.example>\n"
    "To: mueller@mx.example\n"
    "Content-Type: multipart/mixed; boundary=b2\n"
    "\n"
    "--b2\n\nyour password\n--b2--\n"
    "--b--\n";

static Mail *parse(const char *text)
{
    return mail_parse(text, strlen(text));
}

static void check_report(const Mail *mail)
{
    assert_string_equal(mail->type, "multipart/report");
    assert_string_equal(mail->report_type, "delivery-status");
    assert_string_equal(mail->subject, "Unzustellbar: M\xc3\xbcller");
    assert_int_equal(mail->parts->len, 3);
    assert_string_equal(mail_find_part(mail, "text/plain")->text,
                        "Herr M\xc3\xbcller ist unbekannt.");
    const MailPart *status = mail_find_report(mail);
    assert_int_equal(status->groups->len, 2);
    assert_string_equal(field_group_get(status->groups->pdata[1], "Status"),
                        "5.1.1");
    const FieldGroup *returned = mail_find_returned(mail);
    assert_string_equal(field_group_get(returned, "Message-ID"),
                        "<a.b@news.example>");
    assert_true(mail_is_automatic(mail));
}

static void a_report_is_taken_apart(void **state)
{
    (void)state;
    g_autoptr(Mail) mail = parse(report);
    check_report(mail);
}

static void crlf_makes_no_difference(void **state)
{
    (void)state;
    g_auto(GStrv) lines = g_strsplit(report, "\n", -1);
    g_autofree char *text = g_strjoinv("\r\n", lines);
    g_autoptr(Mail) mail = parse(text);
    check_report(mail);
}

static void other_kinds_of_returned_headers_are_read(void **state)
{
    (void)state;
    static const char *const types[] = {"text/rfc822-headers",
                                        "message/global-headers",
                                        "message/global", "message/rfc822"};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *text = g_strdup_printf(
            "Content-Type: multipart/report; boundary=b\n\n"
            "--b\n"
            "Content-Type: message/global-delivery-status\n\n"
            "Status: 5.1.1\n\n"
            "--b\n"
            "Content-Type: %s\n\n"
            "Message-ID: <x@y>\n\n"
            "--b--\n",
            types[i]);
        g_autoptr(Mail) mail = parse(text);
        const FieldGroup *returned = mail_find_returned(mail);
        assert_non_null(returned);
        assert_string_equal(field_group_get(returned, "Message-ID"), "<x@y>");
        assert_int_equal(mail_find_report(mail)->groups->len, 1);
    }
}

static void an_encoded_report_is_decoded(void **state)
{
    (void)state;
    g_autoptr(Mail) mail = parse("Content-Type: message/delivery-status\n"
                                 "Content-Transfer-Encoding: base64\n\n"
                                 "QTogYgoKU3RhdHVzOiA0LjIuMgo=\n");
    const MailPart *part = mail_find_report(mail);
    assert_int_equal(part->groups->len, 2);
    assert_string_equal(field_group_get(part->groups->pdata[1], "status"),
                        "4.2.2");
}

static void a_plain_mail_is_one_part(void **state)
{
    (void)state;
    g_autoptr(Mail)
        mail = parse("To: leave+x@news.example\nSubject: bye\n\nhello\n");
    assert_string_equal(mail->type, "text/plain");
    assert_string_equal(mail->subject, "bye");
    assert_string_equal(mail_find_part(mail, "text/plain")->text, "hello\n");
    assert_null(mail_find_report(mail));
    assert_null(mail_find_returned(mail));
    assert_false(mail_is_automatic(mail));
}

static void the_envelope_comes_before_the_header(void **state)
{
    (void)state;
    g_autoptr(Mail) mail = parse("To: list@news.example, A@news.example\n"
                                 "Cc: other@news.example\n"
                                 "Delivered-To: a@news.example\n"
                                 "X-Original-To: leave+k7@news.example\n\n");
    g_autoptr(GPtrArray) found = mail_recipients(mail);
    g_ptr_array_add(found, NULL);
    g_autofree char *joined = g_strjoinv(" ", (char **)found->pdata);
    assert_string_equal(joined, "leave+k7@news.example a@news.example "
                                "list@news.example other@news.example");
}

static void an_address_in_an_encoded_word_is_none(void **state)
{
    (void)state;
    /* "victim@x.example" in base64 */
    g_autoptr(Mail) mail = parse(
        "To: =?utf-8?b?dmljdGltQHguZXhhbXBsZQ==?= <a@news.example>\n\n");
    g_autoptr(GPtrArray) found = mail_recipients(mail);
    assert_int_equal(found->len, 1);
    assert_string_equal(found->pdata[0], "a@news.example");
}

static void machines_say_that_they_are_machines(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool automatic;
    } cases[] = {
        {"Auto-Submitted: no", false},
        {"Auto-Submitted: auto-replied (vacation)", true},
        {"auto-submitted: auto-generated", true},
        {"Precedence: bulk", true},
        {"Precedence: list-like", false},
        {"Precedence: first-class", false},
        {"X-Autoreply: yes", true},
        {"Subject: Auto-Submitted", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat(cases[i].field, "\n\n", NULL);
        g_autoptr(Mail) mail = parse(text);
        assert_int_equal(mail_is_automatic(mail), cases[i].automatic);
    }
}

static void what_is_broken_is_left_out(void **state)
{
    (void)state;
    static const char *const mails[] = {
        "",
        "\n",
        "\n\n\n",
        "Content-Type: multipart/report; boundary=b\n\nno parts\n",
        "Content-Type: multipart/report\n\n--\n",
        "Content-Type: text/plain; charset=nonsense\n\n\xff\xfe\n",
        "Content-Transfer-Encoding: base64\n\n!!!!\n",
        "Content-Type: message/rfc822\n\n",
        "Content-Type: \n\nx\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autoptr(Mail) mail = parse(mails[i]);
        assert_non_null(mail->header);
        assert_null(mail_find_report(mail));
        for (guint k = 0; k < mail->parts->len; k++) {
            const MailPart *part = mail->parts->pdata[k];
            assert_true(part->text == NULL ||
                        g_utf8_validate(part->text, -1, NULL));
        }
    }
}

static void parts_depth_and_text_have_limits(void **state)
{
    (void)state;
    g_autoptr(GString)
        many = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < MAIL_PARTS_MAX + 20; i++)
        g_string_append(many, "--b\n\nx\n");
    g_autoptr(Mail) wide = parse(many->str);
    assert_int_equal(wide->parts->len, MAIL_PARTS_MAX);

    g_autoptr(GString) nested = g_string_new(NULL);
    for (int i = 0; i < MAIL_DEPTH_MAX + 20; i++)
        g_string_append_printf(
            nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i,
            i);
    g_string_append(nested, "\nthe bottom\n");
    g_autoptr(Mail) deep = parse(nested->str);
    assert_int_equal(deep->parts->len, 0);

    g_autofree char *filler = g_strnfill(MAIL_TEXT_MAX + 100, 'y');
    g_autofree char *text = g_strconcat("\n", filler, NULL);
    g_autoptr(Mail) large = parse(text);
    assert_int_equal(strlen(mail_find_part(large, "text/plain")->text),
                     MAIL_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_taken_apart),
        cmocka_unit_test(crlf_makes_no_difference),
        cmocka_unit_test(other_kinds_of_returned_headers_are_read),
        cmocka_unit_test(an_encoded_report_is_decoded),
        cmocka_unit_test(a_plain_mail_is_one_part),
        cmocka_unit_test(the_envelope_comes_before_the_header),
        cmocka_unit_test(an_address_in_an_encoded_word_is_none),
        cmocka_unit_test(machines_say_that_they_are_machines),
        cmocka_unit_test(what_is_broken_is_left_out),
        cmocka_unit_test(parts_depth_and_text_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
