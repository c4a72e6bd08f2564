/* doubt.c - see doubt.h. */
#include "list/doubt.h"

#include <string.h>

#include <glib.h>

#include "base/suggest.h"

static const char *const providers[] = {
    "gmail.com",   "googlemail.com", "hotmail.com", "icloud.com",
    "outlook.com", "protonmail.com", "yahoo.com",   NULL,
};

/* The first letter is seldom missed, and mail.com, ymail.com and cloud.com are
 * domains like any other. */
static const char *find_provider(const char *domain)
{
    size_t length = strlen(domain);
    for (const char *const *name = providers; *name != NULL; name++) {
        size_t wanted = strlen(*name);
        if (strcmp(domain, *name) == 0)
            return NULL;
        if (domain[0] == **name && length + 1 >= wanted &&
            length <= wanted + 1 && suggest_distance(domain, *name) == 1)
            return *name;
    }
    return NULL;
}

char *doubt_domain(const char *domain)
{
    if (strchr(domain, '.') == NULL)
        return g_strdup("a domain without a dot is known in your own network "
                        "at most");
    const char *provider = find_provider(domain);
    return provider ? g_strdup_printf("is %s meant?", provider) : NULL;
}
