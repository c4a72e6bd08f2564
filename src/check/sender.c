/* sender.c - see sender.h. */
#include "check/sender.h"

#include <string.h>

/* Does the name hold an `@` that is not that of the address's own domain?
 * Filters take such a name for a forgery. */
static void check_name(const Config *config, const Mailbox *mailbox,
                       const char *key, Findings *findings)
{
    const char *at = mailbox->name ? strchr(mailbox->name, '@') : NULL;
    const char *domain = mailbox->address.domain;
    if (at == NULL || domain == NULL)
        return;
    size_t length = strlen(domain);
    if (g_ascii_strncasecmp(at + 1, domain, length) == 0 &&
        !g_ascii_isalnum(at[1 + length]) && at[1 + length] != '.' &&
        at[1 + length] != '-')
        return;
    findings_add(findings, SEVERITY_WARNING, "sender",
                 (Place){config->path, 0, 0},
                 "the name in `%s`, `%s`, looks like an address that is not "
                 "the sender's; filters take that for a forgery",
                 key, mailbox->name);
}

/* The field that offers one click may only go out signed (RFC 8058 4), and
 * whether a relay signs it cannot be known here. */
static void check_one_click(const Config *config, Findings *findings)
{
    const char *url = config->list.unsubscribe_url;
    if (url == NULL || strstr(url, KEYRING_MARK) == NULL ||
        config->dkim.count > 0)
        return;
    findings_add(findings, SEVERITY_WARNING, "leave",
                 (Place){config->path, 0, 0},
                 "mail programs show no button to leave with one click, which "
                 "large receivers ask for: it needs a signature made here; "
                 "`mirmail keygen --dkim` makes the key");
}

void check_sender(const Config *config, Findings *findings)
{
    check_one_click(config, findings);
    check_name(config, &config->sender.from, "sender.from", findings);
    check_name(config, &config->sender.reply_to, "sender.reply_to", findings);
    if (config->path != NULL && config->sender.postal_address == NULL)
        findings_add(findings, SEVERITY_WARNING, "postal",
                     (Place){config->path, 0, 0},
                     "no `sender.postal_address`: many countries want a "
                     "postal address in the foot of such mail");
}
