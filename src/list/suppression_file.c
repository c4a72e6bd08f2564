/* suppression_file.c - the file of suppression.h: its lines read and
 * appended. */
#include "list/suppression_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/replace.h"
#include "mail/token.h"

#define SALT_BYTES 16
#define SALT_LINE "# salt "
#define HEADER "date,reason,who"

/* --- lines --- */

static bool fail_line(const Suppressions *suppressions, const char *what,
                      GError **error)
{
    error_set_at(error, ERROR_INPUT,
                 (Place){suppressions->path, suppressions->line, 0},
                 "%s; a line is `2026-11-28T20:01:02Z,unsubscribed,"
                 "ada@example.org`",
                 what);
    return false;
}

bool suppression_is_reason(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
    return length > 0 && length <= SUPPRESSION_REASON_MAX &&
           text[length] == '\0';
}

bool suppression_is_allowed(const Suppression *suppression)
{
    return strcmp(suppression->reason, SUPPRESSION_ALLOWED) == 0;
}

/* Takes `who`. */
static void note(Suppressions *suppressions, char *who, const char *reason,
                 int64_t at_us)
{
    const Suppression *before = g_hash_table_lookup(suppressions->people, who);
    suppressions->active -= before != NULL && !suppression_is_allowed(before);
    Suppression *suppression = g_new0(Suppression, 1);
    g_strlcpy(suppression->reason, reason, sizeof suppression->reason);
    suppression->at_us = at_us;
    suppression->line = suppressions->line;
    suppressions->active += !suppression_is_allowed(suppression);
    g_hash_table_replace(suppressions->people, who, suppression);
}

/* The key under which somebody is kept: of an address its own. */
static char *read_who(const char *text)
{
    if (text[0] == '#')
        return text[1] != '\0' ? g_strdup(text) : NULL;
    Address address = {0};
    if (address_parse(text, strlen(text), &address, NULL) != ADDRESS_OK)
        return NULL;
    char *key = g_strdup(address.key);
    address_clear(&address);
    return key;
}

/* A day alone is enough for what people write by hand. */
static GDateTime *read_date(const char *text)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *whole = strchr(text, 'T') != NULL
                                 ? g_strdup(text)
                                 : g_strconcat(text, "T00:00:00Z", NULL);
    return g_date_time_new_from_iso8601(whole, utc);
}

static bool read_record(Suppressions *suppressions, const char *line,
                        GError **error)
{
    g_auto(GStrv) parts = g_strsplit(line, ",", 3);
    if (g_strv_length(parts) != 3)
        return fail_line(suppressions, "not three values", error);
    g_autoptr(GDateTime) date = read_date(parts[0]);
    if (date == NULL)
        return fail_line(suppressions, "no date at its beginning", error);
    if (!suppression_is_reason(parts[1]))
        return fail_line(suppressions, "no reason in its middle", error);
    char *who = read_who(parts[2]);
    if (who == NULL)
        return fail_line(suppressions, "no address at its end", error);
    note(suppressions, who, parts[1],
         g_date_time_to_unix(date) * INT64_C(1000000));
    return true;
}

/* A spreadsheet that saves the file puts column signs behind it. */
static void note_salt(Suppressions *suppressions, const char *text)
{
    char *salt = g_strndup(text, strcspn(text, ",; \t"));
    if (*salt == '\0' || g_ptr_array_find_with_equal_func(
                             suppressions->salts, salt, g_str_equal, NULL))
        g_free(salt);
    else
        g_ptr_array_add(suppressions->salts, salt);
}

static bool read_line(Suppressions *suppressions, char *line, GError **error)
{
    suppressions->line++;
    g_strchomp(line);
    if (suppressions->line == 1 && g_str_has_prefix(line, "\xEF\xBB\xBF"))
        memmove(line, line + 3, strlen(line) - 2);
    if (g_str_has_prefix(line, SALT_LINE))
        note_salt(suppressions, line + strlen(SALT_LINE));
    if (line[0] == '\0' || g_str_has_prefix(line, "# ") ||
        strcmp(line, "#") == 0 || strcmp(line, HEADER) == 0)
        return true;
    return read_record(suppressions, line, error);
}

/* --- reading --- */

static bool fail_system(const Suppressions *suppressions, const char *what,
                        GError **error)
{
    ErrorCode code = errno == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM;
    error_set_at(error, code, (Place){suppressions->path, 0, 0}, "%s: %s", what,
                 g_strerror(errno));
    return false;
}

static bool fail_gone(const Suppressions *suppressions, GError **error)
{
    error_set_at(error, ERROR_RETRY, (Place){suppressions->path, 0, 0},
                 "is gone or empty, and had lines a moment ago; bring it back, "
                 "or start again when that is meant");
    return false;
}

static void forget(Suppressions *suppressions)
{
    g_hash_table_remove_all(suppressions->people);
    g_ptr_array_set_size(suppressions->salts, 0);
    suppressions->active = 0;
    suppressions->read_to = 0;
    suppressions->line = 0;
    suppressions->end_length = 0;
}

static bool take_line(Suppressions *suppressions, char *line, size_t length,
                      GError **error)
{
    if (length <= SUPPRESSION_LINE_MAX && strlen(line) == length)
        return read_line(suppressions, line, error);
    suppressions->line++;
    return fail_line(suppressions, "no text line", error);
}

/* From read_to to the last line end. What is behind it somebody left without
 * an end by hand, and it counts too; without the lock it may be the half of
 * what another program is appending. */
static bool read_lines(Suppressions *suppressions, int file, bool is_locked,
                       GError **error)
{
    g_autoptr(GString) held = g_string_new(NULL);
    char bytes[16384];
    ssize_t got;
    while ((got = pread(file, bytes, sizeof bytes,
                        suppressions->read_to + (off_t)held->len)) > 0) {
        g_string_append_len(held, bytes, got);
        char *start = held->str;
        char *end;
        while ((end = memchr(start, '\n',
                             held->len - (size_t)(start - held->str)))) {
            *end = '\0';
            if (!take_line(suppressions, start, (size_t)(end - start), error))
                return false;
            start = end + 1;
        }
        size_t done = (size_t)(start - held->str);
        suppressions->read_to += (off_t)done;
        g_string_erase(held, 0, (gssize)done);
        if (held->len > SUPPRESSION_LINE_MAX) {
            suppressions->line++;
            return fail_line(suppressions, "an endless line", error);
        }
    }
    if (got < 0)
        return fail_system(suppressions, "cannot be read", error);
    return held->len == 0 || !is_locked ||
           take_line(suppressions, held->str, held->len, error);
}

static ssize_t read_end(const Suppressions *suppressions, int file, char *end,
                        size_t length)
{
    return pread(file, end, length, suppressions->read_to - (off_t)length);
}

/* What stands before read_to tells a file that has grown at its end from one
 * into which an editor wrote another text, in its place. */
static void note_end(Suppressions *suppressions, int file)
{
    size_t length = MIN((size_t)suppressions->read_to,
                        sizeof suppressions->end);
    ssize_t got = read_end(suppressions, file, suppressions->end, length);
    suppressions->end_length = got > 0 ? (size_t)got : 0;
}

static bool was_appended_to(const Suppressions *suppressions, int file,
                            const Stamp *now)
{
    const Stamp *seen = &suppressions->seen;
    char end[SUPPRESSION_END_BYTES];
    size_t length = suppressions->end_length;
    return stamp_is_of_one_file(seen, now) && now->size > seen->size &&
           seen->size <= suppressions->read_to &&
           read_end(suppressions, file, end, length) == (ssize_t)length &&
           memcmp(end, suppressions->end, length) == 0;
}

/* Only what was appended, or all of another file or one that was written
 * anew (git does both). After a failure all is read again. */
static bool read_file(Suppressions *suppressions, int file, bool is_locked,
                      GError **error)
{
    struct stat info;
    if (fstat(file, &info) != 0)
        return fail_system(suppressions, "cannot be read", error);
    if (info.st_size == 0 && suppressions->line > 0)
        return fail_gone(suppressions, error);
    Stamp now = stamp_from(&info);
    if (!was_appended_to(suppressions, file, &now))
        forget(suppressions);
    suppressions->seen = (Stamp){0};
    if (!read_lines(suppressions, file, is_locked, error))
        return false;
    suppressions->seen = now;
    note_end(suppressions, file);
    return true;
}

static bool has_open_line(const Suppressions *suppressions)
{
    return suppressions->seen.size > suppressions->read_to;
}

/* Whoever appends has the lock. A file system without locks has no waiting
 * either. */
static bool read_unlocked_file(Suppressions *suppressions, int file,
                               GError **error)
{
    if (!read_file(suppressions, file, false, error))
        return false;
    if (!has_open_line(suppressions))
        return true;
    while (flock(file, LOCK_SH) != 0 && errno == EINTR)
        continue;
    return read_file(suppressions, file, true, error);
}

bool suppression_file_refresh(Suppressions *suppressions, GError **error)
{
    struct stat info;
    if (stat(suppressions->path, &info) != 0) {
        if (errno != ENOENT)
            return fail_system(suppressions, "cannot be read", error);
        return suppressions->line == 0 || fail_gone(suppressions, error);
    }
    Stamp now = stamp_from(&info);
    if (stamp_is_same(&suppressions->seen, &now))
        return true;
    int file = open(suppressions->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(suppressions, "cannot be read", error);
    bool ok = read_unlocked_file(suppressions, file, error);
    close(file);
    return ok;
}

/* --- writing --- */

/* The half of a line, which a full disk leaves, would be one that cannot be
 * read; so all of it is taken back. */
static bool write_down(const Suppressions *suppressions, int file,
                       const GString *text, GError **error)
{
    struct stat before;
    if (fstat(file, &before) != 0)
        return fail_system(suppressions, "cannot be written", error);
    if (file_write_all(file, text->str, text->len) && fsync(file) == 0 &&
        (before.st_size > 0 || file_sync_folder(suppressions->path)))
        return true;
    int number = errno;
    if (ftruncate(file, before.st_size) != 0)
        number = errno;
    errno = number;
    return fail_system(suppressions, "cannot be written", error);
}

/* A last line that somebody left without its end gets one. */
static void end_line(const Suppressions *suppressions, GString *text)
{
    if (has_open_line(suppressions))
        g_string_append_c(text, '\n');
}

static bool append_salt(const Suppressions *suppressions, GString *text,
                        GError **error)
{
    uint8_t bytes[SALT_BYTES];
    if (!suppressions->fill_random(bytes, sizeof bytes)) {
        error_set(error, ERROR_SYSTEM, "this machine gives no random numbers");
        return false;
    }
    g_string_append(text, SALT_LINE);
    token_base32_append(text, bytes, sizeof bytes);
    g_string_append_c(text, '\n');
    return true;
}

/* Appends what `text` becomes under the file's lock. */
static bool append(Suppressions *suppressions, int file, const char *records,
                   GError **error)
{
    if (!read_file(suppressions, file, true, error))
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    bool is_new = suppressions->seen.size == 0;
    end_line(suppressions, text);
    if (suppressions->salts->len == 0 &&
        !append_salt(suppressions, text, error))
        return false;
    if (is_new)
        g_string_append(text, HEADER "\n");
    g_string_append(text, records);
    return write_down(suppressions, file, text, error) &&
           read_file(suppressions, file, true, error);
}

bool suppression_file_append(Suppressions *suppressions, const char *records,
                             GError **error)
{
    g_autofree char *folder = g_path_get_dirname(suppressions->path);
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return fail_system(suppressions, "cannot be made", error);
    int file = replace_lock(suppressions->path, O_RDWR | O_APPEND | O_CREAT);
    if (file < 0)
        return fail_system(suppressions, "cannot be written", error);
    bool ok = append(suppressions, file, records, error);
    close(file); /* lets go of the lock */
    return ok;
}

bool suppressions_may_add(const Suppressions *suppressions, GError **error)
{
    if (access(suppressions->path, R_OK | W_OK) == 0)
        return true;
    if (errno != ENOENT)
        return fail_system(suppressions, "cannot be written", error);
    /* The first addition makes it, and the folders above it. */
    g_autofree char *folder = g_path_get_dirname(suppressions->path);
    while (access(folder, W_OK | X_OK) != 0) {
        if (errno != ENOENT)
            return fail_system(suppressions, "cannot be made", error);
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    return true;
}

/* --- written anew --- */

/* The line as it is from now on: the same, with the hash, or NULL. */
static char *rename_line(const char *line, const char *key, const char *hash)
{
    g_auto(GStrv) parts = g_strsplit(line, ",", 3);
    if (line[0] == '#' || g_strv_length(parts) != 3)
        return address_find(line, key, NULL) == NULL ? g_strdup(line) : NULL;
    g_autofree char *who = read_who(g_strchomp(parts[2]));
    if (who == NULL || strcmp(who, key) != 0)
        return g_strdup(line);
    return g_strdup_printf("%s,%s,%s", parts[0], parts[1], hash);
}

static char *rename_all(char *const *lines, const char *key, const char *hash,
                        int *changed)
{
    GString *out = g_string_new(NULL);
    for (; *lines != NULL; lines++) {
        g_autofree char *line = rename_line(*lines, key, hash);
        *changed += line == NULL || strcmp(line, *lines) != 0;
        if (line != NULL)
            g_string_append_printf(out, "%s%s", line, lines[1] ? "\n" : "");
    }
    return g_string_free(out, FALSE);
}

bool suppression_file_rename(Suppressions *suppressions, const char *key,
                             const char *hash, int *lines, GError **error)
{
    g_autoptr(Replace)
        replace = replace_open(suppressions->path, REPLACE_EXISTING, error);
    if (replace == NULL ||
        !read_file(suppressions, replace_file(replace), true, error))
        return false;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(suppressions->path, &text, NULL, NULL))
        return fail_system(suppressions, "cannot be read", error);
    g_auto(GStrv) before = g_strsplit(text, "\n", -1);
    *lines = 0;
    g_autofree char *after = rename_all(before, key, hash, lines);
    return *lines == 0 ||
           (replace_commit(replace, after, strlen(after), error) &&
            suppression_file_refresh(suppressions, error));
}
