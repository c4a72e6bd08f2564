/* line_watch.c - which command each reply answers, see line_private.h. */
#include <string.h>

#include "base/error.h"
#include "delivery/line_private.h"

#define DATA_END "\r\n.\r\n"

static const struct {
    const char *verb;
    WatchCommand command;
} verbs[] = {
    {"MAIL", WATCH_MAIL}, {"RCPT", WATCH_RCPT}, {"DATA", WATCH_DATA},
    {"RSET", WATCH_RSET}, {"QUIT", WATCH_QUIT},
};

void watch_init(Watch *watch)
{
    *watch = (Watch){0};
    watch->reply = g_string_new(NULL);
    watch->last = g_strdup("");
    watch->held = g_string_new(NULL);
}

static void forget_replies(Watch *watch)
{
    for (int i = 0; i < WATCH_COMMANDS; i++)
        g_clear_pointer(&watch->replies[i], g_free);
    g_clear_pointer(&watch->stray, g_free);
    watch->dot_left = false;
}

void watch_clear(Watch *watch)
{
    forget_replies(watch);
    if (watch->reply != NULL)
        g_string_free(watch->reply, TRUE);
    if (watch->held != NULL)
        g_string_free(watch->held, TRUE);
    g_free(watch->last);
    *watch = (Watch){0};
}

/* More commands than WATCH_PENDING_MAX never wait together: libESMTP sends
 * at most two before it reads. */
static void expect(Watch *watch, WatchCommand command)
{
    g_assert(watch->pending_count < WATCH_PENDING_MAX);
    watch->pending[watch->pending_count++] = command;
}

static void read_command(Watch *watch)
{
    WatchCommand command = WATCH_OTHER;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (watch->command_length >= 4 &&
            g_ascii_strncasecmp(watch->command, verbs[i].verb, 4) == 0)
            command = verbs[i].command;
    watch->command_length = 0;
    if (command == WATCH_MAIL) {
        forget_replies(watch);
        watch->transactions++;
    }
    expect(watch, command);
}

static void sent_command_byte(Watch *watch, char byte)
{
    if (byte == '\n')
        read_command(watch);
    else if (watch->command_length < sizeof watch->command)
        watch->command[watch->command_length++] = byte;
}

/* Nothing follows the dot before its answer, so the end of data is where the
 * stream pauses; only the last bytes of what was sent need a look. */
static void sent_data(Watch *watch, const char *bytes, size_t length)
{
    size_t size = sizeof watch->tail;
    if (length >= size) {
        memcpy(watch->tail, bytes + length - size, size);
    } else {
        memmove(watch->tail, watch->tail + length, size - length);
        memcpy(watch->tail + size - length, bytes, length);
    }
    if (memcmp(watch->tail, DATA_END, size) != 0)
        return;
    watch->in_data = false;
    watch->dot_left = true;
    expect(watch, WATCH_DOT);
}

void watch_sent(Watch *watch, const char *bytes, size_t length)
{
    if (watch->in_data) {
        sent_data(watch, bytes, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        sent_command_byte(watch, bytes[i]);
}

static bool libesmtp_can_read(const GString *reply)
{
    /* Its line buffer takes 1023 bytes, its reply 4096, and it wants
     * something after the code. */
    if (reply->len > 4000)
        return false;
    const char *line = reply->str;
    const char *end = reply->str + reply->len;
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next + 1 : end;
        if (next - line > 1000 || (line[3] != ' ' && line[3] != '-'))
            return false;
        if (memchr(line, '\0', (size_t)(next - line)) != NULL)
            return false;
        line = next;
    }
    return true;
}

static void pass(const GString *reply, int code, GString *passed)
{
    if (libesmtp_can_read(reply))
        g_string_append_len(passed, reply->str, (gssize)reply->len);
    else
        g_string_append_printf(passed, "%03d see the whole reply\r\n", code);
}

static WatchCommand take_pending(Watch *watch)
{
    WatchCommand command = watch->pending[0];
    watch->pending_count--;
    memmove(watch->pending, watch->pending + 1,
            (size_t)watch->pending_count * sizeof watch->pending[0]);
    return command;
}

static void record(Watch *watch, WatchCommand command, int code)
{
    g_free(watch->replies[command]);
    watch->replies[command] = g_strdup(watch->reply->str);
    if (command != WATCH_RSET && command != WATCH_QUIT) {
        g_free(watch->last);
        watch->last = g_strdup(watch->reply->str);
    }
    if (command == WATCH_DATA && code / 100 == 3) {
        watch->in_data = true;
        memcpy(watch->tail, "   \r\n", sizeof watch->tail);
    }
}

/* A relay that shuts down says 421 at any moment (RFC 5321 3.8). Anything
 * else that nobody asked for would be taken for the answer to the next
 * command. */
static bool take_stray(Watch *watch, int code, char **failure)
{
    if (code != 421) {
        *failure = g_strdup_printf("unasked reply: %s", watch->reply->str);
        return false;
    }
    g_free(watch->stray);
    watch->stray = g_strdup(watch->reply->str);
    g_free(watch->last);
    watch->last = g_strdup(watch->reply->str);
    return true;
}

/* A second 354 to DATA, which came when the dot had left: every answer after
 * it would be taken for that of the command before. */
static bool is_out_of_place(const Watch *watch, int code)
{
    return watch->pending_count > 0 && watch->pending[0] == WATCH_DOT &&
           code / 100 == 3;
}

static bool finish_reply(Watch *watch, int code, GString *passed,
                         char **failure)
{
    WatchCommand command = WATCH_OTHER;
    if (is_out_of_place(watch, code)) {
        *failure = g_strdup_printf("reply out of place: %s", watch->reply->str);
        return false;
    }
    if (watch->pending_count > 0) {
        command = take_pending(watch);
        record(watch, command, code);
    } else if (!take_stray(watch, code, failure)) {
        return false;
    }
    /* What was said before is answered at once: RSET and MAIL. */
    bool is_early = watch->is_early && command != WATCH_RSET &&
                    command != WATCH_MAIL;
    pass(watch->reply, code, is_early ? watch->held : passed);
    g_string_truncate(watch->reply, 0);
    watch->line_start = 0;
    return true;
}

/* The line from line_start to the end of `reply` is complete. */
static bool finish_line(Watch *watch, GString *passed, char **failure)
{
    GString *reply = watch->reply;
    int code = 0;
    int first_code = 0;
    ReplyLine kind = reply_line_read(reply->str + watch->line_start,
                                     reply->len - watch->line_start, &code);
    reply_line_read(reply->str, reply->len, &first_code);
    if (kind == REPLY_LINE_BAD || code != first_code) {
        g_free(watch->last);
        watch->last = g_strdup(reply->str);
        *failure = g_strdup_printf("unreadable reply: %s", reply->str);
        return false;
    }
    if (kind == REPLY_LINE_LAST)
        return finish_reply(watch, code, passed, failure);
    watch->line_start = reply->len;
    return true;
}

bool watch_received(Watch *watch, const char *bytes, size_t length,
                    GString *passed, char **failure)
{
    const char *end = bytes + length;
    while (bytes < end) {
        const char *next = memchr(bytes, '\n', (size_t)(end - bytes));
        bool is_line = next != NULL;
        next = is_line ? next + 1 : end;
        g_string_append_len(watch->reply, bytes, next - bytes);
        bytes = next;
        if (watch->reply->len > LINE_REPLY_MAX ||
            watch->reply->len - watch->line_start > LINE_REPLY_LINE_MAX) {
            *failure = g_strdup("endless reply");
            return false;
        }
        if (is_line && !finish_line(watch, passed, failure))
            return false;
    }
    return true;
}
