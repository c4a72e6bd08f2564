/* value_yaml.c - YAML read into values; see value.h. The only user of
 * libyaml. */
#include "base/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "base/value_fault.h"
#include "base/value_private.h"

/* libyaml counts from 0 and knows nothing of the lines above the text. */
typedef struct Source {
    yaml_parser_t parser;
    const char *file;
    const char *bytes; /* the input, or NULL when it is */
    size_t length;
    FILE *stream; /* this one */
    int first_line;
    int count; /* values made, against VALUE_COUNT_MAX */
    Findings *duplicates;
    GHashTable *anchors; /* name -> Value, referenced */
} Source;

static Place place_of(const Source *source, yaml_mark_t mark)
{
    return (Place){source->file, source->first_line + (int)mark.line,
                   (int)mark.column + 1};
}

/* --- reading --- */

static void source_init(Source *source, const char *file, int first_line,
                        Findings *duplicates)
{
    memset(source, 0, sizeof *source);
    if (!yaml_parser_initialize(&source->parser))
        g_error("out of memory");
    yaml_parser_set_encoding(&source->parser, YAML_UTF8_ENCODING);
    source->file = file;
    source->first_line = first_line;
    source->duplicates = duplicates;
    source->anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            value_unref);
}

static void source_clear(Source *source)
{
    yaml_parser_delete(&source->parser);
    g_hash_table_unref(source->anchors);
}

/* Behind so many bytes of the input. Ends the reading of a stream. */
static Place place_behind(const Source *source, size_t offset)
{
    Place place = {source->file, source->first_line, 1};
    if (source->stream == NULL) {
        place_pass(&place, source->bytes, MIN(offset, source->length));
        return place;
    }
    rewind(source->stream);
    while (offset > 0) {
        char bytes[4096];
        size_t length = fread(bytes, 1, MIN(offset, sizeof bytes),
                              source->stream);
        if (length == 0)
            break;
        place_pass(&place, bytes, length);
        offset -= length;
    }
    return place;
}

static void set_no_text(const Source *source, GError **error)
{
    const yaml_parser_t *parser = &source->parser;
    Place place = place_behind(source, parser->problem_offset);
    const char *problem = parser->problem ? parser->problem : "";
    if (strstr(problem, "control characters") != NULL) {
        error_set_at(error, ERROR_INPUT, place,
                     "the control character U+%04X cannot stand here",
                     (unsigned)parser->problem_value);
        return;
    }
    /* Then the first byte of the character is the one that is wrong. */
    if (strstr(problem, "trailing") != NULL)
        place.column--;
    g_autofree char *advice = error_advise_utf8(source->file);
    error_set_at(error, ERROR_INPUT, place, "no text in UTF-8 (%s)%s", problem,
                 advice);
}

static bool next_event(Source *source, yaml_event_t *event, GError **error)
{
    if (yaml_parser_parse(&source->parser, event))
        return true;
    const yaml_parser_t *parser = &source->parser;
    if (parser->error == YAML_READER_ERROR) {
        set_no_text(source, error);
        return false;
    }
    const char *problem = parser->problem ? parser->problem : "no YAML";
    GString *words = g_string_new(problem);
    if (parser->context != NULL)
        g_string_append_printf(words, " %s", parser->context);
    if (parser->context != NULL &&
        parser->context_mark.line < parser->problem_mark.line)
        g_string_append_printf(words, " that begins on line %d",
                               place_of(source, parser->context_mark).line);
    g_string_append(words, value_fault_hint(problem));
    error_set_at(error, ERROR_INPUT, place_of(source, parser->problem_mark),
                 "%s", words->str);
    g_string_free(words, TRUE);
    return false;
}

static Value *read_value(Source *source, yaml_event_t *event, int depth,
                         GError **error);

static Value *read_text(Source *source, const yaml_event_t *event,
                        GError **error)
{
    Place place = place_of(source, event->start_mark);
    size_t length = event->data.scalar.length;
    const char *bytes = (const char *)event->data.scalar.value;
    if (length > VALUE_TEXT_MAX) {
        error_set_at(error, ERROR_INPUT, place, "a text over %d bytes",
                     VALUE_TEXT_MAX);
        return NULL;
    }
    if (memchr(bytes, 0, length) != NULL) {
        error_set_at(error, ERROR_INPUT, place, "a NUL character in a text");
        return NULL;
    }
    Value *value = value_new(VALUE_TEXT, place);
    value->text = g_strndup(bytes, length);
    value->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return value;
}

static Value *read_list(Source *source, const yaml_event_t *start, int depth,
                        GError **error)
{
    g_autoptr(Value)
        list = value_new(VALUE_LIST, place_of(source, start->start_mark));
    for (;;) {
        yaml_event_t event;
        if (!next_event(source, &event, error))
            return NULL;
        bool at_end = event.type == YAML_SEQUENCE_END_EVENT;
        Value *item = at_end ? NULL : read_value(source, &event, depth, error);
        yaml_event_delete(&event);
        if (at_end)
            return g_steal_pointer(&list);
        if (item == NULL)
            return NULL;
        g_ptr_array_add(list->items, item);
    }
}

static bool read_key(Source *source, const yaml_event_t *event,
                     ValueEntry *entry, GError **error)
{
    entry->key_place = place_of(source, event->start_mark);
    if (event->type != YAML_SCALAR_EVENT) {
        error_set_at(error, ERROR_INPUT, entry->key_place,
                     "a key must be a text; a value that begins with {{ "
                     "stands in \"quotes\"");
        return false;
    }
    entry->key = g_strndup((const char *)event->data.scalar.value,
                           event->data.scalar.length);
    return true;
}

static void note_duplicate(Source *source, const Value *map,
                           const ValueEntry *entry)
{
    for (guint i = 0; i < map->entries->len; i++) {
        const ValueEntry *earlier = &g_array_index(map->entries, ValueEntry, i);
        if (strcmp(earlier->key, entry->key) == 0) {
            findings_add(source->duplicates, SEVERITY_WARNING, "duplicate",
                         entry->key_place,
                         "the key `%s` stands here again (first on line %d); "
                         "the last one counts",
                         entry->key, earlier->key_place.line);
            return;
        }
    }
}

static Value *read_map(Source *source, const yaml_event_t *start, int depth,
                       GError **error)
{
    g_autoptr(Value)
        map = value_new(VALUE_MAP, place_of(source, start->start_mark));
    for (;;) {
        yaml_event_t event;
        if (!next_event(source, &event, error))
            return NULL;
        bool at_end = event.type == YAML_MAPPING_END_EVENT;
        ValueEntry entry = {0};
        bool ok = at_end || read_key(source, &event, &entry, error);
        yaml_event_delete(&event);
        if (at_end)
            return g_steal_pointer(&map);
        if (!ok || !next_event(source, &event, error)) {
            g_free(entry.key);
            return NULL;
        }
        entry.value = read_value(source, &event, depth, error);
        yaml_event_delete(&event);
        if (entry.value == NULL) {
            g_free(entry.key);
            return NULL;
        }
        /* Quadratic in the keys of one map, so only for small ones: a list
         * of a thousand keys has no reader who wants to hear of it. */
        if (source->duplicates != NULL && map->entries->len < 1000)
            note_duplicate(source, map, &entry);
        g_array_append_val(map->entries, entry);
    }
}

/* Everything an alias stands for counts again, so that a few lines cannot
 * grow into gigabytes. */
static bool charge(Source *source, const Value *value)
{
    if (++source->count > VALUE_COUNT_MAX)
        return false;
    bool ok = true;
    if (value->kind == VALUE_LIST)
        for (guint i = 0; ok && i < value->items->len; i++)
            ok = charge(source, g_ptr_array_index(value->items, i));
    if (value->kind == VALUE_MAP)
        for (guint i = 0; ok && i < value->entries->len; i++)
            ok = charge(source,
                        g_array_index(value->entries, ValueEntry, i).value);
    return ok;
}

static Value *read_alias(Source *source, const yaml_event_t *event,
                         GError **error)
{
    const char *name = (const char *)event->data.alias.anchor;
    Value *value = g_hash_table_lookup(source->anchors, name);
    Place place = place_of(source, event->start_mark);
    if (value == NULL) {
        error_set_at(error, ERROR_INPUT, place, "no anchor `&%s` before this",
                     name);
        return NULL;
    }
    if (!charge(source, value)) {
        error_set_at(error, ERROR_INPUT, place, "more than %d values",
                     VALUE_COUNT_MAX);
        return NULL;
    }
    value->references++;
    return value;
}

static const char *anchor_of(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    if (event->type == YAML_SCALAR_EVENT)
        anchor = event->data.scalar.anchor;
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        anchor = event->data.sequence_start.anchor;
    else if (event->type == YAML_MAPPING_START_EVENT)
        anchor = event->data.mapping_start.anchor;
    return (const char *)anchor;
}

static Value *read_fresh(Source *source, const yaml_event_t *event, int depth,
                         GError **error)
{
    if (event->type == YAML_SCALAR_EVENT)
        return read_text(source, event, error);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return read_list(source, event, depth + 1, error);
    if (event->type == YAML_MAPPING_START_EVENT)
        return read_map(source, event, depth + 1, error);
    error_set_at(error, ERROR_INPUT, place_of(source, event->start_mark),
                 "a value is missing here");
    return NULL;
}

static Value *read_value(Source *source, yaml_event_t *event, int depth,
                         GError **error)
{
    Place place = place_of(source, event->start_mark);
    if (depth > VALUE_DEPTH_MAX) {
        error_set_at(error, ERROR_INPUT, place, "nested over %d deep",
                     VALUE_DEPTH_MAX);
        return NULL;
    }
    if (event->type == YAML_ALIAS_EVENT)
        return read_alias(source, event, error);
    if (++source->count > VALUE_COUNT_MAX) {
        error_set_at(error, ERROR_INPUT, place, "more than %d values",
                     VALUE_COUNT_MAX);
        return NULL;
    }
    Value *value = read_fresh(source, event, depth, error);
    const char *anchor = anchor_of(event);
    if (value != NULL && anchor != NULL) {
        value->references++;
        g_hash_table_replace(source->anchors, g_strdup(anchor), value);
    }
    return value;
}

/* Stream start and document start; true with *empty when there is none. */
static bool enter_document(Source *source, bool *empty, GError **error)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(source, &event, error))
            return false;
        yaml_event_type_t type = event.type;
        yaml_event_delete(&event);
        *empty = type == YAML_STREAM_END_EVENT;
        if (*empty || type == YAML_DOCUMENT_START_EVENT)
            return true;
    }
}

static bool leave_document(Source *source, GError **error)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(source, &event, error))
            return false;
        yaml_event_type_t type = event.type;
        Place place = place_of(source, event.start_mark);
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return true;
        if (type == YAML_DOCUMENT_START_EVENT) {
            error_set_at(error, ERROR_INPUT, place,
                         "a second YAML document begins here");
            return false;
        }
    }
}

static Value *parse_document(Source *source, GError **error)
{
    bool empty = false;
    if (!enter_document(source, &empty, error))
        return NULL;
    if (empty)
        return value_new(VALUE_MAP,
                         (Place){source->file, source->first_line, 1});
    yaml_event_t event;
    if (!next_event(source, &event, error))
        return NULL;
    g_autoptr(Value) value = read_value(source, &event, 1, error);
    yaml_event_delete(&event);
    if (value == NULL || !leave_document(source, error))
        return NULL;
    return g_steal_pointer(&value);
}

Value *value_parse(const char *bytes, size_t length, const char *file,
                   int first_line, Findings *duplicates, GError **error)
{
    g_autofree char *name = g_strdup(file);
    Source source;
    source_init(&source, name, first_line, duplicates);
    source.bytes = bytes;
    source.length = length;
    yaml_parser_set_input_string(&source.parser, (const yaml_char_t *)bytes,
                                 length);
    Value *value = parse_document(&source, error);
    source_clear(&source);
    if (value == NULL)
        return NULL;
    /* `key:` alone is an empty text; a whole document of that kind, such as
     * one of comments only, is an empty map. */
    if (value->kind == VALUE_TEXT && value_is_empty(value)) {
        Place place = value->place;
        value_free(value);
        value = value_new(VALUE_MAP, place);
    }
    value->owned_file = g_steal_pointer(&name);
    return value;
}

/* --- a long list, item by item --- */

struct ValueReader {
    Source source;
    FILE *stream;
    char *file;
    bool started;
    bool ended;
};

ValueReader *value_reader_open(const char *path, GError **error)
{
    FILE *stream = fopen(path, "rbe");
    if (stream == NULL) {
        int number = errno;
        error_set(error, error_code_of_open(number), "%s: %s", path,
                  g_strerror(number));
        return NULL;
    }
    ValueReader *reader = g_new0(ValueReader, 1);
    reader->stream = stream;
    reader->file = g_strdup(path);
    source_init(&reader->source, reader->file, 1, NULL);
    reader->source.stream = stream;
    yaml_parser_set_input_file(&reader->source.parser, stream);
    return reader;
}

void value_reader_close(ValueReader *reader)
{
    if (reader == NULL)
        return;
    source_clear(&reader->source);
    fclose(reader->stream);
    g_free(reader->file);
    g_free(reader);
}

/* Goes up to the first item; an empty file has none. */
static bool start_list(ValueReader *reader, GError **error)
{
    reader->started = true;
    if (!enter_document(&reader->source, &reader->ended, error))
        return false;
    if (reader->ended)
        return true;
    yaml_event_t event;
    if (!next_event(&reader->source, &event, error))
        return false;
    bool is_list = event.type == YAML_SEQUENCE_START_EVENT;
    reader->ended = event.type == YAML_SCALAR_EVENT &&
                    event.data.scalar.length == 0;
    Place place = place_of(&reader->source, event.start_mark);
    yaml_event_delete(&event);
    if (is_list || reader->ended)
        return true;
    error_set_at(error, ERROR_INPUT, place,
                 "a list is expected here: `- email: ada@example.org` and so "
                 "on");
    return false;
}

Value *value_reader_next(ValueReader *reader, GError **error)
{
    if (!reader->started && !start_list(reader, error)) {
        reader->ended = true;
        return NULL;
    }
    if (reader->ended)
        return NULL;
    yaml_event_t event;
    if (!next_event(&reader->source, &event, error)) {
        reader->ended = true;
        return NULL;
    }
    Value *value = NULL;
    reader->ended = event.type == YAML_SEQUENCE_END_EVENT;
    /* The limit on values is one for each item, and anchors end with it:
     * else a long list would keep every anchored item alive. */
    reader->source.count = 0;
    if (!reader->ended)
        value = read_value(&reader->source, &event, 1, error);
    yaml_event_delete(&event);
    g_hash_table_remove_all(reader->source.anchors);
    if (value == NULL)
        reader->ended = true;
    return value;
}
