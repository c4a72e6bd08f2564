#include "letter/text_compile.h"

#include <string.h>

#include "base/error.h"
#include "document/text_write.h"

typedef struct Compiler {
    Program *program;
    const Slots *slots;
    const GPtrArray *pieces;
    int width;
} Compiler;

static bool is_edge(const Slot *slot)
{
    return slot->kind == SLOT_IF || slot->kind == SLOT_UNLESS ||
           slot->kind == SLOT_ELSE || slot->kind == SLOT_END;
}

static bool append_pieces(const Compiler *compiler, GError **error)
{
    for (guint i = 0; i < compiler->pieces->len; i++) {
        const TextPiece *piece = g_ptr_array_index(compiler->pieces, i);
        Layout layout = {.kind = LAYOUT_PARAGRAPH,
                         .first_prefix = piece->first_prefix,
                         .rest_prefix = piece->rest_prefix,
                         .width = piece->width};
        size_t length = strlen(piece->text);
        bool good = piece->first_prefix == NULL
                        ? program_append(compiler->program, compiler->slots,
                                         piece->text, length, error)
                        : program_append_layout(compiler->program,
                                                compiler->slots, piece->text,
                                                length, &layout, error);
        if (!good)
            return false;
    }
    return true;
}

/* The line's end, and how deep in sections it is. */
static const char *find_line_end(const Compiler *compiler, const char *at,
                                 int *depth)
{
    while (*at != '\n' && *at != '\0') {
        size_t length;
        GapPlace place;
        int index;
        const Slot *slot = slots_match(compiler->slots, at, &length, &place,
                                       &index);
        if (slot == NULL) {
            at++;
            continue;
        }
        if (slot->kind == SLOT_IF || slot->kind == SLOT_UNLESS)
            (*depth)++;
        else if (slot->kind == SLOT_END)
            (*depth)--;
        at += length;
    }
    return at;
}

/* As many lines as a section that begins amid the first one needs. */
static const char *find_group_end(const Compiler *compiler, const char *at)
{
    int depth = 0;

    for (;;) {
        at = find_line_end(compiler, at, &depth);
        if (*at == '\0')
            return at;
        at++;
        if (depth <= 0)
            return at;
    }
}

static bool compile_lines(const Compiler *compiler, const char **at,
                          GError **error)
{
    const char *end = find_group_end(compiler, *at);
    Layout layout = {.kind = LAYOUT_LINES, .width = compiler->width};
    const char *from = *at;

    *at = end;
    return program_append_layout(compiler->program, compiler->slots, from,
                                 (size_t)(end - from), &layout, error);
}

static bool compile_rule(const Compiler *compiler, const Slot *slot,
                         const char **at, GError **error)
{
    Layout layout = {
        .kind = LAYOUT_RULED, .rule = slot->rule, .width = compiler->width};
    size_t length = strcspn(*at, "\n");
    const char *from = *at;

    *at += length + ((*at)[length] == '\n');
    return program_append_layout(compiler->program, compiler->slots, from,
                                 length, &layout, error);
}

static bool compile_content(const Compiler *compiler, const Slot *slot,
                            const char **at, GError **error)
{
    size_t blanks = strspn(*at, " \t");
    char next = (*at)[blanks];

    if (next != '\n' && next != '\0') {
        error_set_at(error, ERROR_INPUT, slot->place,
                     "`content` must have a line of its own");
        return false;
    }
    *at += blanks + (next == '\n');
    return append_pieces(compiler, error);
}

/* At the beginning of a line. */
static bool compile_next(const Compiler *compiler, const char **at,
                         GError **error)
{
    size_t length;
    GapPlace place;
    int index;
    const Slot *slot = slots_match(compiler->slots, *at, &length, &place,
                                   &index);
    const char *gap = *at;

    if (slot == NULL)
        return compile_lines(compiler, at, error);
    if (slot->kind == SLOT_CONTENT) {
        *at += length;
        return compile_content(compiler, slot, at, error);
    }
    if (slot->kind == SLOT_RULE) {
        *at += length;
        return compile_rule(compiler, slot, at, error);
    }
    if (!is_edge(slot) || !slot->block)
        return compile_lines(compiler, at, error);
    *at += length;
    return program_append(compiler->program, compiler->slots, gap, length,
                          error);
}

bool text_compile(Program *program, const Slots *slots, const char *gapped,
                  const GPtrArray *pieces, int width, GError **error)
{
    Compiler compiler = {program, slots, pieces, width};

    while (*gapped != '\0') {
        if (!compile_next(&compiler, &gapped, error))
            return false;
    }
    return true;
}
