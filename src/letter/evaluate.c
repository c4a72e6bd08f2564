#include "letter/evaluate.h"

#include <string.h>

/* What a section has brought into view: a named item or an unnamed one. */
typedef struct Frame Frame;
struct Frame {
    const Frame *outer;
    const char *name; /* NULL: `.` and, of a map, its keys */
    Datum datum;
};

typedef struct Evaluation {
    const Scope *scope;
    Slots *slots;
    Target *target;
    Findings *findings;
    int conditions; /* recipient's sections around this place */
    bool has_content;
    int steps; /* nodes run, against loops that print nothing */
} Evaluation;

typedef enum { FOUND, RECIPIENT, UNKNOWN } Lookup;

static bool run_nodes(Evaluation *evaluation, const TemplateNode *node,
                      const Frame *frame, GError **error);

static bool find_in_frame(const Frame *frame, const char *name, Lookup *lookup,
                          Datum *datum)
{
    size_t length = frame->name != NULL ? strlen(frame->name) : 0;

    if (frame->name == NULL) {
        *lookup = FOUND;
        if (strcmp(name, ".") != 0)
            return datum_member(&frame->datum, name, datum);
        *datum = frame->datum;
        return true;
    }
    if (strncmp(name, frame->name, length) != 0 ||
        (name[length] != '\0' && name[length] != '.'))
        return false;
    *lookup = FOUND;
    *datum = frame->datum;
    if (name[length] == '.' &&
        !datum_member(&frame->datum, name + length + 1, datum))
        *lookup = UNKNOWN;
    return true;
}

static Lookup find(const Evaluation *evaluation, const Frame *frame,
                   const char *name, Datum *datum)
{
    Lookup lookup = UNKNOWN;

    *datum = (Datum){.kind = DATUM_NONE};
    for (; frame != NULL; frame = frame->outer) {
        if (find_in_frame(frame, name, &lookup, datum))
            return lookup;
    }
    if (!scope_owns(name) || scope_is_personal(evaluation->scope, name))
        return RECIPIENT;
    return scope_find(evaluation->scope, name, datum) ? FOUND : UNKNOWN;
}

static bool refuse_unknown(const Evaluation *evaluation,
                           const Expression *expression, GError **error)
{
    g_autofree char *hint = scope_hint(evaluation->scope, expression->name,
                                       true);

    error_set_at(error, ERROR_INPUT, expression->place, "no value `%s`%s",
                 expression->name, hint);
    return false;
}

/* A front matter need not have every key that a template asks for; but what
 * is nearly a known name is a slip. */
static bool may_be_missing(const Evaluation *evaluation,
                           const Expression *expression)
{
    g_autofree char *hint = NULL;

    if (!g_str_has_prefix(expression->name, "post."))
        return !scope_is_family(expression->name) &&
               strchr(expression->name, '.') != NULL;
    hint = scope_hint(evaluation->scope, expression->name, false);
    return hint[0] == '\0';
}

static bool add_gap(Evaluation *evaluation, SlotKind kind,
                    const TemplateNode *node, char rule, GError **error)
{
    Slot slot = {.kind = kind,
                 .place = node->expression.place,
                 .conditional = evaluation->conditions > 0,
                 .block = node->block,
                 .rule = rule};

    if (kind == SLOT_FIELD || kind == SLOT_IF || kind == SLOT_UNLESS)
        expression_copy(&slot.expression, &node->expression);
    int index = slots_add(evaluation->slots, &slot, error);
    return index >= 0 &&
           evaluation->target->slot(evaluation->target, index, error);
}

/* --- values --- */

static bool run_own(Evaluation *evaluation, const TemplateNode *node,
                    const Datum *datum, GError **error)
{
    Target *target = evaluation->target;
    Place place = node->expression.place;
    Slot slot = {.kind = SLOT_CONTENT, .place = place};

    if (strcmp(node->expression.name, "content") != 0)
        return target->own(target, -1, datum->text, place, error);
    if (evaluation->has_content) {
        error_set_at(error, ERROR_INPUT, place,
                     "`content` stands in the template already");
        return false;
    }
    evaluation->has_content = true;
    int index = slots_add(evaluation->slots, &slot, error);
    return index >= 0 && target->own(target, index, NULL, place, error);
}

static char *join_lines(const char *text, const char *separator)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) full = g_ptr_array_new();

    for (int i = 0; lines[i] != NULL; i++) {
        g_strstrip(lines[i]);
        if (lines[i][0] != '\0')
            g_ptr_array_add(full, lines[i]);
    }
    g_ptr_array_add(full, NULL);
    return g_strjoinv(separator, (char **)full->pdata);
}

/* The filters that look at more than a text come first; `*done` of them. */
static char *first_text(const Evaluation *evaluation, const Datum *datum,
                        const Expression *expression, unsigned *done)
{
    const Filter *filter = expression_filter_count(expression) > 0
                               ? expression_filter(expression, 0)
                               : NULL;

    *done = 1;
    if (filter != NULL && filter->kind == FILTER_JOIN &&
        datum->kind == DATUM_LIST)
        return datum_join(datum, filter->text, filter->text);
    if (filter != NULL && filter->kind == FILTER_JOIN &&
        datum->kind == DATUM_TEXT)
        return join_lines(datum->text, filter->text);
    if (filter != NULL && filter->kind == FILTER_DATE &&
        datum->kind == DATUM_DATE) {
        char *text = words_date(scope_words(evaluation->scope), datum->date,
                                filter->text);
        return g_strstrip(text);
    }
    *done = 0;
    return datum_text(datum, scope_words(evaluation->scope));
}

static bool apply_filters(const Evaluation *evaluation,
                          const Expression *expression, unsigned from,
                          GString *text, GError **error)
{
    bool gapped = slots_find(evaluation->slots, text->str) != NULL;

    for (unsigned i = from; i < expression_filter_count(expression); i++) {
        const Filter *filter = expression_filter(expression, i);
        bool harmless = filter->kind == FILTER_UNDERLINE ||
                        filter->kind == FILTER_DEFAULT ||
                        filter->kind == FILTER_STRIP;
        if (gapped && !harmless) {
            error_set_at(error, ERROR_INPUT, expression->place,
                         "`%s` has a recipient's field in it, so `%s` "
                         "cannot be used here",
                         expression->name, filter_name(filter->kind));
            return false;
        }
        if (!filter_apply(filter, scope_words(evaluation->scope),
                          expression->place, text, error))
            return false;
    }
    return true;
}

static char rule_of(const Expression *expression)
{
    unsigned count = expression_filter_count(expression);

    if (count == 0)
        return '\0';
    const Filter *last = expression_filter(expression, count - 1);
    if (last->kind != FILTER_UNDERLINE)
        return '\0';
    return last->text[0];
}

static void note_empty(const Evaluation *evaluation,
                       const Expression *expression)
{
    if (expression_has(expression, FILTER_DEFAULT) ||
        strcmp(expression->name, "preheader") == 0)
        return;
    findings_add(evaluation->findings, SEVERITY_WARNING, "template",
                 expression->place,
                 "`%s` is empty here; {{#if %s}} leaves the place out",
                 expression->name, expression->name);
}

static bool run_known_value(Evaluation *evaluation, const TemplateNode *node,
                            const Datum *datum, GError **error)
{
    const Expression *expression = &node->expression;
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned done = 0;

    if (datum->kind == DATUM_MAP) {
        error_set_at(error, ERROR_INPUT, expression->place,
                     "`%s` is a map; name one of its keys, `%s.…`",
                     expression->name, expression->name);
        return false;
    }
    g_autofree char *first = first_text(evaluation, datum, expression, &done);
    g_string_assign(text, first);
    if (!apply_filters(evaluation, expression, done, text, error))
        return false;
    if (text->len == 0) {
        note_empty(evaluation, expression);
        return true;
    }
    char rule = rule_of(expression);
    if (rule != '\0' && !add_gap(evaluation, SLOT_RULE, node, rule, error))
        return false;
    return evaluation->target->value(evaluation->target, text->str, expression,
                                     error);
}

static bool run_recipient_value(Evaluation *evaluation,
                                const TemplateNode *node, GError **error)
{
    const Expression *expression = &node->expression;
    char rule = rule_of(expression);

    if (expression_has(expression, FILTER_JOIN)) {
        error_set_at(error, ERROR_INPUT, expression->place,
                     "`join` is for lists; the field `%s` is one text",
                     expression->name);
        return false;
    }
    if (rule != '\0' && !add_gap(evaluation, SLOT_RULE, node, rule, error))
        return false;
    return add_gap(evaluation, SLOT_FIELD, node, '\0', error);
}

static bool run_value(Evaluation *evaluation, const TemplateNode *node,
                      const Frame *frame, GError **error)
{
    const Expression *expression = &node->expression;
    Datum datum;

    switch (find(evaluation, frame, expression->name, &datum)) {
    case RECIPIENT:
        return run_recipient_value(evaluation, node, error);
    case UNKNOWN:
        if (!expression_has(expression, FILTER_DEFAULT) ||
            !may_be_missing(evaluation, expression))
            return refuse_unknown(evaluation, expression, error);
        break;
    case FOUND:
        if (datum.kind == DATUM_OWN)
            return run_own(evaluation, node, &datum, error);
        break;
    }
    return run_known_value(evaluation, node, &datum, error);
}

/* --- sections --- */

static bool run_recipient_section(Evaluation *evaluation,
                                  const TemplateNode *node, const Frame *frame,
                                  GError **error)
{
    if (node->kind == TEMPLATE_EACH) {
        error_set_at(error, ERROR_INPUT, node->expression.place,
                     "{{#each}} goes through lists of the post; the field "
                     "`%s` is one text",
                     node->expression.name);
        return false;
    }
    evaluation->conditions++;
    if (!add_gap(evaluation, node->inverted ? SLOT_UNLESS : SLOT_IF, node, '\0',
                 error) ||
        !run_nodes(evaluation, node->children, frame, error))
        return false;
    if (node->otherwise != NULL &&
        (!add_gap(evaluation, SLOT_ELSE, node, '\0', error) ||
         !run_nodes(evaluation, node->otherwise, frame, error)))
        return false;
    evaluation->conditions--;
    return add_gap(evaluation, SLOT_END, node, '\0', error);
}

static bool run_items(Evaluation *evaluation, const TemplateNode *node,
                      const Datum *list, const Frame *frame, GError **error)
{
    unsigned count = datum_count(list);

    for (unsigned i = 0; i < count; i++) {
        Frame inner = {frame, node->item, datum_item(list, i)};
        if (!run_nodes(evaluation, node->children, &inner, error))
            return false;
    }
    return true;
}

static bool run_section(Evaluation *evaluation, const TemplateNode *node,
                        const Frame *frame, GError **error)
{
    Datum datum;
    Lookup lookup = find(evaluation, frame, node->expression.name, &datum);

    if (lookup == RECIPIENT)
        return run_recipient_section(evaluation, node, frame, error);
    if (lookup == UNKNOWN && !may_be_missing(evaluation, &node->expression))
        return refuse_unknown(evaluation, &node->expression, error);
    if (datum_is_true(&datum) == node->inverted)
        return run_nodes(evaluation, node->otherwise, frame, error);
    if (node->inverted || node->kind == TEMPLATE_IF)
        return run_nodes(evaluation, node->children, frame, error);
    return run_items(evaluation, node, &datum, frame, error);
}

static bool run_node(Evaluation *evaluation, const TemplateNode *node,
                     const Frame *frame, GError **error)
{
    Target *target = evaluation->target;

    if (target->out->len > EVALUATE_BYTES_MAX ||
        ++evaluation->steps > EVALUATE_STEPS_MAX) {
        error_set_at(error, ERROR_INPUT, node->expression.place,
                     "the template's loops go on for too long");
        return false;
    }
    switch (node->kind) {
    case TEMPLATE_TEXT:
        return target->literal(target, node->text, node->length, error);
    case TEMPLATE_VALUE:
        return run_value(evaluation, node, frame, error);
    case TEMPLATE_IF:
    case TEMPLATE_EACH:
    case TEMPLATE_SECTION:
        return run_section(evaluation, node, frame, error);
    }
    g_assert_not_reached();
}

static bool run_nodes(Evaluation *evaluation, const TemplateNode *node,
                      const Frame *frame, GError **error)
{
    for (; node != NULL; node = node->next) {
        if (!run_node(evaluation, node, frame, error))
            return false;
    }
    return true;
}

/* --- names in branches that are not taken --- */

/* In an unnamed section a dotted name may be a key of what is gone through;
 * only the families of the campaign are certain. */
static bool may_be_item(const char *name, const Frame *frame)
{
    bool certain = scope_is_family(name);

    for (; frame != NULL; frame = frame->outer) {
        size_t length = frame->name != NULL ? strlen(frame->name) : 0;
        if (length == 0 && !certain)
            return true;
        if (length > 0 && strncmp(name, frame->name, length) == 0 &&
            (name[length] == '.' || name[length] == '\0'))
            return true;
    }
    return false;
}

static bool check_name(const Evaluation *evaluation, const TemplateNode *node,
                       const Frame *frame, GError **error)
{
    const char *name = node->expression.name;
    Datum datum;

    if (may_be_item(name, frame) || strcmp(name, ".") == 0 ||
        !scope_owns(name) || scope_find(evaluation->scope, name, &datum))
        return true;
    if (g_str_has_prefix(name, "post.") &&
        may_be_missing(evaluation, &node->expression))
        return true;
    return refuse_unknown(evaluation, &node->expression, error);
}

static bool check_names(const Evaluation *evaluation, const TemplateNode *node,
                        const Frame *frame, GError **error)
{
    for (; node != NULL; node = node->next) {
        Frame item = {frame, node->item, {.kind = DATUM_NONE}};
        bool steps_in = node->kind != TEMPLATE_IF && !node->inverted;
        if (node->kind == TEMPLATE_TEXT)
            continue;
        if (!check_name(evaluation, node, frame, error) ||
            !check_names(evaluation, node->children, steps_in ? &item : frame,
                         error) ||
            !check_names(evaluation, node->otherwise, frame, error))
            return false;
    }
    return true;
}

bool evaluate(const Template *template, const Scope *scope, Slots *slots,
              Target *target, Findings *findings, GError **error)
{
    Evaluation evaluation = {
        .scope = scope, .slots = slots, .target = target, .findings = findings};

    return check_names(&evaluation, template_first(template), NULL, error) &&
           run_nodes(&evaluation, template_first(template), NULL, error);
}
