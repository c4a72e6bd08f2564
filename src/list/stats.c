/* stats.c - see stats.h. */
#include "list/stats.h"

#include <string.h>

#define MONTH_LENGTH 7 /* "2026-11" */

/* What the column of a group is called; the first one that a file has. */
static const char *const language_names[] = {"lang", "language", "locale",
                                             "preferred_language", NULL};
static const char *const status_names[] = {"status",
                                           "state",
                                           "email status",
                                           "group status",
                                           "member status",
                                           "subscriber status",
                                           "subscription status",
                                           "email marketing status",
                                           "subscriber_type",
                                           NULL};
static const char *const joined_names[] = {
    "joined",        "joined_at",         "join date",    "subscribed_at",
    "subscribed on", "subscription date", "confirm_time", "optin_time",
    "created_at",    "created",           "date",         NULL};

static const char *const *const group_names[STATS_GROUPS] = {
    [STATS_LANGUAGE] = language_names,
    [STATS_STATUS] = status_names,
    [STATS_MONTH] = joined_names,
};

struct ListStats {
    GHashTable *counts[STATS_GROUPS]; /* value -> int64_t */
};

static void add(ListStats *stats, StatsGroup group, const char *value)
{
    GHashTable *counts = stats->counts[group];
    int64_t *count = g_hash_table_lookup(counts, value);
    if (count == NULL) {
        count = g_new0(int64_t, 1);
        g_hash_table_insert(counts, g_strdup(value), count);
    }
    (*count)++;
}

static const char *find_name(const Subscriber *subscriber,
                             const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (subscriber_field(subscriber, *names) != NULL)
            return *names;
    return NULL;
}

static bool is_month(const char *text)
{
    static const char form[] = "dddd-dd";
    for (size_t i = 0; i < MONTH_LENGTH; i++)
        if (form[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != form[i])
            return false;
    return text[MONTH_LENGTH] == '\0' || !g_ascii_isdigit(text[MONTH_LENGTH]);
}

static void add_field(ListStats *stats, StatsGroup group, const char *value)
{
    if (group == STATS_MONTH) {
        char month[MONTH_LENGTH + 1] = "";
        if (is_month(value))
            g_strlcpy(month, value, sizeof month);
        add(stats, group, month);
    } else if (group == STATS_LANGUAGE) {
        g_autofree char *lower = g_ascii_strdown(value, -1);
        add(stats, group, lower);
    } else {
        add(stats, group, value);
    }
}

static void count_one(ListStats *stats, const Subscriber *subscriber,
                      const char *const names[STATS_GROUPS])
{
    add(stats, STATS_DOMAIN, subscriber_address(subscriber)->domain);
    for (int group = STATS_LANGUAGE; group < STATS_GROUPS; group++)
        if (names[group] != NULL)
            add_field(stats, (StatsGroup)group,
                      subscriber_field(subscriber, names[group]));
}

ListStats *list_stats_read(List *list, GError **error)
{
    g_autoptr(ListStats) stats = g_new0(ListStats, 1);
    for (int group = 0; group < STATS_GROUPS; group++)
        stats->counts[group] = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                     g_free, g_free);
    const char *names[STATS_GROUPS] = {NULL};
    g_autofree char *file = NULL; /* its own name goes with the file */
    const Subscriber *subscriber;
    GError *failure = NULL;
    while ((subscriber = list_next(list, &failure)) != NULL) {
        if (file == NULL || strcmp(file, subscriber_file(subscriber)) != 0) {
            g_free(file);
            file = g_strdup(subscriber_file(subscriber));
            for (int group = 0; group < STATS_GROUPS; group++)
                names[group] = find_name(subscriber, group_names[group]);
        }
        count_one(stats, subscriber, names);
    }
    if (failure == NULL)
        return g_steal_pointer(&stats);
    g_propagate_error(error, failure);
    return NULL;
}

void list_stats_free(ListStats *stats)
{
    if (stats == NULL)
        return;
    for (int group = 0; group < STATS_GROUPS; group++)
        g_hash_table_destroy(stats->counts[group]);
    g_free(stats);
}

static int by_count(const void *left, const void *right)
{
    const ListStat *a = left;
    const ListStat *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->value, b->value);
}

static int by_value(const void *left, const void *right)
{
    return strcmp(((const ListStat *)left)->value,
                  ((const ListStat *)right)->value);
}

GArray *list_stats_of(const ListStats *stats, StatsGroup group)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(ListStat));
    GHashTableIter iterator;
    void *value;
    void *count;
    g_hash_table_iter_init(&iterator, stats->counts[group]);
    while (g_hash_table_iter_next(&iterator, &value, &count)) {
        ListStat stat = {value, *(int64_t *)count};
        g_array_append_val(found, stat);
    }
    g_array_sort(found, group == STATS_MONTH ? by_value : by_count);
    return found;
}
