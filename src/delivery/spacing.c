/* spacing.c - see spacing.h. */
#include "delivery/spacing.h"

#include <pthread.h>

#include <glib.h>

/* Domains that are looked through for those to forget. */
#define SWEEP_MIN 1024

struct Spacing {
    int64_t gap_ns;
    pthread_mutex_t mutex;
    GHashTable *next; /* domain -> int64_t: its next free moment */
    guint sweep_at;   /* so many domains */
};

Spacing *spacing_new(int64_t gap_ns)
{
    Spacing *spacing = g_new0(Spacing, 1);
    spacing->gap_ns = gap_ns;
    pthread_mutex_init(&spacing->mutex, NULL);
    spacing->next = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          g_free);
    spacing->sweep_at = SWEEP_MIN;
    return spacing;
}

void spacing_free(Spacing *spacing)
{
    if (spacing == NULL)
        return;
    g_hash_table_destroy(spacing->next);
    pthread_mutex_destroy(&spacing->mutex);
    g_free(spacing);
}

static gboolean has_passed(void *domain, void *next_ns, void *now_ns)
{
    (void)domain;
    return *(int64_t *)next_ns <= *(int64_t *)now_ns;
}

static void sweep(Spacing *spacing, int64_t now_ns)
{
    if (g_hash_table_size(spacing->next) < spacing->sweep_at)
        return;
    g_hash_table_foreach_remove(spacing->next, has_passed, &now_ns);
    spacing->sweep_at = MAX(2 * g_hash_table_size(spacing->next), SWEEP_MIN);
}

int64_t spacing_reserve(Spacing *spacing, const char *domain, int64_t now_ns)
{
    if (spacing->gap_ns == 0)
        return now_ns;
    pthread_mutex_lock(&spacing->mutex);
    sweep(spacing, now_ns);
    int64_t *next_ns = g_hash_table_lookup(spacing->next, domain);
    if (next_ns == NULL) {
        next_ns = g_new0(int64_t, 1);
        *next_ns = now_ns;
        g_hash_table_insert(spacing->next, g_strdup(domain), next_ns);
    }
    int64_t moment_ns = MAX(*next_ns, now_ns);
    *next_ns = moment_ns + spacing->gap_ns;
    pthread_mutex_unlock(&spacing->mutex);
    return moment_ns;
}
