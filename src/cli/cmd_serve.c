/*
 * cmd_serve.c - mirmail serve: the page where people leave; see
 * feedback/leave.h.
 *
 * What it says on standard error is one line an event, without an address and
 * without a token. Requests without a right link come in floods, so they are
 * only counted, and their number is said now and then.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/stop.h"
#include "config/config.h"
#include "feedback/cgi.h"
#include "feedback/http.h"
#include "feedback/http_listen.h"
#include "feedback/leave.h"

#define LISTEN_USUAL "127.0.0.1:8026"
#define RUN_MS 1000
#define FINISH_MS 3000
#define REFUSED_EVERY_NS (INT64_C(60) * 1000000000)

typedef struct Desk {
    Leave *leave;
    int64_t refused; /* since the last line about them */
    int64_t refused_said_ns;
} Desk;

/* --- what is said --- */

static void say_refused(Desk *desk)
{
    if (desk->refused == 0)
        return;
    g_autofree char *count = report_count(desk->refused);
    fprintf(stderr, "mirmail serve: %s %s refused\n", count,
            desk->refused == 1 ? "request" : "requests");
    desk->refused = 0;
}

static void say_refused_in_time(Desk *desk)
{
    const Clock *clock = clock_system();
    int64_t now_ns = clock->monotonic_ns(clock);
    if (desk->refused == 0 || now_ns - desk->refused_said_ns < REFUSED_EVERY_NS)
        return;
    say_refused(desk);
    desk->refused_said_ns = now_ns;
}

static void say(Desk *desk, const LeaveAnswer *answer)
{
    static const char *const lines[] = {
        [LEAVE_UNSUBSCRIBED] = "one person unsubscribed",
        [LEAVE_REPEATED] = "one person unsubscribed once more",
        [LEAVE_UNKNOWN] = "a right link of nobody who is known",
        [LEAVE_FAILED] = "nobody could leave",
    };
    if (answer->event == LEAVE_SHOWED)
        return;
    if (answer->event == LEAVE_REFUSED) {
        desk->refused++;
        return;
    }
    fprintf(stderr, "mirmail serve: %s%s%s\n", lines[answer->event],
            answer->error != NULL ? ": " : "",
            answer->error != NULL ? answer->error->message : "");
}

/* --- a server --- */

static void answer(void *data, const HttpRequest *asked, HttpAnswer *reply)
{
    Desk *desk = data;
    const GString *body = http_body(asked);
    HttpField fields[LEAVE_FIELDS_MAX];
    LeaveAnswer found;
    LeaveRequest request = {
        .method = http_method(asked),
        .target = http_target(asked),
        .content_type = http_header(asked, "Content-Type"),
        .accept_language = http_header(asked, "Accept-Language"),
        .body = body->str,
        .body_length = body->len,
    };
    leave_answer(desk->leave, &request, &found);
    size_t count = leave_answer_fields(&found, fields);
    http_answer(reply, found.status, found.type, found.body->str,
                found.body->len);
    for (size_t i = 0; i < count; i++)
        http_answer_header(reply, fields[i].name, fields[i].value);
    say(desk, &found);
    leave_answer_clear(&found);
}

static bool run_server(Desk *desk, HttpServer *server, GError **error)
{
    while (!stop_is_requested()) {
        if (!http_run(server, RUN_MS, error))
            return false;
        say_refused_in_time(desk);
    }
    http_finish(server, FINISH_MS);
    say_refused(desk);
    return true;
}

static void say_hello(const Config *config, const HttpServer *server,
                      const char *where)
{
    g_autofree char *url = error_printable(config->list.unsubscribe_url);
    const char *colon = strrchr(where, ':');
    if (http_port(server) != 0 && !g_str_has_prefix(where, "fd:"))
        fprintf(stderr, "mirmail serve: %s on %.*s:%d\n", url,
                (int)(colon - where), where, http_port(server));
    else
        fprintf(stderr, "mirmail serve: %s on %s\n", url, where);
    if (http_listens_widely(where))
        fprintf(stderr, "mirmail serve: others than this machine may reach "
                        "it, without TLS; a web server belongs in front\n");
}

static int serve_http(const Options *options, const Config *config, Desk *desk,
                      GError **error)
{
    const char *where = options->listen ? options->listen : LISTEN_USUAL;
    HttpOptions http = {
        .listen = where,
        .body_max = LEAVE_BODY_MAX,
        .clock = clock_system(),
        .handle = answer,
        .data = desk,
    };
    desk->refused_said_ns = http.clock->monotonic_ns(http.clock);
    stop_catch_signals();
    g_autoptr(HttpServer) server = http_open(&http, error);
    if (server == NULL)
        return 0;
    say_hello(config, server, where);
    run_server(desk, server, error);
    return 0;
}

static Leave *open_leave(const Config *config, GError **error)
{
    UnsubscribeOptions options = {
        .config = config,
        .clock = clock_system(),
        .fill_random = random_system,
    };
    return leave_open(&options, error);
}

static int serve(const Options *options, GError **error)
{
    Desk desk = {0};
    int status = 0;
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    desk.leave = open_leave(config, error);
    if (desk.leave != NULL)
        status = serve_http(options, config, &desk, error);
    leave_close(desk.leave);
    return status;
}

/* --- one request by CGI --- */

/* The web server bounds the time that a script may take. */
static bool read_body(char *body, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t got = read(STDIN_FILENO, body + done, length - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool answer_cgi(const Options *options, CgiRequest *request,
                       GString *out, GError **error)
{
    Desk desk = {0};
    LeaveAnswer found;
    g_autoptr(Config) config = config_load(options->config, error);
    desk.leave = config != NULL ? open_leave(config, error) : NULL;
    if (desk.leave == NULL)
        return false;
    leave_answer(desk.leave, &request->request, &found);
    cgi_append_answer(out, &found, request->request.method);
    say(&desk, &found);
    leave_answer_clear(&found);
    leave_close(desk.leave);
    return true;
}

/* Whatever fails, the web server gets an answer. */
static int serve_cgi(const Options *options, GError **error)
{
    g_auto(GStrv) environment = g_get_environ();
    g_autoptr(GString) out = g_string_new(NULL);
    CgiRequest request;
    char body[LEAVE_BODY_MAX];
    size_t length = 0;
    int status = 503;
    bool whole = cgi_body_length(environment, &length, &status);
    if (!cgi_read(environment, body, whole ? length : 0, &request, error))
        return 0;
    if (whole && !read_body(body, length)) {
        whole = false;
        status = 400;
    }
    if (!whole)
        cgi_append_status(out, status);
    else if (!answer_cgi(options, &request, out, error))
        cgi_append_status(out, 503);
    fwrite(out->str, 1, out->len, stdout);
    cgi_request_clear(&request);
    return 0;
}

static int run(const Options *options, GError **error)
{
    if (options->cgi && options->listen != NULL) {
        error_set(error, ERROR_USAGE,
                  "--cgi answers one request and listens "
                  "nowhere; leave --listen out");
        return 0;
    }
    return options->cgi ? serve_cgi(options, error) : serve(options, error);
}

const Command command_serve = {
    .name = "serve",
    .synopsis = "[OPTION]...",
    .summary = "be the page where people unsubscribe, behind a web server",
    .example = "  mirmail serve\n"
               "  mirmail serve --listen unix:/run/mirmail/leave.sock\n",
    .use = FOR_SERVE,
    .least = 0,
    .most = 0,
    .run = run,
};
