/* html_scan.c - a tag walk that mimics the parser's stack of open elements. */
#include "document/html_scan.h"

#include <string.h>

#include <glib.h>

#include "document/html_tag.h"

typedef enum {
    TRAIT_SPECIAL = 1,      /* an end tag of a span does not reach over it */
    TRAIT_BARRIER = 2,      /* nor does an end tag of a block */
    TRAIT_FORMATTING = 4,   /* repeated in later blocks until it is closed */
    TRAIT_UNCOUNTED = 8,    /* cannot nest without something that is counted */
    TRAIT_RAW = 16,         /* no tags inside */
    TRAIT_FOREIGN = 32,     /* svg and math: `/>` closes */
    TRAIT_HTML_ISLAND = 64, /* HTML inside of svg and math */
    TRAIT_CELL = 128,
    TRAIT_INSIDE_FOREIGN = 256, /* itself part of svg or math */
} Trait;

typedef struct Known {
    const char *name;
    unsigned traits;
} Known;

#define BLOCK TRAIT_SPECIAL
#define SKIP TRAIT_UNCOUNTED

static const Known KNOWN[] = {
    {"a", TRAIT_FORMATTING},
    {"address", BLOCK},
    {"applet", BLOCK | TRAIT_BARRIER},
    {"area", SKIP},
    {"article", BLOCK},
    {"aside", BLOCK},
    {"b", TRAIT_FORMATTING},
    {"base", SKIP},
    {"basefont", SKIP},
    {"bgsound", SKIP},
    {"big", TRAIT_FORMATTING},
    {"blockquote", BLOCK},
    {"body", SKIP},
    {"br", SKIP},
    {"button", BLOCK},
    {"caption", BLOCK | TRAIT_BARRIER | TRAIT_CELL},
    {"center", BLOCK},
    {"code", TRAIT_FORMATTING},
    {"col", SKIP},
    {"colgroup", SKIP},
    {"command", SKIP},
    {"dd", BLOCK},
    {"details", BLOCK},
    {"dir", BLOCK},
    {"div", BLOCK},
    {"dl", BLOCK},
    {"dt", BLOCK},
    {"em", TRAIT_FORMATTING},
    {"embed", SKIP},
    {"fieldset", BLOCK},
    {"figcaption", BLOCK},
    {"figure", BLOCK},
    {"font", TRAIT_FORMATTING},
    {"footer", BLOCK},
    {"form", BLOCK},
    {"frame", SKIP},
    {"frameset", BLOCK},
    {"h1", BLOCK},
    {"h2", BLOCK},
    {"h3", BLOCK},
    {"h4", BLOCK},
    {"h5", BLOCK},
    {"h6", BLOCK},
    {"head", SKIP},
    {"header", BLOCK},
    {"hgroup", BLOCK},
    {"hr", SKIP},
    {"html", SKIP},
    {"i", TRAIT_FORMATTING},
    {"iframe", TRAIT_RAW},
    {"image", SKIP},
    {"img", SKIP},
    {"input", SKIP},
    {"isindex", BLOCK},
    {"keygen", SKIP},
    {"li", BLOCK},
    {"link", SKIP},
    {"listing", BLOCK},
    {"main", BLOCK},
    {"marquee", BLOCK | TRAIT_BARRIER},
    {"math", TRAIT_FOREIGN},
    {"menu", BLOCK},
    {"menuitem", BLOCK},
    {"meta", SKIP},
    {"nav", BLOCK},
    {"nobr", TRAIT_FORMATTING},
    {"noembed", TRAIT_RAW},
    {"noframes", TRAIT_RAW},
    {"noscript", BLOCK},
    {"object", BLOCK | TRAIT_BARRIER},
    {"ol", BLOCK},
    {"option", SKIP},
    {"p", SKIP},
    {"param", SKIP},
    {"plaintext", TRAIT_RAW},
    {"pre", BLOCK},
    {"s", TRAIT_FORMATTING},
    {"script", TRAIT_RAW},
    {"section", BLOCK},
    {"select", BLOCK},
    {"small", TRAIT_FORMATTING},
    {"source", SKIP},
    {"strike", TRAIT_FORMATTING},
    {"strong", TRAIT_FORMATTING},
    {"style", TRAIT_RAW},
    {"summary", BLOCK},
    {"svg", TRAIT_FOREIGN},
    {"table", BLOCK | TRAIT_BARRIER},
    {"tbody", SKIP},
    {"td", BLOCK | TRAIT_BARRIER | TRAIT_CELL},
    {"template", BLOCK | TRAIT_BARRIER},
    {"textarea", TRAIT_RAW},
    {"tfoot", SKIP},
    {"th", BLOCK | TRAIT_BARRIER | TRAIT_CELL},
    {"thead", SKIP},
    {"title", TRAIT_RAW},
    {"tr", SKIP},
    {"track", SKIP},
    {"tt", TRAIT_FORMATTING},
    {"u", TRAIT_FORMATTING},
    {"ul", BLOCK},
    {"wbr", SKIP},
    {"xmp", TRAIT_RAW},
};

/* Start tags that end svg and math in a page (13.2.6.5); <font> does so with
 * one of its own attributes. */
static const char *const BREAKOUT[] = {
    "b",      "big",    "blockquote", "body",    "br",    "center", "code",
    "dd",     "div",    "dl",         "dt",      "em",    "embed",  "h1",
    "h2",     "h3",     "h4",         "h5",      "h6",    "head",   "hr",
    "i",      "img",    "li",         "listing", "menu",  "meta",   "nobr",
    "ol",     "p",      "pre",        "ruby",    "s",     "small",  "span",
    "strong", "strike", "sub",        "sup",     "table", "tt",     "u",
    "ul",     "var",    NULL,
};

static const char *const TABLE_PARTS[] = {
    "caption", "table", "tbody", "tfoot", "thead", "tr", "td", "th", NULL};

typedef struct Open {
    char name[HTML_TAG_NAME_MAX + 1];
    unsigned traits;
} Open;

typedef struct Scan {
    HtmlTags tags;
    bool fragment;
    Open stack[HTML_SCAN_DEPTH_MAX];
    int depth;
    int formatting; /* how many of the stack are */
    long repeats;
} Scan;

static unsigned traits_of(const char *name)
{
    size_t low = 0;
    size_t high = G_N_ELEMENTS(KNOWN);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, KNOWN[middle].name);
        if (order == 0)
            return KNOWN[middle].traits;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

static void remove_at(Scan *scan, int index)
{
    if (scan->stack[index].traits & TRAIT_FORMATTING)
        scan->formatting--;
    scan->depth--;
    memmove(&scan->stack[index], &scan->stack[index + 1],
            (size_t)(scan->depth - index) * sizeof(Open));
}

/* Closes everything above `depth`. Formatting elements come back in what
 * follows, so they stay, unless a cell or the like around them ends. */
static void pop_to(Scan *scan, int depth)
{
    int kept = depth;
    int i;

    for (i = depth; i < scan->depth; i++) {
        if (scan->stack[i].traits & TRAIT_BARRIER)
            break;
        if (scan->stack[i].traits & TRAIT_FORMATTING)
            scan->stack[kept++] = scan->stack[i];
    }
    for (; i < scan->depth; i++)
        if (scan->stack[i].traits & TRAIT_FORMATTING)
            scan->formatting--;
    scan->depth = kept;
}

static bool is_heading(const char *name)
{
    return name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && !name[2];
}

static bool is_named(const Open *open, const char *name)
{
    return strcmp(open->name, name) == 0;
}

static bool same_element(const Open *open, const HtmlTag *tag)
{
    return strcmp(open->name, tag->name) == 0 ||
           ((open->traits & TRAIT_SPECIAL) && is_heading(open->name) &&
            is_heading(tag->name));
}

static void close_tag(Scan *scan, const HtmlTag *tag)
{
    bool block = tag->traits & (TRAIT_SPECIAL | TRAIT_FOREIGN);
    bool table = strcmp(tag->name, "table") == 0;
    bool item = strcmp(tag->name, "li") == 0;
    bool crossed = false;
    int i;

    for (i = scan->depth - 1; i >= 0; i--) {
        const Open *open = &scan->stack[i];
        if (same_element(open, tag))
            break;
        if ((open->traits & TRAIT_BARRIER) &&
            !(table && (open->traits & TRAIT_CELL)))
            return;
        if (item && (is_named(open, "ul") || is_named(open, "ol")))
            return;
        crossed = crossed || (open->traits & TRAIT_SPECIAL);
    }
    if (i < 0)
        return;
    if (scan->stack[i].traits & TRAIT_FORMATTING)
        remove_at(scan, i);
    if (block || !crossed)
        pop_to(scan, i);
}

/* A new cell or row ends the cell before it. False: there is no table here,
 * and the parser leaves the tag out. */
static bool close_cell(Scan *scan)
{
    int i;

    for (i = scan->depth - 1; i >= 0; i--) {
        if (scan->stack[i].traits & TRAIT_CELL) {
            pop_to(scan, i);
            return true;
        }
        if (is_named(&scan->stack[i], "table") ||
            is_named(&scan->stack[i], "template"))
            return true;
    }
    return false;
}

/* A new item ends the one before it, unless something special but <div> and
 * <address> stands between. <dt> and <dd> end each other. */
static void close_item(Scan *scan, const HtmlTag *tag)
{
    bool item = strcmp(tag->name, "li") == 0;
    int i;

    for (i = scan->depth - 1; i >= 0; i--) {
        const Open *open = &scan->stack[i];
        if (item ? is_named(open, "li")
                 : is_named(open, "dd") || is_named(open, "dt")) {
            pop_to(scan, i);
            return;
        }
        if ((open->traits & TRAIT_SPECIAL) && !is_named(open, "div") &&
            !is_named(open, "address"))
            return;
    }
}

/* The svg or math that we are in, or -1. */
static int find_foreign(const Scan *scan)
{
    int i;

    for (i = scan->depth - 1; i >= 0; i--) {
        if (scan->stack[i].traits & TRAIT_FOREIGN)
            return i;
        if (scan->stack[i].traits & TRAIT_HTML_ISLAND)
            return -1;
    }
    return -1;
}

/* The select that we are in, or -1. */
static int find_select(const Scan *scan)
{
    int i;

    for (i = scan->depth - 1; i >= 0; i--) {
        if (is_named(&scan->stack[i], "select"))
            return i;
        if (is_named(&scan->stack[i], "template"))
            return -1;
    }
    return -1;
}

static bool is_in_table(const Scan *scan, int depth)
{
    while (depth-- > 0)
        if (is_named(&scan->stack[depth], "table"))
            return true;
    return false;
}

static bool is_in_template(const Scan *scan)
{
    int i;

    for (i = 0; i < scan->depth; i++)
        if (is_named(&scan->stack[i], "template"))
            return true;
    return false;
}

static bool is_breakout(const HtmlTag *tag)
{
    return g_strv_contains(BREAKOUT, tag->name) ||
           (strcmp(tag->name, "font") == 0 && tag->has_font_attribute);
}

static bool push(Scan *scan, const HtmlTag *tag)
{
    Open *open;

    if (scan->depth == HTML_SCAN_DEPTH_MAX)
        return false;
    open = &scan->stack[scan->depth++];
    memcpy(open->name, tag->name, sizeof open->name);
    open->traits = tag->traits;
    if (tag->traits & TRAIT_FORMATTING)
        scan->formatting++;
    return true;
}

/* Which elements inside of svg or math hold HTML? */
static bool is_island(const Open *root, const char *name)
{
    static const char *const SVG[] = {"desc", "foreignobject", "title", NULL};
    static const char *const MATH[] = {"mi", "mn", "mo", "ms", "mtext", NULL};

    return g_strv_contains(is_named(root, "svg") ? SVG : MATH, name);
}

/* Inside svg and math every name nests, and `/>` ends an element. What
 * annotation-xml holds depends on an attribute; there, all is counted. */
static HtmlScanResult open_foreign(Scan *scan, HtmlTag *tag, int root)
{
    bool math = is_named(&scan->stack[root], "math");
    bool counted = false;
    int i;

    for (i = root + 1; math && i < scan->depth; i++)
        counted = counted || is_named(&scan->stack[i], "annotation-xml");
    if (tag->self_closing && !counted)
        return HTML_SCAN_FINE;
    if (!tag->self_closing && is_island(&scan->stack[root], tag->name))
        tag->traits = TRAIT_SPECIAL | TRAIT_BARRIER | TRAIT_HTML_ISLAND |
                      TRAIT_INSIDE_FOREIGN;
    else
        /* Even another svg or math is one of the same kind. */
        tag->traits = TRAIT_INSIDE_FOREIGN;
    return push(scan, tag) ? HTML_SCAN_FINE : HTML_SCAN_TOO_DEEP;
}

/* A select takes hardly any tag. False: this one is left out. */
static bool enter_select(Scan *scan, const HtmlTag *tag, int select)
{
    static const char *const ENDING[] = {"input", "keygen", "textarea", NULL};
    static const char *const TAKEN[] = {"script", "template", NULL};

    if (g_strv_contains(TAKEN, tag->name))
        return true;
    if (g_strv_contains(ENDING, tag->name) ||
        (g_strv_contains(TABLE_PARTS, tag->name) &&
         is_in_table(scan, select))) {
        pop_to(scan, select);
        return true;
    }
    if (strcmp(tag->name, "select") == 0)
        pop_to(scan, select);
    return false;
}

static HtmlScanResult open_html(Scan *scan, const HtmlTag *tag)
{
    static const char *const ITEMS[] = {"li", "dd", "dt", NULL};
    int select = find_select(scan);

    if (select >= 0 && !enter_select(scan, tag, select))
        return HTML_SCAN_FINE;
    if (tag->traits & TRAIT_RAW) {
        /* A template may leave the element out and take what is in it. */
        if (!is_in_template(scan))
            html_tag_skip_raw(&scan->tags, tag);
        return HTML_SCAN_FINE;
    }
    if (((tag->traits & TRAIT_CELL) || strcmp(tag->name, "tr") == 0) &&
        !close_cell(scan))
        return HTML_SCAN_FINE;
    if (g_strv_contains(ITEMS, tag->name))
        close_item(scan, tag);
    if (strcmp(tag->name, "a") == 0 || strcmp(tag->name, "nobr") == 0)
        close_tag(scan, tag); /* the parser never nests these */
    scan->repeats += scan->formatting;
    if (scan->repeats > HTML_SCAN_REPEATS_MAX)
        return HTML_SCAN_TOO_MANY_REPEATS;
    if ((tag->traits & TRAIT_UNCOUNTED) ||
        ((tag->traits & TRAIT_FOREIGN) && tag->self_closing))
        return HTML_SCAN_FINE;
    return push(scan, tag) ? HTML_SCAN_FINE : HTML_SCAN_TOO_DEEP;
}

static HtmlScanResult open_tag(Scan *scan, HtmlTag *tag)
{
    int foreign = find_foreign(scan);

    if (tag->attributes > HTML_SCAN_ATTRIBUTES_MAX)
        return HTML_SCAN_TOO_MANY_ATTRIBUTES;
    if (foreign >= 0 && !scan->fragment && is_breakout(tag)) {
        pop_to(scan, foreign);
        foreign = -1;
    }
    return foreign >= 0 ? open_foreign(scan, tag, foreign)
                        : open_html(scan, tag);
}

/* Directly inside svg and math an end tag closes what has its name, over
 * everything. */
static bool close_foreign(Scan *scan, const HtmlTag *tag)
{
    int i;

    for (i = scan->depth - 1; i >= 0; i--) {
        const Open *open = &scan->stack[i];
        if (!(open->traits & (TRAIT_INSIDE_FOREIGN | TRAIT_FOREIGN)))
            return false;
        if (is_named(open, tag->name)) {
            pop_to(scan, i);
            return true;
        }
    }
    return false;
}

static void end_tag(Scan *scan, const HtmlTag *tag)
{
    static const char *const TAKEN[] = {"select", "template", NULL};
    int select = find_select(scan);

    /* <isindex> becomes other elements; nothing of its name is open. */
    if (close_foreign(scan, tag) || strcmp(tag->name, "isindex") == 0)
        return;
    if (select >= 0 && find_foreign(scan) < 0 &&
        !g_strv_contains(TAKEN, tag->name) &&
        !(g_strv_contains(TABLE_PARTS, tag->name) && is_in_table(scan, select)))
        return;
    close_tag(scan, tag);
}

HtmlScanResult html_scan(const char *html, size_t length, bool fragment,
                         int *line)
{
    Scan *scan = g_new0(Scan, 1);
    HtmlScanResult result = HTML_SCAN_FINE;
    HtmlTag tag;

    scan->tags = (HtmlTags){html, html + length, 1};
    scan->fragment = fragment;
    while (result == HTML_SCAN_FINE && html_tag_next(&scan->tags, &tag)) {
        *line = tag.line;
        tag.traits = traits_of(tag.name);
        if (tag.closing)
            end_tag(scan, &tag);
        else
            result = open_tag(scan, &tag);
    }
    g_free(scan);
    return result;
}
