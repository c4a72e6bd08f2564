#include "feedback/mail_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feedback/mail.h"

#define BLOCK_BYTES 65536

/* How the lines of a file end, known after the first one. */
typedef enum { ENDS_UNKNOWN, ENDS_LF, ENDS_CR } LineEnds;

struct MailSource {
    GPtrArray *files; /* of char *, those not yet begun, last first */

    int fd; /* of the file that is read; -1: none */
    char *file;
    char block[BLOCK_BYTES];
    size_t at, filled;
    int64_t offset; /* of block[at] in the file */
    LineEnds ends;
    bool is_mbox;
    bool is_first_line;

    GString *line; /* with LF, cut at MAIL_BYTES_MAX; read but not yet used
                      when has_line */
    int64_t line_offset;
    bool has_line;

    GString *mail;
    char *place;
};

static void set_file_error(GError **error, const char *file, int number)
{
    error_set(error, error_code_of_open(number), "%s: %s", file,
              number == ENOENT ? "no such file or folder" : g_strerror(number));
}

static int by_name_downwards(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

static bool add_folder(MailSource *source, const char *folder, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &failure);
    if (dir == NULL) {
        bool denied = g_error_matches(failure, G_FILE_ERROR,
                                      G_FILE_ERROR_ACCES);
        error_set(error, denied ? ERROR_PERMISSION : ERROR_SYSTEM, "%s: %s",
                  folder, failure->message);
        return false;
    }
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        if (name[0] != '.' && source->files->len < MAIL_SOURCE_FILES_MAX)
            g_ptr_array_add(source->files,
                            g_build_filename(folder, name, NULL));
    return true;
}

/* What moves from new/ to cur/ between the two is in both lists, and found
 * in one. */
static bool list_folder(MailSource *source, const char *path, GError **error)
{
    g_autofree char *fresh = g_build_filename(path, "new", NULL);
    g_autofree char *seen = g_build_filename(path, "cur", NULL);
    bool is_maildir = g_file_test(fresh, G_FILE_TEST_IS_DIR) &&
                      g_file_test(seen, G_FILE_TEST_IS_DIR);
    bool ok = is_maildir ? add_folder(source, fresh, error) &&
                               add_folder(source, seen, error)
                         : add_folder(source, path, error);
    g_ptr_array_sort(source->files, by_name_downwards);
    return ok;
}

static void begin_file(MailSource *source, char *file, int fd)
{
    g_free(source->file);
    source->file = file;
    source->fd = fd;
    source->at = source->filled = 0;
    source->offset = 0;
    source->ends = ENDS_UNKNOWN;
    source->is_mbox = false;
    source->is_first_line = true;
    source->has_line = false;
}

MailSource *mail_source_open(const char *path, GError **error)
{
    g_autoptr(MailSource) source = g_new0(MailSource, 1);
    source->fd = -1;
    source->files = g_ptr_array_new_with_free_func(g_free);
    source->line = g_string_new(NULL);
    source->mail = g_string_new(NULL);
    if (strcmp(path, "-") == 0) {
        begin_file(source, g_strdup("standard input"), STDIN_FILENO);
        return g_steal_pointer(&source);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        set_file_error(error, path, errno);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (S_ISDIR(status.st_mode)) {
        close(fd);
        return list_folder(source, path, error) ? g_steal_pointer(&source)
                                                : NULL;
    }
    begin_file(source, g_strdup(path), fd);
    return g_steal_pointer(&source);
}

static void end_file(MailSource *source)
{
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    source->fd = -1;
}

void mail_source_close(MailSource *source)
{
    if (source == NULL)
        return;
    end_file(source);
    g_ptr_array_unref(source->files);
    g_free(source->file);
    g_string_free(source->line, TRUE);
    g_string_free(source->mail, TRUE);
    g_free(source->place);
    g_free(source);
}

/* False at the end of the file too. */
static bool fill(MailSource *source, GError **error)
{
    if (source->at < source->filled)
        return true;
    ssize_t got;
    do
        got = read(source->fd, source->block, sizeof source->block);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        set_file_error(error, source->file, errno);
    source->at = 0;
    source->filled = got > 0 ? (size_t)got : 0;
    return got > 0;
}

static LineEnds find_ends(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            return ENDS_LF;
        if (text[i] == '\r' && i + 1 < length)
            return text[i + 1] == '\n' ? ENDS_LF : ENDS_CR;
    }
    return ENDS_UNKNOWN;
}

/* Takes from the block up to the end of a line or of the block; true when
 * the line is whole. */
static bool take(MailSource *source)
{
    const char *from = source->block + source->at;
    size_t left = source->filled - source->at;
    if (source->ends == ENDS_UNKNOWN)
        source->ends = find_ends(from, left);
    const char *end = memchr(from, source->ends == ENDS_CR ? '\r' : '\n', left);
    size_t length = end != NULL ? (size_t)(end - from) : left;
    size_t room = MAIL_BYTES_MAX - source->line->len;
    g_string_append_len(source->line, from, (gssize)MIN(length, room));
    size_t used = length + (end != NULL ? 1 : 0);
    source->at += used;
    source->offset += (int64_t)used;
    return end != NULL;
}

/* The next line, or the one that was put back. */
static bool read_line(MailSource *source, GError **error)
{
    if (source->has_line) {
        source->has_line = false;
        return true;
    }
    g_string_truncate(source->line, 0);
    source->line_offset = source->offset;
    g_autoptr(GError) failure = NULL;
    bool any = false;
    bool whole = false;
    while (!whole && fill(source, &failure)) {
        any = true;
        whole = take(source);
    }
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    GString *line = source->line;
    if (line->len > 0 && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    if (whole)
        g_string_append_c(line, '\n');
    return any;
}

/* "From somebody Sat Nov 28 21:00:00 2026": the day of the week and a time
 * tell it from a sentence. */
static bool is_from_line(const GString *line)
{
    if (!g_str_has_prefix(line->str, "From ") || line->len > 1000)
        return false;
    static const char *const days[] = {" Mon ", " Tue ", " Wed ", " Thu ",
                                       " Fri ", " Sat ", " Sun "};
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        const char *day = strstr(line->str, days[i]);
        if (day != NULL && strchr(day, ':') != NULL)
            return true;
    }
    return false;
}

static void begin_mail(MailSource *source, int64_t offset)
{
    g_string_truncate(source->mail, 0);
    g_free(source->place);
    source->place = source->is_mbox ? g_strdup_printf("%s:%" G_GINT64_FORMAT,
                                                      source->file, offset)
                                    : g_strdup(source->file);
}

static void add_line(MailSource *source)
{
    const GString *line = source->line;
    size_t room = MAIL_BYTES_MAX - source->mail->len;
    g_string_append_len(source->mail, line->str, (gssize)MIN(line->len, room));
}

/* Reads up to where the next mail of the file begins. False when there is
 * none left, or on a failure. */
static bool read_mail(MailSource *source, GError **error)
{
    g_autoptr(GError) failure = NULL;
    bool any = false;
    bool after_blank = true;
    while (read_line(source, &failure)) {
        bool begins = after_blank && is_from_line(source->line) &&
                      (source->is_mbox || source->is_first_line);
        source->is_first_line = false;
        if (begins && any) {
            source->has_line = true;
            return true;
        }
        if (begins)
            source->is_mbox = true;
        if (!any)
            begin_mail(source, source->line_offset);
        any = true;
        if (!begins)
            add_line(source);
        after_blank = source->line->len == 1;
    }
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    return any && source->mail->len > 0;
}

/* The next plain file of the folder. False when there is none left, or on a
 * failure. */
static bool next_file(MailSource *source, GError **error)
{
    while (source->files->len > 0) {
        char *file = g_ptr_array_steal_index(source->files,
                                             source->files->len - 1);
        int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
                                O_NOCTTY);
        struct stat status;
        if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
            begin_file(source, file, fd);
            return true;
        }
        bool is_passed = fd >= 0 || errno == ENOENT || errno == ELOOP;
        if (!is_passed)
            set_file_error(error, file, errno);
        if (fd >= 0)
            close(fd);
        g_free(file);
        if (!is_passed)
            return false;
    }
    return false;
}

bool mail_source_next(MailSource *source, SourceMail *mail, GError **error)
{
    g_autoptr(GError) failure = NULL;
    while (source->fd >= 0 || next_file(source, error)) {
        if (read_mail(source, &failure)) {
            mail->place = source->place;
            mail->bytes = source->mail->str;
            mail->length = source->mail->len;
            return true;
        }
        end_file(source);
        if (failure != NULL) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
    }
    return false;
}

bool mail_source_visit(const char *path, MailSourceVisit visit, void *data,
                       GError **error)
{
    g_autoptr(MailSource) source = mail_source_open(path, error);
    g_autoptr(GError) problem = NULL;
    SourceMail mail;
    if (source == NULL)
        return false;
    while (mail_source_next(source, &mail, &problem))
        if (!visit(data, &mail, error))
            return false;
    if (problem == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}
