/*
 * presets.h - what is known about relays that many people use.
 *
 *     relay.preset: gmail ──preset_find()──> Preset ──> host, port, limits
 *
 * Whatever the user's file says wins. The numbers are those that the
 * providers publish; they differ by account and age, so each preset says
 * where to look. Constant; any thread.
 */
#ifndef CONFIG_PRESETS_H
#define CONFIG_PRESETS_H

#include <stdbool.h>

#include <glib.h>

typedef struct Preset {
    const char *name;
    const char *title;    /* for people */
    const char *host;     /* NULL: the account's own */
    const char *rate;     /* as `rate` is written; NULL: the program's own */
    const char *include;  /* what its users put into their SPF; NULL */
    const char *rewrites; /* fields it writes anew: "message-id,date"; NULL */
    const char *hint;     /* what to look up, one sentence */
    int port;
    int connections; /* 0: the program's own */
    int messages;    /* a connection; 0: likewise */
    bool signs;      /* by itself, for an account that is set up so */
} Preset;

/* NULL: none of this name. */
const Preset *preset_find(const char *name);
/* The one whose host this is; NULL. */
const Preset *preset_for_host(const char *host);
const Preset *preset_at(size_t index); /* NULL behind the last */

#endif
