#include "test.h"

#include "config/config.h"

/* The tests run in the root of the source tree. */
#define PAGE "docs/man/mirmail.yaml.5"
#define BEGIN ".\\\" begin settings\n"
#define END ".\\\" end settings\n"

static void the_manual_page_lists_the_settings_of_the_table(void **state)
{
    (void)state;
    g_autofree char *page = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(PAGE, &page, NULL, &error);
    assert_no_error(error);
    char *begin = strstr(page, BEGIN);
    char *end = strstr(page, END);
    assert_non_null(begin);
    assert_non_null(end);
    *end = '\0';
    g_autofree char *settings = config_manual();
    assert_string_equal(begin + strlen(BEGIN), settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_page_lists_the_settings_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
