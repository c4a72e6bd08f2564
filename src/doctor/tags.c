/* tags.c - see tags.h. */
#include "doctor/tags.h"

#include <string.h>

struct Tags {
    GPtrArray *texts; /* names and values in turn, owned */
};

void tags_free(Tags *tags)
{
    if (tags == NULL)
        return;
    g_ptr_array_unref(tags->texts);
    g_free(tags);
}

static bool is_tag_name(const char *name)
{
    if (!g_ascii_isalpha(*name))
        return false;
    while (g_ascii_isalnum(*name) || *name == '_')
        name++;
    return *name == '\0';
}

static bool add_tag(Tags *tags, char *piece)
{
    char *equals = strchr(piece, '=');
    if (equals == NULL || tags->texts->len >= 2 * TAGS_MAX)
        return false;
    *equals = '\0';
    g_strchomp(piece);
    if (!is_tag_name(piece) || tags_get(tags, piece) != NULL)
        return false;
    g_ptr_array_add(tags->texts, g_strdup(piece));
    g_ptr_array_add(tags->texts, g_strdup(g_strstrip(equals + 1)));
    return true;
}

static void lower_name(char *piece)
{
    for (; *piece != '\0' && *piece != '='; piece++)
        *piece = g_ascii_tolower(*piece);
}

/* Passes over what is no tag, but for the first piece. */
static Tags *parse(const char *text, bool keeps_case, bool *is_whole)
{
    g_autoptr(Tags) tags = g_new(Tags, 1);
    tags->texts = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) pieces = g_strsplit(text, ";", TAGS_MAX + 2);
    *is_whole = true;
    for (int i = 0; pieces[i] != NULL; i++) {
        char *piece = g_strstrip(pieces[i]);
        bool is_last = *piece == '\0' && pieces[i + 1] == NULL && i > 0;
        if (!keeps_case)
            lower_name(piece);
        if (is_last || add_tag(tags, piece))
            continue;
        if (i == 0)
            return NULL;
        *is_whole = false;
    }
    return tags->texts->len > 0 ? g_steal_pointer(&tags) : NULL;
}

Tags *tags_parse(const char *text)
{
    bool is_whole;
    g_autoptr(Tags) tags = parse(text, true, &is_whole);
    return is_whole ? g_steal_pointer(&tags) : NULL;
}

Tags *tags_parse_loosely(const char *text, bool *is_whole)
{
    return parse(text, false, is_whole);
}

const char *tags_get(const Tags *tags, const char *name)
{
    for (guint i = 0; i < tags->texts->len; i += 2)
        if (strcmp(tags->texts->pdata[i], name) == 0)
            return tags->texts->pdata[i + 1];
    return NULL;
}

char *tags_get_packed(const Tags *tags, const char *name)
{
    const char *value = tags_get(tags, name);
    if (value == NULL)
        return NULL;
    GString *packed = g_string_new(NULL);
    for (; *value != '\0'; value++)
        if (!g_ascii_isspace(*value))
            g_string_append_c(packed, *value);
    return g_string_free(packed, FALSE);
}

bool tags_has_word(const char *value, const char *word)
{
    g_auto(GStrv) words = g_strsplit(value, ":", -1);
    for (char **at = words; *at != NULL; at++)
        if (g_ascii_strcasecmp(g_strstrip(*at), word) == 0)
            return true;
    return false;
}

bool tags_begins(const Tags *tags, const char *name, const char *value)
{
    return strcmp(tags->texts->pdata[0], name) == 0 &&
           strcmp(tags->texts->pdata[1], value) == 0;
}
