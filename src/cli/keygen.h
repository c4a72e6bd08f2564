/*
 * keygen.h - what `mirmail keygen` makes: keys that sign mail.
 */
#ifndef CLI_KEYGEN_H
#define CLI_KEYGEN_H

#include "cli/options.h"

/* keygen --dkim DOMAIN SELECTOR: a new file with the key, and on standard
 * output the record to publish and the lines for mirmail.yaml. The exit
 * status, or 0 and an error. */
int keygen_dkim(const Options *options, GError **error);

#endif
