/*
 * compose.c - times what comes before the network.
 *
 *     compose post CONFIG POST LIST SECONDS    from the file to the bytes
 *     compose merge CONFIG POST LIST SECONDS   one message more, to its bytes
 *
 * Prints {"seconds_each": …, "bytes": …} of CPU for run.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "letter/letter.h"
#include "message/message.h"
#include "pipeline/pipeline.h"

#define READERS_MAX 1000

typedef struct Bench {
    const Config *config;
    const char *post;
    const char *list;
    double seconds;
} Bench;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void stop_on(const GError *error)
{
    if (error == NULL)
        return;
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static void print_figures(double seconds, int count, size_t bytes)
{
    printf("{\"seconds_each\": %.9f, \"bytes\": %zu}\n", seconds / count,
           bytes);
}

/* --- a post --- */

static size_t compose_once(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(GString) out = g_string_new(NULL);
    const char *const lists[] = {bench->list, NULL};
    PipelineOptions options = {.post = bench->post,
                               .recipients = {.paths = lists},
                               .date_seconds = 1780300800};
    g_autoptr(Pipeline)
        pipeline = pipeline_compose(bench->config, &options, findings, &error);
    stop_on(error);
    pipeline_preview(pipeline, &(PipelineView){.kind = PREVIEW_MIME}, out, NULL,
                     &error);
    stop_on(error);
    return out->len;
}

static void time_posts(const Bench *bench)
{
    size_t bytes = compose_once(bench);
    int count = 0;
    double started = cpu_seconds();
    do {
        compose_once(bench);
        count++;
    } while (cpu_seconds() - started < bench->seconds);
    print_figures(cpu_seconds() - started, count, bytes);
}

/* --- messages of a letter --- */

static GPtrArray *read_list(const char *path)
{
    g_autoptr(GError) error = NULL;
    const char *const paths[] = {path, NULL};
    ListOptions options = {.paths = paths};
    g_autoptr(List) list = list_open(&options, NULL, &error);
    stop_on(error);
    GPtrArray *readers = g_ptr_array_new_with_free_func(
        (GDestroyNotify)subscriber_free);
    const Subscriber *reader;
    while (readers->len < READERS_MAX &&
           (reader = list_next(list, &error)) != NULL)
        g_ptr_array_add(readers, subscriber_copy(reader));
    stop_on(error);
    return readers;
}

/* With {token} in the configuration each message has links of its own. */
static Ways *make_ways(const Bench *bench, Keyring **keyring)
{
    g_autoptr(GError) error = NULL;
    const Config *config = bench->config;
    if (!ways_are_personal(&config->list))
        return NULL;
    *keyring = keyring_load(config->keys, &error);
    stop_on(error);
    Ways *ways = ways_new(&config->sender, &config->list, *keyring, &error);
    stop_on(error);
    return ways;
}

static Letter *compose_letter(const Bench *bench, const Ways *ways, Post **post)
{
    g_autoptr(GError) error = NULL;
    *post = post_read(bench->post, NULL, NULL, &error);
    stop_on(error);
    LetterSource source = {.post = *post,
                           .sender = &bench->config->sender,
                           .list = &bench->config->list,
                           .text = &bench->config->text,
                           .ways = ways};
    Letter *letter = letter_compose(&source, NULL, &error);
    stop_on(error);
    return letter;
}

static void time_merging(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    Post *post = NULL;
    TokenKey key;
    g_autoptr(Keyring) keyring = NULL;
    g_autoptr(Ways) ways = make_ways(bench, &keyring);
    g_autoptr(Letter) letter = compose_letter(bench, ways, &post);
    token_key_from_text(&key, "bench");
    MessageSource source = {.letter = letter,
                            .sender = &bench->config->sender,
                            .list = &bench->config->list,
                            .campaign = "bench",
                            .key = &key};
    g_autoptr(Message) message = message_new(&source, &error);
    stop_on(error);
    g_autoptr(GPtrArray) readers = read_list(bench->list);
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    g_autoptr(GString) bytes = g_string_new(NULL);
    int count = 0;
    double started = cpu_seconds();
    do {
        for (guint i = 0; i < readers->len; i++, count++)
            message_write(message, g_ptr_array_index(readers, i), 1780300800, 0,
                          buffer, bytes, &error);
        stop_on(error);
    } while (cpu_seconds() - started < bench->seconds);
    print_figures(cpu_seconds() - started, count, bytes->len);
    post_free(post);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: %s post|merge CONFIG POST LIST SECONDS\n",
                argv[0]);
        return 1;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(argv[2], &error);
    stop_on(error);
    Bench bench = {config, argv[3], argv[4], g_ascii_strtod(argv[5], NULL)};
    if (strcmp(argv[1], "post") == 0)
        time_posts(&bench);
    else
        time_merging(&bench);
    return 0;
}
