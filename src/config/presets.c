/* presets.c - see presets.h. */
#include "config/presets.h"

static const Preset presets[] = {
    {
        .name = "gmail",
        .title = "Gmail, with an address at gmail.com",
        .host = "smtp.gmail.com",
        .port = 587,
        .rate = "20/min, 500/day",
        .connections = 1,
        .include = "_spf.google.com",
        .signs = true,
        .hint = "Gmail takes 500 mails a day, puts your gmail.com address "
                "into From and wants an app password or a token; it is for a "
                "few dozen people, not for a list",
    },
    {
        .name = "workspace",
        .title = "Google Workspace, as a user",
        .host = "smtp.gmail.com",
        .port = 587,
        .rate = "60/min, 2000/day",
        .connections = 2,
        .include = "_spf.google.com",
        .signs = true,
        .hint = "Workspace takes 2000 mails a day of a user (500 in a trial); "
                "switch its DKIM on under Apps, Gmail, Authenticate email",
    },
    {
        .name = "workspace-relay",
        .title = "Google Workspace, SMTP relay service",
        .host = "smtp-relay.gmail.com",
        .port = 587,
        .rate = "300/min, 10000/day",
        .connections = 4,
        .include = "_spf.google.com",
        .signs = true,
        .hint = "the relay service takes 10000 recipients a day of a user; an "
                "administrator must allow this machine's address or login",
    },
    {
        .name = "ses",
        .title = "Amazon SES",
        .port = 587,
        .rate = "1/1s, 200/day",
        .connections = 1,
        .include = "amazonses.com",
        .rewrites = "message-id,date",
        .signs = true,
        .hint = "a new SES account takes one mail a second, 200 a day and "
                "only to addresses you have verified; set `rate` to what "
                "your account shows and `host` to your region's, such as "
                "email-smtp.eu-central-1.amazonaws.com",
    },
    {
        .name = "exchange",
        .title = "Exchange Online, Microsoft 365",
        .host = "smtp.office365.com",
        .port = 587,
        .rate = "30/min, 10000/day",
        .connections = 3,
        .include = "spf.protection.outlook.com",
        .signs = true,
        .hint = "Exchange Online takes 30 mails a minute over at most 3 "
                "connections; SMTP AUTH must be switched on for the mailbox, "
                "and a password alone is on its way out",
    },
    {
        .name = "ionos",
        .title = "IONOS",
        .host = "smtp.ionos.de",
        .port = 587,
        .rate = "20/min",
        .hint = "IONOS raises the limit of a mailbox with its age; the answer "
                "“Mail send limit exceeded” means that it is reached",
    },
    {
        .name = "postfix",
        .title = "a Postfix of your own",
        .port = 25,
        .rate = "unlimited",
        .connections = 4,
        .messages = 1000,
        .hint = "Postfix queues; who counts is the receiver. Whether it signs "
                "depends on its milter, and smtpd_client_message_rate_limit "
                "of its main.cf is its own limit",
    },
};

const Preset *preset_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(presets); i++)
        if (g_ascii_strcasecmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

const Preset *preset_for_host(const char *host)
{
    if (host == NULL)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
        if (presets[i].host != NULL &&
            g_ascii_strcasecmp(presets[i].host, host) == 0)
            return &presets[i];
    return g_str_has_prefix(host, "email-smtp.") &&
                   g_str_has_suffix(host, ".amazonaws.com")
               ? preset_find("ses")
               : NULL;
}

const Preset *preset_at(size_t index)
{
    return index < G_N_ELEMENTS(presets) ? &presets[index] : NULL;
}
