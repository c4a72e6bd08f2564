/*
 * panels.h - what stands beside the mail on the preview page, and the mail
 * itself in its four forms: private to preview.
 */
#ifndef PREVIEW_PANELS_H
#define PREVIEW_PANELS_H

#include "preview/page.h"
#include "preview/survey.h"

#define PANEL_FINDINGS_MAX 200

typedef struct View {
    const PageSource *source;
    Survey survey;
    GArray *parts; /* mime_tree_read() */
} View;

void view_init(View *view, const PageSource *source);
void view_clear(View *view);

/* --- panels.c --- */

void panel_append_meta(GString *out, const View *view);
void panel_append_inbox(GString *out, const View *view);
void panel_append_size(GString *out, const View *view);
/* "1 error, 2 warnings" */
void panel_append_counts(GString *out, const Findings *findings);
/* A list; `view` NULL: without what is fine. */
void panel_append_findings(GString *out, const Findings *findings,
                           const View *view);

/* --- checks.c --- */

/* What was looked at and is fine, an item each. */
void checks_append(GString *out, const View *view);

/* --- tabs.c --- */

void tab_append_frames(GString *out, const View *view);
void tab_append_text(GString *out, const View *view);
void tab_append_headers(GString *out, const View *view);
void tab_append_links(GString *out, const View *view);

#endif
