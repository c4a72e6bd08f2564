/* text_out.c - prefixes and blank lines of the text part. */
#include "document/text_out.h"

#include <string.h>

#include "document/text_write.h"

static void piece_free(gpointer data)
{
    TextPiece *piece = data;

    g_free(piece->text);
    g_free(piece->first_prefix);
    g_free(piece->rest_prefix);
    g_free(piece);
}

void text_out_init(TextOut *out, int width, const char *gap_prefix)
{
    *out = (TextOut){.pieces = g_ptr_array_new_with_free_func(piece_free),
                     .lines = g_string_new(NULL),
                     .prefix = g_string_new(NULL),
                     .first = g_string_new(NULL),
                     .blank_prefix = g_string_new(NULL),
                     .width = width,
                     .gap_prefix = gap_prefix};
}

static TextPiece *add_piece(TextOut *out, char *text)
{
    TextPiece *piece = g_new0(TextPiece, 1);

    piece->text = text;
    piece->width = out->width;
    g_ptr_array_add(out->pieces, piece);
    return piece;
}

static void end_lines(TextOut *out)
{
    if (out->lines->len == 0)
        return;
    add_piece(out, g_strndup(out->lines->str, out->lines->len));
    g_string_truncate(out->lines, 0);
}

/* Ready lines that stand next to each other become one piece. */
static GPtrArray *join_pieces(GPtrArray *pieces)
{
    GPtrArray *joined = g_ptr_array_new_with_free_func(piece_free);
    guint i = 0;

    while (i < pieces->len) {
        TextPiece *piece = g_ptr_array_index(pieces, i);
        GString *lines;
        if (piece->first_prefix) {
            g_ptr_array_add(joined, piece);
            g_ptr_array_index(pieces, i++) = NULL;
            continue;
        }
        lines = g_string_new(NULL);
        for (; i < pieces->len; i++) {
            TextPiece *next = g_ptr_array_index(pieces, i);
            if (next->first_prefix)
                break;
            g_string_append(lines, next->text);
            piece = next;
        }
        if (lines->len > 0) {
            TextPiece *whole = g_new0(TextPiece, 1);
            whole->width = piece->width;
            whole->text = g_string_free(lines, FALSE);
            g_ptr_array_add(joined, whole);
        } else {
            g_string_free(lines, TRUE);
        }
    }
    return joined;
}

static void free_if_kept(gpointer data)
{
    if (data)
        piece_free(data);
}

GPtrArray *text_out_finish(TextOut *out)
{
    GPtrArray *joined;

    end_lines(out);
    g_ptr_array_set_free_func(out->pieces, free_if_kept);
    joined = join_pieces(out->pieces);
    g_ptr_array_unref(out->pieces);
    g_string_free(out->lines, TRUE);
    g_string_free(out->prefix, TRUE);
    g_string_free(out->first, TRUE);
    g_string_free(out->blank_prefix, TRUE);
    *out = (TextOut){0};
    return joined;
}

int text_out_room(const TextOut *out)
{
    return out->width - (int)out->prefix->len;
}

/* Prefixes are ASCII, so bytes are columns. */
static bool has_room_for(const TextOut *out, const char *rest)
{
    return text_out_room(out) - (int)strlen(rest) >= TEXT_ROOM_MIN;
}

static void begin_first(TextOut *out)
{
    if (!out->has_first)
        g_string_assign(out->first, out->prefix->str);
    out->has_first = true;
}

static TextIndent save_indent(const TextOut *out)
{
    return (TextIndent){
        .prefix = g_strdup(out->prefix->str),
        .first = out->has_first ? g_strdup(out->first->str) : NULL,
        .line_count = out->line_count,
    };
}

TextIndent text_out_push(TextOut *out, const char *first, const char *rest)
{
    TextIndent saved = save_indent(out);

    begin_first(out);
    g_string_append(out->first, first);
    if (has_room_for(out, rest))
        g_string_append(out->prefix, rest);
    return saved;
}

/* `> ` after `> ` is `>> `. */
static void append_quote(GString *prefix)
{
    if (g_str_has_suffix(prefix->str, "> "))
        g_string_truncate(prefix, prefix->len - 1);
    g_string_append(prefix, "> ");
}

TextIndent text_out_push_quote(TextOut *out)
{
    TextIndent saved = save_indent(out);

    if (!has_room_for(out, "> "))
        return saved;
    if (out->has_first)
        append_quote(out->first);
    append_quote(out->prefix);
    return saved;
}

void text_out_pop(TextOut *out, TextIndent saved)
{
    g_string_assign(out->prefix, saved.prefix);
    out->has_first = saved.first && out->line_count == saved.line_count;
    if (out->has_first)
        g_string_assign(out->first, saved.first);
    g_free(saved.prefix);
    g_free(saved.first);
}

void text_out_separate(TextOut *out, int blank_lines, GPtrArray *owner)
{
    out->blank_lines = blank_lines;
    out->blank_owner = owner;
    g_string_assign(out->blank_prefix, out->prefix->str);
    while (g_str_has_suffix(out->blank_prefix->str, " "))
        g_string_truncate(out->blank_prefix, out->blank_prefix->len - 1);
}

static void write_blank_lines(TextOut *out)
{
    if (out->blank_lines == 0)
        return;
    if (out->blank_owner)
        end_lines(out);
    for (; out->blank_lines > 0; out->blank_lines--)
        g_string_append_printf(out->lines, "%s\n", out->blank_prefix->str);
    if (out->blank_owner) {
        TextPiece *piece;
        end_lines(out);
        piece = g_ptr_array_index(out->pieces, out->pieces->len - 1);
        g_ptr_array_add(out->blank_owner, piece);
        out->blank_owner = NULL;
    }
}

bool text_out_has_gap(const TextOut *out, const char *text)
{
    const char *at = text;

    if (!out->gap_prefix)
        return false;
    while ((at = strstr(at, out->gap_prefix))) {
        if (gap_match(at, out->gap_prefix, NULL, NULL))
            return true;
        at++;
    }
    return false;
}

static int count_lines(const char *text)
{
    int count = 0;

    for (; (text = strchr(text, '\n')); text++)
        count++;
    return count;
}

void text_out_paragraph(TextOut *out, const char *text, const char *hang)
{
    const char *first = out->has_first ? out->first->str : out->prefix->str;
    g_autofree char *rest = g_strconcat(out->prefix->str, hang, NULL);
    const WrapStyle style = {first, rest, out->width};
    gsize from;

    write_blank_lines(out);
    if (text_out_has_gap(out, text)) {
        g_autoptr(GString) trial = g_string_new(NULL);
        TextPiece *piece;
        wrap_append(trial, text, strlen(text), &style);
        out->line_count += count_lines(trial->str);
        end_lines(out);
        piece = add_piece(out, g_strdup(text));
        piece->first_prefix = g_strdup(first);
        piece->rest_prefix = g_strdup(rest);
    } else {
        from = out->lines->len;
        wrap_append(out->lines, text, strlen(text), &style);
        out->line_count += count_lines(out->lines->str + from);
    }
    out->has_first = false;
}

void text_out_line(TextOut *out, const char *text, size_t length)
{
    gsize from;

    write_blank_lines(out);
    from = out->lines->len;
    g_string_append(out->lines,
                    out->has_first ? out->first->str : out->prefix->str);
    g_string_append_len(out->lines, text, (gssize)length);
    while (out->lines->len > from &&
           g_ascii_isspace(out->lines->str[out->lines->len - 1]))
        g_string_truncate(out->lines, out->lines->len - 1);
    g_string_append_c(out->lines, '\n');
    out->line_count++;
    out->has_first = false;
}
