/* keygen_links.c - mirmail keygen; see keygen.h. */
#include "cli/keygen.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "mail/keyring.h"

static bool has_token(const char *text)
{
    return text != NULL && strstr(text, KEYRING_MARK) != NULL;
}

static void print_change(const char *path, const KeyringChange *change)
{
    g_autofree char *shown = error_printable(path);
    printf("written  %s: key `%c`, ", shown, change->letter);
    if (change->older == 0)
        puts("from which every link is made");
    else
        printf("from which links are made now; those of the %d older key%s "
               "still work\n",
               change->older, change->older == 1 ? "" : "s");
    puts("\nWhoever has this file can take anybody off the list, and without "
         "it no link in\nmail that is out works. Keep a copy apart, and keep "
         "it out of git.");
    if (change->older > 0)
        puts("An older key may go, by deleting its line, when nobody is left "
             "who would use a\nlink of its time; links in mail must work for "
             "30 days and better for years.");
}

static void print_settings(void)
{
    puts("\nSo that each reader has links of their own, put into "
         "mirmail.yaml:\n"
         "\n"
         "list:\n"
         "  unsubscribe_url: https://news.example.org/u/" KEYRING_MARK "\n"
         "  unsubscribe_mail: leave+" KEYRING_MARK "@news.example.org\n"
         "sender:\n"
         "  bounce: bounce+" KEYRING_MARK "@news.example.org\n"
         "\n"
         "Either of the first two is enough; a web server must answer the one, "
         "and the\nmailbox before the + must get the others.");
}

int keygen_links(const Options *options, GError **error)
{
    KeyringChange change;
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL ||
        !keyring_add(config->keys, random_system, &change, error))
        return 0;
    print_change(config->keys, &change);
    if (!has_token(config->list.unsubscribe_url) &&
        !has_token(config->list.unsubscribe_mail))
        print_settings();
    return 0;
}
