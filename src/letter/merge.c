#include "letter/merge.h"

#include <string.h>

#include "document/ascii.h"
#include "letter/escape.h"
#include "letter/words.h"

#define ISOLATE_BEGIN "\xe2\x81\xa8"
#define ISOLATE_END "\xe2\x81\xa9"

/* "ada@example.org (lists/news.csv:17)" */
static char *describe(const Subscriber *subscriber)
{
    if (subscriber == NULL)
        return g_strdup("this recipient");
    const char *address = subscriber_address(subscriber)->text;
    const char *file = subscriber_file(subscriber);
    if (file == NULL)
        return g_strdup(address);
    return g_strdup_printf("%s (%s:%d)", address, file,
                           subscriber_line(subscriber));
}

static void refuse_empty(const MergeInput *input, const Slot *slot,
                         GError **error)
{
    g_autofree char *who = describe(input->subscriber);
    const char *name = slot->expression.name;

    error_set_at(error, ERROR_INPUT, slot->place,
                 "`%s` is empty for %s; {{ %s | default: \"…\" }} says what "
                 "to write then",
                 name, who, name);
}

static void append_ascii(const MergeInput *input, const char *value,
                         GString *out)
{
    g_autoptr(GString) escaped = g_string_new(NULL);

    escape_text(escaped, value);
    ascii_append(out, escaped->str, escaped->len, input->ascii_lang);
}

/* A field of ways.h: the program's own, and so without surprises. */
static bool is_way(const Slot *slot)
{
    return slot->field >= MERGE_FIELDS_MAX;
}

static void append_isolated(const MergeInput *input, ProgramKind kind,
                            const Slot *slot, const char *value, GString *out)
{
    bool isolated = input->isolate && value[0] != '\0' && !is_way(slot);
    if (isolated)
        g_string_append(out, ISOLATE_BEGIN);
    if (kind == PROGRAM_HTML)
        escape_html(out, value);
    else if (input->ascii_lang != NULL)
        append_ascii(input, value, out);
    else
        escape_text(out, value);
    if (isolated)
        g_string_append(out, ISOLATE_END);
}

static bool append_address(const MergeInput *input, ProgramKind kind,
                           const Slot *slot, const char *value, GString *out,
                           GError **error)
{
    if (escape_url_whole(out, value, kind == PROGRAM_HTML))
        return true;
    g_autofree char *who = describe(input->subscriber);
    error_set_at(error, ERROR_INPUT, slot->place,
                 "`%s` of %s is no https, http or mailto address: `%s`",
                 slot->expression.name, who, value);
    return false;
}

static bool append_value(const MergeInput *input, ProgramKind kind,
                         const Op *op, const char *value, GString *out,
                         GError **error)
{
    const Slot *slot = slots_at(input->slots, op->slot);
    bool encoded = expression_has(&slot->expression, FILTER_URL);

    if (kind == PROGRAM_SUBJECT) {
        g_string_append(out, value);
        return true;
    }
    switch (op->place) {
    case GAP_TEXT:
        append_isolated(input, kind, slot, value, out);
        return true;
    case GAP_URL_PART:
        if (encoded)
            g_string_append(out, value);
        else
            escape_url_part(out, value);
        return true;
    case GAP_URL_WHOLE:
        return value[0] == '\0' ||
               append_address(input, kind, slot, value, out, error);
    }
    g_assert_not_reached();
}

static const char *value_of(const MergeInput *input, const Op *op)
{
    const char *value = input->values[slots_at(input->slots, op->slot)->field];

    return value != NULL ? value : "";
}

static bool run_field(const MergeInput *input, ProgramKind kind, const Op *op,
                      GString *out, GError **error)
{
    const Slot *slot = slots_at(input->slots, op->slot);
    const Expression *expression = &slot->expression;
    const char *value = value_of(input, op);
    g_autoptr(GString) filtered = NULL;

    if (expression->filters != NULL) {
        const Words *words = input->words != NULL ? input->words
                                                  : words_for(NULL);
        filtered = g_string_new(value);
        for (unsigned i = 0; i < expression->filters->len; i++) {
            if (!filter_apply(expression_filter(expression, i), words,
                              slot->place, filtered, error))
                return false;
        }
        value = filtered->str;
    }
    if (value[0] == '\0' && !is_way(slot) &&
        !expression_has(expression, FILTER_DEFAULT)) {
        refuse_empty(input, slot, error);
        return false;
    }
    return append_value(input, kind, op, value, out, error);
}

static void append_literal(const Program *program, const Op *op, GString *out,
                           GArray *places)
{
    const char *text = program->literals->str + op->offset;
    size_t length = op->length;

    if (places != NULL && op->sheet >= 0) {
        const StencilSheet *sheet = &g_array_index(
            program->sheets, StencilSheet, (guint)op->sheet);
        g_string_append_len(out, text, sheet->text - text);
        StencilPlace place = {out->len, (size_t)op->sheet};
        g_array_append_val(places, place);
        length -= (size_t)(sheet->text - text) + sheet->length;
        text = sheet->text + sheet->length;
    }
    g_string_append_len(out, text, (gssize)length);
}

/* `places` may be NULL: then the sheets are copied too. */
static bool run(const Program *program, const MergeInput *input, GString *out,
                GArray *places, GString *scratch, GError **error)
{
    const Op *ops = (const Op *)(void *)program->ops->data;
    guint count = program->ops->len;
    GString *into = out;

    for (guint i = 0; i < count; i++) {
        const Op *op = &ops[i];
        switch (op->kind) {
        case OP_LITERAL:
            append_literal(program, op, into, into == out ? places : NULL);
            break;
        case OP_FIELD:
            if (!run_field(input, program->kind, op, into, error))
                return false;
            break;
        case OP_NEED_SET:
        case OP_NEED_EMPTY:
            if ((value_of(input, op)[0] != '\0') != (op->kind == OP_NEED_SET))
                i = (guint)op->target - 1;
            break;
        case OP_JUMP:
            i = (guint)op->target - 1;
            break;
        case OP_FILL:
            g_string_truncate(scratch, 0);
            into = scratch;
            break;
        case OP_WRAP:
            into = out;
            layout_append(
                &g_array_index(program->layouts, Layout, (guint)op->layout),
                scratch->str, scratch->len, out);
            break;
        }
    }
    return true;
}

bool merge_run(const Program *program, const MergeInput *input, GString *out,
               GString *scratch, GError **error)
{
    return run(program, input, out, NULL, scratch, error);
}

bool merge_fill(const Program *program, const MergeInput *input,
                StencilFill *fill, GString *scratch, GError **error)
{
    return run(program, input, fill->own, fill->places, scratch, error);
}
