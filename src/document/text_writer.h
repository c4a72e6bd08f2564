/*
 * text_writer.h - what the files that write the text part share. Private to
 * text_*.c.
 *
 *     text_write.c   begins, and adds notes and links at the end
 *       text_block.c   headings, quotes, code, rules, definitions
 *       text_list.c    lists
 *       text_table.c   tables
 *         text_inline.c  words, emphasis, code, links, images
 *         text_link.c    addresses and their numbers
 *           text_out.c     lines with their prefixes; wrap.c fills them
 */
#ifndef DOCUMENT_TEXT_WRITER_H
#define DOCUMENT_TEXT_WRITER_H

#include "document/document.h"
#include "document/text_out.h"
#include "document/text_write.h"

typedef struct TextWriter {
    const TextStyle *style;
    const char *gap_prefix;
    TextOut out;
    GHashTable *numbers;   /* address -> number; keys in `addresses` */
    GPtrArray *addresses;  /* of char *, in order of their numbers */
    GHashTable *explained; /* abbreviations that had their long form */
    GArray *section_links; /* of int: numbers not yet listed */
    const DocumentWords *words;
    bool is_ascii;   /* nothing in the tree is beyond ASCII */
    int top_level;   /* the highest heading level of the body, 1 to 6 */
    int heading_end; /* line_count behind the last underlined one */
    int list_depth;  /* of bulleted lists around this place */
    int nesting;     /* quotes and items around this place */
} TextWriter;

void text_writer_init(TextWriter *writer, const Document *document,
                      const TextStyle *style);
/* Frees all but the pieces. */
void text_writer_clear(TextWriter *writer);

/* --- text_block.c --- */

/* The children of `parent`: blocks, and runs of inline nodes between them.
 * `owner` collects the blank lines before lists, which depend on the list
 * that `parent` is an item of; NULL elsewhere. Gives the number of blocks
 * that wrote something; lists are counted apart. */
typedef struct TextCount {
    int blocks;
    int lists;
    bool has_loose_list;
    int own_lines; /* of the blocks, without the lists */
} TextCount;

TextCount text_write_children(TextWriter *writer, const Node *parent,
                              GPtrArray *owner);
/* A heading of our own, as rank 1. */
void text_write_title(TextWriter *writer, const char *title);

/* --- text_list.c --- */

/* Gives whether its items stand apart. */
bool text_write_list(TextWriter *writer, const Node *list);

/* --- text_table.c --- */

void text_write_table(TextWriter *writer, const Node *table);

#endif
