/* lists.c - see lists.h. */
#include "cli/lists.h"

#include <string.h>

#include "base/random.h"

static const char *const *first_of(char *const *given, const Config *config,
                                   const char *how, GError **error)
{
    if (given != NULL && given[0] != NULL)
        return (const char *const *)given;
    if (config->lists != NULL && config->lists[0] != NULL)
        return (const char *const *)config->lists;
    error_set(error, ERROR_USAGE,
              "which list? %s, or set `lists` in mirmail.yaml", how);
    return NULL;
}

const char *const *lists_paths(const Options *options, const Config *config,
                               GError **error)
{
    return first_of(options->list, config, "give --list FILE", error);
}

const char *const *lists_named(const Options *options, const Config *config,
                               GError **error)
{
    return first_of(options->arguments, config, "name its file", error);
}

const char *lists_one(const Options *options, const Config *config,
                      GError **error)
{
    const char *const *paths = lists_paths(options, config, error);
    if (paths == NULL || paths[1] == NULL)
        return paths ? paths[0] : NULL;
    g_autofree char *all = g_strjoinv(" or --list ", (char **)(uintptr_t)paths);
    error_set(error, ERROR_USAGE, "which list? --list %s", all);
    return NULL;
}

bool lists_read(const Options *options, Findings *findings,
                ListsReading *reading, GError **error)
{
    *reading = (ListsReading){.config = config_load(options->config, error)};
    if (reading->config == NULL)
        return false;
    reading->paths = lists_named(options, reading->config, error);
    if (reading->paths == NULL)
        return false;
    reading->suppressions = suppressions_open(
        reading->config->suppressions, clock_system(), random_system, error);
    if (reading->suppressions == NULL)
        return false;
    const ListOptions list_options = {
        .paths = reading->paths,
        .only = (const char *const *)options->only,
        .except = (const char *const *)options->except,
        .suppressions = reading->suppressions,
    };
    reading->list = list_open(&list_options, findings, error);
    return reading->list != NULL;
}

void lists_reading_clear(ListsReading *reading)
{
    list_close(reading->list);
    suppressions_close(reading->suppressions);
    config_free(reading->config);
    *reading = (ListsReading){0};
}

bool lists_person(const char *argument, Mailbox *person, GError **error)
{
    g_autoptr(GError) problem = NULL;
    *person = (Mailbox){0};
    bool is_text = g_utf8_validate(argument, -1, NULL);
    if (is_text && mailbox_parse(argument, person, &problem) == ADDRESS_OK)
        return true;
    if (is_text && strstr(problem->message, argument) != NULL)
        error_set(error, ERROR_USAGE, "%s", problem->message);
    else
        error_set(error, ERROR_USAGE, "`%s`: %s", argument,
                  is_text ? problem->message : "not UTF-8");
    return false;
}
