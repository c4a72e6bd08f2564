/* contrast.c - see contrast.h. */
#include "document/contrast.h"

#include <string.h>

#include "document/colour.h"
#include "document/place.h"

#define CONTRAST_MIN 4.5
#define CONTRAST_MIN_LARGE 3.0
#define LARGE_PX 24.0
#define LARGE_BOLD_PX 18.66

typedef enum { PAGE_LIGHT, PAGE_DARK, PAGES } Page;

static const char *const PAGE_NAMES[PAGES] = {"light", "dark"};

/* What the theme says of some elements: on the dark page it wins over the
 * author, on the light one the author does. -1: nothing. */
typedef struct Themed {
    const char *names; /* " a b " */
    int32_t text[PAGES];
    int32_t background[PAGES];
} Themed;

static const Themed THEMED[] = {
    {" a ", {0x0b5cad, 0x8ec2f5}, {-1, -1}},
    {" h1 h2 h3 h4 h5 h6 ", {0x1d2329, 0xe6e9eb}, {-1, -1}},
    {" blockquote ", {0x46505a, 0xc3cad0}, {-1, -1}},
    {" code samp tt ", {-1, 0xe6e9eb}, {0xf1f3f4, 0x262b30}},
    {" del s ", {0x58636d, 0xa3adb6}, {-1, -1}},
};

/* The colours in force, and the element whose style says them: NULL for the
 * theme. */
typedef struct Paint {
    uint32_t text;
    uint32_t background;
    const Node *text_by;
    const Node *background_by;
} Paint;

typedef struct State {
    Paint paint[PAGES];
    double size_px;
    bool bold;
} State;

typedef struct Contrast {
    PlaceFinder finder;
    Findings *findings;
    GHashTable *told[PAGES]; /* elements with a finding */
    State states[DOCUMENT_DEPTH_MAX + 2];
} Contrast;

static const State PAGE_STATE = {
    .paint = {{0x1d2329, 0xffffff, NULL, NULL},
              {0xe6e9eb, 0x15181b, NULL, NULL}},
    .size_px = 17,
};

static const Themed *find_themed(const char *name)
{
    g_autofree char *word = g_strdup_printf(" %s ", name);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(THEMED); i++)
        if (strstr(THEMED[i].names, word))
            return &THEMED[i];
    return NULL;
}

static void apply_theme(State *state, const Themed *themed, Page page)
{
    Paint *paint = &state->paint[page];

    if (themed->text[page] >= 0) {
        paint->text = (uint32_t)themed->text[page];
        paint->text_by = NULL;
    }
    if (themed->background[page] >= 0) {
        paint->background = (uint32_t)themed->background[page];
        paint->background_by = NULL;
    }
}

static void apply_colour(State *state, const Node *node, bool is_text,
                         const char *value)
{
    uint32_t colour;
    int page;

    if (!colour_parse(value, &colour))
        return;
    for (page = 0; page < PAGES; page++) {
        Paint *paint = &state->paint[page];
        if (is_text) {
            paint->text = colour;
            paint->text_by = node;
        } else {
            paint->background = colour;
            paint->background_by = node;
        }
    }
}

static void apply_declaration(State *state, const Node *node, const char *name,
                              const char *value)
{
    if (strcmp(name, "color") == 0) {
        apply_colour(state, node, true, value);
    } else if (strcmp(name, "background-color") == 0) {
        apply_colour(state, node, false, value);
    } else if (strcmp(name, "font-weight") == 0) {
        state->bold = g_str_has_prefix(value, "bold") ||
                      g_ascii_strtoll(value, NULL, 10) >= 700;
    } else if (strcmp(name, "font-size") == 0) {
        char *unit;
        double number = g_ascii_strtod(value, &unit);
        if (unit != value && strcmp(unit, "px") == 0)
            state->size_px = number;
    }
}

/* The style attribute has been filtered: `name: value; name: value`. */
static void apply_style(State *state, const Node *node, const char *style)
{
    g_auto(GStrv) declarations = g_strsplit(style, ";", -1);
    char **at;

    for (at = declarations; *at; at++) {
        char *colon = strchr(*at, ':');
        if (!colon)
            continue;
        *colon = '\0';
        apply_declaration(state, node, g_strstrip(*at), g_strstrip(colon + 1));
    }
}

static void enter(State *state, const Node *node)
{
    const Themed *themed = find_themed(node->name);
    const char *style = node_attribute(node, "style");

    if (node_is(node, "strong") || node_is(node, "b") || node_is(node, "th"))
        state->bold = true;
    if (node->name[0] == 'h' && g_ascii_isdigit(node->name[1])) {
        state->bold = true;
        state->size_px = node->name[1] <= '2' ? 22 : 18;
    }
    if (themed)
        apply_theme(state, themed, PAGE_LIGHT);
    if (style)
        apply_style(state, node, style);
    if (themed)
        apply_theme(state, themed, PAGE_DARK);
}

static void report(Contrast *contrast, const State *state, Page page)
{
    const Paint *paint = &state->paint[page];
    const Node *by = paint->text_by ? paint->text_by : paint->background_by;
    bool large = state->size_px >= LARGE_PX ||
                 (state->bold && state->size_px >= LARGE_BOLD_PX);
    double least = large ? CONTRAST_MIN_LARGE : CONTRAST_MIN;
    double found = colour_contrast(paint->text, paint->background);

    if (!by || found >= least ||
        !g_hash_table_add(contrast->told[page], (gpointer)(uintptr_t)by))
        return;
    findings_add(contrast->findings, SEVERITY_WARNING, "contrast",
                 place_of_tag(&contrast->finder, by),
                 "#%06x on #%06x, as this style gives on the %s page, has a "
                 "contrast of %.1f:1; it takes %.1f:1 to be read: set color "
                 "and background-color together, or neither",
                 paint->text, paint->background, PAGE_NAMES[page], found,
                 least);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n\r\f")] == '\0';
}

static void visit(Contrast *contrast, const Node *node, int depth)
{
    const State *around = &contrast->states[depth];

    if (node->kind == NODE_TEXT && !is_blank(node->text)) {
        report(contrast, around, PAGE_LIGHT);
        report(contrast, around, PAGE_DARK);
    } else if (node->kind == NODE_ELEMENT && node->first_child) {
        contrast->states[depth + 1] = *around;
        enter(&contrast->states[depth + 1], node);
    }
}

static bool has_styles(const Node *root)
{
    const Node *node = root;

    while ((node = node_following(node, root)))
        if (node->kind == NODE_ELEMENT && node_attribute(node, "style"))
            return true;
    return false;
}

void contrast_report(const Document *document, const char *file,
                     Findings *findings)
{
    const Node *root = document_root_const(document);
    const Node *node = root->first_child;
    g_autoptr(GHashTable) light = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) dark = g_hash_table_new(NULL, NULL);
    g_autofree Contrast *contrast = NULL;
    int depth = 0; /* of the elements around `node` */

    if (!has_styles(root))
        return;
    contrast = g_new0(Contrast, 1);
    contrast->findings = findings;
    contrast->told[PAGE_LIGHT] = light;
    contrast->told[PAGE_DARK] = dark;
    contrast->states[0] = PAGE_STATE;
    place_finder_init(&contrast->finder, document, file);
    while (node && depth <= DOCUMENT_DEPTH_MAX) {
        visit(contrast, node, depth);
        if (node->first_child) {
            depth++;
            node = node->first_child;
            continue;
        }
        while (!node->next && node->parent != root) {
            depth--;
            node = node->parent;
        }
        node = node->next;
    }
}
