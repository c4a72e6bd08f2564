/*
 * page.h - one recipient's mail and all that is known about it, as one HTML
 * page that needs nothing else.
 *
 *     Filled, bytes, findings ──page_append()──> HTML
 *
 * The page has no script and asks for nothing: its own policy forbids it, and
 * the mail stands in frames that may do nothing. All text from outside goes
 * through markup.h. Its frame, style and script are templates/preview.
 *
 * A live page is the same with a small script, which the policy names by its
 * hash: it asks the server it came from for its state and loads itself again
 * when that is another one.
 */
#ifndef PREVIEW_PAGE_H
#define PREVIEW_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/finding.h"
#include "letter/letter.h"
#include "mail/address.h"

/* All borrowed. */
typedef struct PageSource {
    const char *post;   /* the file */
    const char *format; /* "Markdown", "HTML" */
    const Mailbox *from;
    const char *const *lists; /* files, NULL-terminated; NULL: addresses */
    int64_t recipients;
    bool partial;      /* only these were looked at; the lists have more */
    const char *shown; /* whose copy this is */
    const char *unsubscribe_url; /* NULL */
    int text_width;
    const Filled *filled;
    const GString *message;   /* the same copy as it goes over the wire */
    const Findings *findings; /* NULL */
    int64_t date_seconds;     /* of the mail */
    int date_offset_minutes;
    bool remote_images; /* let the frames load https images */
    const char *state;  /* of a live page, [0-9a-z-]; NULL: a page to keep */
} PageSource;

void page_append(GString *out, const PageSource *source);

/* The live page while the mail cannot be composed. */
typedef struct FailurePage {
    const char *post;
    const char *message;      /* an error, with its place */
    const Findings *findings; /* NULL */
    const char *state;
} FailurePage;

void page_append_failure(GString *out, const FailurePage *failure);

/* What a server sends as Content-Security-Policy beside the page's own. */
#define PAGE_SERVER_POLICY "frame-ancestors 'none'"

#endif
