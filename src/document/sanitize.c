/* sanitize.c - the allow-list, and what becomes of everything else. */
#include "document/sanitize.h"

#include <stdlib.h>
#include <string.h>

#include "document/declarations.h"
#include "document/media.h"

typedef enum {
    KEEP,
    UNWRAP,    /* nothing that a reader sees is lost */
    DROP,      /* with its content */
    BECOME,    /* another element: Rule.as */
    EMBED,     /* a link to it */
    FIELD,     /* an input: a box to tick, or nothing */
    READING,   /* the small reading above a character: (in brackets) */
    BREAK,     /* a place where a long word may be broken */
    HEAD_LINE, /* the summary of details: a strong paragraph */
    VOID,      /* a helper without content of its own */
} Action;

typedef struct Rule {
    const char *name;
    Action action;
    const char *as;
} Rule;

/* Sorted by name. Elements that are not here are unwrapped with a note. */
static const Rule RULES[] = {
    {"a", KEEP, NULL},
    {"abbr", KEEP, NULL},
    {"acronym", BECOME, "abbr"},
    {"address", BECOME, "div"},
    {"applet", DROP, NULL},
    {"area", VOID, NULL},
    {"article", BECOME, "div"},
    {"aside", BECOME, "div"},
    {"audio", EMBED, NULL},
    {"b", KEEP, NULL},
    {"base", DROP, NULL},
    {"bdi", UNWRAP, NULL},
    {"bdo", BECOME, "span"},
    {"big", UNWRAP, NULL},
    {"blockquote", KEEP, NULL},
    {"body", UNWRAP, NULL},
    {"br", KEEP, NULL},
    {"button", DROP, NULL},
    {"canvas", DROP, NULL},
    {"caption", KEEP, NULL},
    {"center", BECOME, "div"},
    {"cite", KEEP, NULL},
    {"code", KEEP, NULL},
    {"col", KEEP, NULL},
    {"colgroup", KEEP, NULL},
    {"data", UNWRAP, NULL},
    {"datalist", DROP, NULL},
    {"dd", KEEP, NULL},
    {"del", KEEP, NULL},
    {"details", BECOME, "div"},
    {"dfn", KEEP, NULL},
    {"dialog", DROP, NULL},
    {"dir", BECOME, "ul"},
    {"div", KEEP, NULL},
    {"dl", KEEP, NULL},
    {"dt", KEEP, NULL},
    {"em", KEEP, NULL},
    {"embed", EMBED, NULL},
    {"fieldset", BECOME, "div"},
    {"figcaption", KEEP, NULL},
    {"figure", KEEP, NULL},
    {"font", UNWRAP, NULL},
    {"footer", BECOME, "div"},
    {"form", UNWRAP, NULL}, /* its fields go, one by one */
    {"frame", DROP, NULL},
    {"frameset", DROP, NULL},
    {"h1", KEEP, NULL},
    {"h2", KEEP, NULL},
    {"h3", KEEP, NULL},
    {"h4", KEEP, NULL},
    {"h5", KEEP, NULL},
    {"h6", KEEP, NULL},
    {"head", DROP, NULL},
    {"header", BECOME, "div"},
    {"hgroup", BECOME, "div"},
    {"hr", KEEP, NULL},
    {"html", UNWRAP, NULL},
    {"i", KEEP, NULL},
    {"iframe", EMBED, NULL},
    {"img", KEEP, NULL},
    {"input", FIELD, NULL},
    {"ins", KEEP, NULL},
    {"kbd", KEEP, NULL},
    {"label", UNWRAP, NULL},
    {"li", KEEP, NULL},
    {"link", DROP, NULL},
    {"listing", BECOME, "pre"},
    {"main", BECOME, "div"},
    {"map", UNWRAP, NULL},
    {"mark", KEEP, NULL},
    {"math", DROP, NULL},
    {"menu", BECOME, "ul"},
    {"meta", DROP, NULL},
    {"nav", BECOME, "div"},
    {"nobr", UNWRAP, NULL},
    {"noembed", DROP, NULL},
    {"noframes", DROP, NULL},
    {"noscript", DROP, NULL},
    {"object", EMBED, NULL},
    {"ol", KEEP, NULL},
    {"optgroup", DROP, NULL},
    {"option", DROP, NULL},
    {"p", KEEP, NULL},
    {"param", VOID, NULL},
    {"picture", UNWRAP, NULL},
    {"plaintext", BECOME, "pre"},
    {"pre", KEEP, NULL},
    {"q", KEEP, NULL},
    {"rb", UNWRAP, NULL},
    {"rp", UNWRAP, NULL},
    {"rt", READING, NULL},
    {"ruby", UNWRAP, NULL},
    {"s", KEEP, NULL},
    {"samp", KEEP, NULL},
    {"script", DROP, NULL},
    {"section", BECOME, "div"},
    {"select", DROP, NULL},
    {"small", KEEP, NULL},
    {"source", VOID, NULL},
    {"span", KEEP, NULL},
    {"strike", BECOME, "s"},
    {"strong", KEEP, NULL},
    {"style", DROP, NULL},
    {"sub", KEEP, NULL},
    {"summary", HEAD_LINE, NULL},
    {"sup", KEEP, NULL},
    {"svg", DROP, NULL},
    {"table", KEEP, NULL},
    {"tbody", KEEP, NULL},
    {"td", KEEP, NULL},
    {"template", DROP, NULL},
    {"textarea", DROP, NULL},
    {"tfoot", KEEP, NULL},
    {"th", KEEP, NULL},
    {"thead", KEEP, NULL},
    {"time", UNWRAP, NULL},
    {"title", DROP, NULL},
    {"tr", KEEP, NULL},
    {"track", VOID, NULL},
    {"tt", KEEP, NULL},
    {"u", KEEP, NULL},
    {"ul", KEEP, NULL},
    {"var", KEEP, NULL},
    {"video", EMBED, NULL},
    {"wbr", BREAK, NULL},
    {"xmp", BECOME, "pre"},
};

typedef enum {
    VALUE_ANY,
    VALUE_ADDRESS, /* links_resolve() looks at it */
    VALUE_STYLE,
    VALUE_SIZE, /* 120 or 50% */
    VALUE_NUMBER,
    VALUE_SPAN, /* 1 to 1000 */
    VALUE_LANGUAGE,
    VALUE_WORD, /* one of AttributeRule.words */
    VALUE_MARK, /* our own class */
} ValueRule;

typedef struct AttributeRule {
    const char *name;
    const char *elements; /* " td th ", NULL: all */
    ValueRule value;
    const char *words;
} AttributeRule;

static const AttributeRule ATTRIBUTES[] = {
    {"href", " a ", VALUE_ADDRESS, NULL},
    {"src", " img ", VALUE_ADDRESS, NULL},
    {"cite", " blockquote q del ins ", VALUE_ADDRESS, NULL},
    {"alt", " img ", VALUE_ANY, NULL},
    {"title", NULL, VALUE_ANY, NULL},
    {"style", NULL, VALUE_STYLE, NULL},
    {"lang", NULL, VALUE_LANGUAGE, NULL},
    {"dir", NULL, VALUE_WORD, " ltr rtl auto "},
    {"width", " img table td th col colgroup hr ", VALUE_SIZE, NULL},
    {"height", " img table td th tr ", VALUE_SIZE, NULL},
    {"align",
     " p div h1 h2 h3 h4 h5 h6 hr img table caption thead tbody tfoot tr td "
     "th col colgroup ",
     VALUE_WORD, " left right center justify top middle bottom "},
    {"valign", " thead tbody tfoot tr td th col colgroup ", VALUE_WORD,
     " top middle bottom baseline "},
    {"colspan", " td th ", VALUE_SPAN, NULL},
    {"rowspan", " td th ", VALUE_SPAN, NULL},
    {"span", " col colgroup ", VALUE_SPAN, NULL},
    {"scope", " th td ", VALUE_WORD, " row col rowgroup colgroup "},
    {"role", " table ", VALUE_WORD, " presentation none "},
    {"start", " ol ", VALUE_NUMBER, NULL},
    {"value", " li ", VALUE_NUMBER, NULL},
    {"type", " ol ul li ", VALUE_WORD, " 1 a A i I disc circle square "},
    {SANITIZE_MARK_ATTRIBUTE, NULL, VALUE_MARK, NULL},
};

typedef struct Removal {
    char *what;
    int line;
    unsigned count;
} Removal;

typedef struct Sanitizer {
    Document *document;
    Node *root;
    const char *file;
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

G_GNUC_PRINTF(3, 4)
static void note(Sanitizer *sanitizer, int line, const char *format, ...)
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
        removal->line = line;
        g_hash_table_insert(sanitizer->seen, removal->what, removal);
        g_ptr_array_add(sanitizer->removals, removal);
    }
    removal->count++;
}

static void report_notes(const Sanitizer *sanitizer)
{
    guint i;

    for (i = 0; i < sanitizer->removals->len; i++) {
        const Removal *removal = g_ptr_array_index(sanitizer->removals, i);
        Place place = {sanitizer->file, removal->line, 0};
        if (removal->count == 1)
            findings_add(sanitizer->findings, SEVERITY_NOTE, "removed", place,
                         "%s", removal->what);
        else
            findings_add(sanitizer->findings, SEVERITY_NOTE, "removed", place,
                         "%s (%u times, first here)", removal->what,
                         removal->count);
    }
}

static void warn(const Sanitizer *sanitizer, const Node *node,
                 const char *became)
{
    Place place = {sanitizer->file, node->line, 0};

    findings_add(sanitizer->findings, SEVERITY_WARNING, "removed", place,
                 "<%s> %s", node->name, became);
}

static int compare_rule(const void *name, const void *rule)
{
    return strcmp(name, ((const Rule *)rule)->name);
}

static const Rule *find_rule(const char *name)
{
    return bsearch(name, RULES, G_N_ELEMENTS(RULES), sizeof RULES[0],
                   compare_rule);
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    const char *found;

    if (length == 0 || strchr(word, ' '))
        return false;
    found = words;
    while ((found = strstr(found, word))) {
        if (found[-1] == ' ' && found[length] == ' ')
            return true;
        found++;
    }
    return false;
}

/* "120", "50%"; "120px" becomes "120". NULL when it is no size. */
static const char *check_size(Document *document, const char *value)
{
    size_t digits = strspn(value, "0123456789");
    const char *unit = value + digits;

    if (digits == 0 || digits > 5)
        return NULL;
    if (*unit == '\0' || strcmp(unit, "%") == 0)
        return value;
    if (g_ascii_strcasecmp(unit, "px") == 0)
        return document_copy_text(document, value, digits);
    return NULL;
}

static const char *check_number(const char *value)
{
    const char *digits = *value == '-' ? value + 1 : value;
    size_t length = strspn(digits, "0123456789");

    return length > 0 && length <= 6 && digits[length] == '\0' ? value : NULL;
}

static const char *check_span(const char *value)
{
    long number;

    if (!check_number(value))
        return NULL;
    number = strtol(value, NULL, 10);
    return number >= 1 && number <= 1000 ? value : NULL;
}

static const char *check_language(const char *value)
{
    size_t length = strlen(value);
    size_t i;

    if (length > 35)
        return NULL;
    for (i = 0; i < length; i++)
        if (!g_ascii_isalnum(value[i]) && value[i] != '-')
            return NULL;
    return value;
}

static const char *check_style(Sanitizer *sanitizer, const Node *node,
                               const char *value)
{
    g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *kept = declarations_filter(value, removed);
    guint i;

    for (i = 0; i < removed->len; i++) {
        const char *name = g_ptr_array_index(removed, i);
        note(sanitizer, node->line, "`%s` removed from a style attribute",
             name);
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
    g_autofree char *lower = NULL;

    switch (rule->value) {
    case VALUE_ANY:
    case VALUE_ADDRESS:
        return value;
    case VALUE_STYLE:
        return check_style(sanitizer, node, value);
    case VALUE_SIZE:
        return check_size(sanitizer->document, value);
    case VALUE_NUMBER:
        return check_number(value);
    case VALUE_SPAN:
        return check_span(value);
    case VALUE_LANGUAGE:
        return check_language(value);
    case VALUE_MARK:
        return check_mark(sanitizer, value);
    case VALUE_WORD:
        break;
    }
    if (has_word(rule->words, value))
        return value;
    lower = g_ascii_strdown(value, -1);
    if (has_word(rule->words, lower))
        return document_copy_text(sanitizer->document, lower, strlen(lower));
    return NULL;
}

static const AttributeRule *find_attribute_rule(const Node *node,
                                                const char *name)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(ATTRIBUTES); i++) {
        const AttributeRule *rule = &ATTRIBUTES[i];
        if (strcmp(rule->name, name) == 0)
            return !rule->elements || has_word(rule->elements, node->name)
                       ? rule
                       : NULL;
    }
    return NULL;
}

static void report_attribute(Sanitizer *sanitizer, const Node *node,
                             const char *name)
{
    Place place = {sanitizer->file, node->line, 0};

    if (strcmp(name, "style") == 0 ||
        strcmp(name, SANITIZE_MARK_ATTRIBUTE) == 0)
        return;
    if (g_str_has_prefix(name, "on"))
        findings_add(sanitizer->findings, SEVERITY_WARNING, "removed", place,
                     "the script in the attribute `%s` of <%s> is removed",
                     name, node->name);
    else
        note(sanitizer, node->line, "the attribute `%s` is removed", name);
}

static void clean_attributes(Sanitizer *sanitizer, Node *node)
{
    Attribute **place = &node->attributes;

    while (*place) {
        Attribute *attribute = *place;
        const AttributeRule *rule = find_attribute_rule(node, attribute->name);
        const char *value = rule ? check_value(sanitizer, node, rule,
                                               attribute->value)
                                 : NULL;
        if (value) {
            if (rule->value == VALUE_MARK)
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
        note(sanitizer, node->line, "a box to tick becomes text");
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
    const Rule *rule = find_rule(node->name);

    if ((!rule || rule->action != DROP) && is_hidden(node)) {
        warn(sanitizer, node, "is hidden and therefore removed");
        return remove_node(sanitizer, node);
    }
    if (!rule) {
        note(sanitizer, node->line, "<%s> is replaced by its content",
             node->name);
        return unwrap(sanitizer, node);
    }
    switch (rule->action) {
    case KEEP:
        return keep(sanitizer, node);
    case UNWRAP:
        return unwrap(sanitizer, node);
    case BECOME:
        if (is_our_section(sanitizer, node))
            return keep(sanitizer, node);
        return become(sanitizer, node, rule->as);
    case EMBED:
        return embed(sanitizer, node);
    case FIELD:
        return replace_field(sanitizer, node);
    case READING:
        return unwrap_reading(sanitizer, node);
    case BREAK:
        return replace_break(sanitizer, node);
    case HEAD_LINE:
        return make_head_line(sanitizer, node);
    case VOID:
        note(sanitizer, node->line, "<%s> is removed", node->name);
        return remove_node(sanitizer, node);
    case DROP:
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
        .file = file,
        .mark = mark,
        .findings = findings,
        .seen = seen,
        .removals = removals,
    };
    Node *node = sanitizer.root->first_child;

    while (node) {
        if (node->kind == NODE_ELEMENT) {
            node = apply(&sanitizer, node);
        } else if (node->kind == NODE_TEXT) {
            node = node_following(node, sanitizer.root);
        } else {
            note(&sanitizer, node->line, "a comment is removed");
            node = remove_node(&sanitizer, node);
        }
    }
    report_notes(&sanitizer);
}
