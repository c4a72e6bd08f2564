/*
 * line_early.c - RCPT and DATA leave together with MAIL, see line_private.h.
 *
 * libESMTP waits for the answer to MAIL before it says RCPT and DATA, also
 * where the relay allows PIPELINING (RFC 2920). Here both follow MAIL at once,
 * in the words that libESMTP will use. What it says later is compared with
 * them and taken off, and only then it gets the answers. So each answer is the
 * relay's own to that very command, and a message takes two round trips.
 */
#include <string.h>

#include "delivery/line_private.h"

void early_init(Early *early)
{
    early->commands = g_string_new(NULL);
    early->said = 0;
}

void early_clear(Early *early)
{
    g_string_free(early->commands, TRUE);
}

static void stop_being_early(Early *early, Watch *watch)
{
    g_string_truncate(early->commands, 0);
    early->said = 0;
    g_string_truncate(watch->held, 0);
    watch->is_early = false;
}

/* MAIL was refused and libESMTP goes another way. It may, when all answers
 * are there and the relay does not wait for a message. */
static bool may_forget(const Early *early, const Watch *watch)
{
    const char *to_mail = watch->replies[WATCH_MAIL];
    const char *to_data = watch->replies[WATCH_DATA];
    return early->said == 0 && watch->pending_count == 0 && to_mail != NULL &&
           to_mail[0] != '2' && to_data != NULL && to_data[0] != '3';
}

/* Takes off what has left before. */
static bool compare(Early *early, Watch *watch, char *bytes, size_t *length,
                    GString *down)
{
    size_t rest = early->commands->len - early->said;
    size_t count = MIN(rest, *length);
    if (memcmp(bytes, early->commands->str + early->said, count) != 0) {
        bool is_good = may_forget(early, watch);
        stop_being_early(early, watch);
        return is_good;
    }
    early->said += count;
    *length -= count;
    memmove(bytes, bytes + count, *length);
    if (count == rest) {
        g_string_append_len(down, watch->held->str, (gssize)watch->held->len);
        stop_being_early(early, watch);
    }
    return true;
}

/* The bytes are commands and the last of them is a whole MAIL. */
static bool ends_with_mail(const Watch *watch, const char *bytes, size_t length)
{
    static const char verb[] = "MAIL ";
    if (watch->in_data || watch->command_length > 0 || length < sizeof verb ||
        bytes[length - 1] != '\n')
        return false;
    const char *before = memrchr(bytes, '\n', length - 1);
    const char *line = before != NULL ? before + 1 : bytes;
    return (size_t)(bytes + length - line) >= sizeof verb &&
           g_ascii_strncasecmp(line, verb, sizeof verb - 1) == 0;
}

static void add_commands(Early *early, Line *line, char *bytes, size_t *length,
                         size_t size)
{
    Watch *watch = &line->watch;
    guint next = (guint)watch->transactions;
    if (next >= line->foreseen->len || !ends_with_mail(watch, bytes, *length))
        return;
    g_string_printf(early->commands, "%s\r\nDATA\r\n",
                    (const char *)g_ptr_array_index(line->foreseen, next));
    if (early->commands->len > size - *length)
        return;
    memcpy(bytes + *length, early->commands->str, early->commands->len);
    *length += early->commands->len;
    watch->is_early = true;
}

bool early_pass(Early *early, Line *line, char *bytes, size_t *length,
                size_t size, GString *down)
{
    Watch *watch = &line->watch;
    bool is_good = true;
    pthread_mutex_lock(&line->lock);
    if (watch->is_early)
        is_good = compare(early, watch, bytes, length, down);
    if (is_good && !watch->is_early && *length > 0)
        add_commands(early, line, bytes, length, size);
    pthread_mutex_unlock(&line->lock);
    return is_good;
}
