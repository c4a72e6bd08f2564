/*
 * setting_fail.h - what the readers of settings share: the text of a value,
 * and the one form of their errors, `mirmail.yaml:4:9: relay.port must be …`
 * with the key in backquotes.
 *
 * Private to the module.
 */
#ifndef CONFIG_SETTING_FAIL_H
#define CONFIG_SETTING_FAIL_H

#include "config/settings.h"

/* ERROR_CONFIG at the value's place: the setting's key and then the words.
 * They follow after a blank, or at once when they begin with a colon. */
void setting_fail(const SettingContext *context, const Value *value,
                  GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

/* The text as it was written; NULL with an error for a list or a map. */
const char *setting_raw_text(const SettingContext *context, const Value *value,
                             GError **error);

/* NFC, trimmed, no control characters but, with `lines`, LF. */
char *setting_clean_text(const SettingContext *context, const Value *value,
                         bool lines, GError **error);

/* Stores a text that was given away; an empty one becomes NULL. */
void setting_replace(void *member, char *text);

void setting_clear_text(void *member);

#endif
