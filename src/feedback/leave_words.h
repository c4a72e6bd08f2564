/*
 * leave_words.h - what the page says on which people leave a list, in their
 * language.
 *
 * No sentence holds a name, so none has to agree with one.
 */
#ifndef FEEDBACK_LEAVE_WORDS_H
#define FEEDBACK_LEAVE_WORDS_H

#include <stdbool.h>

typedef enum {
    LEAVE_ASK,    /* the page with the button */
    LEAVE_LEFT,   /* or had left before */
    LEAVE_ABSENT, /* the link is right, but nobody is there */
    LEAVE_BROKEN, /* the link is not right */
    LEAVE_LATER,  /* a failure of ours */
    LEAVE_SAYINGS
} LeaveSaying;

typedef struct LeaveWords {
    const char *lang; /* BCP 47 */
    bool right_to_left;
    const char *button;
    struct {
        const char *title;
        const char *text;
    } says[LEAVE_SAYINGS];
} LeaveWords;

/* For "fr", "fr-CH" or "FR_ch"; NULL for a language that it does not speak
 * and for NULL. */
const LeaveWords *leave_words_for(const char *lang);

/* The best for an Accept-Language field (RFC 9110 12.5.4), English at last
 * and for NULL. */
const LeaveWords *leave_words_accepted(const char *accept_language);

#endif
