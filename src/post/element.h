/*
 * element.h - the elements of HTML, as far as finding text outside of them
 * depends on which they are.
 *
 * Private to the module.
 */
#ifndef POST_ELEMENT_H
#define POST_ELEMENT_H

#include <stddef.h>

typedef enum {
    KIND_INLINE,
    KIND_BLOCK, /* ends an open <p> */
    KIND_BOX,   /* a block in which Markdown may stand */
    KIND_ITEM,  /* <li>, <td> …: ends one of its kind */
    KIND_VOID,
    KIND_RAW,    /* its content is no text: <style> */
    KIND_SHADOW, /* <html>, <head>, <body>: as if not there */
} ElementKind;

/* What an implied end tag does not reach beyond, as bits. */
enum { WALL_LIST = 1, WALL_TABLE = 2, WALL_CELL = 4 };

typedef struct Element {
    const char *name;
    ElementKind kind;
    unsigned walls;
} Element;

/* The element of this name in any case, NULL when HTML has none. */
const Element *element_find(const char *name, size_t length);

#endif
