/*
 * pane.h - the HTML part as one frame of the preview page shows it: private
 * to preview.
 *
 * A frame does not take the colour scheme that the page chooses, so the
 * choice is written into the mail: `(prefers-color-scheme: dark)` inside
 * <style> becomes `all` or `not all`, or, as one condition of several, one
 * that is always or never true. Links lead nowhere: their target is a new
 * window, and the sandbox allows none. Images that are parts of the mail
 * (cid:) are put in as data:.
 */
#ifndef PREVIEW_PANE_H
#define PREVIEW_PANE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#define PANE_IMAGE_MAX                                                         \
    ((size_t)1024 * 1024) /* bytes on the wire, all in one                     \
                           */

typedef enum { PANE_LIGHT, PANE_DARK } PaneScheme;

typedef struct PaneSource {
    const GString *html;
    const GString *message; /* the bytes that `parts` were read from */
    const GArray *parts;    /* mime_tree_read() */
} PaneSource;

/* The document of the frame, not yet escaped for srcdoc. */
void pane_append(GString *out, const PaneSource *source, PaneScheme scheme);

#endif
