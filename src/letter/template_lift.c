#include "letter/template_lift.h"

#include <string.h>

#include "letter/scope.h"

/* The text behind {{, and where it stands. */
typedef struct Lift {
    const char *at;
    const char *end;
    const char *counted_to;
    Place place;
    Slots *slots;
    GString *out;
    GHashTable *known; /* what was written, to the index of its slot and 1 */
} Lift;

static void count_to(Lift *lift, const char *to)
{
    for (const char *p = lift->counted_to; p < to; p++) {
        if (*p == '\n') {
            lift->place.line++;
            lift->place.column = 1;
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            lift->place.column++;
        }
    }
    lift->counted_to = to;
}

/* Where the tag's }} stands; a tag does not reach into another paragraph. */
static const char *find_close(const Lift *lift)
{
    const char *inside = lift->at + 2;
    size_t length = MIN((size_t)(lift->end - inside), (size_t)LIFT_TAG_MAX);
    const char *paragraph = g_strstr_len(inside, (gssize)length, "\n\n");

    if (paragraph != NULL)
        length = (size_t)(paragraph - inside);
    return expression_find_close(inside, length, "}}");
}

static char *problem_of(const char *text, size_t length, Expression *result)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *inside = g_strndup(text, length);
    static const Place nowhere;

    g_strstrip(inside);
    if (inside[0] != '\0' && strchr("#^/>!=&{", inside[0]) != NULL)
        return g_strdup("a post may hold fields such as {{name}}, but no "
                        "sections, partials, comments and raw values");
    if (!expression_parse(text, length, nowhere, result, &error))
        return g_strdup(error->message);
    if (strcmp(result->name, "else") == 0)
        return g_strdup("a post may hold fields, but no sections");
    if (scope_owns(result->name))
        return g_strdup_printf("`%s` is the same for all and can be used in "
                               "templates only; a post may name the fields "
                               "of its list",
                               result->name);
    if (expression_has(result, FILTER_JOIN) ||
        expression_has(result, FILTER_UNDERLINE))
        return g_strdup("`join` and `underline` are for templates only");
    return NULL;
}

/* A field that is written twice is one gap, so that two equal addresses stay
 * equal. */
static bool add_gap(Lift *lift, Slot *slot, GError **error)
{
    int known = GPOINTER_TO_INT(g_hash_table_lookup(lift->known, slot->source));
    int index = known - 1;

    if (known > 0 && slot->kind == SLOT_FIELD) {
        slots_clear_slot(slot);
    } else {
        index = slots_add(lift->slots, slot, error);
        if (index < 0)
            return false;
        const Slot *added = slots_at(lift->slots, index);
        if (added->kind == SLOT_FIELD)
            g_hash_table_insert(lift->known, g_strdup(added->source),
                                GINT_TO_POINTER(index + 1));
    }
    gap_append(lift->out, lift->slots->prefix, GAP_TEXT, index);
    return true;
}

static bool lift_tag(Lift *lift, GError **error)
{
    const char *close = find_close(lift);
    const char *behind = close != NULL ? close + 2 : lift->at + 2;
    Slot slot = {.kind = SLOT_FIELD};

    count_to(lift, lift->at);
    slot.place = lift->place;
    if (close != NULL && *behind == '}' && lift->at[2] == '{')
        behind++;
    if (close == NULL)
        slot.problem = g_strdup("`{{` is never closed by `}}`");
    else
        slot.problem = problem_of(lift->at + 2, (size_t)(close - lift->at - 2),
                                  &slot.expression);
    if (slot.problem != NULL)
        slot.kind = SLOT_BROKEN;
    slot.expression.place = slot.place;
    slot.source = g_strndup(lift->at, (gsize)(behind - lift->at));
    lift->at = behind;
    return add_gap(lift, &slot, error);
}

static bool is_ours(const Lift *lift, const char *start)
{
    const char *at = lift->at;

    if (at + 2 < lift->end && (at[2] == '<' || at[2] == '%'))
        return false;
    return at == start || at[-1] != '\\';
}

char *template_lift(const char *text, size_t length, Place place, Slots *slots,
                    GError **error)
{
    g_autoptr(GString) out = g_string_sized_new(length + 1);
    g_autoptr(GHashTable)
        known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Lift lift = {text, text + length, text, place, slots, out, known};

    while (lift.at < lift.end) {
        const char *found = g_strstr_len(lift.at, (gssize)(lift.end - lift.at),
                                         "{{");
        if (found == NULL)
            found = lift.end;
        g_string_append_len(out, lift.at, (gssize)(found - lift.at));
        lift.at = found;
        if (found == lift.end)
            break;
        if (is_ours(&lift, text)) {
            if (!lift_tag(&lift, error))
                return NULL;
        } else {
            g_string_append(out, "{{");
            lift.at += 2;
        }
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static bool is_code(const Node *node)
{
    for (; node != NULL; node = node->parent) {
        if (node_is(node, "pre") || node_is(node, "code"))
            return true;
    }
    return false;
}

/* The text with what the author wrote in place of its gaps. */
static void put_back(Document *document, Node *node, const Slots *slots)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *at = node->text;

    for (;;) {
        size_t length;
        GapPlace place;
        int index;
        const char *gap = slots_find(slots, at);
        if (gap == NULL)
            break;
        const Slot *slot = slots_match(slots, gap, &length, &place, &index);
        g_string_append_len(text, at, (gssize)(gap - at));
        g_string_append(text, slot->source != NULL ? slot->source : "");
        at = gap + length;
    }
    g_string_append(text, at);
    node->text = document_copy_text(document, text->str, text->len);
}

/* An address that is shown as it is, is shown as it is encoded. */
static void mark_shown_address(Document *document, Node *node,
                               const Slots *slots)
{
    const char *href = node_attribute(node, "href");
    Node *text = node->first_child;

    if (href == NULL || text == NULL || text->next != NULL ||
        text->kind != NODE_TEXT || strcmp(text->text, href) != 0)
        return;
    g_autofree char *marked = gap_mark_url(href, slots->prefix);
    node_set_attribute(document, node, "href", marked);
    text->text = document_copy_text(document, marked, strlen(marked));
}

void template_unlift(Document *document, const Slots *slots)
{
    Node *root = document_root(document);

    for (Node *node = root; node != NULL; node = node_following(node, root)) {
        if (node->kind == NODE_TEXT && is_code(node->parent) &&
            slots_find(slots, node->text) != NULL)
            put_back(document, node, slots);
        else if (node_is(node, "a"))
            mark_shown_address(document, node, slots);
    }
}

/* "{{ first_name" or, of `braces` 1, "{first_name}"; gives the name. */
static char *looks_like_field(const char *text, int braces)
{
    const char *p = text + braces;
    const char *start;

    while (braces == 2 && *p == ' ')
        p++;
    start = p;
    if (!g_ascii_isalpha(*p))
        return NULL;
    while (g_ascii_isalnum(*p) || *p == '_')
        p++;
    g_autofree char *name = g_strndup(start, (gsize)(p - start));
    while (braces == 2 && *p == ' ')
        p++;
    if (*p != '}' && (braces == 1 || *p != '|'))
        return NULL;
    return g_steal_pointer(&name);
}

/* Words that are meant as a field when they stand in single braces. */
static bool is_usual_field(const char *name)
{
    return g_ascii_strcasecmp(name, "name") == 0 ||
           g_ascii_strcasecmp(name, "email") == 0 ||
           g_ascii_strcasecmp(name, "first_name") == 0 ||
           g_ascii_strcasecmp(name, "firstname") == 0 ||
           g_ascii_strcasecmp(name, "last_name") == 0;
}

static bool note_in(const char *text, Place place, bool merge,
                    Findings *findings)
{
    for (const char *p = strchr(text, '{'); p != NULL; p = strchr(p + 1, '{')) {
        int braces = p[1] == '{' ? 2 : 1;
        g_autofree char *name = looks_like_field(p, braces);
        if (name != NULL && braces == 2 && !merge) {
            findings_add(findings, SEVERITY_NOTE, "merge", place,
                         "{{%s}} goes out as it is written; `merge: true` "
                         "in the front matter makes it a field",
                         name);
            return true;
        }
        if (name != NULL && braces == 1 && is_usual_field(name)) {
            findings_add(findings, SEVERITY_NOTE, "merge", place,
                         "{%s} goes out as it is written; a field is "
                         "{{%s}}%s",
                         name, name,
                         merge ? ""
                               : ", with `merge: true` in the front "
                                 "matter");
            return true;
        }
        p += braces - 1;
    }
    return false;
}

void template_lift_note(const Document *document, const char *file, bool merge,
                        Findings *findings)
{
    const Node *root = document_root_const(document);

    for (const Node *node = root; node != NULL;
         node = node_following(node, root)) {
        Place place = {file, node->line, 0};
        if (node->kind == NODE_TEXT && !is_code(node->parent) &&
            note_in(node->text, place, merge, findings))
            return;
    }
}
