/*
 * line_sasl.h - what a client says in a login, without the wire.
 *
 *     challenge in base64 ──sasl_answer()──> response in base64
 *
 * One Sasl is one login with one mechanism: sasl_begin(), then sasl_answer()
 * for each 334, and after 235 sasl_finish(), which knows whether the relay
 * owed a proof of its own. Every message that is given away holds a secret:
 * free it with config_password_free(). No error holds a byte of one.
 * (RFC 4422, 4616, 5802, 7677, 7628; XOAUTH2 as Google describes it.)
 */
#ifndef DELIVERY_LINE_SASL_H
#define DELIVERY_LINE_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "config/config.h"

#define SASL_ITERATIONS_MIN 4096 /* RFC 7677 4 */
#define SASL_ITERATIONS_MAX 1000000

typedef struct Sasl Sasl;

/* What to log in with; borrowed until sasl_free(). */
typedef struct SaslLogin {
    const char *host; /* as configured; it also names the relay in errors */
    int port;
    const char *user;
    const char *secret; /* the password, or the access token */
    const char *nonce;  /* NULL: a random one */
} SaslLogin;

typedef struct SaslMechanism {
    const char *name;
    AuthMode mode;
    bool wants_token;
    char *(*begin)(Sasl *sasl); /* NULL: the server speaks first */
    char *(*answer)(Sasl *sasl, const char *challenge, GError **error);
    bool (*finish)(const Sasl *sasl, GError **error); /* NULL: nothing owed */
} SaslMechanism;

/* In the order in which AUTH_AUTO prefers them; NULL behind the last one. */
const SaslMechanism *sasl_mechanism(size_t index);

Sasl *sasl_new(const SaslMechanism *mechanism, const SaslLogin *login);
void sasl_free(Sasl *sasl);

/* The initial response; NULL when the server has to speak first. */
char *sasl_begin(Sasl *sasl);
/* The response to a challenge; both may be empty. NULL with an error: the
 * exchange is over, and the relay is not to be trusted or said no. */
char *sasl_answer(Sasl *sasl, const char *challenge, GError **error);
/* After the relay's 235: false with an error when it has proved nothing. */
bool sasl_finish(const Sasl *sasl, GError **error);
/* Why an OAuth server refused the token, as `status invalid_token, scope
 * mail`; NULL when it has not said so. */
const char *sasl_complaint(const Sasl *sasl);

/* `text` repeats `secret` or a piece of it, and must not be shown. */
bool sasl_gives_away(const char *text, const char *secret);

/* --- for the mechanisms --- */

typedef struct Scram Scram; /* see line_scram.c */

struct Sasl {
    const SaslMechanism *mechanism;
    SaslLogin login;
    int answers; /* given so far */
    Scram *scram;
    char *complaint;
};

/* base64 of a message, which is wiped and freed. */
char *sasl_encode(char *message, size_t length);
/* The bytes of a challenge, with a NUL behind them that `length` does not
 * count; NULL when it is no base64 as RFC 4648 4 writes it. */
char *sasl_decode(const char *challenge, size_t *length);
/* Always NULL: the relay's part in the exchange cannot be true. */
char *sasl_set_broken(const Sasl *sasl, const char *what, GError **error);

char *scram_begin(Sasl *sasl);
char *scram_answer(Sasl *sasl, const char *challenge, GError **error);
bool scram_finish(const Sasl *sasl, GError **error);
void scram_free(Scram *scram);

#endif
