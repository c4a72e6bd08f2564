/* received.c - what the relay made of a mail; see doctor.h. */
#include <string.h>

#include "doctor/doctor.h"
#include "doctor/mail_file.h"
#include "doctor/private.h"
#include "doctor/tags.h"
#include "mail/address.h"
#include "mail/dkim_key.h"
#include "message/dkim_relax.h"
#include "message/message.h"

typedef struct Look {
    const Config *config;
    const MailFile *mail;
    Diagnosis *diagnosis;
    char *from; /* the domain; NULL */
} Look;

/* --- what the receiving server found --- */

/* Without (comments), which may nest. */
static char *without_comments(const char *value)
{
    GString *out = g_string_new(NULL);
    int depth = 0;
    for (; *value != '\0'; value++) {
        if (*value == '(')
            depth++;
        else if (*value == ')' && depth > 0)
            depth--;
        else if (depth == 0)
            g_string_append_c(out, *value);
    }
    return g_string_free(out, FALSE);
}

/* "mx.example.org" of "mx.example.org 1; spf=pass …". */
static char *server_of(const char *results)
{
    const char *at = results + strspn(results, " \t\"");
    return g_strndup(at, strcspn(at, " \t;\""));
}

/* The topmost results of a server that is trusted: below it anybody may have
 * written some (RFC 8601 5). */
static char *find_results(const Look *look, const char *trust, GString *others)
{
    const MailField *field;
    for (size_t i = 0; (field = mail_file_at(look->mail, i)) != NULL; i++) {
        if (g_ascii_strcasecmp(field->name, "Authentication-Results") != 0)
            continue;
        g_autofree char *plain = without_comments(field->value);
        g_autofree char *server = server_of(plain);
        if (trust != NULL && g_ascii_strcasecmp(server, trust) == 0)
            return g_steal_pointer(&plain);
        if (others->len < 200)
            g_string_append_printf(others, "%s%.80s",
                                   others->len > 0 ? ", " : "", server);
    }
    return NULL;
}

/* The best result of a method; a mail may have several signatures. */
static char *result_of(const char *results, const char *method)
{
    g_auto(GStrv) pieces = g_strsplit(results, ";", -1);
    char *found = NULL;
    size_t length = strlen(method);
    for (char **piece = pieces; *piece != NULL; piece++) {
        const char *at = g_strstrip(*piece);
        if (g_ascii_strncasecmp(at, method, length) != 0)
            continue;
        at += length + strspn(at + length, " \t");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " \t");
        g_autofree char *word = g_strndup(at, strcspn(at, " \t"));
        bool is_pass = g_ascii_strcasecmp(word, "pass") == 0;
        if (found == NULL || is_pass) {
            g_free(found);
            found = g_ascii_strdown(word, -1);
        }
        if (is_pass)
            break;
    }
    return found;
}

static void report_results(const Look *look, const char *results,
                           const char *trust)
{
    static const struct {
        const char *method;
        const char *advice;
    } methods[] = {
        {"spf", "see what mirmail doctor says about the SPF record"},
        {"dkim", "see what mirmail doctor says about the key's record, and "
                 "whether the relay changes the mail"},
        {"dmarc", "SPF or DKIM must pass for the domain of From"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        const char *method = methods[i].method;
        g_autofree char *found = result_of(results, method);
        bool is_pass = found != NULL && strcmp(found, "pass") == 0;
        bool is_temporary = found != NULL && strcmp(found, "temperror") == 0;
        diagnosis_add(look->diagnosis,
                      is_pass         ? VERDICT_PASS
                      : is_temporary  ? VERDICT_UNKNOWN
                      : found == NULL ? VERDICT_WARN
                                      : VERDICT_FAIL,
                      method, is_pass ? NULL : methods[i].advice,
                      found != NULL ? "%s found %s=%s"
                                    : "%s says nothing about %s",
                      trust, method, found);
    }
}

static void check_results(const Look *look, const char *trust)
{
    g_autoptr(GString) others = g_string_new(NULL);
    g_autofree char *results = find_results(look, trust, others);
    if (results != NULL) {
        report_results(look, results, trust);
        return;
    }
    g_autofree char *advice = g_strdup_printf(
        "when you know the server that received the mail, name it with "
        "--trust%s%s",
        others->len > 0 ? ": " : "", others->str);
    diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "results", advice,
                  others->len == 0 ? "the mail has no Authentication-Results%s"
                  : trust == NULL  ? "Authentication-Results are believed "
                                     "only of a server that you name%s"
                                   : "there are no Authentication-Results of "
                                     "%s",
                  others->len == 0 || trust == NULL ? "" : trust);
}

/* --- signatures --- */

static bool is_signature(const MailField *field)
{
    return g_ascii_strcasecmp(field->name, "DKIM-Signature") == 0;
}

static bool belongs_to(const char *domain, const char *from)
{
    return domain != NULL && from != NULL &&
           (doctor_is_below(from, domain) || doctor_is_below(domain, from));
}

/* Signatures that cover both fields, and those that belong to From. */
typedef struct Tally {
    size_t count;
    size_t aligned;
    size_t covering;
} Tally;

static void tally_signature(const Look *look, const Tags *tags, Tally *tally)
{
    const char *names = tags_get(tags, "h");
    bool is_aligned = belongs_to(tags_get(tags, "d"), look->from);
    tally->count++;
    tally->aligned += is_aligned;
    tally->covering += names != NULL &&
                       tags_has_word(names, "List-Unsubscribe") &&
                       tags_has_word(names, "List-Unsubscribe-Post");
}

static void report_tally(const Look *look, const Tally *tally)
{
    bool one_click = mail_file_get(look->mail, "List-Unsubscribe-Post") != NULL;
    if (tally->count == 0) {
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "dkim",
                      "sign with mirmail keygen --dkim, or have the relay "
                      "sign",
                      "the mail carries no DKIM signature");
        return;
    }
    diagnosis_add(look->diagnosis,
                  tally->aligned > 0 ? VERDICT_PASS : VERDICT_FAIL, "alignment",
                  tally->aligned > 0 ? NULL
                                     : "sign with a key of the domain of From",
                  tally->aligned > 0
                      ? "%zu of %zu signatures belong to the domain of From"
                      : "%zu of %zu signatures belong to the domain of From, "
                        "so DMARC rests on SPF alone",
                  tally->aligned, tally->count);
    if (tally->covering > 0)
        diagnosis_add(look->diagnosis, VERDICT_PASS, "one-click", NULL,
                      "a signature covers List-Unsubscribe and "
                      "List-Unsubscribe-Post");
    else
        diagnosis_add(look->diagnosis, one_click ? VERDICT_FAIL : VERDICT_WARN,
                      "one-click",
                      "sign here with mirmail keygen --dkim: mirmail signs "
                      "both fields",
                      "no signature covers both List-Unsubscribe and "
                      "List-Unsubscribe-Post, so receivers offer no one-click "
                      "unsubscription (RFC 8058 4)");
}

static bool is_ours(const Look *look, const Tags *tags)
{
    const DkimList *keys = &look->config->dkim;
    for (size_t i = 0; i < keys->count; i++)
        if (g_strcmp0(tags_get(tags, "d"), keys->items[i].domain) == 0 &&
            g_strcmp0(tags_get(tags, "s"), keys->items[i].selector) == 0)
            return true;
    return false;
}

static bool has_body_hash(const Look *look, const Tags *tags)
{
    g_autoptr(GString) canonical = g_string_new(NULL);
    uint8_t digest[DKIM_DIGEST_BYTES];
    dkim_relax_body(look->mail->body->str, look->mail->body->len, canonical);
    dkim_digest(canonical->str, canonical->len, digest);
    g_autofree char *hash = g_base64_encode(digest, sizeof digest);
    g_autofree char *said = tags_get_packed(tags, "bh");
    return g_strcmp0(hash, said) == 0;
}

/* Something stands behind the end of our multipart. */
static bool has_more_behind(const MailFile *mail)
{
    const char *type = mail_file_get(mail, "Content-Type");
    const char *at = type != NULL ? strstr(type, "boundary=\"") : NULL;
    if (at == NULL)
        return false;
    at += strlen("boundary=\"");
    g_autofree char *close = g_strdup_printf("--%.*s--", (int)strcspn(at, "\""),
                                             at);
    const char *end = g_strstr_len(mail->body->str, (gssize)mail->body->len,
                                   close);
    if (end == NULL)
        return false;
    end += strlen(close);
    return end[strspn(end, " \t\r\n")] != '\0';
}

static void check_body(const Look *look, const Tags *own)
{
    if (own != NULL && has_body_hash(look, own))
        diagnosis_add(look->diagnosis, VERDICT_PASS, "body", NULL,
                      "the body arrived as it was signed");
    else if (own != NULL || has_more_behind(look->mail))
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "body",
                      "have the relay add no footer and rewrite no links: "
                      "every signature made before breaks",
                      has_more_behind(look->mail)
                          ? "text was added behind the mail on its way"
                          : "the body was changed on its way");
    else
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "body",
                      "sign here with mirmail keygen --dkim to find out",
                      "whether the body was changed cannot be seen without a "
                      "signature made here");
}

static void check_signatures(const Look *look)
{
    Tally tally = {0};
    g_autoptr(Tags) own = NULL;
    const MailField *field;
    for (size_t i = 0; (field = mail_file_at(look->mail, i)) != NULL; i++) {
        if (!is_signature(field))
            continue;
        g_autoptr(Tags) tags = tags_parse(field->value);
        if (tags == NULL)
            continue;
        tally_signature(look, tags, &tally);
        if (own == NULL && is_ours(look, tags))
            own = g_steal_pointer(&tags);
    }
    report_tally(look, &tally);
    check_body(look, own);
}

/* --- fields --- */

static void check_message_id(const Look *look)
{
    const char *id = mail_file_get(look->mail, "Message-ID");
    const char *domain = message_domain(&look->config->sender,
                                        &look->config->list);
    if (domain == NULL)
        return;
    g_autofree char *end = g_strdup_printf("@%s>", domain);
    bool is_there = id != NULL && g_str_has_suffix(id, end);
    diagnosis_add(look->diagnosis, is_there ? VERDICT_PASS : VERDICT_WARN,
                  "fields",
                  is_there ? NULL
                           : "answers and bounces cannot be traced by it; "
                             "nothing else suffers",
                  is_there ? "the Message-ID is ours"
                           : "the relay has written a Message-ID of its own%s",
                  "");
}

static void check_field(const Look *look, const char *name, bool is_needed)
{
    size_t count = mail_file_count(look->mail, name);
    if (count == 1)
        diagnosis_add(look->diagnosis, VERDICT_PASS, "fields", NULL,
                      "%s is there", name);
    else if (count > 1)
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "fields",
                      "something on the way adds one; mails with two are "
                      "refused or distrusted",
                      "%s stands there %zu times", name, count);
    else if (is_needed)
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "fields",
                      "ask whoever runs the relay to leave it alone",
                      "%s was lost on the way", name);
}

static void check_fields(const Look *look)
{
    const ListConfig *list = &look->config->list;
    check_message_id(look);
    check_field(look, "Date", true);
    check_field(look, "From", true);
    check_field(look, "Subject", true);
    check_field(look, "List-Id", list->id != NULL);
    check_field(look, "List-Unsubscribe",
                list->unsubscribe_url != NULL ||
                    list->unsubscribe_mail != NULL);
    check_field(look, "List-Unsubscribe-Post", false);
}

/* --- all of it --- */

static void read_from(Look *look)
{
    const char *value = mail_file_get(look->mail, "From");
    const char *open = value != NULL ? strrchr(value, '<') : NULL;
    const char *text = open != NULL ? open + 1 : value;
    Address address = {0};
    if (text == NULL)
        return;
    if (address_parse(text, strcspn(text, ">"), &address, NULL) == ADDRESS_OK) {
        look->from = g_strdup(address.domain);
        address_clear(&address);
    }
}

static void check_from(const Look *look)
{
    const char *wanted = look->config->sender.from.address.domain;
    if (wanted == NULL || look->from == NULL)
        return;
    bool is_same = g_ascii_strcasecmp(wanted, look->from) == 0;
    diagnosis_add(look->diagnosis, is_same ? VERDICT_PASS : VERDICT_FAIL,
                  "from",
                  is_same ? NULL
                          : "the relay allows only its own addresses; "
                            "register yours there",
                  "the mail is from %s%s", look->from,
                  is_same ? "" : ", not from the domain of sender.from");
}

void doctor_received(const Config *config, const char *bytes, size_t length,
                     const char *trust, Diagnosis *diagnosis)
{
    g_autoptr(MailFile) mail = mail_file_parse(bytes, length);
    Look look = {config, mail, diagnosis, NULL};
    if (mail->fields->len == 0) {
        diagnosis_add(diagnosis, VERDICT_FAIL, "from",
                      "save the mail with its whole header: \"show original\" "
                      "or \"save as\" in most programs",
                      "this is no mail");
        return;
    }
    read_from(&look);
    check_from(&look);
    check_results(&look, trust);
    check_signatures(&look);
    check_fields(&look);
    g_free(look.from);
}
