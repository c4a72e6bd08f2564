/*
 * mail_ready.h - the elements of a post, made into those that mail programs
 * show well.
 *
 *     document_read() ─> text_write() ─> mail_ready() ─> graft ─> style_apply()
 *
 * Call it on the post's own document, after the text part was written from
 * it. It changes structure and leaves the look to the theme, which finds
 * these classes:
 *
 *     bare words between blocks become paragraphs
 *     headings   begin at h2 below the title, no level left out
 *     pre        in a one-cell table.codebox > td.code, since Outlook knows
 *                padding and background on cells only
 *     hr         <p class="sep" role="separator">* * *</p>
 *     table      "data" or "cells", see mail_table.h
 *     img        width at most 552, style for its width; block when it
 *                stands alone
 *     figure     <div class="figure">, its caption <p class="caption">
 *     li         class "apart" where the items are long or hold paragraphs
 *     task       a ballot box for `[ ]` and `[x]`; class "box" on the item
 *                or paragraph that begins with it
 *     alert      class "kind" on its title
 *     media      "Watch the video on youtube.com"
 *     long words in links and code may break anywhere
 *     class "own" where the author chose a colour; "rtl" or "ltr" where dir
 *     says so and the alignment is left to us
 *     paragraphs and links without anything in them go; an image that is all
 *     of a link has a name; what a list holds beside items goes into one
 */
#ifndef DOCUMENT_MAIL_READY_H
#define DOCUMENT_MAIL_READY_H

#include "document/document.h"

/* Columns of the page: what an image may be wide, in pixels. */
#define MAIL_WIDTH_MAX 552

void mail_ready(Document *document);

#endif
