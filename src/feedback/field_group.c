#include "feedback/field_group.h"

#include <string.h>

typedef struct Field {
    char *name;
    char *value;
} Field;

struct FieldGroup {
    GArray *fields; /* of Field */
};

static void clear_field(gpointer data)
{
    Field *field = data;
    g_free(field->name);
    g_free(field->value);
}

FieldGroup *field_group_new(void)
{
    FieldGroup *group = g_new0(FieldGroup, 1);
    group->fields = g_array_new(FALSE, FALSE, sizeof(Field));
    g_array_set_clear_func(group->fields, clear_field);
    return group;
}

void field_group_free(FieldGroup *group)
{
    if (group == NULL)
        return;
    g_array_unref(group->fields);
    g_free(group);
}

/* One line of clean text: a fold and every control become a blank. */
static char *clean(const char *value, size_t length)
{
    char *text = g_utf8_make_valid(value, (gssize)MIN(length, FIELD_VALUE_MAX));
    for (char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    g_strstrip(text);
    /* What was folded is joined by one blank, as it was written. */
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != ' ' || from[1] != ' ')
            *to++ = *from;
    *to = '\0';
    return text;
}

void field_group_add(FieldGroup *group, const char *name, size_t name_length,
                     const char *value, size_t length)
{
    if (group->fields->len >= FIELD_GROUP_MAX)
        return;
    Field field = {clean(name, name_length), clean(value, length)};
    g_array_append_val(group->fields, field);
}

/* How long the name of a field is that begins here; 0: this is none. */
static size_t name_length(const char *line)
{
    size_t length = 0;
    while (line[length] > ' ' && line[length] < 0x7f && line[length] != ':')
        length++;
    size_t colon = length + strspn(line + length, " \t");
    return line[colon] == ':' ? length : 0;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end != NULL ? end + 1 : line + strlen(line);
}

static bool is_blank_line(const char *line)
{
    return line[strspn(line, " \t\r")] == '\n';
}

FieldGroup *field_group_parse(const char **text)
{
    FieldGroup *group = field_group_new();
    const char *line = *text;
    while (*line != '\0' && !is_blank_line(line)) {
        const char *end = next_line(line);
        while ((*end == ' ' || *end == '\t') && !is_blank_line(end))
            end = next_line(end);
        size_t name = name_length(line);
        if (name > 0) {
            const char *value = strchr(line + name, ':') + 1;
            field_group_add(group, line, name, value, (size_t)(end - value));
        }
        line = end;
    }
    *text = *line == '\0' ? line : next_line(line);
    return group;
}

size_t field_group_count(const FieldGroup *group)
{
    return group->fields->len;
}

const char *field_group_name(const FieldGroup *group, size_t index)
{
    return g_array_index(group->fields, Field, index).name;
}

const char *field_group_value(const FieldGroup *group, size_t index)
{
    return g_array_index(group->fields, Field, index).value;
}

const char *field_group_get(const FieldGroup *group, const char *name)
{
    for (size_t i = 0; i < group->fields->len; i++)
        if (g_ascii_strcasecmp(field_group_name(group, i), name) == 0)
            return field_group_value(group, i);
    return NULL;
}

/* atext of RFC 5322 3.2.3 and the dot, and bytes beyond ASCII (RFC 6531). */
static bool is_local(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) != 0 ||
           (c != '\0' && strchr(".!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_domain(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) != 0 || c == '.' || c == '-';
}

void field_find_addresses(const char *text, GPtrArray *addresses)
{
    const char *from = text;
    for (const char *at = strchr(text, '@'); at != NULL; at = strchr(at, '@')) {
        if (addresses->len >= FIELD_ADDRESSES_MAX)
            return;
        const char *begin = at;
        while (begin > from && is_local(begin[-1]))
            begin--;
        const char *end = at + 1;
        while (is_domain(*end))
            end++;
        from = end;
        while (end > at + 1 && (end[-1] == '.' || end[-1] == '-'))
            end--;
        if (begin < at && end > at + 1)
            g_ptr_array_add(addresses, g_strndup(begin, (gsize)(end - begin)));
        at = from;
    }
}
