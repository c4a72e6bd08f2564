/* test_line.c - the opening of a line, and who may use it. */
#include "test.h"

#include <arpa/inet.h>

#include "delivery/line.h"
#include "delivery/relay.h"

#define HELLO                                                                  \
    {                                                                          \
        "EHLO client.example.org", "250-relay.test\r\n250 SIZE 900\r\n"        \
    }
#define GREETING                                                               \
    {                                                                          \
        NULL, "220 relay.test ESMTP\r\n"                                       \
    }

static char user[] = "organiser";

/* What line_open() says to a relay that follows `turns`. */
static void assert_refused(const Turn *turns, int count, bool with_user,
                           ErrorCode code, const char *part)
{
    Relay relay;
    relay_start(&relay, turns, count);
    RelayConfig config = relay_config(&relay);
    config.user = with_user ? user : NULL;
    GError *error = NULL;
    LineContext *context = line_context_new(&config, "client.example.org",
                                            "secret", &error);
    assert_no_error(error);
    assert_null(line_open(context, &error));
    assert_error(&error, code, part);
    relay_join(&relay);
    relay_free(&relay);
    line_context_free(context);
}

static void a_failed_opening_is_one_sentence(void **state)
{
    (void)state;
    static const struct {
        Turn turns[6];
        bool with_user;
        ErrorCode code;
        const char *part;
    } cases[] = {
        {{{NULL, "554 5.7.1 go away\r\n"}},
         false,
         ERROR_REJECTED,
         "no entry to 127.0.0.1: 554 5.7.1 go away"},
        {{{NULL, "421 busy\r\n"}}, false, ERROR_RETRY, "421 busy"},
        {{{NULL, "hello\r\n"}}, false, ERROR_REJECTED, "does not speak SMTP"},
        {{{NULL, "220-a\r\n221 b\r\n"}}, false, ERROR_REJECTED, "not speak"},
        {{{NULL, ""}}, false, ERROR_RETRY, "closed the connection"},
        {{{NULL, "220 a\r\n250 b\r\n"}},
         false,
         ERROR_REJECTED,
         "before it was asked"},
        {{GREETING, {"EHLO", "502 what?\r\n"}},
         false,
         ERROR_REJECTED,
         "EHLO refused by 127.0.0.1: 502 what?"},
        {{GREETING, HELLO}, true, ERROR_REJECTED, "does not offer a login"},
        {{GREETING, {"EHLO", "250-relay\r\n250 AUTH XOAUTH2\r\n"}},
         true,
         ERROR_REJECTED,
         "only XOAUTH2"},
        {{GREETING,
          {"EHLO", "250-relay\r\n250 AUTH LOGIN\r\n"},
          {"AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"},
          {"b3JnYW5pc2Vy", "334 UGFzc3dvcmQ6\r\n"},
          {"c2VjcmV0", "535 5.7.8 no\r\n"}},
         true,
         ERROR_PERMISSION,
         "login refused by 127.0.0.1: 535 5.7.8 no"},
        {{GREETING,
          {"EHLO", "250-relay\r\n250 AUTH PLAIN LOGIN\r\n"},
          {"AUTH PLAIN AG9yZ2FuaXNlcgBzZWNyZXQ=", "535 no\r\n"}},
         true,
         ERROR_PERMISSION,
         "535 no"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int count = 0;
        while (count < 6 && cases[i].turns[count].say != NULL)
            count++;
        assert_refused(cases[i].turns, count, cases[i].with_user, cases[i].code,
                       cases[i].part);
    }
}

static int connect_to(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    g_auto(GStrv) parts = g_strsplit(address, ":", 2);
    inet_pton(AF_INET, parts[0], &to.sin_addr);
    to.sin_port = htons((uint16_t)g_ascii_strtoull(parts[1], NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void read_all(int fd, GString *text, const char *stop)
{
    char byte;
    while (!g_str_has_suffix(text->str, stop) && recv(fd, &byte, 1, 0) == 1)
        g_string_append_c(text, byte);
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
                     (ssize_t)strlen(text));
}

static const Turn one_mail[] = {
    GREETING,
    HELLO,
    {"MAIL", "250 2.1.0 sender\r\n"},
    {"RCPT", "250-2.1.5 two\r\n250 2.1.5 lines\r\n"},
    {"DATA", "354 go\r\n"},
    {".", "250 2.0.0 queued\r\n"},
    {"QUIT", "221 bye\r\n"},
};

static void a_line_carries_a_mail_and_remembers_the_answers(void **state)
{
    (void)state;
    Relay relay;
    relay_start(&relay, one_mail, G_N_ELEMENTS(one_mail));
    RelayConfig config = relay_config(&relay);
    GError *error = NULL;
    LineContext *context = line_context_new(&config, "client.example.org", NULL,
                                            &error);
    Line *line = line_open(context, &error);
    assert_no_error(error);
    assert_int_equal(line_size_limit(line), 900);
    assert_false(line_may_pipeline(line));
    int fd = connect_to(line_address(line));
    assert_true(line_admit(line));
    GString *text = g_string_new(NULL);
    static const char *const talk[][2] = {
        {"EHLO somebody\r\n", "250 HELP\r\n"},
        {"MAIL FROM:<a@example.org>\r\n", "sender\r\n"},
        {"RCPT TO:<b@example.net>\r\n", "lines\r\n"},
        {"DATA\r\n", "go\r\n"},
        {"Subject: x\r\n\r\nhello\r\n.\r\n", "queued\r\n"},
        {"QUIT\r\n", "bye\r\n"},
    };
    read_all(fd, text, "ESMTP\r\n");
    for (size_t i = 0; i < G_N_ELEMENTS(talk); i++) {
        send_text(fd, talk[i][0]);
        read_all(fd, text, talk[i][1]);
    }
    close(fd);
    line_end(line);
    assert_string_equal(text->str,
                        "220 relay ESMTP\r\n250-relay\r\n250-SIZE 900\r\n"
                        "250 HELP\r\n250 2.1.0 sender\r\n250-2.1.5 two\r\n"
                        "250 2.1.5 lines\r\n354 go\r\n250 2.0.0 queued\r\n"
                        "221 bye\r\n");
    assert_string_equal(line_last_reply(line), "250 2.0.0 queued\r\n");
    assert_string_equal(line_failure(line), "");
    assert_true(line_dot_left(line));
    assert_int_equal(line_transactions(line), 1);
    Reply reply;
    line_reply(line, REPLY_STEP_RECIPIENT, &reply);
    assert_int_equal(reply.code, 250);
    assert_string_equal(reply.text, "two lines");
    reply_clear(&reply);
    line_close(line);
    relay_join(&relay);
    assert_string_equal(relay.heard->str,
                        "EHLO client.example.org\r\n"
                        "MAIL FROM:<a@example.org>\r\n"
                        "RCPT TO:<b@example.net>\r\nDATA\r\n"
                        "Subject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n");
    relay_free(&relay);
    g_string_free(text, TRUE);
    line_context_free(context);
}

/* --- strangers --- */

/* Another process, which connects to the port that it reads from `orders`,
 * says so, and then whether it heard a byte there. */
static void run_stranger(int orders, int reports)
{
    int port = 0;
    char byte = 'c';
    if (read(orders, &port, sizeof port) != (ssize_t)sizeof port)
        _exit(1);
    g_autofree char *address = g_strdup_printf("127.0.0.1:%d", port);
    int fd = connect_to(address);
    ssize_t put = write(reports, &byte, 1);
    byte = put == 1 && recv(fd, &byte, 1, 0) == 1 ? 'h' : 'n';
    put = write(reports, &byte, 1);
    _exit(put == 1 ? 0 : 1);
}

static char hear_report(int reports)
{
    char byte = 0;
    assert_int_equal(read(reports, &byte, 1), 1);
    return byte;
}

static void another_process_gets_no_byte(void **state)
{
    (void)state;
    int orders[2];
    int reports[2];
    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(reports), 0);
    if (fork() == 0) /* before there are threads */
        run_stranger(orders[0], reports[1]);
    Relay relay;
    relay_start(&relay, one_mail, 2);
    RelayConfig config = relay_config(&relay);
    GError *error = NULL;
    LineContext *context = line_context_new(&config, "client.example.org", NULL,
                                            &error);
    Line *line = line_open(context, &error);
    assert_no_error(error);
    const char *colon = strchr(line_address(line), ':');
    int port = (int)g_ascii_strtoll(colon + 1, NULL, 10);
    assert_int_equal(write(orders[1], &port, sizeof port), sizeof port);
    assert_int_equal(hear_report(reports[0]), 'c');
    int fd = connect_to(line_address(line));
    assert_true(line_admit(line));
    GString *text = g_string_new(NULL);
    read_all(fd, text, "ESMTP\r\n");
    assert_string_equal(text->str, "220 relay ESMTP\r\n");
    assert_int_equal(hear_report(reports[0]), 'n');
    g_string_free(text, TRUE);
    close(fd);
    for (int i = 0; i < 2; i++) {
        close(orders[i]);
        close(reports[i]);
    }
    line_close(line);
    relay_join(&relay);
    relay_free(&relay);
    line_context_free(context);
}

static void nobody_connected_and_nobody_is_admitted(void **state)
{
    (void)state;
    Relay relay;
    relay_start(&relay, one_mail, 2);
    RelayConfig config = relay_config(&relay);
    GError *error = NULL;
    LineContext *context = line_context_new(&config, "client.example.org", NULL,
                                            &error);
    Line *line = line_open(context, &error);
    assert_no_error(error);
    assert_false(line_admit(line));
    assert_true(line_has_ended(line));
    line_close(line);
    relay_join(&relay);
    relay_free(&relay);
    line_context_free(context);
}

/* --- settings --- */

static void a_cancelled_context_opens_nothing(void **state)
{
    (void)state;
    Relay relay;
    relay_start(&relay, one_mail, 1);
    RelayConfig config = relay_config(&relay);
    GError *error = NULL;
    LineContext *context = line_context_new(&config, "client.example.org", NULL,
                                            &error);
    line_context_cancel(context);
    line_context_cancel(context);
    assert_null(line_open(context, &error));
    assert_error(&error, ERROR_RETRY, "broken off here");
    line_context_free(context);
    shutdown(relay.listener, SHUT_RDWR);
    relay_join(&relay);
    relay_free(&relay);
}

static void ehlo_takes_only_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"", "a b", "a\r\nRSET", "m\xc3\xbc.de"};
    Relay relay = {.port = 1};
    RelayConfig config = relay_config(&relay);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        GError *error = NULL;
        assert_null(line_context_new(&config, names[i], NULL, &error));
        assert_error(&error, ERROR_CONFIG, "relay.hello");
    }
}

static void an_authorities_file_must_be_one(void **state)
{
    (void)state;
    static char missing[] = "/nonexistent/ca.pem";
    Relay relay = {.port = 1};
    RelayConfig config = relay_config(&relay);
    config.tls = TLS_STARTTLS;
    config.ca_file = missing;
    GError *error = NULL;
    assert_null(line_context_new(&config, "a.example", NULL, &error));
    assert_error(&error, ERROR_CONFIG, "/nonexistent/ca.pem: no PEM file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_opening_is_one_sentence),
        cmocka_unit_test(a_line_carries_a_mail_and_remembers_the_answers),
        cmocka_unit_test(another_process_gets_no_byte),
        cmocka_unit_test(nobody_connected_and_nobody_is_admitted),
        cmocka_unit_test(a_cancelled_context_opens_nothing),
        cmocka_unit_test(ehlo_takes_only_a_name),
        cmocka_unit_test(an_authorities_file_must_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
