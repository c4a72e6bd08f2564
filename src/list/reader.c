/* reader.c - see reader.h. */
#include "list/reader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "list/list_csv.h"
#include "list/list_yaml.h"

void fault_set(Fault *fault, int line, int column, const char *format, ...)
{
    if (fault->text != NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    fault->text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fault->line = line;
    fault->column = column;
}

void fault_clear(Fault *fault)
{
    g_clear_pointer(&fault->text, g_free);
}

/* Lists are read more than once, so a pipe will not do. */
static bool check_file(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ERROR_MISSING
                         : errno == EACCES                   ? ERROR_PERMISSION
                                                             : ERROR_SYSTEM;
        error_set(error, code, "%s: %s", path, g_strerror(errno));
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        error_set(error, ERROR_INPUT, "%s: a folder, not a list", path);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        error_set(error, ERROR_INPUT,
                  "%s: a list is read more than once, so it must be a plain "
                  "file, not a pipe or a device",
                  path);
        return false;
    }
    return true;
}

bool reader_is_yaml(const char *path)
{
    const char *base = strrchr(path, '/');
    const char *dot = strrchr(base ? base : path, '.');
    return dot != NULL && (g_ascii_strcasecmp(dot, ".yaml") == 0 ||
                           g_ascii_strcasecmp(dot, ".yml") == 0);
}

Reader *reader_open(const char *path, Columns *known, Findings *findings,
                    GError **error)
{
    if (!check_file(path, error))
        return NULL;
    const ReaderType *type = reader_is_yaml(path) ? &list_yaml : &list_csv;
    Reader *reader = type->open(path, known, findings, error);
    if (reader != NULL)
        reader->type = type;
    return reader;
}

void reader_close(Reader *reader)
{
    if (reader == NULL)
        return;
    Columns *columns = reader->columns;
    reader->type->close(reader);
    columns_unref(columns);
}

ReadResult reader_next(Reader *reader, Row *row, GError **error)
{
    fault_clear(&row->fault);
    return reader->type->next(reader, row, error);
}
