/* dkim_harness.c - what test_dkim.py asks of message/dkim.h.
 *
 *     dkim_harness relax               canonical header and body
 *     dkim_harness sign DOMAIN SELECTOR KEY [DOMAIN SELECTOR KEY]
 *
 * Standard input is a sequence of messages, each with its length before it as
 * a line of digits; standard output is such a sequence. `relax` answers each
 * message with two: its fields and its body.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/dkim.h"
#include "message/dkim_relax.h"

static bool read_one(GString *bytes)
{
    char line[32];
    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    size_t length = (size_t)strtoul(line, NULL, 10);
    g_string_set_size(bytes, length);
    return fread(bytes->str, 1, length, stdin) == length;
}

static void write_one(const GString *bytes)
{
    printf("%zu\n", bytes->len);
    fwrite(bytes->str, 1, bytes->len, stdout);
}

static void relax(const GString *bytes)
{
    g_autoptr(GString) header = g_string_new(NULL);
    g_autoptr(GString) body = g_string_new(NULL);
    const char *blank = memmem(bytes->str, bytes->len, "\r\n\r\n", 4);
    const char *end = bytes->str + bytes->len;
    for (const char *at = bytes->str; at < blank;) {
        const char *stop = at;
        do
            stop = memmem(stop + 1, (size_t)(end - stop - 1), "\r\n", 2);
        while (stop < blank && (stop[2] == ' ' || stop[2] == '\t'));
        dkim_relax_field(at, (size_t)(stop - at), header);
        at = stop + 2;
    }
    dkim_relax_body(blank + 4, (size_t)(end - blank - 4), body);
    write_one(header);
    write_one(body);
}

int main(int argc, char **argv)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(DkimSigner) signer = NULL;
    DkimList list = {.count = argc > 2 ? (size_t)(argc - 2) / 3 : 0};
    for (size_t i = 0; i < list.count && i < CONFIG_DKIM_MAX; i++)
        list.items[i] = (DkimConfig){argv[2 + 3 * i], argv[3 + 3 * i],
                                     argv[4 + 3 * i]};
    signer = dkim_signer_load(&list, findings, &error);
    DkimScratch scratch;
    dkim_scratch_init(&scratch);
    while (error == NULL && read_one(bytes)) {
        if (signer == NULL) {
            relax(bytes);
        } else if (dkim_sign(signer, 1785578400, &scratch, bytes, &error)) {
            write_one(bytes);
        }
    }
    dkim_scratch_clear(&scratch);
    if (error != NULL)
        fprintf(stderr, "%s\n", error->message);
    return error != NULL;
}
