/* test_form.c - feedback/form.h: bodies as mailbox providers, curl, browsers
 * and others send them. */
#include "test.h"

#include "feedback/form.h"

#define FORM "application/x-www-form-urlencoded"
#define MULTI "multipart/form-data; boundary=xyz"
#define FIELD "Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n"

typedef struct Case {
    const char *type;
    const char *body;
} Case;

static bool has(const Case *row)
{
    return form_has(row->type, row->body, strlen(row->body), "List-Unsubscribe",
                    "One-Click");
}

static void assert_all(const Case *rows, size_t count, bool expected)
{
    for (size_t i = 0; i < count; i++)
        if (has(&rows[i]) != expected)
            fail_msg("%zu: `%s` `%s`", i, rows[i].type ? rows[i].type : "NULL",
                     rows[i].body);
}

static void right_bodies_are_read(void **state)
{
    static const Case rows[] = {
        {FORM, "List-Unsubscribe=One-Click"},
        {NULL, "List-Unsubscribe=One-Click"},
        {"", "List-Unsubscribe=One-Click"},
        {FORM "; charset=UTF-8", "List-Unsubscribe=One-Click"},
        {"APPLICATION/X-WWW-Form-UrlEncoded", "List-Unsubscribe=One-Click"},
        {FORM, "List-Unsubscribe=One-Click\r\n"},
        {FORM, "List%2DUnsubscribe=One%2dClick"},
        {FORM, "a=b&List-Unsubscribe=One-Click&c=d"},
        {FORM, "&&=&List-Unsubscribe=One-Click&"},
        {FORM, "List-Unsubscribe=no&List-Unsubscribe=One-Click"},
        {MULTI, "--xyz\r\n" FIELD "\r\nOne-Click\r\n--xyz--\r\n"},
        {"multipart/form-data; boundary=\"xyz\"",
         "--xyz\r\n" FIELD "\r\nOne-Click\r\n--xyz--\r\n"},
        {"Multipart/Form-Data;charset=utf-8 ; Boundary=xyz",
         "--xyz\r\n" FIELD "\r\nOne-Click\r\n--xyz--"},
        /* A boundary that begins with hyphens, as browsers make them. */
        {"multipart/form-data; boundary=---FormBoundaryjWmhtjORrn",
         "-----FormBoundaryjWmhtjORrn\r\n"
         "Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n"
         "One-Click\r\n"
         "-----FormBoundaryjWmhtjORrn--\r\n"},
        {MULTI, "--xyz\n"
                "content-disposition:form-data;name=List-Unsubscribe\n\n"
                "One-Click\n--xyz--\n"},
        {MULTI, "preamble\r\n--xyz\r\nContent-Disposition: form-data; "
                "name=\"other\"\r\n\r\nOne-Click\r\n--xyz\r\n"
                "Content-Type: text/plain\r\n" FIELD
                "X-More: yes\r\n\r\nOne-Click\r\n--xyz--\r\n"},
        {MULTI, "--xyz\r\nContent-Disposition: form-data; "
                "filename=\"a;b=\\\"c\"; name=\"List-Unsubscribe\"\r\n\r\n"
                "One-Click\r\n--xyz--\r\n"},
    };
    (void)state;
    assert_all(rows, G_N_ELEMENTS(rows), true);
}

static void wrong_bodies_say_nothing(void **state)
{
    static const Case rows[] = {
        {FORM, ""},
        {FORM, "List-Unsubscribe"},
        {FORM, "List-Unsubscribe="},
        {FORM, "List-Unsubscribe=One-Clic"},
        {FORM, "List-Unsubscribe=One-Clicks"},
        {FORM, "XList-Unsubscribe=One-Click"},
        {FORM, "List-Unsubscribe%00=One-Click"},
        {FORM, "List-Unsubscribe=One-Click%00"},
        {FORM, "List-Unsubscribe=One%2"},
        {FORM, "List-Unsubscribe=One-Clic%"},
        {FORM, "a=List-Unsubscribe=One-Click"},
        {"text/plain", "List-Unsubscribe=One-Click"},
        {"application/json", "{\"List-Unsubscribe\": \"One-Click\"}"},
        {"multipart/form-data", "List-Unsubscribe=One-Click"},
        {"multipart/form-data; boundary=",
         "--\r\n" FIELD "\r\nOne-Click\r\n--"},
        {"multipart/form-data; boundary=\"",
         "--\r\n" FIELD "\r\nOne-Click\r\n--"},
        {"multipart/form-data; xboundary=xyz",
         "--xyz\r\n" FIELD "\r\nOne-Click\r\n--xyz--\r\n"},
        {MULTI, ""},
        {MULTI, "--xyz"},
        {MULTI, "--xyz--"},
        {MULTI, "--xyz\r\n" FIELD "\r\nOne-Click\r\n"}, /* cut off */
        {MULTI, "--xyz\r\n" FIELD "One-Click\r\n--xyz--"},
        {MULTI, "--xyz\r\n" FIELD "\r\nOne-Click too\r\n--xyz--"},
        {MULTI, "--abc\r\n" FIELD "\r\nOne-Click\r\n--abc--"},
        {MULTI, "--xyz\r\nContent-Disposition: form-data; "
                "filename=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--xyz--"},
        {MULTI, "--xyz\r\nX: name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n"
                "--xyz--"},
        {MULTI, "--xyz\r\nContent-Disposition: form-data; name=\"List-"
                "Unsubscribe\r\n\r\nOne-Click\r\n--xyz--"},
    };
    (void)state;
    assert_all(rows, G_N_ELEMENTS(rows), false);
}

static void bytes_behind_the_length_are_not_read(void **state)
{
    static const char body[] = "List-Unsubscribe=One-Click";
    (void)state;
    for (size_t length = 0; length < sizeof body - 1; length++)
        assert_false(
            form_has(FORM, body, length, "List-Unsubscribe", "One-Click"));
}

static void a_long_boundary_is_refused(void **state)
{
    (void)state;
    for (int length = 70; length <= 71; length++) {
        g_autofree char *boundary = g_strnfill((gsize)length, 'x');
        g_autofree char *type = g_strconcat(
            "multipart/form-data; boundary=", boundary, NULL);
        g_autofree char *body = g_strconcat("--", boundary,
                                            "\r\n" FIELD "\r\nOne-Click\r\n--",
                                            boundary, "--\r\n", NULL);
        assert_int_equal(has(&(Case){type, body}), length == 70);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_bodies_are_read),
        cmocka_unit_test(wrong_bodies_say_nothing),
        cmocka_unit_test(bytes_behind_the_length_are_not_read),
        cmocka_unit_test(a_long_boundary_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
