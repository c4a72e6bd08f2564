/* list_json.c - see list_json.h. */
#include "list/list_json.h"

#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "list/record.h"

#define DEPTH_MAX 4

/* --- one object --- */

typedef struct Flatten {
    ListJsonVisit visit;
    void *data;
} Flatten;

/* Their values stand beside the others. */
static bool is_nameless(const char *name)
{
    static const char *const names[] = {"attribs", "attributes", "metadata",
                                        "merge_fields", "data"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* A text, number, truth or nothing; NULL for what has parts. */
static char *scalar(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return g_strdup(json_string_value(value));
    case JSON_INTEGER:
        return g_strdup_printf("%" JSON_INTEGER_FORMAT,
                               json_integer_value(value));
    case JSON_REAL: {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        return g_strdup(
            g_ascii_dtostr(number, sizeof number, json_real_value(value)));
    }
    case JSON_TRUE:
        return g_strdup("true");
    case JSON_FALSE:
        return g_strdup("false");
    case JSON_NULL:
        return g_strdup("");
    case JSON_OBJECT:
    case JSON_ARRAY:
    default:
        return NULL;
    }
}

static char *as_text(const json_t *value)
{
    char *text = scalar(value);
    if (text != NULL)
        return text;
    char *json = json_dumps(value, JSON_COMPACT);
    text = g_strdup(json ? json : "");
    free(json);
    return text;
}

/* `a, b`: texts, or objects by their names. */
static char *join(const json_t *array)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const json_t *name = json_object_get(item, "name");
        g_autofree char *text = as_text(json_is_string(name) ? name : item);
        if (*text != '\0')
            g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", text);
    }
    return g_string_free(out, FALSE);
}

/* listmonk has a status for each list that somebody is on; who left all of
 * them left. */
static void visit_subscriptions(const json_t *lists, const Flatten *flatten)
{
    size_t left = 0;
    size_t count = json_array_size(lists);
    for (size_t i = 0; i < count; i++) {
        const char *status = json_string_value(
            json_object_get(json_array_get(lists, i), "subscription_status"));
        left += status != NULL && strcmp(status, "unsubscribed") == 0;
    }
    if (count > 0 && left == count)
        flatten->visit(flatten->data, "subscription_status", "unsubscribed");
}

static void visit_object(json_t *object, const char *prefix, int depth,
                         const Flatten *flatten)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        g_autofree char *name = *prefix != '\0'
                                    ? g_strconcat(prefix, "_", key, NULL)
                                    : g_strdup(key);
        if (json_is_object(value) && depth < DEPTH_MAX) {
            visit_object(value, is_nameless(key) ? prefix : name, depth + 1,
                         flatten);
            continue;
        }
        if (depth == 0 && strcmp(key, "lists") == 0 && json_is_array(value))
            visit_subscriptions(value, flatten);
        g_autofree char *text = json_is_array(value) ? join(value)
                                                     : as_text(value);
        flatten->visit(flatten->data, name, text);
    }
}

bool list_json_flatten(const char *text, ListJsonVisit visit, void *data)
{
    json_t *object = json_loads(text, 0, NULL);
    bool is_object = json_is_object(object);
    if (is_object)
        visit_object(object, "", 0, &(Flatten){visit, data});
    json_decref(object);
    return is_object;
}

void list_json_append(GString *out, const char *name, const char *value)
{
    json_t *pair = json_pack("{s:s}", name, value);
    char *text = pair ? json_dumps(pair, JSON_COMPACT) : NULL;
    g_assert(text != NULL);
    g_string_append_len(out, text + 1, (gssize)strlen(text) - 2);
    free(text);
    json_decref(pair);
}

/* --- a file of them --- */

typedef struct JsonReader {
    Reader reader;
    char *path;
    GBytes *bytes;
    const char *start; /* of the bytes */
    const char *at;
    const char *end;
    const char *counted; /* lines are counted up to here */
    int line;
    const char *line_start;
    bool in_array;
    json_t *wrapper; /* an object that holds the rows, or NULL */
    json_t *rows;    /* its array, borrowed */
    size_t next;     /* of its rows */
    Place place;     /* of the wrapper */
    Record *record;
} JsonReader;

static void close_json(Reader *base)
{
    JsonReader *json = (JsonReader *)base;
    json_decref(json->wrapper);
    record_free(json->record);
    g_bytes_unref(json->bytes);
    g_free(json->path);
    g_free(json);
}

static void skip_blanks(JsonReader *json)
{
    while (json->at < json->end && strchr(" \t\r\n", *json->at) != NULL &&
           *json->at != '\0')
        json->at++;
}

static Place place_of(JsonReader *json, const char *at)
{
    for (; json->counted < at; json->counted++) {
        if (*json->counted == '\n') {
            json->line += json->line < G_MAXINT;
            json->line_start = json->counted + 1;
        }
    }
    glong column = g_utf8_strlen(json->line_start, at - json->line_start);
    return (Place){json->path, json->line, (int)MIN(column, G_MAXINT - 1) + 1};
}

static Reader *open_json(const char *path, Columns *known, Findings *findings,
                         GError **error)
{
    (void)known;
    (void)findings;
    FileProblem problem;
    g_autoptr(GError) failure = NULL;
    GBytes *bytes = file_read(NULL, path, LIST_JSON_BYTES_MAX, &problem,
                              &failure);
    if (bytes == NULL) {
        error_set_at(error, (ErrorCode)failure->code, (Place){path, 0, 0}, "%s",
                     failure->message);
        return NULL;
    }
    JsonReader *json = g_new0(JsonReader, 1);
    gsize length = 0;
    json->path = g_strdup(path);
    json->bytes = bytes;
    json->start = json->at = g_bytes_get_data(bytes, &length);
    json->end = json->start + length;
    if (length >= 3 && memcmp(json->at, "\xef\xbb\xbf", 3) == 0)
        json->at += 3;
    json->counted = json->line_start = json->at;
    json->line = 1;
    json->record = record_new(json->path);
    skip_blanks(json);
    if (json->at < json->end && *json->at == '[') {
        json->in_array = true;
        json->at++;
    }
    return &json->reader;
}

/* The library counts from the value's beginning. */
static void fail_at(JsonReader *json, const json_error_t *problem,
                    GError **error)
{
    Place start = place_of(json, json->at);
    Place place = {json->path, start.line + problem->line - 1,
                   problem->column +
                       (problem->line == 1 ? start.column - 1 : 0)};
    if (json->end - json->at > LIST_JSON_VALUE_MAX &&
        problem->position >= LIST_JSON_VALUE_MAX)
        error_set_at(error, ERROR_INPUT, start,
                     "a JSON value of more than %d bytes; one object a line "
                     "may go on for longer",
                     LIST_JSON_VALUE_MAX);
    else
        error_set_at(error, ERROR_INPUT, place, "not JSON: %s", problem->text);
}

/* The next value of the file; NULL at the end. */
static json_t *load_next(JsonReader *json, Place *place, GError **error)
{
    skip_blanks(json);
    while (json->at < json->end && *json->at == ',') {
        json->at++;
        skip_blanks(json);
    }
    if (json->at == json->end || (json->in_array && *json->at == ']')) {
        if (json->in_array && json->at == json->end)
            error_set_at(error, ERROR_INPUT, place_of(json, json->end),
                         "the file ends within its array; it was cut off");
        return NULL;
    }
    *place = place_of(json, json->at);
    size_t left = MIN((size_t)(json->end - json->at), LIST_JSON_VALUE_MAX);
    json_error_t problem;
    json_t *value = json_loadb(
        json->at, left, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &problem);
    if (value == NULL)
        fail_at(json, &problem, error);
    else
        json->at += problem.position;
    return value;
}

static bool is_person(json_t *value)
{
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (columns_is_email(key) && json_is_string(member))
            return true;
    }
    return false;
}

/* The array in an answer: under one of these names, or one level down; else
 * any that begins with a person. */
static json_t *find_rows(json_t *object)
{
    static const char *const names[] = {"entries", "results",  "subscribers",
                                        "members", "contacts", "data"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        json_t *found = json_object_get(object, names[i]);
        if (json_is_object(found))
            found = json_object_get(found, "results");
        if (json_is_array(found))
            return found;
    }
    const char *key;
    json_t *member;
    json_object_foreach(object, key, member)
    {
        if (is_person(json_array_get(member, 0)))
            return member;
    }
    return NULL;
}

static void visit_value(void *data, const char *name, const char *value)
{
    record_add(data, name, value);
}

static void give_value(JsonReader *json, json_t *value, Place place, Row *row)
{
    record_start(json->record, place.line, place.column);
    if (json_is_object(value))
        visit_object(value, "", 0, &(Flatten){visit_value, json->record});
    else if (json_is_string(value))
        record_add(json->record, "email", json_string_value(value));
    else
        fault_set(&row->fault, place.line, place.column,
                  "neither an object nor an address");
    record_give(json->record, &json->reader, row);
}

static void drop_wrapper(JsonReader *json)
{
    json_decref(json->wrapper);
    json->wrapper = json->rows = NULL;
}

/* A value that holds rows becomes json->rows, any other is a row. */
static ReadResult next_value(JsonReader *json, Row *row, GError **error)
{
    GError *problem = NULL;
    json_t *value = load_next(json, &json->place, &problem);
    if (value == NULL) {
        if (problem == NULL)
            return READ_END;
        g_propagate_error(error, problem);
        return READ_FAILED;
    }
    json->rows = is_person(value) ? NULL : find_rows(value);
    json->next = 0;
    json->wrapper = value;
    if (json->rows == NULL) {
        give_value(json, value, json->place, row);
        drop_wrapper(json);
    }
    return READ_ROW;
}

static ReadResult next_json(Reader *base, Row *row, GError **error)
{
    JsonReader *json = (JsonReader *)base;
    for (;;) {
        if (json->rows != NULL && json->next < json_array_size(json->rows)) {
            give_value(json, json_array_get(json->rows, json->next++),
                       json->place, row);
            return READ_ROW;
        }
        drop_wrapper(json);
        ReadResult result = next_value(json, row, error);
        if (result != READ_ROW || json->rows == NULL)
            return result;
    }
}

bool list_json_is(const char *text)
{
    if (g_str_has_prefix(text, "\xef\xbb\xbf"))
        text += 3;
    text += strspn(text, " \t\r\n");
    return *text == '{' || *text == '[';
}

const ReaderType list_json = {
    .open = open_json,
    .next = next_json,
    .close = close_json,
};
