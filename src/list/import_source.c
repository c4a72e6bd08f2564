/* import_source.c - see import_source.h. */
#include "list/import_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list/csv_scan.h"
#include "list/list_csv.h"
#include "list/list_json.h"
#include "list/list_sympa.h"
#include "list/list_yaml.h"

#define CHUNK 65536

void import_source_free(ImportSource *source)
{
    g_free(source->path);
    g_free(source->why);
    g_free(source);
}

/* --- text or not --- */

static bool fail_system(const char *path, GError **error)
{
    ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ERROR_MISSING
                     : errno == EACCES                   ? ERROR_PERMISSION
                                                         : ERROR_SYSTEM;
    error_set(error, code, "%s: %s", path, g_strerror(errno));
    return false;
}

static bool refuse_byte(const char *path, const char *bytes, size_t offset,
                        Place place, GError **error)
{
    g_autofree char *advice = error_advise_utf8(path);
    place_pass(&place, bytes, offset);
    if (bytes[offset] == '\0')
        error_set_at(error, ERROR_INPUT, place,
                     "a NUL byte; this is not a text file");
    else
        error_set_at(error, ERROR_INPUT, place,
                     "the byte 0x%02X is not UTF-8%s",
                     (unsigned char)bytes[offset], advice);
    return false;
}

/* Up to a character that the chunk may have cut in two. */
static size_t whole_length(const char *bytes, size_t length)
{
    size_t back = 0;
    while (back < 4 && back < length &&
           ((unsigned char)bytes[length - back - 1] & 0xc0) == 0x80)
        back++;
    if (back < length && (unsigned char)bytes[length - back - 1] >= 0xc0)
        return length - back - 1;
    return length;
}

/* Its beginning goes to `head`. */
static bool check_stream(const char *path, int file, GString *head,
                         GError **error)
{
    g_autofree char *bytes = g_malloc(CHUNK + 4);
    size_t kept = 0;
    Place place = {path, 1, 1};
    for (;;) {
        ssize_t got = read(file, bytes + kept, CHUNK);
        if (got < 0)
            return fail_system(path, error);
        size_t length = kept + (size_t)got;
        size_t whole = got > 0 ? whole_length(bytes, length) : length;
        const char *end = NULL;
        if (!g_utf8_validate_len(bytes, whole, &end))
            return refuse_byte(path, bytes, (size_t)(end - bytes), place,
                               error);
        if (head->len == 0)
            g_string_append_len(head, bytes, (gssize)whole);
        if (got == 0)
            return true;
        place_pass(&place, bytes, whole);
        kept = length - whole;
        memmove(bytes, bytes + whole, kept);
    }
}

/* What is no text at all, such as an archive, is known by csv_scan. */
static bool check_text(const char *path, GString *head, GError **error)
{
    g_autoptr(CsvScan) scan = csv_scan_open(path, error);
    if (scan == NULL)
        return false;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(path, error);
    bool ok = check_stream(path, file, head, error);
    close(file);
    return ok;
}

/* --- which system --- */

/* How a file may be taken apart; what it is when its columns do not say. */
typedef struct Shape {
    const ReaderType *type;
    bool (*is)(const char *path, const char *head);
    bool is_known_by_row; /* and not before one is read */
    const char *id;
    const char *why;
} Shape;

static bool is_json(const char *path, const char *head)
{
    (void)path;
    return list_json_is(head);
}

static bool is_yaml(const char *path, const char *head)
{
    (void)head;
    return reader_is_yaml(path);
}

static bool is_sympa_dump(const char *path, const char *head)
{
    (void)path;
    return list_sympa_is(head);
}

static bool is_sympa_export(const char *path, const char *head)
{
    (void)path;
    return g_str_has_prefix(head, "# Exported subscribers") ||
           g_str_has_prefix(head, "# Email\t");
}

static bool is_table(const char *path, const char *head)
{
    (void)path;
    (void)head;
    return true;
}

static const Shape shapes[] = {
    {&list_yaml, is_yaml, false, "yaml", "its name says so"},
    {&list_json, is_json, true, "json", "it is JSON"},
    {&list_sympa, is_sympa_dump, true, "sympa", "blocks of keys and values"},
    {&list_csv, is_sympa_export, false, "sympa", "its first line says so"},
    {&list_csv, is_table, false, "csv", "its columns are no system's"},
};

static ImportSource *take(GPtrArray *sources, const char *path,
                          const ReaderType *type, Standing everybody)
{
    ImportSource *source = g_new0(ImportSource, 1);
    source->path = g_strdup(path);
    source->type = type;
    source->everybody = everybody;
    g_ptr_array_add(sources, source);
    return source;
}

/* A header row tells the system, or the names in the first row. */
static bool tell(ImportSource *source, const Shape *shape, GError **error)
{
    g_autoptr(Reader) reader = import_source_open(source, error);
    if (reader == NULL)
        return false;
    Row row = {0};
    ReadResult result = shape->is_known_by_row
                            ? reader_next(reader, &row, error)
                            : READ_ROW;
    fault_clear(&row.fault);
    if (result == READ_FAILED)
        return false;
    g_autofree char *marks = NULL;
    if (reader->columns != NULL)
        source->system = import_system_of(reader->columns, &marks);
    if (source->system != NULL) {
        source->why = g_strdup_printf("it has %s", marks);
        return true;
    }
    bool is_lines = strcmp(shape->id, "csv") == 0 && reader->delimiter == '\0';
    source->system = import_system(is_lines ? "addresses" : shape->id);
    source->why = g_strdup(is_lines ? "one a line" : shape->why);
    return true;
}

static bool find_in_file(const char *path, const ImportSystem *from,
                         GPtrArray *sources, GError **error)
{
    g_autoptr(GString) head = g_string_new(NULL);
    if (!check_text(path, head, error))
        return false;
    const Shape *shape = shapes;
    while (!shape->is(path, head->str))
        shape++;
    ImportSource *source = take(sources, path, shape->type,
                                standing_of_file(path));
    if (!tell(source, shape, error))
        return false;
    if (from == NULL)
        return true;
    source->system = from;
    g_free(source->why);
    source->why = g_strdup("as --from says");
    return true;
}

/* --- mlmmj --- */

static const struct {
    const char *folder;
    Standing everybody;
} mlmmj_folders[] = {
    {"subscribers.d", STANDING_SUBSCRIBED},
    {"digesters.d", STANDING_SUBSCRIBED},
    {"nomailsubs.d", STANDING_UNSUBSCRIBED},
};

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* One file for each first letter. */
static bool find_in_letters(const char *folder, Standing everybody,
                            GPtrArray *sources, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(
            folder, g_ptr_array_index(names, i), NULL);
        g_autoptr(GString) head = g_string_new(NULL);
        if (!check_text(path, head, error))
            return false;
        ImportSource *source = take(sources, path, &list_csv, everybody);
        source->system = import_system("mlmmj");
        if (sources->len == 1)
            source->why = g_strdup("a folder with subscribers.d");
    }
    return true;
}

static bool find_in_folder(const char *path, GPtrArray *sources, GError **error)
{
    bool found = false;
    g_autofree char *own_name = g_path_get_basename(path);
    for (size_t i = 0; i < G_N_ELEMENTS(mlmmj_folders); i++) {
        const char *name = mlmmj_folders[i].folder;
        g_autofree char *folder = strcmp(own_name, name) == 0
                                      ? g_strdup(path)
                                      : g_build_filename(path, name, NULL);
        if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
            continue;
        found = true;
        if (!find_in_letters(folder, mlmmj_folders[i].everybody, sources,
                             error))
            return false;
    }
    if (!found)
        error_set(error, ERROR_INPUT,
                  "%s: a folder, and not that of an mlmmj list, which has "
                  "subscribers.d in it",
                  path);
    return found;
}

bool import_source_find(const char *path, const ImportSystem *from,
                        GPtrArray *sources, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return fail_system(path, error);
    if (S_ISDIR(status.st_mode))
        return find_in_folder(path, sources, error);
    if (!S_ISREG(status.st_mode)) {
        error_set(error, ERROR_INPUT,
                  "%s: an export is read more than once, so it must be a plain "
                  "file, not a pipe or a device",
                  path);
        return false;
    }
    return find_in_file(path, from, sources, error);
}

Reader *import_source_open(const ImportSource *source, GError **error)
{
    Reader *reader = source->type->open(source->path, NULL, NULL, error);
    if (reader != NULL)
        reader->type = source->type;
    return reader;
}
