/*
 * preview_serve.c - --serve: the page for somebody who is writing; see
 * preview_page.h.
 *
 * One thread: it answers what the browser asks, and three times a second it
 * looks whether a file was saved. Then everything is composed again, and the
 * page's state becomes another one; the script on the page asks for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/preview_page.h"
#include "cli/report.h"
#include "cli/stop.h"
#include "feedback/http.h"
#include "preview/page.h"
#include "preview/watch.h"

#define PORT_USUAL 8025
#define LOOK_EVERY_MS 300
/* Composing for everybody at each save would take seconds for a long list. */
#define RECIPIENTS_LOOKED_AT "1000"

typedef struct Desk {
    Options options; /* with a limit on the recipients */
    bool partial;
    int64_t date_seconds; /* one date for all pages, so that only what was
                             written makes a new one */
    Watch *watch;
    GString *page;
    char *state;
    int64_t begun_us; /* no two runs have the same states */
    unsigned count;
} Desk;

/* --- composing --- */

/* The post's folder has its images and its translations too. */
static void watch_files(Desk *desk, const Config *config)
{
    g_autofree char *folder = g_path_get_dirname(desk->options.arguments[0]);
    watch_add(desk->watch, desk->options.arguments[0]);
    watch_add(desk->watch, folder);
    for (char **path = desk->options.list; path && *path; path++)
        watch_add(desk->watch, *path);
    for (char **path = desk->options.attach; path && *path; path++)
        watch_add(desk->watch, *path);
    if (config == NULL)
        return;
    watch_add(desk->watch, config->path ? config->path : "mirmail.yaml");
    watch_add(desk->watch, config->template);
    for (char **path = config->lists; path && *path; path++)
        watch_add(desk->watch, *path);
}

static bool append_page(Desk *desk, Setup *setup, GString *out, GError **error)
{
    PipelinePage how = {
        .as = desk->options.as,
        .findings = setup->findings,
        .clock = clock_system(),
        .partial = desk->partial &&
                   pipeline_facts(setup->pipeline).recipients >=
                       g_ascii_strtoll(RECIPIENTS_LOOKED_AT, NULL, 10),
        .remote_images = desk->options.remote_images,
        .state = desk->state,
    };
    return pipeline_page(setup->pipeline, &how, out, error);
}

static void append_failure(Desk *desk, const Setup *setup, const GError *error,
                           GString *out)
{
    FailurePage failure = {
        .post = desk->options.arguments[0],
        .message = error->message,
        .findings = setup->findings,
        .state = desk->state,
    };
    page_append_failure(out, &failure);
}

static void append_either(Desk *desk, Setup *setup, GError **error,
                          GString *out)
{
    if (*error == NULL && append_page(desk, setup, out, error))
        return;
    g_string_truncate(out, 0);
    append_failure(desk, setup, *error, out);
}

static void next_state(Desk *desk)
{
    g_free(desk->state);
    desk->state = g_strdup_printf("%" PRIx64 "-%u", desk->begun_us,
                                  ++desk->count);
}

static void report_state(const Setup *setup, const GError *error)
{
    if (error != NULL) {
        fprintf(stderr, "mirmail: %s\n", error->message);
        return;
    }
    size_t errors = findings_count(setup->findings, SEVERITY_ERROR);
    size_t warnings = findings_count(setup->findings, SEVERITY_WARNING);
    fprintf(stderr, "composed: %zu error%s, %zu warning%s\n", errors,
            errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

/* A page that came out the same keeps its state: nobody has to load it. */
static void compose(Desk *desk)
{
    Setup setup;
    g_autoptr(GError) error = NULL;
    GString *page = g_string_new(NULL);
    if (preview_prepare(&setup, &desk->options, &error)) {
        if (setup.pipeline_options.date_seconds == 0)
            setup.pipeline_options.date_seconds = desk->date_seconds;
        pipeline_check(setup.pipeline, setup.findings, &error);
    }
    watch_files(desk, setup.config);
    append_either(desk, &setup, &error, page);
    if (!g_string_equal(page, desk->page)) {
        next_state(desk);
        g_string_truncate(page, 0);
        append_either(desk, &setup, &error, page);
        report_state(&setup, error);
    }
    g_string_free(desk->page, TRUE);
    desk->page = page;
    setup_clear(&setup);
}

/* --- answering --- */

static void answer(void *data, const HttpRequest *request, HttpAnswer *out)
{
    const Desk *desk = data;
    const char *method = http_method(request);
    const char *path = http_path(request);
    bool page = strcmp(path, "/") == 0;
    if (!page && strcmp(path, "/state") != 0)
        return;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        http_answer(out, 405, "text/plain; charset=utf-8", "Only GET.\n", 10);
        http_answer_header(out, "Allow", "GET, HEAD");
        return;
    }
    if (page) {
        http_answer(out, 200, "text/html; charset=utf-8", desk->page->str,
                    desk->page->len);
        http_answer_header(out, "Content-Security-Policy", PAGE_SERVER_POLICY);
    } else {
        http_answer(out, 200, "text/plain; charset=utf-8", desk->state,
                    strlen(desk->state));
    }
}

static HttpServer *open_port(Desk *desk, int port, GError **error)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", NULL};
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%d", port);
    HttpOptions http = {
        .listen = listen,
        .hosts = hosts,
        .clock = clock_system(),
        .handle = answer,
        .data = desk,
    };
    return http_open(&http, error);
}

/* The usual port, so that a browser's tab finds it again, else a free one. */
static HttpServer *open_server(Desk *desk, GError **error)
{
    int64_t port = 0;
    if (desk->options.port != NULL)
        return setup_number("--port", desk->options.port, 0, 65535, &port,
                            error)
                   ? open_port(desk, (int)port, error)
                   : NULL;
    HttpServer *server = open_port(desk, PORT_USUAL, NULL);
    return server != NULL ? server : open_port(desk, 0, error);
}

static bool serve(Desk *desk, HttpServer *server, GError **error)
{
    const Clock *clock = clock_system();
    while (!stop_is_requested()) {
        int64_t until = clock->monotonic_ns(clock) +
                        INT64_C(1000000) * LOOK_EVERY_MS;
        int64_t left = LOOK_EVERY_MS;
        for (; left > 0 && !stop_is_requested();
             left = (until - clock->monotonic_ns(clock)) / 1000000)
            if (!http_run(server, (int)left, error))
                return false;
        if (!stop_is_requested() && watch_changed(desk->watch))
            compose(desk);
    }
    return true;
}

static void open_desk(Desk *desk, const Options *options)
{
    const Clock *clock = clock_system();
    *desk = (Desk){
        .options = *options,
        .watch = watch_new(),
        .page = g_string_new(NULL),
        .state = g_strdup(""),
        .begun_us = clock->wall_us(clock),
    };
    desk->date_seconds = desk->begun_us / 1000000;
    desk->partial = options->limit == NULL && options->as == NULL;
    if (desk->partial)
        desk->options.limit = (char *)(uintptr_t)RECIPIENTS_LOOKED_AT;
}

static void close_desk(Desk *desk)
{
    watch_free(desk->watch);
    g_string_free(desk->page, TRUE);
    g_free(desk->state);
}

static bool begin(Desk *desk, HttpServer *server, GError **error)
{
    g_autofree char *address = g_strdup_printf("http://127.0.0.1:%d/",
                                               http_port(server));
    stop_catch_signals();
    compose(desk);
    watch_changed(desk->watch); /* what compose() has just read */
    fprintf(stderr,
            "preview at %s, renewed when something is saved; Ctrl-C ends it\n",
            address);
    return !desk->options.open || preview_open(address, error);
}

int preview_serve(const Options *options, GError **error)
{
    if (strcmp(options->arguments[0], "-") == 0) {
        error_set(error, ERROR_USAGE,
                  "--serve wants a file that can be saved again, not standard "
                  "input");
        return 0;
    }
    Desk desk;
    open_desk(&desk, options);
    g_autoptr(HttpServer) server = open_server(&desk, error);
    if (server != NULL && begin(&desk, server, error))
        serve(&desk, server, error);
    close_desk(&desk);
    return 0;
}
