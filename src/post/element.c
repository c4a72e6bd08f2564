/* element.c - see element.h. */
#include "post/element.h"

#include <glib.h>

/* In the order of the alphabet. */
static const Element elements[] = {
    {"a", KIND_INLINE, 0},
    {"abbr", KIND_INLINE, 0},
    {"acronym", KIND_INLINE, 0},
    {"address", KIND_BLOCK, 0},
    {"area", KIND_VOID, 0},
    {"article", KIND_BOX, 0},
    {"aside", KIND_BOX, 0},
    {"audio", KIND_INLINE, 0},
    {"b", KIND_INLINE, 0},
    {"base", KIND_VOID, 0},
    {"bdi", KIND_INLINE, 0},
    {"bdo", KIND_INLINE, 0},
    {"big", KIND_INLINE, 0},
    {"blockquote", KIND_BLOCK, 0},
    {"body", KIND_SHADOW, 0},
    {"br", KIND_VOID, 0},
    {"button", KIND_INLINE, WALL_CELL},
    {"canvas", KIND_INLINE, 0},
    {"caption", KIND_BLOCK, WALL_CELL},
    {"center", KIND_BOX, 0},
    {"cite", KIND_INLINE, 0},
    {"code", KIND_INLINE, 0},
    {"col", KIND_VOID, 0},
    {"colgroup", KIND_BLOCK, 0},
    {"dd", KIND_ITEM, WALL_CELL},
    {"del", KIND_INLINE, 0},
    {"details", KIND_BOX, WALL_CELL},
    {"dfn", KIND_INLINE, 0},
    {"div", KIND_BOX, 0},
    {"dl", KIND_BLOCK, WALL_LIST},
    {"dt", KIND_ITEM, 0},
    {"em", KIND_INLINE, 0},
    {"embed", KIND_VOID, 0},
    {"fieldset", KIND_BLOCK, 0},
    {"figcaption", KIND_BLOCK, 0},
    {"figure", KIND_BOX, 0},
    {"font", KIND_INLINE, 0},
    {"footer", KIND_BOX, 0},
    {"form", KIND_BLOCK, 0},
    {"h1", KIND_BLOCK, 0},
    {"h2", KIND_BLOCK, 0},
    {"h3", KIND_BLOCK, 0},
    {"h4", KIND_BLOCK, 0},
    {"h5", KIND_BLOCK, 0},
    {"h6", KIND_BLOCK, 0},
    {"head", KIND_SHADOW, 0},
    {"header", KIND_BOX, 0},
    {"hr", KIND_VOID, 0},
    {"html", KIND_SHADOW, 0},
    {"i", KIND_INLINE, 0},
    {"iframe", KIND_RAW, 0},
    {"img", KIND_VOID, 0},
    {"input", KIND_VOID, 0},
    {"ins", KIND_INLINE, 0},
    {"kbd", KIND_INLINE, 0},
    {"label", KIND_INLINE, 0},
    {"legend", KIND_BLOCK, 0},
    {"li", KIND_ITEM, WALL_CELL},
    {"link", KIND_VOID, 0},
    {"main", KIND_BOX, 0},
    {"map", KIND_INLINE, 0},
    {"mark", KIND_INLINE, 0},
    {"math", KIND_INLINE, 0},
    {"meta", KIND_VOID, 0},
    {"nav", KIND_BOX, 0},
    {"noscript", KIND_INLINE, 0},
    {"object", KIND_INLINE, 0},
    {"ol", KIND_BLOCK, WALL_LIST},
    {"p", KIND_BLOCK, 0},
    {"param", KIND_VOID, 0},
    {"picture", KIND_INLINE, 0},
    {"pre", KIND_BLOCK, 0},
    {"q", KIND_INLINE, 0},
    {"s", KIND_INLINE, 0},
    {"samp", KIND_INLINE, 0},
    {"script", KIND_RAW, 0},
    {"section", KIND_BOX, 0},
    {"select", KIND_INLINE, 0},
    {"small", KIND_INLINE, 0},
    {"source", KIND_VOID, 0},
    {"span", KIND_INLINE, 0},
    {"strike", KIND_INLINE, 0},
    {"strong", KIND_INLINE, 0},
    {"style", KIND_RAW, 0},
    {"sub", KIND_INLINE, 0},
    {"summary", KIND_BLOCK, 0},
    {"sup", KIND_INLINE, 0},
    {"svg", KIND_INLINE, 0},
    {"table", KIND_BLOCK, WALL_TABLE | WALL_CELL},
    {"tbody", KIND_ITEM, 0},
    {"td", KIND_ITEM, WALL_CELL},
    {"textarea", KIND_RAW, 0},
    {"tfoot", KIND_ITEM, 0},
    {"th", KIND_ITEM, WALL_CELL},
    {"thead", KIND_ITEM, 0},
    {"time", KIND_INLINE, 0},
    {"title", KIND_RAW, 0},
    {"tr", KIND_ITEM, 0},
    {"track", KIND_VOID, 0},
    {"tt", KIND_INLINE, 0},
    {"u", KIND_INLINE, 0},
    {"ul", KIND_BLOCK, WALL_LIST},
    {"var", KIND_INLINE, 0},
    {"video", KIND_INLINE, 0},
    {"wbr", KIND_VOID, 0},
};

const Element *element_find(const char *name, size_t length)
{
    size_t low = 0;
    size_t high = G_N_ELEMENTS(elements);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *here = elements[middle].name;
        int order = g_ascii_strncasecmp(here, name, length);
        if (order == 0 && here[length] == '\0')
            return &elements[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
