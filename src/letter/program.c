#include "letter/program.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "document/wrap.h"
#include "letter/text_lines.h"

#define SHEET_MIN 80 /* bytes; fewer cost no time to encode */

static void clear_layout(void *data)
{
    Layout *layout = data;

    g_free(layout->first_prefix);
    g_free(layout->rest_prefix);
}

Program *program_new(ProgramKind kind)
{
    Program *program = g_new0(Program, 1);

    program->kind = kind;
    program->literals = g_string_new(NULL);
    program->ops = g_array_new(FALSE, TRUE, sizeof(Op));
    program->layouts = g_array_new(FALSE, TRUE, sizeof(Layout));
    g_array_set_clear_func(program->layouts, clear_layout);
    program->sheets = g_array_new(FALSE, TRUE, sizeof(StencilSheet));
    program->open = g_array_new(FALSE, TRUE, sizeof(guint));
    return program;
}

void program_free(Program *program)
{
    if (program == NULL)
        return;
    g_string_free(program->literals, TRUE);
    g_array_unref(program->ops);
    g_array_unref(program->layouts);
    g_array_unref(program->sheets);
    g_array_unref(program->open);
    g_free(program);
}

static Op *op_at(const Program *program, guint index)
{
    return &g_array_index(program->ops, Op, index);
}

/* Literals grow together unless somebody jumps in between. */
void program_append_literal(Program *program, const char *text, size_t length)
{
    guint count = program->ops->len;
    Op op = {.kind = OP_LITERAL,
             .offset = program->literals->len,
             .length = length,
             .sheet = -1};

    if (length == 0)
        return;
    g_string_append_len(program->literals, text, (gssize)length);
    if (count > program->barrier &&
        op_at(program, count - 1)->kind == OP_LITERAL) {
        op_at(program, count - 1)->length += length;
        return;
    }
    g_array_append_val(program->ops, op);
}

static void begin_section(Program *program, OpKind kind, int slot)
{
    Op op = {.kind = kind, .slot = slot, .target = -1};
    guint index = program->ops->len;

    g_array_append_val(program->ops, op);
    g_array_append_val(program->open, index);
}

static bool refuse(const Slot *slot, const char *what, GError **error)
{
    error_set_at(error, ERROR_INPUT, slot->place, "%s", what);
    return false;
}

static bool continue_section(Program *program, const Slot *slot, GError **error)
{
    Op jump = {.kind = OP_JUMP, .target = -1};
    guint last = program->open->len;

    if (last == 0)
        return refuse(slot, "this section does not hold whole elements", error);
    guint *opener = &g_array_index(program->open, guint, last - 1);
    guint jump_index = program->ops->len;
    if (slot->kind == SLOT_ELSE)
        g_array_append_val(program->ops, jump);
    op_at(program, *opener)->target = (int)program->ops->len;
    program->barrier = program->ops->len;
    if (slot->kind == SLOT_ELSE)
        *opener = jump_index;
    else
        g_array_set_size(program->open, last - 1);
    return true;
}

static bool append_gap(Program *program, const Slot *slot, int index,
                       GapPlace place, GError **error)
{
    Op field = {.kind = OP_FIELD, .slot = index, .place = place};

    switch (slot->kind) {
    case SLOT_FIELD:
        g_array_append_val(program->ops, field);
        return true;
    case SLOT_IF:
        begin_section(program, OP_NEED_SET, index);
        return true;
    case SLOT_UNLESS:
        begin_section(program, OP_NEED_EMPTY, index);
        return true;
    case SLOT_ELSE:
    case SLOT_END:
        return continue_section(program, slot, error);
    case SLOT_CONTENT:
        return refuse(slot, "`content` must have a line of its own", error);
    case SLOT_RULE:
        return refuse(slot,
                      "a value with `underline` must have a line of its own",
                      error);
    case SLOT_BROKEN:
        return refuse(slot, slot->problem, error);
    }
    g_assert_not_reached();
}

/* A page has one line for each edge of a section, which would stay empty. */
static bool ends_empty_line(const Program *program, const Slot *slot,
                            const char *text, const char *gap, size_t length)
{
    bool edge = slot->kind == SLOT_IF || slot->kind == SLOT_UNLESS ||
                slot->kind == SLOT_ELSE || slot->kind == SLOT_END;

    return program->kind == PROGRAM_HTML && edge && gap > text &&
           gap[-1] == '\n' && gap[length] == '\n';
}

bool program_append(Program *program, const Slots *slots, const char *text,
                    size_t length, GError **error)
{
    const char *end = text + length;
    const char *from = text;
    const char *at = text;

    while ((at = memmem(at, (size_t)(end - at), slots->prefix,
                        GAP_PREFIX_LENGTH)) != NULL) {
        size_t gap_length;
        GapPlace place;
        int index;
        const Slot *slot = slots_match(slots, at, &gap_length, &place, &index);
        if (slot == NULL) {
            at++;
            continue;
        }
        program_append_literal(program, from, (size_t)(at - from));
        if (!append_gap(program, slot, index, place, error))
            return false;
        gap_length += ends_empty_line(program, slot, text, at, gap_length);
        at += gap_length;
        from = at;
    }
    program_append_literal(program, from, (size_t)(end - from));
    return true;
}

void layout_append(const Layout *layout, const char *text, size_t length,
                   GString *out)
{
    WrapStyle style = {layout->first_prefix, layout->rest_prefix,
                       layout->width};

    switch (layout->kind) {
    case LAYOUT_PARAGRAPH:
        wrap_append(out, text, length, &style);
        return;
    case LAYOUT_LINES:
        text_lines_append(out, text, length, layout->width);
        return;
    case LAYOUT_RULED:
        text_lines_append_ruled(out, text, length, layout->rule, layout->width);
        return;
    }
}

static void append_laid_out(Program *program, const char *text, size_t length,
                            const Layout *layout)
{
    g_autoptr(GString) out = g_string_new(NULL);

    layout_append(layout, text, length, out);
    program_append_literal(program, out->str, out->len);
}

bool program_append_layout(Program *program, const Slots *slots,
                           const char *text, size_t length,
                           const Layout *layout, GError **error)
{
    Op fill = {.kind = OP_FILL};
    Op wrap = {.kind = OP_WRAP, .layout = (int)program->layouts->len};
    Layout copy = *layout;

    if (memmem(text, length, slots->prefix, GAP_PREFIX_LENGTH) == NULL) {
        append_laid_out(program, text, length, layout);
        return true;
    }
    copy.first_prefix = g_strdup(layout->first_prefix);
    copy.rest_prefix = g_strdup(layout->rest_prefix);
    g_array_append_val(program->layouts, copy);
    g_array_append_val(program->ops, fill);
    if (!program_append(program, slots, text, length, error))
        return false;
    g_array_append_val(program->ops, wrap);
    return true;
}

/* A gap whose letters were changed (in a host name) is no gap any more. */
static bool refuse_lost(const Slots *slots, const char *lost, GError **error)
{
    const char *digits = lost + GAP_PREFIX_LENGTH + 1;
    guint64 index = g_ascii_strtoull(digits, NULL, 10);

    if (!g_ascii_isdigit(*digits) || index >= slots->table->len) {
        error_set(error, ERROR_INPUT,
                  "a field stands where none can be filled in");
        return false;
    }
    const Slot *slot = slots_at(slots, (int)index);
    error_set_at(error, ERROR_INPUT, slot->place,
                 "`%s` may not stand here: no value can be filled in",
                 slot->source != NULL            ? slot->source
                 : slot->expression.name != NULL ? slot->expression.name
                                                 : "this section");
    return false;
}

/* The whole lines of a literal: from behind its first line end, or from the
 * start of the part, to its last line end. */
static bool find_sheet(const Program *program, guint index, StencilSheet *sheet)
{
    const Op *op = op_at(program, index);
    const char *text = program->literals->str + op->offset;
    const char *start = index == 0 ? text : memchr(text, '\n', op->length);
    const char *end = text + op->length;

    if (start == NULL)
        return false;
    start += index > 0;
    while (end > start && end[-1] != '\n')
        end--;
    *sheet = (StencilSheet){start, (size_t)(end - start)};
    return sheet->length >= SHEET_MIN;
}

static void find_sheets(Program *program)
{
    bool laid_out = false;

    for (guint i = 0; i < program->ops->len; i++) {
        Op *op = op_at(program, i);
        StencilSheet sheet;
        if (op->kind == OP_FILL || op->kind == OP_WRAP)
            laid_out = op->kind == OP_FILL;
        if (op->kind != OP_LITERAL || laid_out ||
            !find_sheet(program, i, &sheet))
            continue;
        op->sheet = (int)program->sheets->len;
        g_array_append_val(program->sheets, sheet);
    }
}

bool program_finish(Program *program, const Slots *slots, GError **error)
{
    const char *lost = strcasestr(program->literals->str, slots->prefix);

    if (lost != NULL)
        return refuse_lost(slots, lost, error);
    if (program->open->len > 0) {
        guint index = g_array_index(program->open, guint, 0);
        while (op_at(program, index)->kind == OP_JUMP)
            index--;
        error_set_at(error, ERROR_INPUT,
                     slots_at(slots, op_at(program, index)->slot)->place,
                     "this section does not hold whole elements");
        return false;
    }
    find_sheets(program);
    return true;
}

/* --- digest --- */

static void digest_text(GChecksum *checksum, const char *text, size_t length)
{
    g_autofree char *head = g_strdup_printf("%" G_GSIZE_FORMAT ":",
                                            (gsize)length);

    g_checksum_update(checksum, (const guchar *)head, -1);
    g_checksum_update(checksum, (const guchar *)text, (gssize)length);
}

static void digest_expression(GChecksum *checksum, const Expression *from)
{
    digest_text(checksum, from->name, strlen(from->name));
    for (unsigned i = 0; i < expression_filter_count(from); i++) {
        const Filter *filter = expression_filter(from, i);
        const char *text = filter->text != NULL ? filter->text : "";
        g_autofree char *head = g_strdup_printf(
            "|%d,%" G_GINT64_FORMAT ",", (int)filter->kind, filter->number);
        digest_text(checksum, head, strlen(head));
        digest_text(checksum, text, strlen(text));
    }
}

static void digest_layout(GChecksum *checksum, const Layout *layout)
{
    const char *first = layout->first_prefix;
    const char *rest = layout->rest_prefix;
    g_autofree char *text = g_strdup_printf(
        "%d,%d,%d,%s,%s", (int)layout->kind, layout->rule, layout->width,
        first != NULL ? first : "", rest != NULL ? rest : "");

    digest_text(checksum, text, strlen(text));
}

void program_digest(const Program *program, const Slots *slots,
                    GChecksum *checksum)
{
    for (guint i = 0; i < program->ops->len; i++) {
        const Op *op = op_at(program, i);
        g_autofree char *head = g_strdup_printf(
            "%d,%c,%d;", (int)op->kind,
            op->kind == OP_FIELD ? (char)op->place : '-', op->target);
        g_checksum_update(checksum, (const guchar *)head, -1);
        if (op->kind == OP_LITERAL)
            digest_text(checksum, program->literals->str + op->offset,
                        op->length);
        else if (op->kind == OP_WRAP)
            digest_layout(checksum, &g_array_index(program->layouts, Layout,
                                                   (guint)op->layout));
        else if (op->kind != OP_JUMP && op->kind != OP_FILL)
            digest_expression(checksum, &slots_at(slots, op->slot)->expression);
    }
}
