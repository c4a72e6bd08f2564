/*
 * stats.h - who is on a list, in numbers.
 *
 *     List ──list_stats_read()──> ListStats ──list_stats_of()──> ListStat
 *
 * Counted are the people whom a send would write to, by the domain of their
 * address and by the columns for language, status and the day they joined,
 * which are found by their names (the tables stand in stats.c). Months are
 * taken from what begins with an ISO date, 2026-11-28.
 *
 * Memory: some 100 bytes for each different value.
 */
#ifndef LIST_STATS_H
#define LIST_STATS_H

#include "list/list.h"

typedef enum {
    STATS_DOMAIN,
    STATS_LANGUAGE, /* in lower case */
    STATS_STATUS,
    STATS_MONTH, /* "2026-11" */
} StatsGroup;
#define STATS_GROUPS 4

typedef struct ListStats ListStats;

/* Reads the list to its end. */
ListStats *list_stats_read(List *list, GError **error);
void list_stats_free(ListStats *stats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListStats, list_stats_free)

typedef struct ListStat {
    const char *value; /* "": the column is empty; owned by the stats */
    int64_t count;
} ListStat;

/* Most first, months by their order; empty when no list has such a column.
 * The caller frees the array. */
GArray *list_stats_of(const ListStats *stats, StatsGroup group);

#endif
