/*
 * reading.h - a whole list as one text, for tests that compare it.
 */
#ifndef TEST_LIST_READING_H
#define TEST_LIST_READING_H

#include "list/files.h"
#include "list/list.h"

/* Each subscriber as `address|name` and a line end, or `!` and the error. */
static inline char *read_options(const ListOptions *options, Findings *findings,
                                 ListCounts *counts)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(List) list = list_open(options, findings, &error);
    const Subscriber *subscriber;
    while (list != NULL && (subscriber = list_next(list, &error)) != NULL) {
        const char *name = subscriber_field(subscriber, "name");
        g_string_append_printf(out, "%s|%s\n",
                               subscriber_address(subscriber)->text,
                               name ? name : "-");
    }
    if (error != NULL)
        g_string_append_printf(out, "!%s\n", error->message);
    if (list != NULL && counts != NULL)
        *counts = *list_counts(list);
    return g_string_free(out, FALSE);
}

static inline char *read_file(const char *path, Findings *findings,
                              ListCounts *counts)
{
    const char *const paths[] = {path, NULL};
    return read_options(&(ListOptions){.paths = paths}, findings, counts);
}

/* All findings, a line each, without the folder. */
static inline char *show_findings(const Findings *findings)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < findings_stored(findings); i++) {
        g_autofree char *line = finding_to_line(findings_at(findings, i));
        const char *slash = strrchr(line, '/');
        const char *base = line[0] == '/' && slash ? slash + 1 : line;
        g_string_append_printf(out, "%s\n", base);
    }
    return g_string_free(out, FALSE);
}

#endif
