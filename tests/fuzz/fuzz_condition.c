/* fuzz_condition.c - any text as a condition of --only; what can be read is
 * asked about somebody. */
#include <string.h>

#include "list/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const columns[] = {"email", "city", "lang", "tags", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const addresses[] = {"ada@example.org", NULL};
    g_autofree char *text = g_strndup((const char *)bytes, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Condition)
        condition = condition_parse(text, "--only", columns, &error);
    g_assert((condition == NULL) == (error != NULL));
    if (condition == NULL)
        return 0;
    g_autoptr(List)
        list = list_open(&(ListOptions){.addresses = addresses}, NULL, NULL);
    bool holds = false;
    condition_holds(condition, list_next(list, NULL), &holds, NULL);
    return 0;
}
