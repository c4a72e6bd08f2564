/* settings.c - the table of settings. See settings.h. */
#include "config/settings.h"

#include <stddef.h>

#include "config/setting_type.h"

#define AT(member) offsetof(Config, member)

#define DAY_S INT64_C(86400)

const SettingSection settings_sections[] = {
    {"", "What holds for every run, without indentation."},
    {"sender", "Who writes."},
    {"list", "What the mail is part of, and how one leaves it."},
    {"relay", "The server that takes the mail. Its password or token never "
              "stands in this file: one of four settings says where it is."},
    {"text", "The text part."},
    {NULL, NULL},
};

const Setting settings_table[] = {
    {.key = "rate",
     .type = &setting_rates,
     .offset = AT(sending.limits),
     .initial = "20/min",
     .help = "How fast mail may leave, counted in recipients over all "
             "connections: 30/min, 5/2min, 120/h, 1500/day, a list of several "
             "that hold together, or unlimited."},
    {.key = "connections",
     .type = &setting_integer,
     .offset = AT(sending.limits.connections),
     .least = 1,
     .most = 64,
     .initial = "1",
     .help = "How many connections to the relay are open at a time."},
    {.key = "messages_per_connection",
     .type = &setting_integer,
     .offset = AT(sending.limits.messages_per_connection),
     .least = 1,
     .most = 1000000,
     .initial = "100",
     .help = "After so many messages a connection is closed and a new one "
             "opened."},
    {.key = "retry_for",
     .type = &setting_duration,
     .offset = AT(sending.retry_for_ns),
     .least = 0,
     .most = 7 * DAY_S,
     .initial = "4h",
     .help = "How long one run keeps trying what the relay put off; 0s is one "
             "attempt only."},
    {.key = "domain_gap",
     .type = &setting_duration,
     .offset = AT(sending.domain_gap_ns),
     .least = 0,
     .most = 3600,
     .initial = "0s",
     .help = "How much time lies between two messages to the same domain, for "
             "receivers that count; a relay that queues does this itself."},
    {.key = "relays",
     .type = &setting_relays,
     .offset = AT(relays),
     .help = "Several relays in place of relay: a list of maps with the keys "
             "of relay and, where a relay has limits of its own, rate, "
             "connections and messages_per_connection. A relay that refuses "
             "the login, fails its certificate or cannot be reached is set "
             "aside, and the others go on."},
    {.key = "dkim",
     .type = &setting_dkim,
     .offset = AT(dkim),
     .help = "The key that signs every mail: domain, selector and key_file, "
             "a key in PEM that nobody else may read. A list of two signs "
             "twice, by RSA and by Ed25519. mirmail keygen --dkim makes a key "
             "and says what to put into the DNS; without this the relay must "
             "sign."},
    {.key = "base_url",
     .type = &setting_url,
     .offset = AT(base_url),
     .help = "What relative addresses in a post start from when the post has "
             "no address of its own."},
    {.key = "template",
     .type = &setting_template,
     .offset = AT(template),
     .otherwise = "announcement",
     .help = "A template that mirmail brings (mirmail template list shows "
             "them), or a directory with mail.txt, mail.html and "
             "theme.css."},
    {.key = "journal",
     .type = &setting_path,
     .offset = AT(journal),
     .initial = ".mirmail/journal.db",
     .help = "The file that remembers who got which mail."},
    {.key = "suppressions",
     .type = &setting_path,
     .offset = AT(suppressions),
     .initial = "suppressions.csv",
     .help = "The file of those who are not written to, whatever a list says; "
             "it is only appended to and may live in git."},
    {.key = "keys",
     .type = &setting_path,
     .offset = AT(keys),
     .initial = ".mirmail/keys",
     .help = "The secret keys for links with which readers leave; mirmail "
             "keygen makes them."},
    {.key = "lists",
     .type = &setting_paths,
     .offset = AT(lists),
     .help = "The subscriber lists, CSV or YAML, that are used when the "
             "command line names none: one path or a list of paths."},

    {.key = "sender.from",
     .type = &setting_mailbox,
     .offset = AT(sender.from),
     .help = "The name and address that readers see, such as Example News "
             "<news@example.org>; needed to send."},
    {.key = "sender.reply_to",
     .type = &setting_mailbox,
     .offset = AT(sender.reply_to),
     .otherwise = "sender.from",
     .help = "Where answers go."},
    {.key = "sender.bounce",
     .type = &setting_verp,
     .offset = AT(sender.bounce),
     .otherwise = "the address of sender.from",
     .help = "The envelope sender, to which undeliverable mail returns. With "
             "{token}, as in bounce+{token}@example.org, each recipient's copy "
             "has one of its own, so that mirmail bounces knows whom a bounce "
             "is about; the mailbox before the + must get them all, and keys "
             "must be there (mirmail keygen)."},
    {.key = "sender.organisation",
     .type = &setting_text,
     .offset = AT(sender.organisation),
     .help = "Who stands behind the mail, shown at its end; needed to send."},
    {.key = "sender.postal_address",
     .type = &setting_lines,
     .offset = AT(sender.postal_address),
     .help = "The organisation's postal address, shown at the end of the "
             "mail; it may have several lines."},
    {.key = "sender.url",
     .type = &setting_url,
     .offset = AT(sender.url),
     .help = "The organisation's page."},

    {.key = "list.id",
     .type = &setting_list_id,
     .offset = AT(list.id),
     .help = "The list's name for mail programs, in a domain of yours and the "
             "same for ever, such as news.example.org; needed to send."},
    {.key = "list.name",
     .type = &setting_text,
     .offset = AT(list.name),
     .help = "The list's name for people."},
    {.key = "list.description",
     .type = &setting_text,
     .offset = AT(list.description),
     .help = "Why one gets this mail, in a sentence for its end."},
    {.key = "list.unsubscribe_url",
     .type = &setting_token_url,
     .offset = AT(list.unsubscribe_url),
     .help = "The https page on which one leaves; this or "
             "list.unsubscribe_mail is needed to send. With {token} in it, as "
             "in https://news.example.org/u/{token}, each recipient gets a "
             "page of their own, made with the keys."},
    {.key = "list.unsubscribe_mail",
     .type = &setting_token_mail,
     .offset = AT(list.unsubscribe_mail),
     .help = "The address to which one writes to leave; it may have {token} "
             "too, as in leave+{token}@example.org."},
    {.key = "list.help_url",
     .type = &setting_url,
     .offset = AT(list.help_url),
     .help = "A page about the list."},
    {.key = "list.archive_url",
     .type = &setting_url,
     .offset = AT(list.archive_url),
     .help = "The page with earlier mails or posts."},
    {.key = "list.subscribe_url",
     .type = &setting_url,
     .offset = AT(list.subscribe_url),
     .help = "The page on which one joins."},
    {.key = "list.subscribe_mail",
     .type = &setting_verp,
     .offset = AT(list.subscribe_mail),
     .help = "The address to which one writes to join, with {token} in it, as "
             "in join+{token}@example.org. Whoever writes to join@example.org "
             "is asked to confirm, and whoever answers from that address is "
             "put on the first of the lists, when mirmail subscribe reads the "
             "mails. Unset: nobody joins by mail."},
    {.key = "list.owner",
     .type = &setting_mail,
     .offset = AT(list.owner),
     .help = "The address of the person who runs the list."},
    {.key = "list.precedence",
     .type = &setting_choice,
     .offset = AT(list.precedence),
     .words = "list|bulk|none",
     .initial = "list",
     .help = "The Precedence field, which keeps absence notes from being "
             "sent back; none leaves it out."},

    {.key = "relay.preset",
     .type = &setting_preset,
     .offset = AT(relay.preset),
     .help = "What is known about a relay that many people use: host, port, "
             "rate and connections, as far as this file does not say them. "
             "Presets, below, lists them; relay: gmail is short for "
             "preset: gmail."},
    {.key = "relay.host",
     .type = &setting_host,
     .offset = AT(relay.host),
     .help = "A name or an IPv4 or IPv6 address; needed to send."},
    {.key = "relay.name",
     .type = &setting_text,
     .offset = AT(relay.name),
     .otherwise = "host and port",
     .help = "What messages call this relay."},
    {.key = "relay.weight",
     .type = &setting_integer,
     .offset = AT(relay.weight),
     .least = 0,
     .most = 100,
     .initial = "1",
     .help = "This relay's share of the messages among several, as far as its "
             "rate allows; 0 is for one that waits until every other is set "
             "aside."},
    {.key = "relay.port",
     .type = &setting_integer,
     .offset = AT(relay.port),
     .least = 1,
     .most = 65535,
     .otherwise = "587; 465 when relay.tls is implicit; 25 when it is none",
     .help = "The relay's port."},
    {.key = "relay.tls",
     .type = &setting_word,
     .offset = AT(relay.tls),
     .words = "starttls|implicit|none",
     .otherwise = "starttls; implicit when relay.port is 465",
     .help = "How the connection is encrypted: starttls demands the upgrade, "
             "implicit is TLS from the first byte, none is for a relay on "
             "this machine."},
    {.key = "relay.allow_plaintext",
     .type = &setting_bool,
     .offset = AT(relay.allow_plaintext),
     .initial = "false",
     .help = "Allows relay.tls: none to another machine, where everybody on "
             "the way can read the mail; a login is refused even then."},
    {.key = "relay.ca_file",
     .type = &setting_path,
     .offset = AT(relay.ca_file),
     .otherwise = "the system's authorities",
     .help = "The certificates, in PEM, that the relay's own is checked "
             "against."},
    {.key = "relay.client_certificate",
     .type = &setting_path,
     .offset = AT(relay.client_certificate),
     .help = "The certificate, in PEM, that mirmail shows to a relay which "
             "asks for one; those of its authorities may follow it."},
    {.key = "relay.client_key",
     .type = &setting_path,
     .offset = AT(relay.client_key),
     .otherwise = "the file of relay.client_certificate",
     .help = "The certificate's key, in PEM and without a passphrase, in a "
             "file that nobody else may read."},
    {.key = "relay.auth",
     .type = &setting_word,
     .offset = AT(relay.auth),
     .words = "auto|plain|login|scram-sha-256|xoauth2|oauthbearer|none",
     .initial = "auto",
     .help = "How to log in; auto takes what the relay offers: scram-sha-256, "
             "plain or login with a password, oauthbearer or xoauth2 with a "
             "token, and no login without relay.user. After a refused login "
             "no other way is tried."},
    {.key = "relay.user",
     .type = &setting_text,
     .offset = AT(relay.user),
     .help = "The name to log in with; then one of the four settings for the "
             "password or token is needed."},
    {.key = "relay.password_command",
     .type = &setting_command,
     .offset = AT(relay.password_command),
     .help = "A command for /bin/sh, such as pass show relay; the first line "
             "that it prints is the password."},
    {.key = "relay.password_file",
     .type = &setting_path,
     .offset = AT(relay.password_file),
     .help = "A file whose first line is the password and that nobody else "
             "may read."},
    {.key = "relay.password_env",
     .type = &setting_name,
     .offset = AT(relay.password_env),
     .help = "The name of the environment variable that holds the password."},
    {.key = "relay.token_command",
     .type = &setting_command,
     .offset = AT(relay.token_command),
     .help = "A command for /bin/sh; the first line that it prints is an "
             "access token of OAuth 2.0. It runs again for a connection that "
             "is opened more than two minutes after it ran, so a send may "
             "take longer than a token lasts."},
    {.key = "relay.hello",
     .type = &setting_host,
     .offset = AT(relay.hello),
     .otherwise = "the domain of sender.from",
     .help = "The name with which mirmail greets the relay."},
    {.key = "relay.connect_timeout",
     .type = &setting_duration,
     .offset = AT(relay.connect_timeout_ns),
     .least = 1,
     .most = 3600,
     .initial = "30s",
     .help = "How long to wait for the connection and for TLS."},
    {.key = "relay.reply_timeout",
     .type = &setting_duration,
     .offset = AT(relay.reply_timeout_ns),
     .least = 1,
     .most = 3600,
     .initial = "5min",
     .help = "How long to wait for the answer to a command."},
    {.key = "relay.data_timeout",
     .type = &setting_duration,
     .offset = AT(relay.data_timeout_ns),
     .least = 1,
     .most = 3600,
     .initial = "10min",
     .help = "How long to wait for the answer to a whole message."},

    {.key = "text.width",
     .type = &setting_integer,
     .offset = AT(text.width),
     .least = 60,
     .most = 78,
     .initial = "72",
     .help = "How many columns a line of the text part may fill."},
    {.key = "text.links",
     .type = &setting_choice,
     .offset = AT(text.links),
     .words = "end|inline|section|none",
     .initial = "end",
     .help = "Where the addresses of links stand: in a list at the end, "
             "behind their words, in a list before each heading, or nowhere "
             "but in the HTML part."},
    {.key = "text.ascii",
     .type = &setting_bool,
     .offset = AT(text.ascii),
     .initial = "false",
     .help = "Whether the text part is written in ASCII: quotes, dashes and "
             "Latin letters by their plain forms, values of the list too. "
             "What has none stays, and a warning counts it."},
};

const size_t settings_count = G_N_ELEMENTS(settings_table);
