/*
 * letter.h - subject, text and HTML of an announcement, with gaps where the
 * recipients differ.
 *
 *     Post, template ──letter_compose()──> Letter ──letter_merge()──> Filled
 *
 * letter_compose() reads the body into a document, writes text and HTML from
 * it, sets both into the template and compiles the result: everything that is
 * the same for all is done here, once. letter_merge() copies, escapes the
 * values for the place they stand in, and wraps the paragraphs of the text
 * part in which a field stands.
 *
 * Borrows the source's `ways` for its life.
 *
 * A Letter is constant after composing and may be merged from any number of
 * threads, each with its own Filled.
 */
#ifndef LETTER_LETTER_H
#define LETTER_LETTER_H

#include <stdbool.h>

#include "base/finding.h"
#include "config/config.h"
#include "letter/ways.h"
#include "list/list.h"
#include "mail/stencil.h"
#include "post/post.h"

typedef struct Letter Letter;

typedef struct LetterSource {
    const Post *post;
    const SenderConfig *sender;
    const ListConfig *list;
    const TextConfig *text;
    const Ways *ways;         /* NULL: all leave in the same way */
    const char *base_url;     /* NULL */
    const char *cid_domain;   /* of the inline images' identifiers; NULL */
    const char *template_dir; /* mail.txt, mail.html, theme.css; NULL: the
                                 built-in ones */
} LetterSource;

Letter *letter_compose(const LetterSource *source, Findings *findings,
                       GError **error);
void letter_free(Letter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)

/* One recipient's copy. Buffers are kept and used again. UTF-8, LF. */
typedef struct Filled {
    GString *subject;
    GString *text;
    GString *html;
    OwnWays ways; /* when the letter has a Ways */
} Filled;

void filled_init(Filled *filled);
void filled_clear(Filled *filled);

/* ERROR_INPUT with the place of the field when a value is missing or may not
 * stand where it is wanted (a line break in the subject). */
bool letter_merge(const Letter *letter, const Subscriber *subscriber,
                  Filled *filled, GError **error);

/* The same for nobody: each field stands there as `{{name}}`, a token as
 * {token}. Fails where
 * such a value may not stand, as in a date. */
bool letter_merge_names(const Letter *letter, Filled *filled, GError **error);

/* The same for sending: of each part only the lines of this recipient, and
 * where the letter's sheets stand between them. */
typedef struct OwnLines {
    GString *subject;
    StencilFill text;
    StencilFill html;
    OwnWays ways; /* when the letter has a Ways */
    GString *scratch;
} OwnLines;

void own_lines_init(OwnLines *own);
void own_lines_clear(OwnLines *own);

bool letter_merge_own(const Letter *letter, const Subscriber *subscriber,
                      OwnLines *own, GError **error);

/* The lines that are the same for all who get them. Borrowed. */
const StencilSheet *letter_text_sheets(const Letter *letter, size_t *count);
const StencilSheet *letter_html_sheets(const Letter *letter, size_t *count);

/* The list's fields that the letter uses, in the order of first use. */
typedef struct LetterField {
    const char *name;
    Place place;   /* of its first use */
    bool required; /* somewhere without a default and outside of an `if` */
} LetterField;

const LetterField *letter_fields(const Letter *letter, size_t *count);

/* For headers: the language, and what the front matter says. NULL when
 * unset. */
const char *letter_lang(const Letter *letter);
const char *letter_archived_at(const Letter *letter); /* the post's URL */

/* The images that go with the HTML part, in the order of first use, each
 * once. Owned by the letter. */
typedef struct LetterImage {
    char *address;          /* "cid:0123456789abcdef.1@example.org" */
    const char *content_id; /* what follows "cid:" */
    char *name;
    const char *type; /* "image/png" */
    GBytes *bytes;
} LetterImage;

const LetterImage *letter_images(const Letter *letter, size_t *count);

/* Each recipient has ways to leave of his own. */
bool letter_is_personal(const Letter *letter);

/* How many distinct addresses the document links to. */
size_t letter_link_count(const Letter *letter);

/* SHA-256 over everything that reaches a reader, gaps included: two letters
 * with the same digest give the same mail. */
const char *letter_digest(const Letter *letter);

#endif
