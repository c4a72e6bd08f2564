/*
 * post.h - the author's file taken apart: what the front matter means, and
 * the body as bytes.
 *
 *     post.md ──post_read()──> Post ──> document, letter
 *
 * Front matter is YAML between two lines `---`. Its keys are read in the
 * dialects of OCaml Planet, mirage-www, Hugo and Jekyll; keys that mean
 * nothing here stay readable for templates through `front_matter`. TOML
 * (`+++`), Pelican headers, Ziggy, and a front matter that never closes are
 * errors that say what was found, so that they never become mail text.
 *
 * Whether the body is HTML or Markdown is decided by the first of these that
 * speaks: --input; the key `format`; the extension .html, .htm or .xhtml; the
 * body itself (sniff.h). The extension .md does not count, since many feeds
 * keep HTML in such files.
 *
 * A post without a body is made of its key `changelog` (Markdown), else of
 * its description and link, with a warning; without these it is refused.
 *
 * Line ends are LF in `body`, a BOM is gone, and the text is UTF-8. The body
 * of Markdown with merge: true still has its fields; template_lift() takes
 * them out.
 */
#ifndef POST_POST_H
#define POST_POST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/finding.h"
#include "base/value.h"
#include "mail/date.h"

#define POST_BYTES_MAX (2 * 1024 * 1024)
#define POST_FRONT_MATTER_MAX (512 * 1024)

typedef enum { POST_MARKDOWN, POST_HTML } PostFormat;

/* What becomes of the images: as letter/images.h says, all that can be in the
 * mail, or none. */
typedef enum {
    POST_IMAGES_AUTO,
    POST_IMAGES_INLINE,
    POST_IMAGES_REMOTE
} PostImages;

typedef struct PostAttachment {
    char *file; /* as written: from the post's folder on */
    char *name; /* for the reader; NULL: the file's own */
    Place place;
} PostAttachment;

typedef struct Post {
    char *file;
    char *title;   /* one line, blanks collapsed, entities decoded */
    char *subject; /* `subject:` when it differs from the title */
    bool has_date;
    PostDate date;
    GPtrArray *authors; /* of char *, names only; may be empty */
    char *url;          /* where the post is published; NULL */
    char *description;  /* NULL when empty */
    char *lang;         /* BCP 47, NULL when not given */
    bool merge;         /* fields in the body are meant */
    PostImages images;
    GArray *attachments; /* of PostAttachment; may be empty */
    PostFormat format;
    const char *format_reason; /* "`--input`", "`format:`", "extension",
                                  "looks like …", "no body: …" */
    char *body;                /* UTF-8, LF */
    size_t body_length;
    int body_line;       /* the file's line on which body begins */
    Value *front_matter; /* a map, never NULL */
    char *digest;        /* SHA-256 of the file, hex */
} Post;

/* What the command line says over the file: NULL and -1 leave it alone. */
typedef struct PostOptions {
    const char *input; /* "markdown", "html" */
    const char *subject;
} PostOptions;

/* Errors are ERROR_INPUT with a place, ERROR_MISSING or ERROR_PERMISSION.
 * `path` "-" is standard input. */
Post *post_read(const char *path, const PostOptions *options,
                Findings *findings, GError **error);

/* The same from memory; `file` stands in errors and may give the date. */
Post *post_parse(const char *bytes, size_t length, const char *file,
                 const PostOptions *options, Findings *findings,
                 GError **error);
void post_free(Post *post);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Post, post_free)

#endif
