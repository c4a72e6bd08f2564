/* suppression.c - see suppression.h. */
#include "list/suppression_file.h"

#include <string.h>

#include "mail/token.h"

#define HASH_BYTES 20
#define DAY_US (INT64_C(24) * 3600 * 1000000)

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
    suppressions->salts = g_ptr_array_new_with_free_func(g_free);
    if (suppression_file_refresh(suppressions, error))
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
    g_ptr_array_unref(suppressions->salts);
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

static char *hash_with(const char *salt, const char *key)
{
    uint8_t digest[TOKEN_HMAC_BYTES];
    token_hmac(salt, strlen(salt), key, strlen(key), digest);
    GString *hash = g_string_new("#");
    token_base32_append(hash, digest, HASH_BYTES);
    return g_string_free(hash, FALSE);
}

static char *hash_of(const Suppressions *suppressions, const char *key)
{
    return suppressions->salts->len > 0
               ? hash_with(g_ptr_array_index(suppressions->salts, 0), key)
               : NULL;
}

/* The last line about one of the hashes: a file that git merged from two has
 * the salts of both. */
static const Suppression *look_up_hashed(const Suppressions *suppressions,
                                         const char *key)
{
    const Suppression *last = NULL;
    for (guint i = 0; i < suppressions->salts->len; i++) {
        g_autofree char *hash = hash_with(
            g_ptr_array_index(suppressions->salts, i), key);
        const Suppression *found = g_hash_table_lookup(suppressions->people,
                                                       hash);
        if (found != NULL && (last == NULL || found->line > last->line))
            last = found;
    }
    return last;
}

/* The later one of what is said of the address and of its hash. */
static const Suppression *look_up(const Suppressions *suppressions,
                                  const char *key)
{
    const Suppression *plain = g_hash_table_lookup(suppressions->people, key);
    const Suppression *hashed = look_up_hashed(suppressions, key);
    if (plain == NULL || (hashed != NULL && hashed->line > plain->line))
        return hashed;
    return plain;
}

bool suppressions_find(Suppressions *suppressions, const Address *address,
                       bool *found, Suppression *suppression, GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = suppression_file_refresh(suppressions, error);
    const Suppression *known = ok ? look_up(suppressions, address->key) : NULL;
    *found = known != NULL && !suppression_is_allowed(known);
    if (*found && suppression != NULL)
        *suppression = *known;
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

static int compare_keys(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Hashes of people whose address stands in the file too: they are told once,
 * by that. */
static GHashTable *find_named_hashes(const Suppressions *suppressions)
{
    GHashTable *named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              NULL);
    GHashTableIter each;
    void *key = NULL;
    g_hash_table_iter_init(&each, suppressions->people);
    while (g_hash_table_iter_next(&each, &key, NULL)) {
        const char *who = key;
        for (guint i = 0; who[0] != '#' && i < suppressions->salts->len; i++)
            g_hash_table_add(
                named,
                hash_with(g_ptr_array_index(suppressions->salts, i), who));
    }
    return named;
}

static void visit_people(const Suppressions *suppressions,
                         SuppressionVisit visit, void *data)
{
    guint count = 0;
    g_autofree void **keys = g_hash_table_get_keys_as_array(
        suppressions->people, &count);
    g_autoptr(GHashTable) named = find_named_hashes(suppressions);
    if (count > 0)
        qsort(keys, count, sizeof *keys, compare_keys);
    for (guint i = 0; i < count; i++) {
        if (g_hash_table_contains(named, keys[i]))
            continue;
        const Suppression *suppression = look_up(suppressions, keys[i]);
        if (!suppression_is_allowed(suppression))
            visit(data, keys[i], suppression);
    }
}

bool suppressions_visit(Suppressions *suppressions, SuppressionVisit visit,
                        void *data, GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = suppression_file_refresh(suppressions, error);
    if (ok)
        visit_people(suppressions, visit, data);
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

int suppressions_lines(Suppressions *suppressions)
{
    pthread_mutex_lock(&suppressions->mutex);
    int lines = suppressions->line;
    pthread_mutex_unlock(&suppressions->mutex);
    return lines;
}

/* --- adding --- */

static int64_t now_us(const Suppressions *suppressions)
{
    return suppressions->clock->wall_us(suppressions->clock);
}

static void append_record(GString *out, const char *who, const char *reason,
                          int64_t at_us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_us / 1000000);
    g_autofree char *date = at ? g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ")
                               : g_strdup("1970-01-01T00:00:00Z");
    g_string_append_printf(out, "%s,%s,%s\n", date, reason, who);
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
    if (suppressions->salts->len == 0 &&
        !suppression_file_append(suppressions, "", error))
        return NULL;
    return hash_of(suppressions, address->key);
}

static bool is_known_by_hash(const Suppressions *suppressions,
                             const Address *address)
{
    return look_up_hashed(suppressions, address->key) != NULL &&
           !g_hash_table_contains(suppressions->people, address->key);
}

bool suppressions_add(Suppressions *suppressions, const Address *address,
                      const char *reason, bool hashed, GError **error)
{
    g_assert(suppression_is_reason(reason));
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = suppression_file_refresh(suppressions, error);
    if (ok && !is_said(suppressions, address, reason)) {
        bool as_hash = hashed || is_known_by_hash(suppressions, address);
        g_autofree char *who = as_hash ? make_hash(suppressions, address, error)
                                       : g_strdup(address->text);
        g_autoptr(GString) record = g_string_new(NULL);
        append_record(record, who ? who : "", reason, now_us(suppressions));
        ok = who != NULL &&
             suppression_file_append(suppressions, record->str, error);
    }
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

/* --- adding what another system knows --- */

static int64_t when(const Suppressions *suppressions,
                    const SuppressionEvent *event)
{
    int64_t now = now_us(suppressions);
    return event->at_us <= 0 || event->at_us > now ? now : event->at_us;
}

/* A day without a time, which is its first second, may have been the last. */
static bool is_later(int64_t at_us, int64_t event_us)
{
    bool is_day = event_us % DAY_US == 0;
    return at_us > event_us + (is_day ? DAY_US - 1 : 0);
}

static SuppressionVerdict judge(const Suppressions *suppressions,
                                const SuppressionEvent *event)
{
    const Suppression *known = look_up(suppressions, event->address->key);
    if (known == NULL)
        return SUPPRESSION_NEW;
    if (!suppression_is_allowed(known))
        return SUPPRESSION_KNOWN;
    return is_later(known->at_us, when(suppressions, event))
               ? SUPPRESSION_LIFTED
               : SUPPRESSION_NEW;
}

bool suppressions_judge(Suppressions *suppressions,
                        const SuppressionEvent *event,
                        SuppressionVerdict *verdict, GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = suppression_file_refresh(suppressions, error);
    if (ok)
        *verdict = judge(suppressions, event);
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

/* Somebody who stands in it twice gets one line, the first. */
static GString *records_of(const Suppressions *suppressions,
                           const SuppressionEvent *events, size_t count)
{
    g_autoptr(GHashTable) added = g_hash_table_new(g_str_hash, g_str_equal);
    GString *records = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        const Address *address = events[i].address;
        g_assert(suppression_is_reason(events[i].reason));
        if (judge(suppressions, &events[i]) != SUPPRESSION_NEW ||
            !g_hash_table_add(added, address->key))
            continue;
        g_autofree char *hash = is_known_by_hash(suppressions, address)
                                    ? hash_of(suppressions, address->key)
                                    : NULL;
        append_record(records, hash ? hash : address->text, events[i].reason,
                      when(suppressions, &events[i]));
    }
    return records;
}

bool suppressions_add_all(Suppressions *suppressions,
                          const SuppressionEvent *events, size_t count,
                          GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = suppression_file_refresh(suppressions, error);
    if (ok) {
        g_autoptr(GString) records = records_of(suppressions, events, count);
        ok = records->len == 0 ||
             suppression_file_append(suppressions, records->str, error);
    }
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

char *suppressions_known_hash(Suppressions *suppressions,
                              const Address *address)
{
    pthread_mutex_lock(&suppressions->mutex);
    char *hash = hash_of(suppressions, address->key);
    pthread_mutex_unlock(&suppressions->mutex);
    return hash;
}

/* --- forgetting --- */

static bool forget(Suppressions *suppressions, const Address *address,
                   int *lines, GError **error)
{
    g_autofree char *hash = make_hash(suppressions, address, error);
    if (hash == NULL || !suppression_file_rename(suppressions, address->key,
                                                 hash, lines, error))
        return false;
    const Suppression *known = look_up(suppressions, address->key);
    if (known != NULL && !suppression_is_allowed(known))
        return true;
    g_autoptr(GString) record = g_string_new(NULL);
    append_record(record, hash, SUPPRESSION_FORGOTTEN, now_us(suppressions));
    return suppression_file_append(suppressions, record->str, error);
}

bool suppressions_forget(Suppressions *suppressions, const Address *address,
                         int *lines, GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    bool ok = suppression_file_refresh(suppressions, error) &&
              forget(suppressions, address, lines, error);
    pthread_mutex_unlock(&suppressions->mutex);
    return ok;
}

char *suppressions_hash(Suppressions *suppressions, const Address *address,
                        GError **error)
{
    pthread_mutex_lock(&suppressions->mutex);
    char *hash = suppression_file_refresh(suppressions, error)
                     ? make_hash(suppressions, address, error)
                     : NULL;
    pthread_mutex_unlock(&suppressions->mutex);
    return hash;
}
