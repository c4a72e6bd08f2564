/*
 * words.h - what a letter says by itself, in the language of its post: the
 * foot, the headings of the text part, dates and lists.
 *
 * A language that is not in the table speaks English, with dates in digits.
 * Templates have these words as `words.unsubscribe` and so on; see
 * templates/README.md.
 */
#ifndef LETTER_WORDS_H
#define LETTER_WORDS_H

#include "document/words.h"
#include "mail/date.h"

typedef struct Words {
    const char *lang; /* ISO 639-1 */
    const DocumentWords *document;
    const char *reason;      /* `{}`: the list's name; {{ email }} */
    const char *reason_bare; /* without a list's name */
    const char *unsubscribe;
    const char *unsubscribe_mail; /* `{}`: an address to write to */
    const char *read_online;
    const char *read_on;   /* `{}`: a host */
    const char *and;       /* between the last two of a list */
    const char *date;      /* a format for words_date() */
    const char *first_day; /* "1er"; NULL: a number like the others */
    const char *months;    /* each of these with blanks between */
    const char *months_short;
    const char *weekdays; /* from Sunday on */
    const char *weekdays_short;
} Words;

/* For "fr", "fr-CH" or "FR_ch"; English for NULL. */
const Words *words_for(const char *lang);

/* As date_format(), with the months and weekdays of the language. `format`
 * NULL: as a date is written there, "29 juin 2016". */
char *words_date(const Words *words, const PostDate *date, const char *format);

#endif
