/* roll_write.c - the bytes of a roll as it stands now; see roll_private.h. */
#include <string.h>

#include "list/roll_private.h"
#include "mail/address.h"

static void end_line(GString *out)
{
    bool is_ended = out->len == 0 || out->str[out->len - 1] == '\n' ||
                    out->str[out->len - 1] == '\r';
    if (!is_ended)
        g_string_append_c(out, '\n');
}

/* `line` is NUL-terminated; a NUL inside ends what is looked at. */
static bool is_about(const char *line, const char *key)
{
    return key != NULL && address_find(line, key, NULL) != NULL;
}

/* The lines of a lead, but for comments about somebody who is removed. */
static void put_lines(const Roll *roll, size_t start, size_t end,
                      const char *without, GString *out)
{
    while (start < end) {
        const char *at = roll->bytes + start;
        size_t length = 0;
        while (start + length < end && at[length] != '\n')
            length++;
        length += start + length < end;
        g_autofree char *line = g_strndup(at, length);
        if (!is_about(line, without))
            g_string_append_len(out, at, (gssize)length);
        start += length;
    }
}

void roll_put_comments(const Roll *roll, size_t start, size_t end, GString *out)
{
    g_autofree char *text = g_utf8_make_valid(roll->bytes + start,
                                              (gssize)(end - start));
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (*g_strstrip(*line) == '#')
            g_string_append_printf(out, "%s\n", *line);
}

/* Bytes between rows, whether as they are or only the comments in them. */
static void put_lead(const Roll *roll, const RollRow *row, GString *out)
{
    g_autoptr(GString) lead = g_string_new(NULL);
    const char *without = row->is_removed ? row->key : NULL;
    end_line(out);
    if (!roll->is_anew) {
        put_lines(roll, row->lead, row->start, without, out);
        return;
    }
    roll_put_comments(roll, row->lead, row->start, lead);
    g_auto(GStrv) lines = g_strsplit(lead->str, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (**line != '\0' && !is_about(*line, without))
            g_string_append_printf(out, "%s\n", *line);
}

static void put_row(const Roll *roll, const RollRow *row, GString *out)
{
    put_lead(roll, row, out);
    if (row->is_removed)
        return;
    end_line(out);
    if ((row->is_new || roll->is_anew) && row->fault == NULL)
        roll->format->put_row(roll, row, out);
    else
        g_string_append_len(out, roll->bytes + row->start,
                            (gssize)(row->end - row->start));
}

char *roll_text(const Roll *roll, size_t *length)
{
    GString *out = g_string_sized_new(roll->length + 256);
    size_t count = roll->rows->len;
    g_autofree size_t *order = g_new(size_t, count + 1);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    if (roll->is_sorted)
        g_qsort_with_data(order, (int)count, sizeof *order, roll_compare_rows,
                          (void *)(uintptr_t)roll);
    if (roll->is_anew)
        roll->format->put_head(roll, out);
    else
        g_string_append_len(out, roll->bytes, (gssize)roll->head);
    for (size_t i = 0; i < count; i++)
        put_row(roll, roll_row(roll, order[i]), out);
    end_line(out);
    if (roll->is_anew)
        roll_put_comments(roll, roll->tail, roll->length, out);
    else
        g_string_append_len(out, roll->bytes + roll->tail,
                            (gssize)(roll->length - roll->tail));
    *length = out->len;
    return g_string_free(out, FALSE);
}

static bool is_other(const Roll *roll, const char *text, size_t length)
{
    return length != roll->length || memcmp(text, roll->bytes, length) != 0;
}

bool roll_is_changed(const Roll *roll)
{
    size_t length = 0;
    g_autofree char *text = roll_text(roll, &length);
    return is_other(roll, text, length);
}

/* A quote that is never closed would be closed by one of a new row, and take
 * in all between. */
static bool may_hold_new_rows(const Roll *roll, GError **error)
{
    bool has_new = roll->is_anew;
    for (size_t i = 0; !has_new && i < roll->rows->len; i++)
        has_new = roll_row(roll, i)->is_new && !roll_row(roll, i)->is_removed;
    return !has_new || roll->format != &roll_csv ||
           roll_check_rows(roll, error);
}

bool roll_write(Roll *roll, GError **error)
{
    size_t length = 0;
    if (!may_hold_new_rows(roll, error))
        return false;
    g_autofree char *text = roll_text(roll, &length);
    g_assert(roll->replace != NULL);
    return !is_other(roll, text, length) ||
           replace_commit(roll->replace, text, length, error);
}
