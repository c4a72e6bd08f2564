/* wrap.c - greedy filling of lines, a unit that may not be broken at a time. */
#include "document/wrap.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "document/cluster.h"
#include "document/kinsoku.h"

/* So many words that look like structure may hang on one word. */
#define CHAIN_MAX 16

#define GLUE_BYTE '\x1c'
#define WHOLE_BYTE '\x1d'

/* What a character, or a run of such characters, is between two words. In a
 * run the highest decides. */
typedef enum {
    SPACE_NONE,  /* belongs to a word */
    SPACE_DROP,  /* does not come out */
    SPACE_ZERO,  /* a line may end, nothing comes out */
    SPACE_SOFT,  /* a blank; a line may end only where it would be too wide */
    SPACE_BLANK, /* a blank, and a line may end */
    SPACE_GLUE,  /* a blank, and no line may end */
    SPACE_BREAK, /* the line ends */
} Space;

/* What stands between two places where a line may end. */
typedef struct Unit {
    const char *start;
    const char *end;
    int width;
    Space before;         /* SPACE_NONE at the start of the text */
    int breaks;           /* with SPACE_BREAK: how many */
    bool is_plain;        /* visible ASCII only */
    bool is_soft;         /* holds a blank that may give way */
    bool is_whole_inside; /* begins inside WRAP_WHOLE */
} Unit;

typedef struct Reader {
    const char *at;
    const char *end;
    const char *soft_end; /* up to here SPACE_SOFT is SPACE_BLANK */
    Space before;
    int breaks;
    bool is_whole;
} Reader;

typedef struct Filler {
    GString *out;
    const WrapStyle *style;
    int first_width; /* of the prefixes */
    int rest_width;
    size_t line_start;
    int column; /* -1: no line is open */
    bool is_first;
    bool is_empty; /* nothing behind the prefix yet */
} Filler;

static bool is_visible(char byte)
{
    return byte > ' ' && byte < 0x7F;
}

/* How many characters of visible ASCII stand here, each a cluster of one
 * column: the next one is ASCII too, so that nothing combines with it. */
static size_t plain_run(const char *at, const char *end)
{
    const char *from = at;

    while (at < end && is_visible(*at))
        at++;
    if (at > from && at < end && ((unsigned char)*at & 0x80) != 0)
        at--;
    return (size_t)(at - from);
}

static Space classify_ascii(unsigned char byte)
{
    switch (byte) {
    case ' ':
    case '\t':
    case '\r':
    case '\f':
    case '\v':
        return SPACE_BLANK;
    case '\n':
        return SPACE_BREAK;
    case GLUE_BYTE:
        return SPACE_GLUE;
    case WHOLE_BYTE:
        return SPACE_NONE;
    default:
        return byte < 0x20 || byte == 0x7F ? SPACE_DROP : SPACE_NONE;
    }
}

static Space classify_code_point(uint32_t code_point)
{
    switch (code_point) {
    case 0x00A0:
    case 0x2007:
    case 0x202F:
        return SPACE_SOFT;
    case 0x200B:
        return SPACE_ZERO;
    case 0x2028:
    case 0x2029:
        return SPACE_BREAK;
    case 0x00AD:
    case 0xFEFF:
        return SPACE_DROP;
    default:
        /* C1 controls and bidi embeddings and overrides. */
        return code_point < 0xA0 ||
                       (code_point >= 0x202A && code_point <= 0x202E)
                   ? SPACE_DROP
                   : SPACE_NONE;
    }
}

static Space classify(const char *at, const char *end, size_t *used)
{
    unsigned char byte = (unsigned char)*at;

    *used = 1;
    if (byte < 0x80)
        return classify_ascii(byte);
    if (byte != 0xC2 && byte != 0xE2 && byte != 0xEF)
        return SPACE_NONE;
    return classify_code_point(
        cluster_code_point(at, (size_t)(end - at), used));
}

/* The run of spaces at `at`: what it is, and where it ends. */
static Space read_run(const Reader *reader, const char *at, const char **after,
                      int *breaks)
{
    Space run = SPACE_NONE;

    *breaks = 0;
    if (at + 1 < reader->end && *at == ' ' && is_visible(at[1])) {
        *after = at + 1; /* as nearly always */
        return SPACE_BLANK;
    }
    while (at < reader->end) {
        size_t used;
        Space space = classify(at, reader->end, &used);
        if (space == SPACE_NONE)
            break;
        if (space == SPACE_SOFT && at < reader->soft_end)
            space = SPACE_BLANK;
        if (space == SPACE_BREAK)
            ++*breaks;
        if (space > run)
            run = space;
        at += used;
    }
    *after = at;
    return run;
}

static void reader_skip(Reader *reader)
{
    const char *after;
    int breaks;
    Space run;

    if (reader->at < reader->end && is_visible(*reader->at))
        return;
    run = read_run(reader, reader->at, &after, &breaks);
    if (after == reader->at)
        return;
    reader->at = after;
    if (run > reader->before)
        reader->before = run;
    reader->breaks += breaks;
}

/* Decides over the run of spaces in the middle of a unit: true when the unit
 * goes on behind it. Else the unit ends, and the reader is at the next one. */
static bool passes_run(Reader *reader, Unit *unit)
{
    const char *after;
    int breaks;
    Space run = read_run(reader, reader->at, &after, &breaks);

    if (run == SPACE_DROP) {
        reader->at = after;
        return true;
    }
    if ((run != SPACE_SOFT && run != SPACE_GLUE) || after == reader->end) {
        unit->end = reader->at;
        reader->at = after;
        reader->before = run;
        reader->breaks = breaks;
        return false;
    }
    reader->at = after;
    unit->width++;
    unit->is_soft = unit->is_soft || run == SPACE_SOFT;
    return true;
}

/* The next unit; false at the end. */
static bool read_unit(Reader *reader, Unit *unit)
{
    Cluster last = {0, 0, 0};

    reader_skip(reader);
    if (reader->at == reader->end)
        return false;
    *unit = (Unit){.start = reader->at,
                   .before = reader->before,
                   .breaks = reader->breaks,
                   .is_plain = true,
                   .is_whole_inside = reader->is_whole};
    reader->before = SPACE_NONE;
    reader->breaks = 0;
    while (reader->at < reader->end) {
        Cluster cluster;
        size_t used = plain_run(reader->at, reader->end);
        if (used > 0 && last.width < 2) {
            /* Nothing wide on either side: no line may end before it. */
            unit->width += (int)used;
            reader->at += used;
            last = (Cluster){1, 1, (unsigned char)reader->at[-1]};
            continue;
        }
        if (*reader->at == WHOLE_BYTE) {
            unit->is_plain = false;
            reader->is_whole = !reader->is_whole;
            reader->at++;
            continue;
        }
        if (classify(reader->at, reader->end, &used) != SPACE_NONE) {
            if (!passes_run(reader, unit))
                return true;
            last = (Cluster){0, 0, 0};
            unit->is_plain = false;
            continue;
        }
        cluster = cluster_at(reader->at, (size_t)(reader->end - reader->at));
        if (last.length > 0 && !reader->is_whole &&
            kinsoku_may_break(&last, &cluster)) {
            reader->before = SPACE_ZERO;
            break;
        }
        unit->width += cluster.width;
        reader->at += cluster.length;
        last = cluster;
        unit->is_plain = false;
    }
    unit->end = reader->at;
    return true;
}

/* Only the marker, or the marker and then a blank. */
static bool ends_word(const Unit *unit, const char *at)
{
    size_t used;

    return at >= unit->end || classify(at, unit->end, &used) > SPACE_ZERO;
}

/* Does the unit look like a bullet, a number, a quote, a rule, … when it
 * begins a line? */
static bool is_structure(const Unit *unit)
{
    const char *at = unit->start;
    size_t length = (size_t)(unit->end - unit->start);

    if (g_ascii_islower(*at))
        return false; /* most words */
    if (strchr(">|#=-+", *at))
        return true;
    if (*at == '*') {
        while (at < unit->end && *at == '*')
            at++;
        return ends_word(unit, at);
    }
    if (length >= 3 && memcmp(at, "\xE2\x80\x94", 3) == 0) /* em dash */
        return true;
    if (length >= 3 && (memcmp(at, "\xE2\x80\x93", 3) == 0 || /* en dash */
                        memcmp(at, "\xE2\x80\xA2", 3) == 0))  /* bullet */
        return ends_word(unit, at + 3);
    if (length >= 4 && memcmp(at, "From", 4) == 0)
        return ends_word(unit, at + 4);
    if (!g_ascii_isdigit(*at))
        return false;
    while (at < unit->end && g_ascii_isdigit(*at))
        at++;
    return at < unit->end && (*at == '.' || *at == ')') &&
           ends_word(unit, at + 1);
}

static void append_unit_text(GString *out, const Unit *unit)
{
    const Reader all = {.end = unit->end};
    const char *at = unit->start;

    if (unit->is_plain) {
        g_string_append_len(out, at, unit->end - at);
        return;
    }
    while (at < unit->end) {
        const char *from = at;
        const char *after;
        size_t used = 0;
        int breaks;
        while (at < unit->end && *at != WHOLE_BYTE &&
               classify(at, unit->end, &used) == SPACE_NONE)
            at += used;
        g_string_append_len(out, from, at - from);
        if (at == unit->end)
            break;
        if (*at == WHOLE_BYTE) {
            at++;
            continue;
        }
        if (read_run(&all, at, &after, &breaks) > SPACE_ZERO)
            g_string_append_c(out, ' ');
        at = after;
    }
}

static void open_line(Filler *filler)
{
    const char *prefix = filler->is_first ? filler->style->first_prefix
                                          : filler->style->rest_prefix;

    filler->line_start = filler->out->len;
    g_string_append(filler->out, prefix);
    filler->column = filler->is_first ? filler->first_width
                                      : filler->rest_width;
    filler->is_first = false;
    filler->is_empty = true;
}

static void close_line(Filler *filler)
{
    GString *out = filler->out;

    if (filler->column < 0)
        return;
    while (out->len > filler->line_start && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    /* Only the signature mark may look like one. */
    if (strcmp(out->str + filler->line_start, "--") == 0)
        g_string_insert_c(out, (gssize)filler->line_start, ' ');
    g_string_append_c(out, '\n');
    filler->column = -1;
}

static void put_unit(Filler *filler, const Unit *unit)
{
    if (filler->column < 0)
        open_line(filler);
    if (!filler->is_empty && unit->before != SPACE_ZERO) {
        g_string_append_c(filler->out, ' ');
        filler->column++;
    }
    append_unit_text(filler->out, unit);
    filler->column += unit->width;
    filler->is_empty = false;
}

static int room(const Filler *filler)
{
    int prefix = filler->is_first ? filler->first_width : filler->rest_width;
    int left = filler->style->width - prefix;

    return left > 1 ? left : 1;
}

static bool fits(const Filler *filler, const Unit *unit, int width)
{
    int blank = unit->before == SPACE_ZERO ? 0 : 1;

    if (filler->column < 0)
        return width <= room(filler);
    if (filler->is_empty)
        blank = 0;
    return filler->column + blank + width <= filler->style->width;
}

/* The units hang together, but not even a line of their own can hold them:
 * then the width matters more. A word too wide keeps its first follower. */
static void put_chain_loose(Filler *filler, const Unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool stays = i == 1 && units[0].width > room(filler);
        if (!stays && !fits(filler, &units[i], units[i].width))
            close_line(filler);
        put_unit(filler, &units[i]);
    }
}

static void put_chain(Filler *filler, const Unit *units, size_t count)
{
    int width = units[0].width;

    for (size_t i = 1; i < count; i++)
        width += units[i].width + (units[i].before == SPACE_ZERO ? 0 : 1);
    if (!fits(filler, &units[0], width)) {
        if (width > room(filler)) {
            put_chain_loose(filler, units, count);
            return;
        }
        close_line(filler);
    }
    for (size_t i = 0; i < count; i++)
        put_unit(filler, &units[i]);
}

static void put_breaks(Filler *filler, int breaks)
{
    if (filler->is_first)
        return;
    close_line(filler);
    if (breaks > 1) {
        open_line(filler);
        close_line(filler);
    }
}

/* Must the unit stay with the one before it? */
static bool hangs_on(const Filler *filler, const Unit *unit)
{
    bool gives_way = unit->is_soft && unit->width > room(filler);

    return unit->before != SPACE_BREAK && !gives_way && is_structure(unit);
}

void wrap_append(GString *out, const char *text, size_t length,
                 const WrapStyle *style)
{
    Reader reader = {.at = text, .end = text + length};
    Filler filler = {.out = out,
                     .style = style,
                     .first_width = wrap_width(style->first_prefix,
                                               strlen(style->first_prefix)),
                     .rest_width = wrap_width(style->rest_prefix,
                                              strlen(style->rest_prefix)),
                     .column = -1,
                     .is_first = true};
    Unit units[CHAIN_MAX + 1];
    bool has_unit = read_unit(&reader, &units[0]);

    while (has_unit) {
        size_t count = 1;
        if (units[0].is_soft && units[0].width > room(&filler)) {
            /* Read it again, its unbreakable blanks breakable. */
            reader.at = units[0].start;
            reader.soft_end = units[0].end;
            reader.before = units[0].before;
            reader.breaks = units[0].breaks;
            reader.is_whole = units[0].is_whole_inside;
            (void)read_unit(&reader, &units[0]);
        }
        if (units[0].before == SPACE_BREAK)
            put_breaks(&filler, units[0].breaks);
        while ((has_unit = read_unit(&reader, &units[count])) &&
               count < CHAIN_MAX && hangs_on(&filler, &units[count]))
            count++;
        put_chain(&filler, units, count);
        if (has_unit)
            units[0] = units[count];
    }
    close_line(&filler);
}

int wrap_width(const char *text, size_t length)
{
    int width = 0;

    while (length > 0) {
        size_t run = plain_run(text, text + length);
        if (run == 0) {
            Cluster cluster = cluster_at(text, length);
            run = cluster.length;
            width += *text == GLUE_BYTE ? 1 : cluster.width;
        } else {
            width += (int)run;
        }
        text += run;
        length -= run;
    }
    return width;
}

int wrap_widest_word(const char *text, size_t length)
{
    Reader reader = {.at = text, .end = text + length};
    Unit unit;
    int widest = 0;

    while (read_unit(&reader, &unit))
        if (unit.width > widest)
            widest = unit.width;
    return widest;
}
