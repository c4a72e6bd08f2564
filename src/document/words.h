/*
 * words.h - the few words that the writers add to a post, in its language.
 *
 * `{}` is where a host or another value goes. All are UTF-8 and live for
 * ever; letter/words.c has the other languages.
 */
#ifndef DOCUMENT_WORDS_H
#define DOCUMENT_WORDS_H

#define WORDS_ALERTS 5

typedef struct DocumentWords {
    const char *links; /* headings */
    const char *notes;
    const char *note; /* in running text: "(note 1)" */
    const char *image;
    const char *video; /* labels, with the colon behind them */
    const char *audio;
    const char *page;
    const char *colon;
    const char *watch; /* "Watch the video on {}" */
    const char *listen;
    const char *open;
    const char *alerts[WORDS_ALERTS]; /* of [!NOTE] … [!CAUTION] */
} DocumentWords;

extern const DocumentWords document_words_english;

/* The pattern with `value` in the place of its `{}`. */
char *words_fill(const char *pattern, const char *value);

#endif
