/*
 * fuzz_auth.c - any bytes as what a relay says in a login: each mechanism
 * ends within a few rounds, nothing that it answers or complains of gives the
 * secret away but in its own message, and SCRAM never believes a relay that
 * cannot know the password.
 *
 * The first byte chooses the mechanism and, by its high bit, whether lines
 * are put into base64 first; each further line is a challenge.
 */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "delivery/line_private.h"
#include "delivery/line_sasl.h"

#define SECRET "hunter2-is-the-secret"
#define ROUNDS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static char *challenge_of(const char *line, bool encodes)
{
    if (encodes)
        return g_base64_encode((const guchar *)line, strlen(line));
    return g_strdup(line);
}

static void check_answer(const char *answer)
{
    for (const char *at = answer; *at != '\0'; at++)
        g_assert(g_ascii_isalnum(*at) || strchr("+/=", *at) != NULL);
}

static void talk(const SaslMechanism *mechanism, char **lines, bool encodes)
{
    const SaslLogin login = {.host = "relay.example.org",
                             .port = 587,
                             .user = "user",
                             .secret = SECRET,
                             .nonce = "rOprNGfwEbeRWgbNEkqO"};
    Sasl *sasl = sasl_new(mechanism, &login);
    config_password_free(sasl_begin(sasl));
    int round = 0;
    for (bool goes_on = true; goes_on && lines[round] != NULL; round++) {
        g_autofree char *challenge = challenge_of(lines[round], encodes);
        g_autoptr(GError) error = NULL;
        char *answer = sasl_answer(sasl, challenge, &error);
        goes_on = answer != NULL;
        g_assert(goes_on == (error == NULL));
        if (goes_on)
            check_answer(answer);
        else
            g_assert(!sasl_gives_away(error->message, SECRET));
        config_password_free(answer);
    }
    g_assert(round < ROUNDS_MAX);
    g_autoptr(GError) error = NULL;
    bool is_believed = sasl_finish(sasl, &error);
    g_assert(is_believed == (mechanism->mode != AUTH_SCRAM_SHA_256));
    const char *complaint = sasl_complaint(sasl);
    g_assert(complaint == NULL || !sasl_gives_away(complaint, SECRET));
    sasl_free(sasl);
}

static void read_offer(const char *text)
{
    Offer offer = {0};
    g_autofree char *reply = g_strdup_printf("250-relay\r\n250 AUTH %s\r\n",
                                             text);
    offer_read(&offer, reply, strlen(reply));
    for (size_t i = 0; sasl_mechanism(i) != NULL; i++)
        if (offer_has_auth(&offer, sasl_mechanism(i)->name))
            g_assert(offer.auth_names != NULL);
    offer_clear(&offer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    size_t count = 0;
    while (sasl_mechanism(count) != NULL)
        count++;
    g_autofree char *text = g_strndup((const char *)bytes + 1, size - 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", ROUNDS_MAX);
    read_offer(text);
    talk(sasl_mechanism((bytes[0] & 0x7fU) % count), lines,
         (bytes[0] & 0x80U) != 0);
    return 0;
}
