/*
 * domain.h - domain names beneath the addresses: private to mail.
 *
 * The ASCII syntax is checked here and not left to the IDN library, which
 * drops an underscore silently and lets empty labels pass. It sees only
 * labels with letters beyond ASCII, and what it makes of them is checked
 * again. A label that is already in A-label form is taken as it is: domains
 * that IDNA 2008 would not register exist and receive mail.
 */
#ifndef MAIL_DOMAIN_H
#define MAIL_DOMAIN_H

#include <stddef.h>

/* The name in lower case ASCII, or NULL and in `fault` a static sentence
 * part that says why not. */
char *domain_convert(const char *text, size_t length, const char **fault);

#endif
