/*
 * setting_type.h - the kinds of values a setting may have.
 *
 * Each reads one Value into one member of a Config, replaces what was there,
 * and leaves it alone on failure (ERROR_CONFIG with the value's place and the
 * setting's key). Texts become NFC, without blanks around them, and may hold
 * no control characters, since many of them end in a header field.
 *
 * Private to the module.
 */
#ifndef CONFIG_SETTING_TYPE_H
#define CONFIG_SETTING_TYPE_H

#include "config/settings.h"

extern const SettingType setting_text;     /* char *: one line */
extern const SettingType setting_lines;    /* char *: several lines, LF */
extern const SettingType setting_command;  /* char *: one line, as written */
extern const SettingType setting_name;     /* char *: a variable's name */
extern const SettingType setting_choice;   /* char *: one of the words */
extern const SettingType setting_word;     /* an enum: the word's number */
extern const SettingType setting_bool;     /* bool */
extern const SettingType setting_integer;  /* int: least to most */
extern const SettingType setting_duration; /* int64_t: nanoseconds */
extern const SettingType setting_rates;    /* RelayLimits: its rates */
extern const SettingType setting_relays;   /* RelayList */
extern const SettingType setting_dkim;     /* DkimList */
extern const SettingType setting_preset;   /* char *: a name of presets.h */

extern const SettingType setting_mailbox; /* Mailbox */
extern const SettingType setting_verp;    /* Verp */
extern const SettingType setting_mail;    /* char *: an address's text */
extern const SettingType setting_host;    /* char *: a name or an IP */
extern const SettingType setting_list_id; /* char *: dot-atom with a dot */
extern const SettingType setting_url;     /* char *: http or https */
/* With KEYRING_MARK in the path or local part, or without. */
extern const SettingType setting_token_url;  /* char *: https */
extern const SettingType setting_token_mail; /* char *: an address */

extern const SettingType setting_path;     /* char * */
extern const SettingType setting_template; /* char *: a name, or a path */
extern const SettingType setting_paths;    /* char **, NULL-terminated */

/* One rate, several with commas between, or `unlimited`. Failure is an error
 * of rate_parse() or an ERROR_INPUT without a place. */
bool setting_rates_parse(const char *text, RelayLimits *limits, GError **error);

/* A host to its ASCII form: a name, an IPv4 address, an IPv6 address with or
 * without brackets; NULL with an ERROR_INPUT without a place. */
char *setting_host_parse(const char *text, GError **error);

#endif
