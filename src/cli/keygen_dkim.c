/* keygen_dkim.c - mirmail keygen --dkim; see keygen.h. */
#include "cli/keygen.h"

#include <stdio.h>
#include <string.h>

#include "cli/new_file.h"
#include "config/config.h"
#include "mail/dkim_key.h"

#define STRING_MAX 255 /* one string of a TXT record, RFC 1035 3.3.14 */

typedef struct Wanted {
    char *domain;
    const char *selector;
    DkimAlgorithm algorithm;
    char *path;
} Wanted;

/* The key lies where the other secrets of this configuration lie. */
static char *choose_path(const Config *config, const Wanted *wanted)
{
    g_autofree char *folder = g_path_get_dirname(config->keys);
    g_autofree char *name = g_strdup_printf("dkim-%s-%s.pem", wanted->domain,
                                            wanted->selector);
    return g_build_filename(folder, name, NULL);
}

static bool read_wanted(const Options *options, Wanted *wanted, GError **error)
{
    const char *domain = options->arguments[0];
    const char *selector = domain != NULL ? options->arguments[1] : NULL;
    if (selector == NULL) {
        error_set(error, ERROR_USAGE,
                  "keygen --dkim takes the domain of the sender and a name "
                  "for the key: mirmail keygen --dkim example.org mirmail");
        return false;
    }
    if (!config_is_selector(selector)) {
        error_set(error, ERROR_USAGE,
                  "`%.80s` is no selector; letters, digits and hyphens such "
                  "as mirmail-2026",
                  selector);
        return false;
    }
    wanted->domain = domain_to_ascii(domain, strlen(domain), error);
    wanted->selector = selector;
    wanted->algorithm = options->ed25519 ? DKIM_ED25519_SHA256
                                         : DKIM_RSA_SHA256;
    return wanted->domain != NULL;
}

/* A key that is there is never written over: its record may be published. */
static bool write_key(const Wanted *wanted, const DkimKey *key, GError **error)
{
    if (g_file_test(wanted->path, G_FILE_TEST_EXISTS)) {
        error_set_at(error, ERROR_INPUT, (Place){wanted->path, 0, 0},
                     "this key is there already; take another selector, for "
                     "old mail is checked by the old one");
        return false;
    }
    char *pem = dkim_key_pem(key, error);
    if (pem == NULL)
        return false;
    NewFile file = {wanted->path, pem, strlen(pem), 0600};
    bool ok = new_file_write(&file, error);
    dkim_key_wipe(pem);
    g_free(pem);
    return ok;
}

/* For a zone file, in strings of at most 255 bytes; and in one piece for the
 * forms of those who sell domains. */
static void print_record(const Wanted *wanted, const char *record)
{
    printf("\nPublish this in the DNS. In a zone file:\n\n"
           "%s._domainkey.%s. 3600 IN TXT (\n",
           wanted->selector, wanted->domain);
    size_t length = strlen(record);
    for (size_t at = 0; at < length; at += STRING_MAX)
        printf("    \"%.*s\"\n", STRING_MAX, record + at);
    printf("    )\n\n"
           "In a form: type TXT, name %s._domainkey (below %s), value:\n\n"
           "%s\n",
           wanted->selector, wanted->domain, record);
}

static void print_settings(const Wanted *wanted)
{
    g_autofree char *shown = error_printable(wanted->path);
    printf("\nPut this into mirmail.yaml, and send when `mirmail doctor` "
           "finds the record:\n"
           "\n"
           "dkim:\n"
           "  - domain: %s\n"
           "    selector: %s\n"
           "    key_file: %s\n",
           wanted->domain, wanted->selector, shown);
    if (wanted->algorithm == DKIM_ED25519_SHA256)
        fputs("\nLarge providers do not check Ed25519; keep an RSA key beside "
              "it.\n",
              stdout);
}

static bool make(const Wanted *wanted, GError **error)
{
    g_autoptr(DkimKey) key = dkim_key_generate(wanted->algorithm, error);
    if (key == NULL)
        return false;
    g_autofree char *record = dkim_key_record(key, error);
    if (record == NULL || !write_key(wanted, key, error))
        return false;
    print_record(wanted, record);
    print_settings(wanted);
    return true;
}

int keygen_dkim(const Options *options, GError **error)
{
    Wanted wanted = {0};
    g_autoptr(Config) config = config_load(options->config, error);
    if (config != NULL && read_wanted(options, &wanted, error)) {
        wanted.path = choose_path(config, &wanted);
        make(&wanted, error);
    }
    g_free(wanted.domain);
    g_free(wanted.path);
    return 0;
}
