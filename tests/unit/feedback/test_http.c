/* test_http.c - feedback/http.h, spoken to over its socket in one thread:
 * what the client writes waits in the kernel until http_run(). */
#include "scratch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "feedback/http.h"
#include "feedback/http_listen.h"

#define BODY_MAX 100

typedef struct Fixture {
    HttpServer *server;
    FakeTime time;
    Clock clock;
    int calls;
    char *seen; /* what the handler was asked */
} Fixture;

static void echo(void *data, const HttpRequest *request, HttpAnswer *answer)
{
    Fixture *fixture = data;
    const char *agent = http_header(request, "user-agent");
    const char *list = http_query(request, "list");
    const GString *body = http_body(request);
    fixture->calls++;
    g_free(fixture->seen);
    fixture->seen = g_strdup_printf("%s %s list=%s agent=%s body=%zu:%s",
                                    http_method(request), http_path(request),
                                    list ? list : "-", agent ? agent : "-",
                                    body->len, body->str);
    if (strcmp(http_path(request), "/nothing") == 0)
        return;
    http_answer(answer, 200, "text/plain", fixture->seen,
                strlen(fixture->seen));
    assert_true(http_answer_header(answer, "X-Mine", "yes"));
    assert_false(http_answer_header(answer, "X-Evil", "a\r\nX-More: b"));
}

static int set_up(void **state)
{
    static const char *const hosts[] = {"localhost", "list.example:443", NULL};
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->clock = fake_clock(&fixture->time);
    HttpOptions options = {
        .listen = "127.0.0.1:0",
        .clock = &fixture->clock,
        .hosts = hosts,
        .body_max = BODY_MAX,
        .handle = echo,
        .data = fixture,
    };
    GError *error = NULL;
    fixture->server = http_open(&options, &error);
    assert_no_error(error);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    http_close(fixture->server);
    g_free(fixture->seen);
    g_free(fixture);
    return 0;
}

static int dial(const Fixture *fixture)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)http_port(fixture->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int file = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(file >= 0);
    assert_int_equal(connect(file, (struct sockaddr *)&address, sizeof address),
                     0);
    return file;
}

/* Everything that the server says until it closes or says no more. */
static char *ask(Fixture *fixture, const char *request)
{
    int file = dial(fixture);
    GString *answer = g_string_new(NULL);
    char bytes[4096];
    size_t length = strlen(request);
    assert_int_equal(send(file, request, length, MSG_NOSIGNAL), length);
    shutdown(file, SHUT_WR);
    for (int quiet = 0; quiet < 20; quiet++) {
        assert_true(http_run(fixture->server, 5, NULL));
        struct pollfd ready = {file, POLLIN, 0};
        if (poll(&ready, 1, 0) != 1)
            continue;
        ssize_t got = recv(file, bytes, sizeof bytes, 0);
        if (got <= 0)
            break;
        g_string_append_len(answer, bytes, got);
        quiet = 0;
    }
    close(file);
    return g_string_free(answer, FALSE);
}

static void assert_begins(const char *text, const char *start)
{
    if (!g_str_has_prefix(text, start))
        fail_msg("`%.200s` does not begin with `%s`", text, start);
}

static void a_request_reaches_the_handler_whole(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = ask(
        fixture, "POST /leave/a%20b?list=news%26more HTTP/1.1\r\n"
                 "Host: list.example:443\r\nUser-Agent: test\r\n"
                 "Content-Length: 26\r\nConnection: close\r\n\r\n"
                 "List-Unsubscribe=One-Click");
    assert_begins(answer, "HTTP/1.1 200 ");
    assert_string_equal(fixture->seen,
                        "POST /leave/a b list=news&more agent=test "
                        "body=26:List-Unsubscribe=One-Click");
    static const char *const fields[] = {
        "\r\nCache-Control: no-store\r\n",
        "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
        "\r\nX-Mine: yes\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        assert_non_null(strstr(answer, fields[i]));
    assert_null(strstr(answer, "X-More"));
    assert_null(strstr(answer, "X-Evil"));
}

static void what_the_handler_leaves_is_404(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = ask(fixture, "GET /nothing HTTP/1.1\r\n"
                                           "Host: list.example:443\r\n\r\n");
    assert_begins(answer, "HTTP/1.1 404 ");
}

static void only_its_own_names_are_answered(void **state)
{
    Fixture *fixture = *state;
    int port = http_port(fixture->server);
    g_autofree char *own = g_strdup_printf("Host: LocalHost:%d\r\n", port);
    g_autofree char *twice = g_strdup_printf("%sHost: evil.example\r\n", own);
    g_autofree char *longer = g_strdup_printf("Host: localhost:%d.evil\r\n",
                                              port);
    const struct {
        const char *hosts;
        bool served;
    } cases[] = {
        {own, true},
        {"Host: list.example:443\r\n", true},
        {"Host: evil.example\r\n", false},
        {"Host: localhost\r\n", false},
        {"Host: localhost:1\r\n", false},
        {"Host: list.example\r\n", false},
        {longer, false},
        {"Host:\r\n", false},
        {twice, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        fixture->calls = 0;
        g_autofree char *request = g_strdup_printf("GET / HTTP/1.1\r\n%s\r\n",
                                                   cases[i].hosts);
        g_autofree char *answer = ask(fixture, request);
        assert_int_equal(fixture->calls, cases[i].served);
        if (!cases[i].served && g_str_has_prefix(answer, "HTTP/1.1 2"))
            fail_msg("answered: %s", cases[i].hosts);
    }
    g_autofree char *none = ask(fixture, "GET / HTTP/1.0\r\n\r\n");
    assert_begins(none, "HTTP/1.1 421 ");
}

static void too_much_is_refused(void **state)
{
    Fixture *fixture = *state;
    static const char head[] = "POST / HTTP/1.1\r\nHost: list.example:443\r\n";
    g_autofree char *body = g_strnfill(BODY_MAX + 1, 'x');
    g_autofree char *over = g_strdup_printf("%sContent-Length: %d\r\n\r\n%s",
                                            head, BODY_MAX + 1, body);
    g_autofree char *answer = ask(fixture, over);
    assert_begins(answer, "HTTP/1.1 413 ");
    g_autofree char *chunked = g_strdup_printf(
        "%sTransfer-Encoding: chunked\r\n\r\n65\r\n%s\r\n0\r\n\r\n", head,
        body);
    g_autofree char *other = ask(fixture, chunked);
    assert_begins(other, "HTTP/1.1 413 ");
    assert_int_equal(fixture->calls, 0);

    g_autofree char *exact = g_strdup_printf("%sContent-Length: %d\r\n\r\n%s",
                                             head, BODY_MAX, body + 1);
    g_autofree char *fits = ask(fixture, exact);
    assert_begins(fits, "HTTP/1.1 200 ");

    g_autofree char *long_field = g_strnfill(HTTP_HEADER_MAX, 'y');
    g_autofree char *header = g_strdup_printf("%sX: %s\r\n\r\n", head,
                                              long_field);
    fixture->calls = 0;
    g_autofree char *refused = ask(fixture, header);
    assert_int_equal(fixture->calls, 0);
}

static void what_is_no_http_harms_nobody(void **state)
{
    Fixture *fixture = *state;
    static const char *const requests[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET / HTTP/1.1\r\nHost: list.example:443\r\nContent-Length: "
        "-1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: list.example:443\r\n"
        "Content-Length: 50\r\n\r\nshort",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autofree char *answer = ask(fixture, requests[i]);
        assert_false(g_str_has_prefix(answer, "HTTP/1.1 200"));
    }
    assert_int_equal(fixture->calls, 0);
    g_autofree char *answer = ask(fixture, "GET / HTTP/1.1\r\n"
                                           "Host: list.example:443\r\n\r\n");
    assert_begins(answer, "HTTP/1.1 200 ");
}

static void two_lengths_are_refused(void **state)
{
    Fixture *fixture = *state;
    static const char *const lengths[] = {
        "Content-Length: 3\r\nContent-Length: 40\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *request = g_strdup_printf(
            "POST / HTTP/1.1\r\nHost: localhost\r\n%s\r\na=b"
            "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n",
            lengths[i]);
        g_autofree char *answer = ask(fixture, request);
        assert_begins(answer, "HTTP/1.1 400 ");
        assert_int_equal(fixture->calls, 0);
    }
}

static char *ask_for(Fixture *fixture, const char *target)
{
    g_autofree char *host = g_strdup_printf("localhost:%d",
                                            http_port(fixture->server));
    g_autofree char *request = g_strdup_printf(
        "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", target,
        host);
    return ask(fixture, request);
}

static void a_target_is_taken_as_it_was_sent(void **state)
{
    Fixture *fixture = *state;
    static const struct {
        const char *target;
        const char *path;
    } cases[] = {
        {"/u/abc", "/u/abc"},
        {"http://news.example.org/u/abc", "/u/abc"},
        {"HTTPS://news.example.org:443/u/abc?list=1", "/u/abc"},
        {"/u/a%62c", "/u/abc"},
        {"/u/abc%00.html", "/u/abc%00.html"},
        {"/u/%2e%2e/abc", "/u/../abc"},
        {"/u/%", "/u/%"},
        {"/u/%4", "/u/%4"},
        {"/u/%zz", "/u/%zz"},
        {"//u//abc", "//u//abc"},
        {"/u/%ff", "/u/\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = ask_for(fixture, cases[i].target);
        g_autofree char *expected = g_strdup_printf("GET %s ", cases[i].path);
        assert_begins(answer, "HTTP/1.1 200 ");
        assert_begins(fixture->seen, expected);
    }
}

/* Without a Host field, which 1.1 asks for. */
static void what_lacks_a_host_is_refused(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = ask(fixture, "GET / HTTP/1.1\r\n\r\n");
    assert_begins(answer, "HTTP/1.1 4");
    assert_int_equal(fixture->calls, 0);
}

/* True when the server has closed it. */
static bool is_over(Fixture *fixture, int file)
{
    char byte;
    for (int i = 0; i < 5; i++)
        http_run(fixture->server, 5, NULL);
    return recv(file, &byte, 1, MSG_DONTWAIT) == 0;
}

static void a_byte_now_and_then_keeps_no_connection(void **state)
{
    Fixture *fixture = *state;
    int file = dial(fixture);
    for (int i = 0; i < 3; i++) {
        assert_false(is_over(fixture, file));
        fake_time_pass(&fixture->time, INT64_C(9000000000));
        assert_int_equal(send(file, "G", 1, MSG_NOSIGNAL), 1);
    }
    assert_false(is_over(fixture, file));
    fake_time_pass(&fixture->time, INT64_C(4000000000));
    assert_true(is_over(fixture, file));
    close(file);
}

static void an_answer_gives_a_connection_new_time(void **state)
{
    Fixture *fixture = *state;
    static const char request[] = "GET / HTTP/1.1\r\n"
                                  "Host: list.example:443\r\n\r\n";
    char bytes[4096];
    int file = dial(fixture);
    for (int i = 0; i < 3; i++) {
        fake_time_pass(&fixture->time, INT64_C(20000000000));
        assert_true(send(file, request, strlen(request), MSG_NOSIGNAL) > 0);
        for (int j = 0; j < 5; j++)
            http_run(fixture->server, 5, NULL);
        assert_true(recv(file, bytes, sizeof bytes, MSG_DONTWAIT) > 0);
    }
    close(file);
}

static void the_end_waits_for_who_is_there(void **state)
{
    Fixture *fixture = *state;
    static const char request[] = "GET / HTTP/1.1\r\n"
                                  "Host: list.example:443\r\n\r\n";
    char bytes[4096] = "";
    int file = dial(fixture);
    assert_true(send(file, request, strlen(request), MSG_NOSIGNAL) > 0);
    http_finish(fixture->server, 1000);
    assert_true(recv(file, bytes, sizeof bytes - 1, MSG_DONTWAIT) > 0);
    assert_begins(bytes, "HTTP/1.1 200 ");
    assert_non_null(strstr(bytes, "\r\nConnection: close\r\n"));
    assert_int_equal(recv(file, bytes, sizeof bytes, MSG_DONTWAIT), 0);
    close(file);
}

/* --- where it listens --- */

static void a_port_that_is_taken_says_so(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%d",
                                              http_port(fixture->server));
    HttpOptions options = {
        .listen = listen, .clock = &fixture->clock, .handle = echo};
    assert_null(http_open(&options, &error));
    assert_error(&error, ERROR_RETRY, "taken by another program");
}

static void what_is_no_place_is_refused(void **state)
{
    static const char *const places[] = {
        "",
        "8026",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        ":8026",
        "[::1:8026",
        "::1:8026",
        "[127.0.0.1]:1",
        "example.org:80",
        "unix:",
        "unix:socket",
        "fd:",
        "fd:0",
        "127.0.0.1:-1",
        "fd:999",
        "unix:/a"
        "bcdefghijklmnopqrstuvwxyzbcdefghijklmnopqrstuvwxyz"
        "bcdefghijklmnopqrstuvwxyzbcdefghijklmnopqrstuvwxyz"
        "bcdefghijklmnopqrstuvwxyz",
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        GError *error = NULL;
        char *path = NULL;
        int port = 0;
        assert_int_equal(http_listen(places[i], &port, &path, &error), -1);
        assert_error(&error, ERROR_USAGE, places[i]);
    }
}

static void a_place_that_others_reach_is_known(void **state)
{
    (void)state;
    assert_false(http_listens_widely("127.0.0.1:1"));
    assert_false(http_listens_widely("127.5.0.1:1"));
    assert_false(http_listens_widely("localhost:1"));
    assert_false(http_listens_widely("[::1]:1"));
    assert_false(http_listens_widely("unix:/a"));
    assert_true(http_listens_widely("0.0.0.0:1"));
    assert_true(http_listens_widely("192.0.2.1:1"));
    assert_true(http_listens_widely("[::]:1"));
}

static void a_socket_left_behind_is_taken_over(void **state)
{
    GError *error = NULL;
    char *folder = scratch_new();
    char *path = NULL;
    int port = 0;
    struct stat info;
    (void)state;
    g_autofree char *where = g_strdup_printf("unix:%s/leave.sock", folder);
    int first = http_listen(where, &port, &path, &error);
    assert_no_error(error);
    assert_int_equal(port, 0);
    assert_string_equal(path, where + strlen("unix:"));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0666);
    g_clear_pointer(&path, g_free);
    assert_int_equal(http_listen(where, &port, &path, &error), -1);
    assert_error(&error, ERROR_RETRY, "taken by another program");
    close(first);
    int second = http_listen(where, &port, &path, &error);
    assert_no_error(error);
    close(second);
    g_free(path);
    scratch_remove(folder);
}

static void a_socket_that_is_open_is_used(void **state)
{
    GError *error = NULL;
    char *path = NULL;
    int port = 0;
    int again = 0;
    (void)state;
    int file = http_listen("127.0.0.1:0", &port, &path, &error);
    g_autofree char *where = g_strdup_printf("fd:%d", file);
    assert_int_equal(http_listen(where, &again, &path, &error), file);
    assert_no_error(error);
    assert_int_equal(again, port);
    close(file);
}

#define IN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN(a_request_reaches_the_handler_whole),
        IN(what_the_handler_leaves_is_404),
        IN(only_its_own_names_are_answered),
        IN(too_much_is_refused),
        IN(what_is_no_http_harms_nobody),
        IN(two_lengths_are_refused),
        IN(a_target_is_taken_as_it_was_sent),
        IN(what_lacks_a_host_is_refused),
        IN(a_byte_now_and_then_keeps_no_connection),
        IN(an_answer_gives_a_connection_new_time),
        IN(the_end_waits_for_who_is_there),
        IN(a_port_that_is_taken_says_so),
        cmocka_unit_test(what_is_no_place_is_refused),
        cmocka_unit_test(a_place_that_others_reach_is_known),
        cmocka_unit_test(a_socket_left_behind_is_taken_over),
        cmocka_unit_test(a_socket_that_is_open_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
