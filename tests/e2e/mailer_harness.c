/*
 * mailer_harness.c - drives mailer.c against a real or scripted server.
 *
 *     mailer_harness host=127.0.0.1 port=2525 count=1000 threads=4 …
 *
 * Sends `count` messages to u0@example.net, u1@… and prints one line for
 * every thing that happened, tabs between the fields:
 *
 *     intend  u7@example.net
 *     settle  u7@example.net  sent  message  accepted  250 2.0.0 queued
 *     run     75  no answer from 127.0.0.1:2525 within 5 s
 *     rate    1000  0.512  1953
 *
 * The test that started it compares this with the server's ledger.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/mailer.h"

typedef struct Settings {
    RelayConfig relay;
    const char *hello;
    const char *password;
    int count;
    int threads;
    int batch;
    int size;
    int tries;     /* how often a job may come back as OUTCOME_NONE */
    int runs;      /* failed mailer_run()s before a thread gives up */
    int reserve;   /* 1: next_now() gives jobs */
    int cancel_ms; /* 0: never */
    int refuse;    /* the job whose intend() says no; -1: none */
    int quiet;
} Settings;

typedef struct Work {
    int number;
    int tries;
    int settles; /* of the present try */
    bool has_begun;
    char *recipient;
    char *bytes;
    size_t length;
} Work;

static Settings settings;
static Mailer *mailer;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int next_number;
static GQueue again = G_QUEUE_INIT;
static atomic_int unsettled;

static const char *const outcomes[] = {"none",   "sent",    "deferred",
                                       "failed", "unknown", "skipped"};
static const char *const steps[] = {"session", "mail", "recipient", "message"};
static const char *const meanings[] = {
    "accepted", "retry", "failed", "refused", "throttled", "quota", "stop"};

/* A message with what a relay might trip over: dots at line starts, long
 * bodies, no blank at all. Its bytes depend on the number only. */
static void compose(Work *work)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text,
                    "Date: Mon, 02 Jun 2025 10:00:00 +0000\r\n"
                    "From: News <news@example.org>\r\n"
                    "To: %s\r\n"
                    "Message-ID: <%d.harness@example.org>\r\n"
                    "Subject: number %d\r\n"
                    "\r\n"
                    ".\r\n..two\r\n.one\r\n",
                    work->recipient, work->number, work->number);
    for (int line = 0; text->len < (gsize)settings.size; line++)
        g_string_append_printf(text, "%d line %d of a body that goes on\r\n",
                               work->number, line);
    work->length = text->len;
    work->bytes = g_string_free(text, FALSE);
}

static Work *take(void)
{
    pthread_mutex_lock(&lock);
    Work *work = g_queue_pop_head(&again);
    if (work == NULL && next_number < settings.count) {
        work = g_new0(Work, 1);
        work->number = next_number++;
        work->recipient = g_strdup_printf("u%d@example.net", work->number);
        compose(work);
    }
    pthread_mutex_unlock(&lock);
    return work;
}

static bool next(void *data, MailerJob *job)
{
    (void)data;
    Work *work = take();
    if (work == NULL)
        return false;
    work->settles = 0;
    work->has_begun = false;
    *job = (MailerJob){.recipient = work->recipient,
                       .reverse_path = "bounces@example.org",
                       .bytes = work->bytes,
                       .length = work->length,
                       .data = work};
    return true;
}

static void begun(void *data, const MailerJob *job, int64_t at_ns)
{
    (void)data;
    Work *work = job->data;
    g_assert(!work->has_begun && at_ns > 0);
    work->has_begun = true;
}

static bool intend(void *data, const MailerJob *job)
{
    (void)data;
    const Work *work = job->data;
    g_assert(work->has_begun);
    if (!settings.quiet)
        printf("intend\t%s\n", job->recipient);
    return work->number != settings.refuse;
}

static void settle(void *data, const MailerJob *job, const MailerResult *result)
{
    (void)data;
    Work *work = job->data;
    g_assert(work->settles++ == 0);
    g_autofree char *line = reply_to_line(&result->reply);
    if (!settings.quiet || result->outcome != OUTCOME_SENT)
        printf("settle\t%s\t%s\t%s\t%s\t%s\n", job->recipient,
               outcomes[result->outcome], steps[result->step],
               meanings[result->meaning], line);
    pthread_mutex_lock(&lock);
    if (result->outcome == OUTCOME_NONE && ++work->tries < settings.tries) {
        g_queue_push_tail(&again, work);
        work = NULL;
    }
    pthread_mutex_unlock(&lock);
    if (work == NULL)
        return;
    atomic_fetch_sub(&unsettled, 1);
    g_free(work->recipient);
    g_free(work->bytes);
    g_free(work);
}

static bool has_work(void)
{
    pthread_mutex_lock(&lock);
    bool any = next_number < settings.count || again.length > 0;
    pthread_mutex_unlock(&lock);
    return any;
}

static void *work_on(void *data)
{
    (void)data;
    const MailerCalls calls = {.next = next,
                               .next_now = settings.reserve ? next : NULL,
                               .begun = begun,
                               .intend = intend,
                               .settle = settle};
    int failures = 0;
    while (has_work() && failures < settings.runs) {
        g_autoptr(GError) error = NULL;
        if (mailer_run(mailer, settings.batch, &calls, &error))
            continue;
        failures++;
        printf("run\t%d\t%s\n", error->code, error->message);
    }
    return NULL;
}

static void *cancel_later(void *data)
{
    (void)data;
    clock_sleep(settings.cancel_ms * (int64_t)1000000);
    mailer_cancel(mailer);
    return NULL;
}

/* --- the command line --- */

static bool set_number(const char *key, const char *value)
{
    const struct {
        const char *key;
        int *number;
    } numbers[] = {
        {"port", &settings.relay.port},  {"count", &settings.count},
        {"threads", &settings.threads},  {"batch", &settings.batch},
        {"size", &settings.size},        {"tries", &settings.tries},
        {"runs", &settings.runs},        {"reserve", &settings.reserve},
        {"cancel", &settings.cancel_ms}, {"refuse", &settings.refuse},
        {"quiet", &settings.quiet},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(numbers[i].key, key) != 0)
            continue;
        *numbers[i].number = (int)g_ascii_strtoll(value, NULL, 10);
        return true;
    }
    return false;
}

static bool set_text(const char *key, const char *value)
{
    RelayConfig *relay = &settings.relay;
    int64_t milliseconds = g_ascii_strtoll(value, NULL, 10) * 1000000;
    if (strcmp(key, "host") == 0)
        relay->host = g_strdup(value);
    else if (strcmp(key, "ca") == 0)
        relay->ca_file = g_strdup(value);
    else if (strcmp(key, "user") == 0)
        relay->user = g_strdup(value);
    else if (strcmp(key, "password") == 0)
        settings.password = value;
    else if (strcmp(key, "hello") == 0)
        settings.hello = value;
    else if (strcmp(key, "connect_ms") == 0)
        relay->connect_timeout_ns = milliseconds;
    else if (strcmp(key, "reply_ms") == 0)
        relay->reply_timeout_ns = milliseconds;
    else if (strcmp(key, "data_ms") == 0)
        relay->data_timeout_ns = milliseconds;
    else if (strcmp(key, "token") == 0)
        relay->token_command = g_strdup(value);
    else if (strcmp(key, "certificate") == 0)
        relay->client_certificate = g_strdup(value);
    else if (strcmp(key, "key") == 0)
        relay->client_key = g_strdup(value);
    else if (strcmp(key, "plaintext") == 0)
        relay->allow_plaintext = strcmp(value, "1") == 0;
    else
        return false;
    return true;
}

static AuthMode auth_mode(const char *name)
{
    static const char *const names[] = {
        "auto",    "plain",       "login", "scram-sha-256",
        "xoauth2", "oauthbearer", "none"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0)
            return (AuthMode)i;
    fprintf(stderr, "mailer_harness: what is auth=%s?\n", name);
    exit(64);
}

static bool set_mode(const char *key, const char *value)
{
    RelayConfig *relay = &settings.relay;
    if (strcmp(key, "tls") == 0)
        relay->tls = value[0] == 's'   ? TLS_STARTTLS
                     : value[0] == 'i' ? TLS_IMPLICIT
                                       : TLS_NONE;
    else if (strcmp(key, "auth") == 0)
        relay->auth = auth_mode(value);
    else
        return false;
    return true;
}

static void read_arguments(char **arguments)
{
    settings = (Settings){.hello = "client.example.org",
                          .count = 1,
                          .threads = 1,
                          .batch = 500,
                          .size = 2000,
                          .tries = 3,
                          .runs = 1,
                          .refuse = -1};
    settings.relay = (RelayConfig){.tls = TLS_NONE,
                                   .connect_timeout_ns = 5000000000,
                                   .reply_timeout_ns = 5000000000,
                                   .data_timeout_ns = 10000000000};
    for (; *arguments != NULL; arguments++) {
        g_auto(GStrv) pair = g_strsplit(*arguments, "=", 2);
        const char *value = *arguments + strlen(pair[0]);
        value += *value == '=';
        if (!set_number(pair[0], value) && !set_text(pair[0], value) &&
            !set_mode(pair[0], value)) {
            fprintf(stderr, "mailer_harness: what is %s?\n", *arguments);
            exit(64);
        }
    }
}

static void report(int64_t started_ns)
{
    const Clock *clock = clock_system();
    double seconds = (double)(clock->monotonic_ns(clock) - started_ns) / 1e9;
    printf("rate\t%d\t%.3f\t%.0f\n", settings.count, seconds,
           settings.count / seconds);
    printf("left\t%d\n", (int)unsettled);
}

int main(int count, char **arguments)
{
    (void)count;
    read_arguments(arguments + 1);
    g_setenv("XDG_CONFIG_DIR", "/nonexistent", TRUE);
    g_autoptr(GError) error = NULL;
    mailer = mailer_new(&settings.relay, settings.hello, settings.password,
                        &error);
    if (mailer == NULL) {
        printf("run\t%d\t%s\n", error->code, error->message);
        return 1;
    }
    unsettled = settings.count;
    const Clock *clock = clock_system();
    int64_t started_ns = clock->monotonic_ns(clock);
    pthread_t canceller;
    if (settings.cancel_ms > 0)
        pthread_create(&canceller, NULL, cancel_later, NULL);
    pthread_t threads[64];
    for (int i = 0; i < settings.threads && i < 64; i++)
        pthread_create(&threads[i], NULL, work_on, NULL);
    for (int i = 0; i < settings.threads && i < 64; i++)
        pthread_join(threads[i], NULL);
    if (settings.cancel_ms > 0)
        pthread_join(canceller, NULL);
    report(started_ns);
    mailer_free(mailer);
    return 0;
}
