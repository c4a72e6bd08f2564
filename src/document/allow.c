/* allow.c - the allow-list. */
#include "document/allow.h"

#include <stdlib.h>
#include <string.h>

#include "document/sanitize.h"

/* Sorted by name. Elements that are not here are unwrapped with a note. */
static const ElementRule RULES[] = {
    {"a", ACTION_KEEP, NULL},
    {"abbr", ACTION_KEEP, NULL},
    {"acronym", ACTION_BECOME, "abbr"},
    {"address", ACTION_BECOME, "div"},
    {"applet", ACTION_DROP, NULL},
    {"area", ACTION_VOID, NULL},
    {"article", ACTION_BECOME, "div"},
    {"aside", ACTION_BECOME, "div"},
    {"audio", ACTION_EMBED, NULL},
    {"b", ACTION_KEEP, NULL},
    {"base", ACTION_DROP, NULL},
    {"bdi", ACTION_UNWRAP, NULL},
    {"bdo", ACTION_BECOME, "span"},
    {"big", ACTION_UNWRAP, NULL},
    {"blockquote", ACTION_KEEP, NULL},
    {"body", ACTION_UNWRAP, NULL},
    {"br", ACTION_KEEP, NULL},
    {"button", ACTION_DROP, NULL},
    {"canvas", ACTION_DROP, NULL},
    {"caption", ACTION_KEEP, NULL},
    {"center", ACTION_BECOME, "div"},
    {"cite", ACTION_KEEP, NULL},
    {"code", ACTION_KEEP, NULL},
    {"col", ACTION_KEEP, NULL},
    {"colgroup", ACTION_KEEP, NULL},
    {"data", ACTION_UNWRAP, NULL},
    {"datalist", ACTION_DROP, NULL},
    {"dd", ACTION_KEEP, NULL},
    {"del", ACTION_KEEP, NULL},
    {"details", ACTION_BECOME, "div"},
    {"dfn", ACTION_KEEP, NULL},
    {"dialog", ACTION_DROP, NULL},
    {"dir", ACTION_BECOME, "ul"},
    {"div", ACTION_KEEP, NULL},
    {"dl", ACTION_KEEP, NULL},
    {"dt", ACTION_KEEP, NULL},
    {"em", ACTION_KEEP, NULL},
    {"embed", ACTION_EMBED, NULL},
    {"fieldset", ACTION_BECOME, "div"},
    {"figcaption", ACTION_KEEP, NULL},
    {"figure", ACTION_KEEP, NULL},
    {"font", ACTION_UNWRAP, NULL},
    {"footer", ACTION_BECOME, "div"},
    {"form", ACTION_UNWRAP, NULL}, /* its fields go, one by one */
    {"frame", ACTION_DROP, NULL},
    {"frameset", ACTION_DROP, NULL},
    {"h1", ACTION_KEEP, NULL},
    {"h2", ACTION_KEEP, NULL},
    {"h3", ACTION_KEEP, NULL},
    {"h4", ACTION_KEEP, NULL},
    {"h5", ACTION_KEEP, NULL},
    {"h6", ACTION_KEEP, NULL},
    {"head", ACTION_DROP, NULL},
    {"header", ACTION_BECOME, "div"},
    {"hgroup", ACTION_BECOME, "div"},
    {"hr", ACTION_KEEP, NULL},
    {"html", ACTION_UNWRAP, NULL},
    {"i", ACTION_KEEP, NULL},
    {"iframe", ACTION_EMBED, NULL},
    {"img", ACTION_KEEP, NULL},
    {"input", ACTION_FIELD, NULL},
    {"ins", ACTION_KEEP, NULL},
    {"kbd", ACTION_KEEP, NULL},
    {"label", ACTION_UNWRAP, NULL},
    {"li", ACTION_KEEP, NULL},
    {"link", ACTION_DROP, NULL},
    {"listing", ACTION_BECOME, "pre"},
    {"main", ACTION_BECOME, "div"},
    {"map", ACTION_UNWRAP, NULL},
    {"mark", ACTION_KEEP, NULL},
    {"math", ACTION_DROP, NULL},
    {"menu", ACTION_BECOME, "ul"},
    {"meta", ACTION_DROP, NULL},
    {"nav", ACTION_BECOME, "div"},
    {"nobr", ACTION_UNWRAP, NULL},
    {"noembed", ACTION_DROP, NULL},
    {"noframes", ACTION_DROP, NULL},
    {"noscript", ACTION_DROP, NULL},
    {"object", ACTION_EMBED, NULL},
    {"ol", ACTION_KEEP, NULL},
    {"optgroup", ACTION_DROP, NULL},
    {"option", ACTION_DROP, NULL},
    {"p", ACTION_KEEP, NULL},
    {"param", ACTION_VOID, NULL},
    {"picture", ACTION_UNWRAP, NULL},
    {"plaintext", ACTION_BECOME, "pre"},
    {"pre", ACTION_KEEP, NULL},
    {"q", ACTION_KEEP, NULL},
    {"rb", ACTION_UNWRAP, NULL},
    {"rp", ACTION_UNWRAP, NULL},
    {"rt", ACTION_READING, NULL},
    {"ruby", ACTION_UNWRAP, NULL},
    {"s", ACTION_KEEP, NULL},
    {"samp", ACTION_KEEP, NULL},
    {"script", ACTION_DROP, NULL},
    {"section", ACTION_BECOME, "div"},
    {"select", ACTION_DROP, NULL},
    {"small", ACTION_KEEP, NULL},
    {"source", ACTION_VOID, NULL},
    {"span", ACTION_KEEP, NULL},
    {"strike", ACTION_BECOME, "s"},
    {"strong", ACTION_KEEP, NULL},
    {"style", ACTION_DROP, NULL},
    {"sub", ACTION_KEEP, NULL},
    {"summary", ACTION_HEAD_LINE, NULL},
    {"sup", ACTION_KEEP, NULL},
    {"svg", ACTION_DROP, NULL},
    {"table", ACTION_KEEP, NULL},
    {"tbody", ACTION_KEEP, NULL},
    {"td", ACTION_KEEP, NULL},
    {"template", ACTION_DROP, NULL},
    {"textarea", ACTION_DROP, NULL},
    {"tfoot", ACTION_KEEP, NULL},
    {"th", ACTION_KEEP, NULL},
    {"thead", ACTION_KEEP, NULL},
    {"time", ACTION_UNWRAP, NULL},
    {"title", ACTION_DROP, NULL},
    {"tr", ACTION_KEEP, NULL},
    {"track", ACTION_VOID, NULL},
    {"tt", ACTION_KEEP, NULL},
    {"u", ACTION_KEEP, NULL},
    {"ul", ACTION_KEEP, NULL},
    {"var", ACTION_KEEP, NULL},
    {"video", ACTION_EMBED, NULL},
    {"wbr", ACTION_BREAK, NULL},
    {"xmp", ACTION_BECOME, "pre"},
};

static const AttributeRule ATTRIBUTES[] = {
    {"href", " a ", ALLOW_ADDRESS, NULL},
    {"src", " img ", ALLOW_ADDRESS, NULL},
    {"cite", " blockquote q del ins ", ALLOW_ADDRESS, NULL},
    {"alt", " img ", ALLOW_ANY, NULL},
    {"title", NULL, ALLOW_ANY, NULL},
    {"style", NULL, ALLOW_STYLE, NULL},
    {"lang", NULL, ALLOW_LANGUAGE, NULL},
    {"dir", NULL, ALLOW_WORD, " ltr rtl auto "},
    {"width", " img table td th col colgroup hr ", ALLOW_SIZE, NULL},
    {"height", " img table td th tr ", ALLOW_SIZE, NULL},
    {"align",
     " p div h1 h2 h3 h4 h5 h6 hr img table caption thead tbody tfoot tr td "
     "th col colgroup ",
     ALLOW_WORD, " left right center justify top middle bottom "},
    {"valign", " thead tbody tfoot tr td th col colgroup ", ALLOW_WORD,
     " top middle bottom baseline "},
    {"colspan", " td th ", ALLOW_SPAN, NULL},
    {"rowspan", " td th ", ALLOW_SPAN, NULL},
    {"span", " col colgroup ", ALLOW_SPAN, NULL},
    {"scope", " th td ", ALLOW_WORD, " row col rowgroup colgroup "},
    {"role", " table ", ALLOW_WORD, " presentation none "},
    {"start", " ol ", ALLOW_NUMBER, NULL},
    {"value", " li ", ALLOW_NUMBER, NULL},
    {"type", " ol ul li ", ALLOW_WORD, " 1 a A i I disc circle square "},
    {SANITIZE_MARK_ATTRIBUTE, NULL, ALLOW_MARK, NULL},
};

static int compare_rule(const void *name, const void *rule)
{
    return strcmp(name, ((const ElementRule *)rule)->name);
}

const ElementRule *allow_find_element(const char *name)
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

const AttributeRule *allow_find_attribute(const Node *node, const char *name)
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

/* One of the words, in any case if need be. */
static const char *check_word(Document *document, const char *words,
                              const char *value)
{
    g_autofree char *lower = NULL;

    if (has_word(words, value))
        return value;
    lower = g_ascii_strdown(value, -1);
    if (!has_word(words, lower))
        return NULL;
    return document_copy_text(document, lower, strlen(lower));
}

const char *allow_check_value(Document *document, const AttributeRule *rule,
                              const char *value)
{
    switch (rule->value) {
    case ALLOW_ANY:
    case ALLOW_ADDRESS:
        return value;
    case ALLOW_SIZE:
        return check_size(document, value);
    case ALLOW_NUMBER:
        return check_number(value);
    case ALLOW_SPAN:
        return check_span(value);
    case ALLOW_LANGUAGE:
        return check_language(value);
    case ALLOW_WORD:
        return check_word(document, rule->words, value);
    case ALLOW_STYLE:
    case ALLOW_MARK:
        break;
    }
    return NULL;
}
