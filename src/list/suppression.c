/* suppression.c - see suppression.h. */
#include "list/suppression.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "mail/token.h"

#define SALT_BYTES 16
#define HASH_BYTES 20
#define SALT_LINE "# salt "
#define HEADER "date,reason,who"

struct Suppressions {
    char *path;
    const Clock *clock;
    RandomFill fill_random;
    pthread_mutex_t mutex; /* what follows */
    GHashTable *people;    /* who -> Suppression: the last line about them */
    int64_t active;        /* of them, those who are suppressed */
    char *salt;            /* NULL: the file has none yet */
    struct stat seen;      /* the file when it was last read */
    off_t read_to;         /* behind the last whole line */
    int line;              /* whole lines read */
};

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

static bool is_reason(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
    return length > 0 && length <= SUPPRESSION_REASON_MAX &&
           text[length] == '\0';
}

static bool is_allowed(const Suppression *suppression)
{
    return strcmp(suppression->reason, SUPPRESSION_ALLOWED) == 0;
}

/* Takes `who`. */
static void note(Suppressions *suppressions, char *who, const char *reason,
                 int64_t at_us)
{
    const Suppression *before = g_hash_table_lookup(suppressions->people, who);
    suppressions->active -= before != NULL && !is_allowed(before);
    Suppression *suppression = g_new0(Suppression, 1);
    g_strlcpy(suppression->reason, reason, sizeof suppression->reason);
    suppression->at_us = at_us;
    suppressions->active += !is_allowed(suppression);
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
    if (!is_reason(parts[1]))
        return fail_line(suppressions, "no reason in its middle", error);
    char *who = read_who(parts[2]);
    if (who == NULL)
        return fail_line(suppressions, "no address at its end", error);
    note(suppressions, who, parts[1],
         g_date_time_to_unix(date) * INT64_C(1000000));
    return true;
}

static bool read_line(Suppressions *suppressions, char *line, GError **error)
{
    suppressions->line++;
    g_strchomp(line);
    if (suppressions->line == 1 && g_str_has_prefix(line, "\xEF\xBB\xBF"))
        memmove(line, line + 3, strlen(line) - 2);
    if (g_str_has_prefix(line, SALT_LINE) && suppressions->salt == NULL)
        suppressions->salt = g_strdup(line + strlen(SALT_LINE));
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

static void forget(Suppressions *suppressions)
{
    g_hash_table_remove_all(suppressions->people);
    g_clear_pointer(&suppressions->salt, g_free);
    suppressions->active = 0;
    suppressions->read_to = 0;
    suppressions->line = 0;
}

/* From read_to to the last line end. */
static bool read_lines(Suppressions *suppressions, int file, GError **error)
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
            if (end - start > SUPPRESSION_LINE_MAX ||
                strlen(start) != (size_t)(end - start)) {
                suppressions->line++;
                return fail_line(suppressions, "no text line", error);
            }
            if (!read_line(suppressions, start, error))
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
    return got == 0 || fail_system(suppressions, "cannot be read", error);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool has_changed(const struct stat *before, const struct stat *now)
{
    return !is_same_file(before, now) || before->st_size != now->st_size ||
           before->st_mtim.tv_sec != now->st_mtim.tv_sec ||
           before->st_mtim.tv_nsec != now->st_mtim.tv_nsec;
}

/* Only what was appended, or all of another file or one that was written
 * anew (git does both). */
static bool read_file(Suppressions *suppressions, int file, GError **error)
{
    struct stat now;
    if (fstat(file, &now) != 0)
        return fail_system(suppressions, "cannot be read", error);
    bool has_grown = is_same_file(&suppressions->seen, &now) &&
                     now.st_size > suppressions->seen.st_size;
    if (!has_grown)
        forget(suppressions);
    if (!read_lines(suppressions, file, error))
        return false;
    suppressions->seen = now;
    return true;
}

static bool refresh(Suppressions *suppressions, GError **error)
{
    struct stat now;
    if (stat(suppressions->path, &now) != 0) {
        if (errno != ENOENT)
            return fail_system(suppressions, "cannot be read", error);
        forget(suppressions);
        suppressions->seen = (struct stat){0};
        return true;
    }
    if (!has_changed(&suppressions->seen, &now))
        return true;
    int file = open(suppressions->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(suppressions, "cannot be read", error);
    bool ok = read_file(suppressions, file, error);
    close(file);
    return ok;
}

/* --- life --- */

Suppressions *suppressions_open(const char *path, const Clock *clock,
                                RandomFill fill_random, GError **error)
{
    Suppressions *suppressions = g_new0(Suppressions, 1);
    suppressions->path = g_strdup(path);
    suppressions->clock = clock;
    suppressions->fill_random = fill_random;
    pthread_mutex_init(&suppressions->mutex, NULL);
    suppressions->people = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                 g_free, g_free);
    if (refresh(suppressions, error))
        return suppressions;
    suppressions_close(suppressions);
    return NULL;
}

void suppressions_close(Suppressions *suppressions)
{
    if (suppressions == NULL)
        return;
    g_hash_table_destroy(suppressions->people);
    pthread_mutex_destroy(&suppressions->mutex);
    g_free(suppressions->salt);
    g_free(suppressions->path);
    g_free(suppressions);
}

/* --- questions --- */

char *suppression_to_text(const Suppression *suppression)
{
    g_autoptr(GDateTime)
        date = g_date_time_new_from_unix_utc(suppression->at_us / 1000000);
    g_autofree char *day = date ? g_date_time_format(date, "%Y-%m-%d")
                                : g_strdup("an unknown day");
    return g_strdup_printf("%s on %s", suppression->reason, day);
}

static char *hash_of(const Suppressions *suppressions, const char *key)
{
    if (suppressions->salt == NULL)
        return NULL;
    uint8_t digest[TOKEN_HMAC_BYTES];
    token_hmac(suppressions->salt, strlen(suppressions->salt), key, strlen(key),
               digest);
    GString *hash = g_string_new("#");
    token_base32_append(hash, digest, HASH_BYTES);
    return g_string_free(hash, FALSE);
}

/* The later one of what is said of the address and of its hash. */
static const Suppression *look_up(const Suppressions *suppressions,
                                  const char *key)
{
    const Suppression *plain = g_hash_table_lookup(suppressions->people, key);
    g_autofree char *hash = hash_of(suppressions, key);
    const Suppression *hashed = hash ? g_hash_table_lookup(suppressions->people,
                                                           hash)
                                     : NULL;
    if (plain == NULL || (hashed != NULL && hashed->at_us > plain->at_us))
        return hashed;
    return plain;
}

bool suppressions_find(Suppressions *suppressions, const Address *address,
                       bool *found, Suppression *suppression, GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = refresh(suppressions, error);
    const Suppression *known = ok ? look_up(suppressions, address->key) : NULL;
    *found = known != NULL && !is_allowed(known);
    if (*found && suppression != NULL)
        *suppression = *known;
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

static int compare_keys(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool suppressions_visit(Suppressions *suppressions, SuppressionVisit visit,
                        void *data, GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = refresh(suppressions, error);
    guint count = 0;
    g_autofree void **keys = ok ? g_hash_table_get_keys_as_array(
                                      suppressions->people, &count)
                                : NULL;
    if (count > 0)
        qsort(keys, count, sizeof *keys, compare_keys);
    for (guint i = 0; i < count; i++) {
        const Suppression *suppression = g_hash_table_lookup(
            suppressions->people, keys[i]);
        if (!is_allowed(suppression))
            visit(data, keys[i], suppression);
    }
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

int64_t suppressions_count(Suppressions *suppressions)
{
    pthread_mutex_lock(&suppressions->mutex);
    int64_t count = suppressions->active;
    pthread_mutex_unlock(&suppressions->mutex);
    return count;
}

/* --- writing; with the mutex held --- */

static bool write_all(const Suppressions *suppressions, int file,
                      const GString *text, GError **error)
{
    size_t done = 0;
    while (done < text->len) {
        ssize_t put = write(file, text->str + done, text->len - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_system(suppressions, "cannot be written", error);
        done += (size_t)put;
    }
    return fsync(file) == 0 ||
           fail_system(suppressions, "cannot be written", error);
}

/* A last line that somebody left without its end gets one. */
static void end_line(const Suppressions *suppressions, GString *text)
{
    if (suppressions->seen.st_size > suppressions->read_to)
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
static bool append(Suppressions *suppressions, int file, const char *record,
                   GError **error)
{
    if (flock(file, LOCK_EX) != 0)
        return fail_system(suppressions, "cannot be locked", error);
    if (!read_file(suppressions, file, error))
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    bool is_new = suppressions->seen.st_size == 0;
    end_line(suppressions, text);
    if (suppressions->salt == NULL && !append_salt(suppressions, text, error))
        return false;
    if (is_new)
        g_string_append(text, HEADER "\n");
    g_string_append(text, record);
    return write_all(suppressions, file, text, error) &&
           read_file(suppressions, file, error);
}

static bool append_record(Suppressions *suppressions, const char *record,
                          GError **error)
{
    g_autofree char *folder = g_path_get_dirname(suppressions->path);
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return fail_system(suppressions, "cannot be made", error);
    int file = open(suppressions->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC,
                    0600);
    if (file < 0)
        return fail_system(suppressions, "cannot be written", error);
    bool ok = append(suppressions, file, record, error);
    close(file); /* lets go of the lock */
    return ok;
}

static char *record_of(const Suppressions *suppressions, const char *who,
                       const char *reason)
{
    int64_t now_us = suppressions->clock->wall_us(suppressions->clock);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_us / 1000000);
    g_autofree char *date = now ? g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ")
                                : g_strdup("1970-01-01T00:00:00Z");
    return g_strdup_printf("%s,%s,%s\n", date, reason, who);
}

static bool is_said(const Suppressions *suppressions, const Address *address,
                    const char *reason)
{
    const Suppression *known = look_up(suppressions, address->key);
    return known != NULL ? strcmp(known->reason, reason) == 0
                         : strcmp(reason, SUPPRESSION_ALLOWED) == 0;
}

static char *make_hash(Suppressions *suppressions, const Address *address,
                       GError **error)
{
    if (suppressions->salt == NULL && !append_record(suppressions, "", error))
        return NULL;
    return hash_of(suppressions, address->key);
}

bool suppressions_add(Suppressions *suppressions, const Address *address,
                      const char *reason, bool hashed, GError **error)
{
    g_assert(is_reason(reason));
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = refresh(suppressions, error);
    if (ok && !is_said(suppressions, address, reason)) {
        g_autofree char *who = hashed ? make_hash(suppressions, address, error)
                                      : g_strdup(address->text);
        g_autofree char *record = who ? record_of(suppressions, who, reason)
                                      : NULL;
        ok = record != NULL && append_record(suppressions, record, error);
    }
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

char *suppressions_hash(Suppressions *suppressions, const Address *address,
                        GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    char *hash = refresh(suppressions, error)
                     ? make_hash(suppressions, address, error)
                     : NULL;
    pthread_mutex_unlock(&suppressions->mutex);
    return hash;
}
