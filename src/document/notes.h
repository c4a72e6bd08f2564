/*
 * notes.h - footnotes, lifted out of Markdown before it is parsed.
 *
 *     text[^a] more                 text<token> more
 *     [^a]: The note.        ──>
 *                                   # <token>
 *                                   - The note.
 *
 * A definition moves to the end of the text, below a heading that is only a
 * token; it is parsed like everything else. (To the Markdown parser itself,
 * `[^a]: word` is a link definition.) Definitions stand at most three blanks
 * from the margin, outside code and HTML; a note goes on over lines that are
 * indented by four and over lines that continue its paragraph.
 */
#ifndef DOCUMENT_NOTES_H
#define DOCUMENT_NOTES_H

#include "document/lines.h"

#define NOTES_MAX 10000
#define NOTES_LABEL_MAX 200

#define NOTES_TOKEN_REFERENCE 'f'
#define NOTES_TOKEN_DEFINITION 'n'

typedef struct NoteReference {
    char *spelled; /* "[^a]" */
    size_t note;
} NoteReference;

typedef struct Notes {
    GPtrArray *labels;    /* of char *: one for each definition */
    GArray *line_numbers; /* of int: where it stands */
    GArray *references;   /* of NoteReference: one for each spelling */
} Notes;

void notes_free(Notes *notes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notes, notes_free)

/* NULL when there are no notes; then nothing has to be replaced. */
Lines *notes_lift(const Lines *lines, const GArray *blocks, const char *mark,
                  Notes **notes);

#endif
