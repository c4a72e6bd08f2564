/*
 * finding.h - many problems at once: each with a severity, a place and one
 * sentence.
 *
 * An error stops the work and is a GError. A finding is collected, so that
 * the author of a post or a list sees all of them in one go; a send is
 * refused when any finding is an error. Findings are kept in the order in
 * which they were added. The sentence follows the rules of error.h.
 *
 * At most FINDINGS_MAX are stored; further ones are counted only.
 * A Findings belongs to one thread.
 */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include <stddef.h>

#include "base/error.h"

#define FINDINGS_MAX 100000

typedef enum {
    SEVERITY_NOTE,    /* worth knowing */
    SEVERITY_WARNING, /* the mail goes out, but look at this */
    SEVERITY_ERROR,   /* nothing is sent before this is mended */
} Severity;

typedef struct Finding {
    Severity severity;
    const char *rule; /* a static word: "link", "address", "removed" */
    char *file;       /* NULL when the finding has no place */
    int line;
    int column;
    char *text;
} Finding;

typedef struct Findings Findings;

Findings *findings_new(void);
void findings_free(Findings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Findings, findings_free)

/* `findings` may be NULL: then nobody wants to know. `rule` is not copied. */
void findings_add(Findings *findings, Severity severity, const char *rule,
                  Place place, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* How many were added with this severity, stored or not. */
size_t findings_count(const Findings *findings, Severity severity);

size_t findings_stored(const Findings *findings);
const Finding *findings_at(const Findings *findings, size_t index);

/* "lists/news.csv:3:1: error: no address in this row" */
char *finding_to_line(const Finding *finding);

/* "note", "warning", "error" */
const char *severity_name(Severity severity);

#endif
