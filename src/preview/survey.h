/*
 * survey.h - what a mail program finds in the HTML part: its links, images
 * and hosts, and the words that an inbox shows beside the subject.
 *
 * A scan of finished HTML, of any bytes, in one pass; comments, <style>,
 * <title> and <script> are passed over. Texts are decoded, with blanks
 * collapsed.
 */
#ifndef PREVIEW_SURVEY_H
#define PREVIEW_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#define SURVEY_OPENING_MAX 400 /* bytes */

typedef struct SurveyLink {
    char *address;
    char *words;   /* what is linked, of its first use with any */
    int number;    /* in the text part; 0: it has none there */
    bool in_text;  /* the address stands in the text part */
    size_t offset; /* of its first use in the HTML */
} SurveyLink;

typedef struct Survey {
    GPtrArray *links;  /* of SurveyLink, each address once, in order */
    GPtrArray *remote; /* of char *: http and https images */
    size_t images;
    size_t images_silent; /* without alt="…" */
    GHashTable *hosts;    /* of char *, of links */
    char *opening;        /* the first words of the body, hidden ones too */
} Survey;

/* `text` is the text part of the same mail. */
void survey_make(Survey *survey, const GString *html, const GString *text);
void survey_clear(Survey *survey);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Survey, survey_clear)

#endif
