/*
 * compose.c - times the stages before the network: a post composed into a
 * letter, and the letter merged into finished messages. Prints one line of
 * figures for run.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "letter/letter.h"
#include "message/message.h"

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

static Letter *compose(const Config *config, const char *path, Post **post)
{
    g_autoptr(GError) error = NULL;
    *post = post_read(path, NULL, NULL, &error);
    stop_on(error);
    LetterSource source = {.post = *post,
                           .sender = &config->sender,
                           .list = &config->list,
                           .text = &config->text};
    Letter *letter = letter_compose(&source, NULL, &error);
    stop_on(error);
    return letter;
}

static double time_composing(const Config *config, const char *path)
{
    int count = 0;
    double started = cpu_seconds();
    do {
        Post *post = NULL;
        letter_free(compose(config, path, &post));
        post_free(post);
        count++;
    } while (cpu_seconds() - started < 0.5);
    return count / (cpu_seconds() - started);
}

/* Messages a second, and the size of one. */
static double time_merging(const Config *config, const Letter *letter,
                           const char *list_path, size_t *bytes_each)
{
    g_autoptr(GError) error = NULL;
    TokenKey key;
    token_key_from_text(&key, "bench");
    MessageSource source = {.letter = letter,
                            .sender = &config->sender,
                            .list = &config->list,
                            .campaign = "bench",
                            .key = &key};
    g_autoptr(Message) message = message_new(&source, &error);
    stop_on(error);
    const char *const paths[] = {list_path, NULL};
    ListOptions options = {.paths = paths};
    g_autoptr(List) list = list_open(&options, NULL, &error);
    stop_on(error);
    const Subscriber *borrowed = list_next(list, &error);
    stop_on(error);
    g_autoptr(Subscriber) subscriber = subscriber_copy(borrowed);
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    GString *bytes = g_string_new(NULL);
    int count = 0;
    double started = cpu_seconds();
    do {
        for (int i = 0; i < 100; i++, count++)
            message_write(message, subscriber, 1780300800, 0, buffer, bytes,
                          &error);
        stop_on(error);
    } while (cpu_seconds() - started < 0.5);
    *bytes_each = bytes->len;
    g_string_free(bytes, TRUE);
    return count / (cpu_seconds() - started);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s CONFIG POST LIST\n", argv[0]);
        return 1;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_load(argv[1], &error);
    stop_on(error);
    double composed = time_composing(config, argv[2]);
    Post *post = NULL;
    g_autoptr(Letter) letter = compose(config, argv[2], &post);
    size_t bytes = 0;
    double merged = time_merging(config, letter, argv[3], &bytes);
    printf("%.1f %.1f %zu\n", composed, merged, bytes);
    post_free(post);
    return 0;
}
