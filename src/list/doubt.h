/*
 * doubt.h - addresses that can be written to and were hardly meant.
 *
 * One slip of the pen in the domain of a large provider, or a domain without a
 * dot. Mail to such a one comes back, or goes to whoever bought the misspelt
 * name. It is a doubt and no fault: the address is written to all the same.
 */
#ifndef LIST_DOUBT_H
#define LIST_DOUBT_H

/* `domain` in lower case ASCII, as in Address. What is doubtful about it, in
 * words to stand behind the address; NULL when nothing is. */
char *doubt_domain(const char *domain);

#endif
