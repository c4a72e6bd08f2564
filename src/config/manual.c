/* manual.c - the list of settings in mdoc, from the table. See config.h. */
#include "config/config.h"

#include <string.h>

#include "config/presets.h"
#include "config/settings.h"

/* A line of mdoc may not begin with a control character; a backslash is an
 * escape everywhere. */
static void append_text(GString *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        g_string_append(out, "\\&");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\\')
            g_string_append(out, "\\e");
        else
            g_string_append_c(out, *at);
    }
}

/* Sentences begin on lines of their own, as mdoc wants it. */
static void append_sentences(GString *out, const char *text)
{
    g_auto(GStrv) sentences = g_strsplit(text, ". ", -1);
    for (size_t i = 0; sentences[i] != NULL; i++) {
        append_text(out, sentences[i]);
        g_string_append(out, sentences[i + 1] != NULL ? ".\n" : "\n");
    }
}

static void append_range(GString *out, const Setting *setting)
{
    if (setting->most == 0)
        return;
    if (strcmp(setting->type->argument, "duration") != 0) {
        g_string_append_printf(
            out, "From %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".\n",
            setting->least, setting->most);
        return;
    }
    g_autofree char *most = duration_to_text(setting->most * UNITS_SECOND_NS);
    g_string_append_printf(out, "From %" G_GINT64_FORMAT " s to %s.\n",
                           setting->least, most);
}

static void append_words(GString *out, const Setting *setting)
{
    if (setting->words == NULL)
        return;
    g_auto(GStrv) words = g_strsplit(setting->words, "|", -1);
    g_autofree char *joined = g_strjoinv(", ", words);
    g_string_append_printf(out, "One of %s.\n", joined);
}

static void append_setting(GString *out, const Setting *setting)
{
    g_string_append_printf(out, ".It Cm %s : Ar %s\n", setting->key,
                           setting->type->argument);
    append_sentences(out, setting->help);
    append_words(out, setting);
    append_range(out, setting);
    const char *fallback = setting->otherwise != NULL ? setting->otherwise
                                                      : setting->initial;
    if (fallback == NULL)
        return;
    g_string_append(out, "Default: ");
    g_string_append_printf(out, "%s.\n", fallback);
}

static bool is_in_section(const Setting *setting, const char *section)
{
    const char *dot = strchr(setting->key, '.');
    size_t length = dot ? (size_t)(dot - setting->key) : 0;
    return strlen(section) == length &&
           strncmp(setting->key, section, length) == 0;
}

static void append_preset(GString *out, const Preset *preset)
{
    g_string_append_printf(out, ".It Cm %s\n%s", preset->name, preset->title);
    if (preset->host != NULL)
        g_string_append_printf(out, ": %s, port %d", preset->host,
                               preset->port);
    else
        g_string_append_printf(out, ": port %d", preset->port);
    if (preset->rate != NULL)
        g_string_append_printf(out, "; rate %s", preset->rate);
    if (preset->connections > 0)
        g_string_append_printf(out, "; connections %d", preset->connections);
    g_string_append(out, ".\n");
    if (preset->rewrites != NULL)
        g_string_append_printf(
            out, "Writes %s anew, so these are not signed here.\n",
            preset->rewrites);
    g_autofree char *hint = g_strconcat(preset->hint, ".", NULL);
    hint[0] = g_ascii_toupper(hint[0]);
    append_sentences(out, hint);
}

static void append_presets(GString *out)
{
    const Preset *preset = NULL;
    g_string_append(out, ".Ss Presets\n"
                         "The limits are those that providers publish; they "
                         "differ by account, so check yours.\n"
                         ".Bl -tag -width Ds\n");
    for (size_t i = 0; (preset = preset_at(i)) != NULL; i++)
        append_preset(out, preset);
    g_string_append(out, ".El\n");
}

char *config_manual(void)
{
    GString *out = g_string_new(NULL);
    for (const SettingSection *section = settings_sections;
         section->name != NULL; section++) {
        g_string_append_printf(out, ".Ss %s\n",
                               section->name[0] != '\0' ? section->name
                                                        : "Top of the file");
        append_sentences(out, section->help);
        g_string_append(out, ".Bl -tag -width Ds\n");
        for (size_t i = 0; i < settings_count; i++)
            if (is_in_section(&settings_table[i], section->name))
                append_setting(out, &settings_table[i]);
        g_string_append(out, ".El\n");
    }
    append_presets(out);
    return g_string_free(out, FALSE);
}
