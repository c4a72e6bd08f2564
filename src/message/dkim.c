/* dkim.c - see dkim.h. */
#include "message/dkim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mail/dkim_key.h"
#include "message/dkim_relax.h"

#define FIELDS_MAX 100
#define NAME_MAX_BYTES 76 /* a name has a line of its own at the worst */
#define TIME_OF_USUAL_LENGTH 1000000000 /* ten digits, till 2286 */
#define LINE_MAX_COLUMNS 78
#define KEY_SETTING "dkim.key_file"

typedef struct Signature {
    char *domain;
    char *selector;
    DkimKey *key;
} Signature;

struct DkimSigner {
    GArray *signatures; /* of Signature */
    GPtrArray *left;    /* names of fields that are not signed */
};

/* A field of the message, from its name to before its last line end. */
typedef struct Field {
    const char *at;
    size_t length;
    size_t name_length;
} Field;

/* Mentioned once more than they are there. */
static const char *const oversigned[] = {
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Reply-To",
    "Sender",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
};

void dkim_scratch_init(DkimScratch *scratch)
{
    *scratch = (DkimScratch){g_string_new(NULL), g_string_new(NULL)};
}

void dkim_scratch_clear(DkimScratch *scratch)
{
    g_string_free(scratch->canonical, TRUE);
    g_string_free(scratch->field, TRUE);
}

/* --- the keys --- */

static void clear_signature(void *data)
{
    Signature *signature = data;
    g_free(signature->domain);
    g_free(signature->selector);
    dkim_key_free(signature->key);
}

static bool read_all(int file, char *buffer, size_t size, size_t *length)
{
    *length = 0;
    while (*length < size) {
        ssize_t count = read(file, buffer + *length, size - *length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0)
            return true;
        *length += (size_t)count;
    }
    return true;
}

DkimKey *dkim_load_key(const char *path, GError **error)
{
    int file = config_open_secret(KEY_SETTING, path, error);
    if (file < 0)
        return NULL;
    g_autofree char *pem = g_malloc0(DKIM_PEM_MAX + 1);
    size_t length = 0;
    bool ok = read_all(file, pem, DKIM_PEM_MAX, &length);
    int reason = errno;
    close(file);
    DkimKey *key = NULL;
    g_autoptr(GError) fault = NULL;
    if (!ok)
        error_set(error, ERROR_SYSTEM, "`" KEY_SETTING "`: %s: %s", path,
                  g_strerror(reason));
    else if ((key = dkim_key_parse(pem, length, &fault)) == NULL)
        error_set(error, (ErrorCode)fault->code, "`" KEY_SETTING "`: %s: %s",
                  path, fault->message);
    explicit_bzero(pem, DKIM_PEM_MAX);
    return key;
}

static void judge(const DkimKey *key, const char *path, Findings *findings)
{
    if (dkim_key_algorithm(key) == DKIM_RSA_SHA256 &&
        dkim_key_bits(key) < DKIM_RSA_GOOD)
        findings_add(findings, SEVERITY_WARNING, "dkim", (Place){path, 0, 0},
                     "a DKIM key of %d bits, which receivers begin to refuse; "
                     "make one of %d with mirmail keygen --dkim",
                     dkim_key_bits(key), DKIM_RSA_GOOD);
}

static bool has_rsa(const DkimSigner *signer)
{
    for (guint i = 0; i < signer->signatures->len; i++) {
        const Signature *signature = &g_array_index(signer->signatures,
                                                    Signature, i);
        if (dkim_key_algorithm(signature->key) == DKIM_RSA_SHA256)
            return true;
    }
    return false;
}

DkimSigner *dkim_signer_load(const DkimList *wanted, Findings *findings,
                             GError **error)
{
    if (wanted->count == 0)
        return NULL;
    g_autoptr(DkimSigner) signer = g_new0(DkimSigner, 1);
    signer->signatures = g_array_new(FALSE, TRUE, sizeof(Signature));
    g_array_set_clear_func(signer->signatures, clear_signature);
    signer->left = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < wanted->count; i++) {
        const DkimConfig *config = &wanted->items[i];
        DkimKey *key = dkim_load_key(config->key_file, error);
        if (key == NULL)
            return NULL;
        judge(key, config->key_file, findings);
        Signature signature = {g_strdup(config->domain),
                               g_strdup(config->selector), key};
        g_array_append_val(signer->signatures, signature);
    }
    if (!has_rsa(signer))
        findings_add(findings, SEVERITY_WARNING, "dkim",
                     (Place){wanted->items[0].key_file, 0, 0},
                     "the only DKIM key is Ed25519, which large providers do "
                     "not check; sign with an RSA key too");
    return g_steal_pointer(&signer);
}

void dkim_signer_free(DkimSigner *signer)
{
    if (signer == NULL)
        return;
    g_array_unref(signer->signatures);
    g_ptr_array_unref(signer->left);
    g_free(signer);
}

void dkim_signer_leave(DkimSigner *signer, const char *field)
{
    g_ptr_array_add(signer->left, g_strdup(field));
}

/* --- fields --- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* `at` and what follows up to before the line end that ends the field. */
static size_t field_length(const char *at, const char *end)
{
    const char *stop = at;
    while ((stop = memmem(stop, (size_t)(end - stop), "\r\n", 2)) != NULL) {
        if (stop + 2 >= end || !is_blank(stop[2]))
            return (size_t)(stop - at);
        stop += 2;
    }
    return (size_t)(end - at);
}

/* Splits a header; a line that is no field, or a field too many, is not
 * signed around but refused. */
static bool split_fields(const char *header, const char *end, Field *fields,
                         size_t *count)
{
    *count = 0;
    while (header < end) {
        Field field = {header, field_length(header, end), 0};
        const char *colon = memchr(header, ':', field.length);
        if (colon == NULL || colon == header || *count == FIELDS_MAX ||
            colon - header > NAME_MAX_BYTES)
            return false;
        field.name_length = (size_t)(colon - header);
        fields[(*count)++] = field;
        header += field.length + 2;
    }
    return *count > 0;
}

static bool is_named(const char *name, size_t length, const char *other)
{
    return strlen(other) == length &&
           g_ascii_strncasecmp(name, other, length) == 0;
}

static bool is_left(const DkimSigner *signer, const char *name, size_t length)
{
    for (guint i = 0; i < signer->left->len; i++)
        if (is_named(name, length, signer->left->pdata[i]))
            return true;
    return false;
}

/* --- the signature's own field --- */

/* A tag list that is folded where the next piece would pass the line. */
typedef struct TagWriter {
    GString *out;
    size_t line; /* where the line began */
} TagWriter;

static void append_piece(TagWriter *writer, const char *piece, size_t length,
                         const char *blank)
{
    size_t column = writer->out->len - writer->line;
    if (column + strlen(blank) + length > LINE_MAX_COLUMNS) {
        g_string_append(writer->out, "\r\n ");
        writer->line = writer->out->len - 1;
    } else {
        g_string_append(writer->out, blank);
    }
    g_string_append_len(writer->out, piece, (gssize)length);
}

static void append_tag(TagWriter *writer, const char *tag)
{
    append_piece(writer, tag, strlen(tag), " ");
}

/* A name, with the colon behind it or, of the last one, the semicolon. */
static void append_name(TagWriter *writer, const char *name, size_t length,
                        bool is_first)
{
    char piece[128];
    if (is_first)
        g_snprintf(piece, sizeof piece, "h=%.*s", (int)length, name);
    else
        g_snprintf(piece, sizeof piece, ":%.*s", (int)length, name);
    append_piece(writer, piece, strlen(piece), is_first ? " " : "");
}

/* The names of h=. Where a field stands several times a verifier begins at
 * the last one, so they are named from below. */
static void append_names(TagWriter *writer, const DkimSigner *signer,
                         const Field *fields, size_t count)
{
    bool is_first = true;
    for (size_t i = count; i-- > 0;) {
        if (is_left(signer, fields[i].at, fields[i].name_length))
            continue;
        append_name(writer, fields[i].at, fields[i].name_length, is_first);
        is_first = false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(oversigned); i++) {
        if (is_left(signer, oversigned[i], strlen(oversigned[i])))
            continue;
        append_name(writer, oversigned[i], strlen(oversigned[i]), is_first);
        is_first = false;
    }
    g_string_append_c(writer->out, ';');
}

/* Up to `b=`, where the signature goes. */
static void write_tags(TagWriter *writer, const Signature *signature,
                       int64_t unix_seconds, const char *body_hash)
{
    GString *out = writer->out;
    g_autofree char *algorithm = g_strdup_printf(
        "a=%s;", dkim_key_algorithm_name(signature->key));
    g_autofree char *domain = g_strdup_printf("d=%s;", signature->domain);
    g_autofree char *selector = g_strdup_printf("s=%s;", signature->selector);
    g_autofree char *time = g_strdup_printf("t=%" G_GINT64_FORMAT ";",
                                            unix_seconds);
    g_autofree char *hash = g_strdup_printf("bh=%s;", body_hash);
    g_string_assign(out, "DKIM-Signature: v=1;");
    append_tag(writer, algorithm);
    append_tag(writer, "c=relaxed/relaxed;");
    append_tag(writer, domain);
    append_tag(writer, selector);
    append_tag(writer, time);
    append_tag(writer, hash);
}

static void append_signature(TagWriter *writer, const uint8_t *bytes,
                             size_t length)
{
    g_autofree char *text = g_base64_encode(bytes, length);
    const char *at = text;
    while (*at != '\0') {
        size_t column = writer->out->len - writer->line;
        size_t room = column < LINE_MAX_COLUMNS ? LINE_MAX_COLUMNS - column : 0;
        size_t taken = MIN(room, strlen(at));
        g_string_append_len(writer->out, at, (gssize)taken);
        at += taken;
        if (*at != '\0') {
            g_string_append(writer->out, "\r\n ");
            writer->line = writer->out->len - 1;
        }
    }
    g_string_append(writer->out, "\r\n");
}

/* --- signing --- */

/* What the signature covers: the fields in the order of h=, and its own with
 * an empty b= and no line end (RFC 6376 3.7). */
static void canonical_header(const DkimSigner *signer, const Field *fields,
                             size_t count, DkimScratch *scratch)
{
    g_string_truncate(scratch->canonical, 0);
    for (size_t i = count; i-- > 0;)
        if (!is_left(signer, fields[i].at, fields[i].name_length))
            dkim_relax_field(fields[i].at, fields[i].length,
                             scratch->canonical);
    dkim_relax_field(scratch->field->str, scratch->field->len,
                     scratch->canonical);
    g_string_truncate(scratch->canonical, scratch->canonical->len - 2);
}

typedef struct Signing {
    const DkimSigner *signer;
    Field fields[FIELDS_MAX];
    size_t count;
    int64_t unix_seconds;
    const char *body_hash;
    bool is_counted; /* the length is wanted, not the signature */
} Signing;

static bool sign_header(const Signing *signing, const DkimKey *key,
                        DkimScratch *scratch, uint8_t *bytes, size_t *length,
                        GError **error)
{
    uint8_t digest[DKIM_DIGEST_BYTES];
    if (signing->is_counted) {
        *length = dkim_key_signature_bytes(key);
        memset(bytes, 0, *length);
        return true;
    }
    canonical_header(signing->signer, signing->fields, signing->count, scratch);
    dkim_digest(scratch->canonical->str, scratch->canonical->len, digest);
    return dkim_key_sign(key, digest, bytes, length, error);
}

/* The whole field into `scratch->field`. */
static bool make_signature(const Signing *signing, const Signature *signature,
                           DkimScratch *scratch, GError **error)
{
    TagWriter writer = {.out = scratch->field};
    uint8_t bytes[DKIM_SIGNATURE_MAX];
    size_t length = 0;
    write_tags(&writer, signature, signing->unix_seconds, signing->body_hash);
    append_names(&writer, signing->signer, signing->fields, signing->count);
    append_tag(&writer, "b=");
    if (!sign_header(signing, signature->key, scratch, bytes, &length, error))
        return false;
    append_signature(&writer, bytes, length);
    return true;
}

/* All signatures, one below the other. */
static bool make_all(const Signing *signing, DkimScratch *scratch, GString *top,
                     GError **error)
{
    const GArray *signatures = signing->signer->signatures;
    for (guint i = 0; i < signatures->len; i++) {
        const Signature *signature = &g_array_index(signatures, Signature, i);
        if (!make_signature(signing, signature, scratch, error))
            return false;
        g_string_append_len(top, scratch->field->str,
                            (gssize)scratch->field->len);
    }
    return true;
}

static const char *find_body(const GString *bytes, Signing *signing,
                             GError **error)
{
    const char *blank = memmem(bytes->str, bytes->len, "\r\n\r\n", 4);
    if (blank != NULL &&
        split_fields(bytes->str, blank, signing->fields, &signing->count))
        return blank + 4;
    error_set(error, ERROR_SYSTEM, "the message's header cannot be signed");
    return NULL;
}

bool dkim_sign(const DkimSigner *signer, int64_t unix_seconds,
               DkimScratch *scratch, GString *bytes, GError **error)
{
    Signing signing = {.signer = signer, .unix_seconds = unix_seconds};
    uint8_t digest[DKIM_DIGEST_BYTES];
    const char *body = find_body(bytes, &signing, error);
    if (body == NULL)
        return false;
    g_string_truncate(scratch->canonical, 0);
    dkim_relax_body(body, bytes->len - (size_t)(body - bytes->str),
                    scratch->canonical);
    dkim_digest(scratch->canonical->str, scratch->canonical->len, digest);
    g_autofree char *hash = g_base64_encode(digest, sizeof digest);
    signing.body_hash = hash;
    g_autoptr(GString) top = g_string_new(NULL);
    if (!make_all(&signing, scratch, top, error))
        return false;
    g_string_prepend_len(bytes, top->str, (gssize)top->len);
    return true;
}

size_t dkim_length(const DkimSigner *signer, DkimScratch *scratch,
                   const GString *bytes)
{
    static const uint8_t none[DKIM_DIGEST_BYTES];
    Signing signing = {
        .signer = signer,
        .unix_seconds = TIME_OF_USUAL_LENGTH,
        .is_counted = true,
    };
    g_autofree char *hash = g_base64_encode(none, sizeof none);
    signing.body_hash = hash;
    g_autoptr(GString) top = g_string_new(NULL);
    if (find_body(bytes, &signing, NULL) != NULL)
        make_all(&signing, scratch, top, NULL);
    return top->len;
}
