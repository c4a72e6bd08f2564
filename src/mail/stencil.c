/* stencil.c - see stencil.h. */
#include "mail/stencil.h"

#include <assert.h>
#include <string.h>

#define PHASES 3 /* of three bytes that base64 makes four letters of */
#define WORD_START "=_"

typedef struct Sheet {
    size_t length;
    EncodingMeasure measure; /* with the exact length in quoted-printable */
    GString *crlf;
    GString *quoted;
    GString *letters[PHASES]; /* base64 from this byte of `crlf` on, NULL
                                 where the sheets need none */
    bool has_word_start;
} Sheet;

struct Stencil {
    Sheet *sheets;
    size_t count;
};

/* --- once --- */

/* The letters of whole groups; what is left over goes with what follows. */
static GString *base64_from(const GString *crlf, size_t phase)
{
    size_t groups = crlf->len > phase ? (crlf->len - phase) / 3 : 0;
    GString *out = g_string_new(NULL);
    g_string_set_size(out, 4 * groups);
    encoding_put_base64(out->str, crlf->str + phase, 3 * groups);
    return out;
}

static void fill_sheet(Sheet *sheet, const StencilSheet *from)
{
    assert(from->length > 0 && from->text[from->length - 1] == '\n');
    sheet->length = from->length;
    sheet->measure.is_7bit = true;
    encoding_measure(&sheet->measure, from->text, from->length);
    sheet->crlf = g_string_new(NULL);
    encoding_append(sheet->crlf, ENCODING_7BIT, from->text, from->length);
    sheet->quoted = g_string_new(NULL);
    encoding_append(sheet->quoted, ENCODING_QUOTED, from->text, from->length);
    sheet->measure.quoted_min = sheet->quoted->len;
    sheet->measure.quoted_max = sheet->quoted->len;
    sheet->has_word_start = memmem(from->text, from->length, WORD_START,
                                   strlen(WORD_START)) != NULL;
}

/* Own lines seldom turn the choice around; then the sheets are encoded for
 * that copy. */
static bool prefers_base64(const Stencil *stencil)
{
    size_t quoted = 0;
    size_t crlf = 0;
    for (size_t i = 0; i < stencil->count; i++) {
        quoted += stencil->sheets[i].quoted->len;
        crlf += stencil->sheets[i].crlf->len;
    }
    return quoted > encoding_base64_length(crlf);
}

static void fill_letters(Sheet *sheet)
{
    for (size_t phase = 0; phase < PHASES; phase++)
        sheet->letters[phase] = base64_from(sheet->crlf, phase);
}

Stencil *stencil_new(const StencilSheet *sheets, size_t count)
{
    Stencil *stencil = g_new(Stencil, 1);
    *stencil = (Stencil){g_new0(Sheet, count), count};
    for (size_t i = 0; i < count; i++)
        fill_sheet(&stencil->sheets[i], &sheets[i]);
    bool base64 = prefers_base64(stencil);
    for (size_t i = 0; i < count && base64; i++)
        fill_letters(&stencil->sheets[i]);
    return stencil;
}

void stencil_free(Stencil *stencil)
{
    if (stencil == NULL)
        return;
    for (size_t i = 0; i < stencil->count; i++) {
        Sheet *sheet = &stencil->sheets[i];
        g_string_free(sheet->crlf, TRUE);
        g_string_free(sheet->quoted, TRUE);
        for (size_t phase = 0; phase < PHASES; phase++)
            if (sheet->letters[phase] != NULL)
                g_string_free(sheet->letters[phase], TRUE);
    }
    g_free(stencil->sheets);
    g_free(stencil);
}

/* --- a copy --- */

void stencil_fill_init(StencilFill *fill)
{
    fill->own = g_string_new(NULL);
    fill->places = g_array_new(FALSE, FALSE, sizeof(StencilPlace));
}

void stencil_fill_truncate(StencilFill *fill)
{
    g_string_truncate(fill->own, 0);
    g_array_set_size(fill->places, 0);
}

void stencil_fill_clear(StencilFill *fill)
{
    g_string_free(fill->own, TRUE);
    g_array_unref(fill->places);
    *fill = (StencilFill){0};
}

/* A copy in its order: own lines, then a sheet, again and again; the last
 * piece has own lines only. Either may be missing. */
typedef struct Piece {
    const char *own;
    size_t length;
    const Sheet *sheet; /* NULL */
} Piece;

/* `index` goes from 0 to the number of places. */
static Piece piece_at(const StencilText *text, guint index)
{
    const StencilFill *fill = text->fill;
    const StencilPlace *places = (const StencilPlace *)(const void *)
                                     fill->places->data;
    guint count = fill->places->len;
    size_t from = index > 0 ? places[index - 1].at : 0;
    size_t to = index < count ? places[index].at : fill->own->len;
    Piece piece = {.own = fill->own->str + from, .length = to - from};
    assert(from <= to && to <= fill->own->len);
    if (index < count) {
        assert(text->stencil != NULL &&
               places[index].sheet < text->stencil->count);
        assert(to == from || fill->own->str[to - 1] == '\n');
        piece.sheet = &text->stencil->sheets[places[index].sheet];
    }
    return piece;
}

size_t stencil_length(const StencilText *text)
{
    size_t length = text->fill->own->len;
    for (guint i = 0; i < text->fill->places->len; i++)
        length += piece_at(text, i).sheet->length;
    return length;
}

static void add_measure(EncodingMeasure *sum, const EncodingMeasure *measure)
{
    sum->is_7bit = sum->is_7bit && measure->is_7bit;
    sum->crlf_length += measure->crlf_length;
    sum->quoted_min += measure->quoted_min;
    sum->quoted_max += measure->quoted_max;
}

/* With `tried` the own lines are encoded to know their length exactly. */
static EncodingMeasure measure(const StencilText *text, GString *tried)
{
    EncodingMeasure sum = {.is_7bit = true};
    for (guint i = 0; i <= text->fill->places->len; i++) {
        Piece piece = piece_at(text, i);
        EncodingMeasure own = {.is_7bit = sum.is_7bit};
        encoding_measure(&own, piece.own, piece.length);
        if (tried != NULL && piece.length > 0) {
            g_string_truncate(tried, 0);
            encoding_append(tried, ENCODING_QUOTED, piece.own, piece.length);
            own.quoted_min = own.quoted_max = tried->len;
        }
        add_measure(&sum, &own);
        if (piece.sheet != NULL)
            add_measure(&sum, &piece.sheet->measure);
    }
    return sum;
}

Encoding stencil_choose(const StencilText *text)
{
    Encoding encoding;
    EncodingMeasure sum = measure(text, NULL);
    if (encoding_decide(&sum, &encoding))
        return encoding;
    g_autoptr(GString) tried = g_string_new(NULL);
    sum = measure(text, tried);
    bool decided = encoding_decide(&sum, &encoding);
    assert(decided);
    return encoding;
}

/* --- base64 --- */

/* What has been written so far of a text in base64. */
typedef struct Base64 {
    GString *out;
    size_t column;
    char held[PHASES]; /* bytes that do not make a group yet */
    size_t held_count;
} Base64;

static void put_letters(Base64 *base64, const char *letters, size_t length)
{
    while (length > 0) {
        size_t room = ENCODING_BASE64_COLUMNS - base64->column;
        size_t taken = MIN(room, length);
        g_string_append_len(base64->out, letters, (gssize)taken);
        letters += taken;
        length -= taken;
        base64->column += taken;
        if (base64->column == ENCODING_BASE64_COLUMNS) {
            g_string_append_len(base64->out, "\r\n", 2);
            base64->column = 0;
        }
    }
}

static void put_held(Base64 *base64)
{
    char letters[4];
    encoding_put_base64(letters, base64->held, base64->held_count);
    put_letters(base64, letters, sizeof letters);
    base64->held_count = 0;
}

/* Fills up what is held from the start of `bytes`; gives how many it took. */
static size_t put_start(Base64 *base64, const GString *bytes)
{
    size_t taken = 0;
    while (base64->held_count % PHASES != 0 && taken < bytes->len)
        base64->held[base64->held_count++] = bytes->str[taken++];
    if (base64->held_count == PHASES)
        put_held(base64);
    return taken;
}

static void put_bytes(Base64 *base64, const GString *bytes,
                      GString *const ready[PHASES])
{
    size_t taken = put_start(base64, bytes);
    bool is_ready = ready != NULL && ready[taken] != NULL;
    g_autoptr(GString) made = is_ready ? NULL : base64_from(bytes, taken);
    const GString *letters = is_ready ? ready[taken] : made;
    put_letters(base64, letters->str, letters->len);
    for (taken += letters->len / 4 * 3; taken < bytes->len; taken++)
        base64->held[base64->held_count++] = bytes->str[taken];
}

static void append_base64(GString *out, const StencilText *text)
{
    Base64 base64 = {.out = out};
    g_autoptr(GString) crlf = g_string_new(NULL);
    for (guint i = 0; i <= text->fill->places->len; i++) {
        Piece piece = piece_at(text, i);
        if (piece.length > 0) {
            g_string_truncate(crlf, 0);
            encoding_append(crlf, ENCODING_7BIT, piece.own, piece.length);
            put_bytes(&base64, crlf, NULL);
        }
        if (piece.sheet != NULL)
            put_bytes(&base64, piece.sheet->crlf, piece.sheet->letters);
    }
    if (base64.held_count > 0)
        put_held(&base64);
    if (base64.column > 0)
        g_string_append_len(out, "\r\n", 2);
}

/* --- the text --- */

void stencil_append(GString *out, Encoding encoding, const StencilText *text)
{
    const GString *own = text->fill->own;
    if (text->fill->places->len == 0) {
        encoding_append(out, encoding, own->str, own->len);
        return;
    }
    if (encoding == ENCODING_BASE64) {
        append_base64(out, text);
        return;
    }
    for (guint i = 0; i <= text->fill->places->len; i++) {
        Piece piece = piece_at(text, i);
        if (piece.length > 0)
            encoding_append(out, encoding, piece.own, piece.length);
        if (piece.sheet == NULL)
            continue;
        const GString *lines = encoding == ENCODING_7BIT ? piece.sheet->crlf
                                                         : piece.sheet->quoted;
        g_string_append_len(out, lines->str, (gssize)lines->len);
    }
}

bool stencil_contains(const StencilText *text, const char *word)
{
    const GString *own = text->fill->own;
    size_t length = strlen(word);
    assert(g_str_has_prefix(word, WORD_START));
    if (memmem(own->str, own->len, word, length) != NULL)
        return true;
    for (guint i = 0; i < text->fill->places->len; i++) {
        const Sheet *sheet = piece_at(text, i).sheet;
        if (sheet->has_word_start &&
            memmem(sheet->crlf->str, sheet->crlf->len, word, length) != NULL)
            return true;
    }
    return false;
}
