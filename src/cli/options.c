/* options.c - see options.h. */
#include "cli/options.h"

#include <string.h>

#include "base/suggest.h"

#define SENDING (FOR_SEND | FOR_PREVIEW)
#define COMPOSING (SENDING | FOR_CHECK)
#define ABOUT_SUPPRESSIONS                                                     \
    (FOR_SUPPRESS_ADD | FOR_SUPPRESS_REMOVE | FOR_SUPPRESS_LIST)
#define ABOUT_LISTS                                                            \
    (FOR_LIST_ADD | FOR_LIST_REMOVE | FOR_LIST_FORMAT | FOR_LIST_SHOW |        \
     FOR_LIST_STATS | ABOUT_SUPPRESSIONS)
#define IMPORTING (FOR_LIST_IMPORT | FOR_SUPPRESS_IMPORT)
#define EVERY                                                                  \
    (FOR_SEND | FOR_PREVIEW | FOR_RESUME | FOR_STATUS | FOR_LIST_CHECK |       \
     FOR_INIT | FOR_TEMPLATE | FOR_TEMPLATE_LIST | FOR_CHECK | FOR_KEYGEN |    \
     FOR_DOCTOR | FOR_SERVE | FOR_UNSUBSCRIBE | FOR_BOUNCES | ABOUT_LISTS |    \
     FOR_FORGET | FOR_SUBSCRIBE | IMPORTING | FOR_LIST_EXPORT)

typedef struct OptionRow {
    const char *name;
    unsigned use;
    GOptionArg type;
    size_t offset;
    const char *value; /* as help shows it; NULL for a switch */
    const char *help;
} OptionRow;

#define TEXT(field) G_OPTION_ARG_FILENAME, offsetof(Options, field)
#define TEXTS(field) G_OPTION_ARG_FILENAME_ARRAY, offsetof(Options, field)
#define SWITCH(field) G_OPTION_ARG_NONE, offsetof(Options, field), NULL

static const OptionRow rows[] = {
    {"dry-run", FOR_SEND, SWITCH(dry_run),
     "show one copy on standard output; send nothing, write nothing"},
    {"dry-run", FOR_FORGET, SWITCH(dry_run),
     "say where the person stands; change nothing"},
    {"dry-run", FOR_UNSUBSCRIBE | FOR_BOUNCES, SWITCH(dry_run),
     "say who would leave; write nothing"},
    {"dry-run", FOR_SUBSCRIBE, SWITCH(dry_run),
     "say what each mail would do; send nothing, write nothing"},
    {"dry-run", IMPORTING, SWITCH(dry_run),
     "show what would become of each row; write nothing"},
    {"from", IMPORTING, TEXT(from), "SYSTEM",
     "where the files come from, when their content does not tell: mailchimp, "
     "listmonk, mailman, sympa, …"},
    {"into", FOR_LIST_IMPORT, TEXT(into), "FILE",
     "the list, made when there is none; the configured one otherwise"},
    {"mail", FOR_UNSUBSCRIBE, SWITCH(mail),
     "read mails that people sent in order to leave, from a Maildir, an mbox, "
     "a file or standard input (-)"},
    {"mail", FOR_SUBSCRIBE, SWITCH(mail),
     "read mails that people sent in order to join, from a Maildir, an mbox, "
     "a file or standard input (-)"},
    {"list", COMPOSING | FOR_LIST_ADD | FOR_LIST_REMOVE | FOR_LIST_SHOW,
     TEXTS(list), "FILE",
     "a list of subscribers, CSV or YAML; may be given several times"},
    {"list", FOR_FORGET, TEXTS(list), "FILE",
     "a list beside the configured ones; may be given several times"},
    {"to", COMPOSING, TEXTS(to), "ADDRESS",
     "write to this address instead of a list; may be given several times"},
    {"only", COMPOSING | FOR_LIST_CHECK | FOR_LIST_STATS, TEXTS(only),
     "CONDITION",
     "only subscribers for whom it holds: city=Berlin, or 'tags has speaker "
     "and not (lang = de or joined < 2025)'; may be given several times"},
    {"except", COMPOSING | FOR_LIST_CHECK | FOR_LIST_STATS, TEXTS(except),
     "CONDITION",
     "no subscribers for whom it holds; may be given several times"},
    {"limit", COMPOSING, TEXT(limit), "N", "only the first N subscribers"},
    {"as", SENDING, TEXT(as), "ADDRESS",
     "show the copy of this recipient; the first one otherwise"},
    {"format", SENDING, TEXT(format), "KIND",
     "what to show: mail (header and text), text, html, or mime (the very "
     "bytes)"},
    {"format", FOR_LIST_EXPORT, TEXT(format), "KIND",
     "csv (as it is without this), yaml, json (an object a line), mailman "
     "(Name <address> a line) or addresses"},
    {"spreadsheet", FOR_LIST_EXPORT, SWITCH(spreadsheet),
     "an apostrophe before values that a spreadsheet would run"},
    {"html", FOR_PREVIEW, TEXT(html), "FILE",
     "write a page that shows the mail on desktop and phone, light and dark, "
     "as text, its headers, links and findings; - is standard output"},
    {"serve", FOR_PREVIEW, SWITCH(serve),
     "show that page on a port of this machine, anew whenever the post, its "
     "template, the configuration or a list is saved"},
    {"port", FOR_PREVIEW, TEXT(port), "N",
     "the port for --serve; 8025 or a free one otherwise"},
    {"listen", FOR_SERVE, TEXT(listen), "WHERE",
     "an address and port, 127.0.0.1:8026 otherwise; unix:/path; or fd:3 for "
     "a socket that systemd passes"},
    {"cgi", FOR_SERVE, SWITCH(cgi),
     "answer one request that a web server passes by CGI, and end"},
    {"open", FOR_PREVIEW, SWITCH(open), "open the page in a browser"},
    {"remote-images", FOR_PREVIEW, SWITCH(remote_images),
     "let the page load the images of the mail from the network"},
    {"diff", FOR_PREVIEW, SWITCH(diff),
     "show what changed in subject and text since the post was last sent or "
     "tested"},
    {"attach", COMPOSING, TEXTS(attach), "FILE",
     "attach this file; may be given several times"},
    {"test", FOR_SEND, TEXT(test), "ADDRESS",
     "send one copy to this address, marked as a test in the journal"},
    {"at", FOR_SEND | FOR_RESUME, TEXT(at), "TIME",
     "begin then: 2026-12-01T09:00, with a zone as in `2026-12-01 09:00 "
     "Europe/Berlin`, or 09:00"},
    {"until", FOR_SEND | FOR_RESUME, TEXT(until), "TIME",
     "write to nobody later than that, not even on a resume"},
    {"unknown", FOR_RESUME, TEXT(unknown), "WHAT",
     "for those who may have the mail: resend it with the same Message-ID, "
     "or skip them for good"},
    {"campaign", SENDING, TEXT(campaign), "NAME",
     "the campaign's name; made from the post's address otherwise"},
    {"revise", FOR_SEND | FOR_RESUME, SWITCH(revise),
     "go on with a changed post, for those who have not got it yet"},
    {"subject", COMPOSING, TEXT(subject), "TEXT", "a subject over the post's"},
    {"input", COMPOSING, TEXT(input), "KIND",
     "take the body as markdown or html, whatever it looks like"},
    {"lang", COMPOSING, TEXT(lang), "LANG",
     "the post in this language for everybody, from post.LANG.md"},
    {"template", COMPOSING, TEXT(template), "NAME|DIR",
     "a built-in template, or a folder with one"},
    {"ascii", COMPOSING, SWITCH(ascii), "write the text part in ASCII"},
    {"rate", FOR_SEND | FOR_RESUME, TEXT(rate), "RATE",
     "at most so many messages: 30/min, 5/2min, or unlimited"},
    {"connections", FOR_SEND | FOR_RESUME, TEXT(connections), "N",
     "so many connections to the relay at the same time"},
    {"relay", FOR_SEND | FOR_RESUME | FOR_DOCTOR, TEXT(relay), "URL",
     "smtp://host:port, or smtps:// for TLS from the first byte"},
    {"yes", FOR_SEND | FOR_RESUME, SWITCH(yes), "send without asking"},
    {"yes", FOR_FORGET, SWITCH(yes), "forget without asking"},
    {"strict", COMPOSING | FOR_LIST_CHECK, SWITCH(strict),
     "take warnings for errors"},
    {"links", FOR_CHECK, SWITCH(links),
     "ask the network whether the addresses of the post lead anywhere"},
    {"received", FOR_DOCTOR, TEXT(received), "FILE",
     "look at this mail, which came back, instead of the DNS and the relay"},
    {"trust", FOR_DOCTOR, TEXT(trust), "NAME",
     "with --received: the server whose Authentication-Results count"},
    {"post", FOR_DOCTOR, SWITCH(post),
     "ask the page of list.unsubscribe_url too, as mailbox providers do; takes "
     "nobody off"},
    {"ca", FOR_DOCTOR, TEXT(ca), "FILE",
     "with --post: the authority of the page's certificate, PEM"},
    {"resolver", FOR_DOCTOR | FOR_SEND | FOR_RESUME | FOR_SUBSCRIBE,
     TEXT(resolver), "ADDRESS",
     "ask this DNS server, 127.0.0.1:53, not the system's"},
    {"no-dns", FOR_DOCTOR | FOR_SEND | FOR_RESUME | FOR_SUBSCRIBE,
     SWITCH(no_dns), "ask the DNS nothing about the sender"},
    {"force", FOR_SEND | FOR_RESUME | FOR_SUBSCRIBE, SWITCH(force),
     "send although receivers will refuse the mail, as the DNS has it"},
    {"dkim", FOR_KEYGEN, SWITCH(dkim), "a key that signs the mail of a domain"},
    {"ed25519", FOR_KEYGEN, SWITCH(ed25519),
     "with --dkim: an Ed25519 key, for a second signature"},
    {"resubscribe", FOR_LIST_ADD, SWITCH(resubscribe),
     "also somebody who left and asked to be back"},
    {"check", FOR_LIST_FORMAT, SWITCH(check),
     "change nothing; say which files are not in that form"},
    {"reason", FOR_SUPPRESS_ADD, TEXT(reason), "WORD",
     "why: unsubscribed, bounced, complained, or a word of your own; manual "
     "otherwise"},
    {"reason", FOR_SUPPRESS_IMPORT, TEXT(reason), "WORD",
     "why, where the files do not tell; imported otherwise"},
    {"hash", FOR_SUPPRESS_ADD, SWITCH(hash),
     "write down a salted hash and not the address"},
    {"allow-clipping", COMPOSING, SWITCH(allow_clipping),
     "an HTML part over 100 KB, which Gmail cuts, is no error"},
    {"quiet", FOR_SEND | FOR_RESUME | FOR_SUBSCRIBE, SWITCH(quiet),
     "no progress; only problems, the plan and the summary"},
    {"json",
     FOR_SEND | FOR_RESUME | FOR_STATUS | FOR_LIST_CHECK | FOR_CHECK |
         FOR_DOCTOR | FOR_UNSUBSCRIBE | FOR_BOUNCES | FOR_SUBSCRIBE |
         FOR_LIST_SHOW | FOR_LIST_STATS | FOR_SUPPRESS_LIST | IMPORTING,
     SWITCH(json), "JSON on standard output, one object a line"},
    {"config", EVERY & ~(FOR_INIT | FOR_TEMPLATE), TEXT(config), "FILE",
     "this mirmail.yaml; searched for upward from here otherwise"},
    {"help", EVERY, SWITCH(help), "show this text"},
};

/* GLib's table points to the fields to fill, so it is made per call. */
static GOptionEntry *make_entries(Options *options, OptionUse use)
{
    GOptionEntry *entries = g_new0(GOptionEntry, G_N_ELEMENTS(rows) + 2);
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((rows[i].use & use) == 0)
            continue;
        entries[count++] = (GOptionEntry){
            .long_name = rows[i].name,
            .short_name = strcmp(rows[i].name, "help") == 0 ? 'h' : '\0',
            .arg = rows[i].type,
            .arg_data = (char *)options + rows[i].offset,
        };
    }
    entries[count] = (GOptionEntry){
        .long_name = G_OPTION_REMAINING,
        .arg = G_OPTION_ARG_FILENAME_ARRAY,
        .arg_data = &options->arguments,
    };
    return entries;
}

static const OptionRow *find_row(const char *name, size_t length, OptionUse use)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if ((rows[i].use & use) != 0 && strlen(rows[i].name) == length &&
            strncmp(rows[i].name, name, length) == 0)
            return &rows[i];
    return NULL;
}

/* GLib says "Unknown option --x"; we also know the nearest one. */
static void set_unknown_option(char *const *argv, OptionUse use, GError **error)
{
    const char *words[G_N_ELEMENTS(rows) + 1];
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if ((rows[i].use & use) != 0)
            words[count++] = rows[i].name;
    words[count] = NULL;
    for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
        size_t length = strcspn(*argv, "=");
        if (**argv != '-' || (*argv)[1] == '\0')
            continue;
        bool is_long = (*argv)[1] == '-';
        if (is_long && find_row(*argv + 2, length - 2, use) != NULL)
            continue;
        if (!is_long && strcmp(*argv, "-h") == 0)
            continue;
        g_autofree char *name = g_strndup(*argv + (is_long ? 2 : 1),
                                          length - (is_long ? 2 : 1));
        const char *nearest = suggest_nearest(name, words);
        if (nearest != NULL)
            error_set(error, ERROR_USAGE,
                      "unknown option `%s`; did you mean `--%s`?", *argv,
                      nearest);
        else
            error_set(error, ERROR_USAGE,
                      "unknown option `%s`; --help lists them", *argv);
        return;
    }
    error_set(error, ERROR_USAGE, "unknown option; --help lists them");
}

/* To GLib `--yes=no` is `--yes`. */
static bool check_switches(char *const *argv, OptionUse use, GError **error)
{
    for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
        size_t length = strcspn(*argv, "=");
        const OptionRow *row = strncmp(*argv, "--", 2) == 0
                                   ? find_row(*argv + 2, length - 2, use)
                                   : NULL;
        bool has_value = (*argv)[length] == '=';
        if (row != NULL && row->type == G_OPTION_ARG_NONE && has_value) {
            error_set(error, ERROR_USAGE,
                      "--%s takes no value; leave `%s` away", row->name,
                      *argv + length);
            return false;
        }
        /* What follows is its value, whatever it looks like. */
        if (row != NULL && row->type != G_OPTION_ARG_NONE && !has_value &&
            argv[1] != NULL)
            argv++;
    }
    return true;
}

static bool parse_entries(Options *options, OptionUse use, char *const *argv,
                          GError **error)
{
    g_autofree GOptionEntry *entries = make_entries(options, use);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (char *)(uintptr_t) "mirmail");
    for (char *const *word = argv; *word != NULL; word++)
        g_ptr_array_add(words, *word);
    g_ptr_array_add(words, NULL);
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    int count = (int)words->len - 1;
    char **array = (char **)words->pdata;
    g_autoptr(GError) problem = NULL;
    bool ok = g_option_context_parse(context, &count, &array, &problem);
    g_option_context_free(context);
    if (ok)
        return true;
    if (g_error_matches(problem, G_OPTION_ERROR,
                        G_OPTION_ERROR_UNKNOWN_OPTION)) {
        set_unknown_option(argv, use, error);
        return false;
    }
    problem->message[0] = g_ascii_tolower(problem->message[0]);
    error_set(error, ERROR_USAGE, "%s", problem->message);
    return false;
}

/* Options are UTF-8 whatever the locale says; paths may be any bytes. */
static bool check_texts(const Options *options, GError **error)
{
    const char *const texts[] = {options->subject, options->as,
                                 options->test,    options->campaign,
                                 options->at,      options->until};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (texts[i] != NULL && !g_utf8_validate(texts[i], -1, NULL)) {
            error_set(error, ERROR_USAGE, "`%s` is not UTF-8", texts[i]);
            return false;
        }
    }
    return true;
}

static char *quote_words(char *const *words)
{
    GString *line = g_string_new(NULL);
    for (; *words != NULL; words++) {
        g_autofree char *quoted = g_shell_quote(*words);
        g_string_append_printf(line, "%s%s", line->len ? " " : "", quoted);
    }
    return g_string_free(line, FALSE);
}

bool options_parse(Options *options, OptionUse use, char *const *argv,
                   int least, int most, GError **error)
{
    memset(options, 0, sizeof *options);
    if (!check_switches(argv, use, error) ||
        !parse_entries(options, use, argv, error))
        return false;
    if (options->arguments == NULL)
        options->arguments = g_new0(char *, 1);
    options->given = quote_words(argv);
    if (options->help)
        return true;
    int count = (int)g_strv_length(options->arguments);
    if (count < least) {
        error_set(error, ERROR_USAGE,
                  "an argument is missing; --help shows what it takes");
        return false;
    }
    if (count > most) {
        error_set(error, ERROR_USAGE, "one argument too many: `%s`",
                  options->arguments[most]);
        return false;
    }
    return check_texts(options, error);
}

void options_clear(Options *options)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        void *field = (char *)options + rows[i].offset;
        if (rows[i].type == G_OPTION_ARG_FILENAME)
            g_clear_pointer((char **)field, g_free);
        else if (rows[i].type == G_OPTION_ARG_FILENAME_ARRAY)
            g_clear_pointer((char ***)field, g_strfreev);
    }
    g_clear_pointer(&options->arguments, g_strfreev);
    g_clear_pointer(&options->given, g_free);
}

/* Help stays within 80 columns: the sentence wraps under itself. */
static void append_wrapped(GString *out, const char *text, size_t indent)
{
    size_t column = indent;
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        size_t length = strlen(*word);
        if (column > indent && column + 1 + length > 79) {
            g_string_append_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append(out, *word);
        column += length;
    }
    g_string_append_c(out, '\n');
}

void options_append_help(GString *out, OptionUse use)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((rows[i].use & use) == 0)
            continue;
        g_autofree char *left = g_strdup_printf(
            "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
            rows[i].value ? rows[i].value : "");
        g_string_append_printf(out, "  %-22s", left);
        append_wrapped(out, rows[i].help, 24);
    }
}
