/* schedule.c - see schedule.h. */
#include "cli/schedule.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"
#include "base/units.h"
#include "cli/json_lines.h"

#define LOOK_EVERY_NS (UNITS_SECOND_NS / 4)

static bool read_moment(const char *name, const char *text, int64_t now_us,
                        int64_t *moment_us, GError **error)
{
    *moment_us = 0;
    if (text == NULL)
        return true;
    g_autoptr(GError) reason = NULL;
    if (!moment_parse(text, now_us, moment_us, &reason)) {
        error_set(error, ERROR_USAGE, "--%s: %s", name, reason->message);
        return false;
    }
    if (*moment_us > now_us)
        return true;
    g_autofree char *moment = moment_to_text(*moment_us);
    g_autofree char *now = moment_to_text(now_us);
    error_set(error, ERROR_USAGE,
              "nothing was sent: --%s %s is over; it is %s now", name, moment,
              now);
    return false;
}

bool schedule_read(Schedule *schedule, const Options *options,
                   const Clock *clock, GError **error)
{
    int64_t now_us = clock->wall_us(clock);
    if (!read_moment("at", options->at, now_us, &schedule->at_us, error) ||
        !read_moment("until", options->until, now_us, &schedule->until_us,
                     error))
        return false;
    if (schedule->until_us == 0 || schedule->at_us < schedule->until_us)
        return true;
    error_set(error, ERROR_USAGE, "--until is no later than --at");
    return false;
}

/* `word` is this option; `*takes_next` when its value is the next word. */
static bool is_option(const char *word, const char *name, bool *takes_next)
{
    size_t length = strlen(name);
    if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, length) != 0)
        return false;
    *takes_next = word[2 + length] == '\0';
    return *takes_next || word[2 + length] == '=';
}

static void append_word(GString *line, const char *word)
{
    g_autofree char *quoted = g_shell_quote(word);
    g_string_append_printf(line, "%s%s", line->len > 0 ? " " : "", quoted);
}

char *schedule_arguments(const Schedule *schedule, const Options *options)
{
    g_auto(GStrv) words = NULL;
    GString *line = g_string_new(NULL);
    if (schedule->until_us > 0) {
        g_autoptr(GDateTime)
            until = g_date_time_new_from_unix_utc(schedule->until_us / 1000000);
        g_autofree char *text = g_date_time_format(until, "%Y-%m-%dT%H:%M:%SZ");
        append_word(line, "--until");
        append_word(line, text);
    }
    if (!g_shell_parse_argv(options->given, NULL, &words, NULL))
        return g_string_free(line, FALSE);
    bool is_value = false;
    bool is_over = false; /* after `--` */
    for (char **word = words; *word != NULL; word++) {
        bool skip = is_value;
        is_value = false;
        if (!skip && !is_over)
            skip = is_option(*word, "at", &is_value) ||
                   is_option(*word, "until", &is_value);
        is_over = is_over || strcmp(*word, "--") == 0;
        if (!skip)
            append_word(line, *word);
    }
    return g_string_free(line, FALSE);
}

static void show_wait(const Schedule *schedule, int64_t left_us)
{
    g_autofree char *at = moment_to_text(schedule->at_us);
    g_autofree char *left = duration_to_text(left_us * 1000);
    bool is_terminal = isatty(STDERR_FILENO) == 1;
    fprintf(stderr, "%ssends on %s, in %s; Ctrl-C gives it up%s",
            is_terminal ? "\r\033[K" : "", at, left, is_terminal ? "" : "\n");
    fflush(stderr);
}

bool schedule_wait(const Schedule *schedule, const Options *options,
                   const Clock *clock, const int *stop)
{
    bool is_terminal = isatty(STDERR_FILENO) == 1;
    int64_t shown_s = -1;
    if (schedule->at_us == 0)
        return true;
    if (options->json)
        json_lines_wait(schedule->at_us);
    for (;;) {
        int64_t left_us = schedule->at_us - clock->wall_us(clock);
        int64_t left_s = left_us / 1000000;
        bool is_stopped = __atomic_load_n(stop, __ATOMIC_RELAXED) != 0;
        if (is_stopped || left_us <= 0) {
            if (is_terminal && shown_s >= 0)
                fputc('\n', stderr);
            return !is_stopped;
        }
        if (!options->json &&
            (shown_s < 0 || (is_terminal && left_s != shown_s)))
            show_wait(schedule, left_us);
        shown_s = left_s;
        clock_sleep(MIN(left_us * 1000, LOOK_EVERY_NS));
    }
}
