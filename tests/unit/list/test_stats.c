#include "list/stats.h"

#include "list/files.h"

static char *show(const ListStats *stats, StatsGroup group)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GArray) found = list_stats_of(stats, group);
    for (guint i = 0; i < found->len; i++) {
        const ListStat *stat = &g_array_index(found, ListStat, i);
        g_string_append_printf(out, "%s%s:%d", i > 0 ? " " : "", stat->value,
                               (int)stat->count);
    }
    return g_string_free(out, FALSE);
}

static void people_are_counted_by_what_their_columns_say(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    const char *const paths[] = {
        files_write(&files, "a.csv",
                    "email,LANG,Status,joined_at\n"
                    "a@b.org,EN,,2025-03-01\nb@c.org,de,active,2024-12-31\n"
                    "c@C.org,en,active,2025-03-20T10:00:00Z\n"
                    "d@c.org,en,unsubscribed,2025-03-20\nA@b.org,fr,,\n"
                    "e@c.org,,,20250320\n"),
        files_write(&files, "b.yaml",
                    "- f@b.org\n- email: g@b.org\n"
                    "  language: fr\n"),
        NULL};
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, NULL);
    g_autoptr(ListStats) stats = list_stats_read(list, NULL);
    static const char *const wanted[STATS_GROUPS] = {
        [STATS_DOMAIN] = "b.org:3 c.org:3",
        [STATS_LANGUAGE] = ":2 en:2 de:1 fr:1",
        [STATS_STATUS] = ":2 active:2",
        [STATS_MONTH] = ":1 2024-12:1 2025-03:2",
    };
    for (int group = 0; group < STATS_GROUPS; group++) {
        g_autofree char *shown = show(stats, (StatsGroup)group);
        assert_string_equal(shown, wanted[group]);
    }
    files_clear(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_are_counted_by_what_their_columns_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
