/* sanitize.c - what becomes of everything that is not allowed. */
#include "document/sanitize.h"

#include <string.h>

#include "document/allow.h"
#include "document/declarations.h"
#include "document/media.h"
#include "document/place.h"

typedef struct Removal {
    char *what;
    Severity severity;
    const char *rule;
    Place place;
    unsigned count;
} Removal;

typedef struct Sanitizer {
    Document *document;
    Node *root;
    PlaceFinder finder;
    const char *mark;
    Findings *findings;
    GHashTable *seen;    /* what -> Removal, owned by removals */
    GPtrArray *removals; /* notes, in the order of the post */
} Sanitizer;

static void removal_free(void *data)
{
    Removal *removal = data;

    g_free(removal->what);
    g_free(removal);
}

/* What removals have in common that are told together. */
typedef struct Kind {
    Severity severity;
    const char *rule;
    const char *written; /* to look for in the line; NULL: the tag */
} Kind;

/* One finding for all removals with the same sentence, with their count. */
G_GNUC_PRINTF(4, 5)
static void gather(Sanitizer *sanitizer, const Node *node, Kind kind,
                   const char *format, ...)
{
    g_autofree char *what = NULL;
    Removal *removal;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    removal = g_hash_table_lookup(sanitizer->seen, what);
    if (!removal) {
        removal = g_new0(Removal, 1);
        removal->what = g_steal_pointer(&what);
        removal->severity = kind.severity;
        removal->rule = kind.rule;
        removal->place = kind.written ? place_find(&sanitizer->finder,
                                                   node->line, kind.written)
                                      : place_of_tag(&sanitizer->finder, node);
        g_hash_table_insert(sanitizer->seen, removal->what, removal);
        g_ptr_array_add(sanitizer->removals, removal);
    }
    removal->count++;
}

static const Kind REMOVED = {SEVERITY_NOTE, "removed", NULL};

static void report_notes(const Sanitizer *sanitizer)
{
    guint i;

    for (i = 0; i < sanitizer->removals->len; i++) {
        const Removal *removal = g_ptr_array_index(sanitizer->removals, i);
        g_autofree char *times = removal->count == 1
                                     ? g_strdup("")
                                     : g_strdup_printf(
                                           " (%u times, first here)",
                                           removal->count);
        findings_add(sanitizer->findings, removal->severity, removal->rule,
                     removal->place, "%s%s", removal->what, times);
    }
}

static void warn(Sanitizer *sanitizer, const Node *node, const char *became)
{
    findings_add(sanitizer->findings, SEVERITY_WARNING, "removed",
                 place_of_tag(&sanitizer->finder, node), "<%s> %s", node->name,
                 became);
}

/* Do pages use it to put things beside each other or somewhere else? */
static bool is_layout(const char *name)
{
    static const char *const NAMES[] = {"float",  "position", "display",
                                        "top",    "left",     "right",
                                        "bottom", "columns",  NULL};

    return g_strv_contains(NAMES, name);
}

static void report_style(Sanitizer *sanitizer, const Node *node,
                         const char *name)
{
    bool layout = is_layout(name);
    Kind kind = {SEVERITY_NOTE, "style", name};

    if (layout)
        kind.severity = SEVERITY_WARNING;
    gather(sanitizer, node, kind, "`%s` is removed from a style attribute%s",
           name, layout ? ": a mail is one column" : "");
}

static const char *check_style(Sanitizer *sanitizer, const Node *node,
                               const char *value)
{
    g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *kept = declarations_filter(value, removed);
    guint i;

    for (i = 0; i < removed->len; i++) {
        report_style(sanitizer, node, g_ptr_array_index(removed, i));
    }
    if (!kept)
        return NULL;
    return document_copy_text(sanitizer->document, kept, strlen(kept));
}

static const char *check_mark(const Sanitizer *sanitizer, const char *value)
{
    if (!sanitizer->mark || !g_str_has_prefix(value, sanitizer->mark))
        return NULL;
    return value + strlen(sanitizer->mark);
}

/* The value that may stay, or NULL. */
static const char *check_value(Sanitizer *sanitizer, const Node *node,
                               const AttributeRule *rule, const char *value)
{
    if (rule->value == ALLOW_STYLE)
        return check_style(sanitizer, node, value);
    if (rule->value == ALLOW_MARK)
        return check_mark(sanitizer, value);
    return allow_check_value(sanitizer->document, rule, value);
}

static void report_attribute(Sanitizer *sanitizer, const Node *node,
                             const char *name)
{
    Kind kind = {SEVERITY_NOTE, "removed", name};

    if (strcmp(name, "style") == 0 ||
        strcmp(name, SANITIZE_MARK_ATTRIBUTE) == 0)
        return;
    if (g_str_has_prefix(name, "on"))
        findings_add(sanitizer->findings, SEVERITY_WARNING, "removed",
                     place_find(&sanitizer->finder, node->line, name),
                     "the script in the attribute `%s` of <%s> is removed",
                     name, node->name);
    else
        gather(sanitizer, node, kind, "the attribute `%s` is removed", name);
}

static void clean_attributes(Sanitizer *sanitizer, Node *node)
{
    Attribute **place = &node->attributes;

    while (*place) {
        Attribute *attribute = *place;
        const AttributeRule *rule = allow_find_attribute(node, attribute->name);
        const char *value = rule ? check_value(sanitizer, node, rule,
                                               attribute->value)
                                 : NULL;
        if (value) {
            if (rule->value == ALLOW_MARK)
                attribute->name = g_intern_static_string("class");
            else
                attribute->name = g_intern_string(attribute->name);
            attribute->value = value;
            place = &attribute->next;
        } else {
            report_attribute(sanitizer, node, attribute->name);
            *place = attribute->next;
        }
    }
}

static bool is_hidden(const Node *node)
{
    const char *style = node_attribute(node, "style");

    return node_attribute(node, "hidden") ||
           (style && declarations_hide(style));
}

static Node *remove_node(Sanitizer *sanitizer, Node *node)
{
    Node *next = node_following_skip(node, sanitizer->root);

    node_detach(node);
    return next;
}

static Node *unwrap(Sanitizer *sanitizer, Node *node)
{
    Node *next = node_following(node, sanitizer->root);

    node_replace_by_children(node);
    return next;
}

static Node *embed(Sanitizer *sanitizer, Node *node)
{
    Node *link = media_to_link(sanitizer->document, node);

    if (link) {
        warn(sanitizer, node, "becomes a link");
        node_insert_before(node, link);
    } else {
        warn(sanitizer, node, "is removed; it has no address");
    }
    return remove_node(sanitizer, node);
}

static bool is_blank_text(const Node *node)
{
    return node->kind == NODE_TEXT &&
           node->text[strspn(node->text, " \t\n")] == '\0';
}

/* A box at the start of a list item is a task; elsewhere it is a switch of
 * some page that is not here. */
static bool is_task_box(const Node *node)
{
    const char *type = node_attribute(node, "type");
    const Node *before = node->previous;
    const Node *parent = node->parent;

    if (!type || g_ascii_strcasecmp(type, "checkbox") != 0)
        return false;
    while (before && is_blank_text(before))
        before = before->previous;
    if (node_is(parent, "p") || node_is(parent, "label"))
        parent = parent->parent;
    return !before && node_is(parent, "li");
}

static Node *replace_field(Sanitizer *sanitizer, Node *node)
{
    if (is_task_box(node)) {
        const char *text = node_attribute(node, "checked") ? "[x] " : "[ ] ";
        node_insert_before(node, node_new_text(sanitizer->document, text,
                                               strlen(text), node->line));
        gather(sanitizer, node, REMOVED, "a box to tick becomes text");
    } else {
        warn(sanitizer, node, "is removed; a mail cannot ask for input");
    }
    return remove_node(sanitizer, node);
}

static Node *unwrap_reading(Sanitizer *sanitizer, Node *node)
{
    const Node *before = node->previous;

    /* <rp> brings brackets of its own; it has become a text by now. */
    if (!(before && before->kind == NODE_TEXT &&
          strpbrk(before->text, "(（"))) {
        node_insert_before(
            node, node_new_text(sanitizer->document, "(", 1, node->line));
        node_append(node,
                    node_new_text(sanitizer->document, ")", 1, node->line));
    }
    return unwrap(sanitizer, node);
}

static Node *replace_break(Sanitizer *sanitizer, Node *node)
{
    static const char ZERO_WIDTH_SPACE[] = "\xe2\x80\x8b";

    node_insert_before(node,
                       node_new_text(sanitizer->document, ZERO_WIDTH_SPACE,
                                     strlen(ZERO_WIDTH_SPACE), node->line));
    return unwrap(sanitizer, node);
}

static Node *keep(Sanitizer *sanitizer, Node *node)
{
    node->name = g_intern_string(node->name);
    clean_attributes(sanitizer, node);
    if (node_is(node, "a") && !node_attribute(node, "href"))
        return unwrap(sanitizer, node);
    return node_following(node, sanitizer->root);
}

static Node *become(Sanitizer *sanitizer, Node *node, const char *name)
{
    bool centered = node_is(node, "center");

    node->name = g_intern_string(name);
    clean_attributes(sanitizer, node);
    if (centered)
        node_set_attribute(sanitizer->document, node, "align", "center");
    return node_following(node, sanitizer->root);
}

static Node *make_head_line(Sanitizer *sanitizer, Node *node)
{
    Node *strong = node_new_element(sanitizer->document, "strong", node->line);
    Node *child;

    while ((child = node->first_child)) {
        node_detach(child);
        node_append(strong, child);
    }
    node_append(node, strong);
    return become(sanitizer, node, "p");
}

static bool is_our_section(const Sanitizer *sanitizer, const Node *node)
{
    const char *mark = node_attribute(node, SANITIZE_MARK_ATTRIBUTE);

    return node_is(node, "section") && mark && check_mark(sanitizer, mark);
}

static Node *apply(Sanitizer *sanitizer, Node *node)
{
    const ElementRule *rule = allow_find_element(node->name);

    if ((!rule || rule->action != ACTION_DROP) && is_hidden(node)) {
        warn(sanitizer, node, "is hidden and therefore removed");
        return remove_node(sanitizer, node);
    }
    if (!rule) {
        gather(sanitizer, node, REMOVED, "<%s> is replaced by its content",
               node->name);
        return unwrap(sanitizer, node);
    }
    switch (rule->action) {
    case ACTION_KEEP:
        return keep(sanitizer, node);
    case ACTION_UNWRAP:
        return unwrap(sanitizer, node);
    case ACTION_BECOME:
        if (is_our_section(sanitizer, node))
            return keep(sanitizer, node);
        return become(sanitizer, node, rule->as);
    case ACTION_EMBED:
        return embed(sanitizer, node);
    case ACTION_FIELD:
        return replace_field(sanitizer, node);
    case ACTION_READING:
        return unwrap_reading(sanitizer, node);
    case ACTION_BREAK:
        return replace_break(sanitizer, node);
    case ACTION_HEAD_LINE:
        return make_head_line(sanitizer, node);
    case ACTION_VOID:
        gather(sanitizer, node, REMOVED, "<%s> is removed", node->name);
        return remove_node(sanitizer, node);
    case ACTION_DROP:
        break;
    }
    warn(sanitizer, node, "is removed with its content");
    return remove_node(sanitizer, node);
}

void sanitize(Document *document, const char *file, const char *mark,
              Findings *findings)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray)
        removals = g_ptr_array_new_with_free_func(removal_free);
    Sanitizer sanitizer = {
        .document = document,
        .root = document_root(document),
        .mark = mark,
        .findings = findings,
        .seen = seen,
        .removals = removals,
    };
    Node *node = sanitizer.root->first_child;

    place_finder_init(&sanitizer.finder, document, file);
    while (node) {
        if (node->kind == NODE_ELEMENT) {
            node = apply(&sanitizer, node);
        } else if (node->kind == NODE_TEXT) {
            node = node_following(node, sanitizer.root);
        } else {
            Kind comment = {SEVERITY_NOTE, "removed", "<!--"};
            gather(&sanitizer, node, comment, "a comment is removed");
            node = remove_node(&sanitizer, node);
        }
    }
    report_notes(&sanitizer);
}
