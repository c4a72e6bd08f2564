/*
 * settings.h - the table of settings: what may stand in mirmail.yaml, and
 * where it goes in a Config.
 *
 *     Value (a map of maps) ──settings_read()──> Config
 *     the table ──config_manual()──> mirmail.yaml(5)
 *
 * One row is one setting. Its default is a text in the very form the file
 * would have, read by the same function, so that the manual cannot differ
 * from the program. A setting that is there but empty counts as not there.
 *
 * Private to the module.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "base/value.h"
#include "config/config.h"

#define SETTINGS_TEXT_MAX 1000  /* characters in one text */
#define SETTINGS_LINES_MAX 4000 /* characters in one text of several lines */
#define SETTINGS_URL_MAX 900    /* bytes: it must fit one header line */
#define SETTINGS_LISTS_MAX 1000 /* list files */

typedef struct Setting Setting;

/* What the readers of setting_type.h need to know besides the row. */
typedef struct SettingContext {
    const Setting *setting;
    const char *directory; /* relative paths begin here; NULL: as they are */
} SettingContext;

/* How texts of one kind are read, freed and called in the manual. `member`
 * points into a Config. */
typedef struct SettingType {
    const char *argument; /* the manual's word for a value */
    bool (*read)(const SettingContext *context, const Value *value,
                 void *member, GError **error);
    void (*clear)(void *member); /* NULL: owns nothing */
} SettingType;

struct Setting {
    const char *key; /* `relay.host`; one dot or none */
    const SettingType *type;
    size_t offset;         /* of the member in Config */
    int64_t least;         /* of a number, or of a duration in seconds */
    int64_t most;          /* likewise */
    const char *words;     /* of an enumeration, in the order of its values:
                              "starttls|implicit|none" */
    const char *initial;   /* the default, as it would be written; or NULL */
    const char *otherwise; /* the default in words, where no text says it */
    const char *help;      /* one sentence */
};

/* A map of settings and what the manual says above it; the first, with an
 * empty name, is the top of the file. NULL-terminated by `help`. */
typedef struct SettingSection {
    const char *name;
    const char *help;
} SettingSection;

extern const Setting settings_table[];
extern const size_t settings_count;
extern const SettingSection settings_sections[];

/* Every setting's default into a zeroed Config. */
void settings_set_defaults(Config *config);

/* Every setting that stands in `root` into a Config with its defaults.
 * ERROR_CONFIG with the place. */
bool settings_read(const Value *root, const char *directory, Config *config,
                   GError **error);

/* One entry of `relays` into the relay and the limits of a Config with its
 * defaults. */
bool settings_read_relay(const Value *map, const char *directory,
                         Config *config, GError **error);

/* What one of a relay's settings says about another; `map` is its own.
 * ERROR_CONFIG. */
bool settings_finish_relay(RelayConfig *relay, const Value *map,
                           GError **error);

/* Host and port of the relay's preset, where the file has none. Before
 * settings_finish_relay(). */
void settings_apply_preset(RelayConfig *relay, const Value *map);
/* The limits that a relay has left open: no connections, -1 rates. */
void settings_fill_limits(RelayConfig *relay, const RelayLimits *common,
                          const Value *root);

/* Frees what the settings own. */
void settings_clear(Config *config);

/* True when the file gives the setting a value. */
bool settings_has(const Value *root, const char *key);

#endif
