/*
 * keygen.h - what `mirmail keygen` makes: keys for the links with which readers
 * leave, and keys that sign mail.
 */
#ifndef CLI_KEYGEN_H
#define CLI_KEYGEN_H

#include "cli/options.h"

/* keygen: one more key in the file of `keys`, and on standard output what it
 * changes and which settings use it. The exit status, or 0 and an error. */
int keygen_links(const Options *options, GError **error);

/* keygen --dkim DOMAIN SELECTOR: a new file with the key, and on standard
 * output the record to publish and the lines for mirmail.yaml. The exit
 * status, or 0 and an error. */
int keygen_dkim(const Options *options, GError **error);

#endif
