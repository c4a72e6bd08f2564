/* test_line_sasl.c - what is said in a login, and what is believed. */
#include "test.h"

#include "delivery/line_sasl.h"

#define SECRET "correct horse battery"
#define TOKEN "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg=="

static const SaslMechanism *mechanism_of(AuthMode mode)
{
    const SaslMechanism *mechanism;
    for (size_t i = 0; (mechanism = sasl_mechanism(i)) != NULL; i++)
        if (mechanism->mode == mode)
            return mechanism;
    fail_msg("no mechanism %d", (int)mode);
    return NULL;
}

static char *base64(const char *text)
{
    return g_base64_encode((const guchar *)text, strlen(text));
}

static void assert_message(char *message, const char *text)
{
    g_autofree char *right = base64(text);
    assert_string_equal(message, right);
    config_password_free(message);
}

static void plain_is_that_of_rfc_4616(void **state)
{
    (void)state;
    SaslLogin login = {.user = "tim", .secret = "tanstaaftanstaaf"};
    Sasl *sasl = sasl_new(mechanism_of(AUTH_PLAIN), &login);
    char *first = sasl_begin(sasl);
    assert_string_equal(first, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
    GError *error = NULL;
    char *again = sasl_answer(sasl, "", &error);
    assert_string_equal(again, first);
    config_password_free(first);
    config_password_free(again);
    assert_null(sasl_answer(sasl, "", &error));
    assert_error(&error, ERROR_REJECTED, "more questions than PLAIN has");
    assert_true(sasl_finish(sasl, &error));
    sasl_free(sasl);
}

static void login_gives_name_and_password_and_no_more(void **state)
{
    (void)state;
    SaslLogin login = {.host = "relay", .user = "tim", .secret = SECRET};
    Sasl *sasl = sasl_new(mechanism_of(AUTH_LOGIN), &login);
    GError *error = NULL;
    assert_null(sasl_begin(sasl));
    assert_message(sasl_answer(sasl, "any words", &error), "tim");
    assert_message(sasl_answer(sasl, "", &error), SECRET);
    assert_null(sasl_answer(sasl, "UGFzc3dvcmQ6", &error));
    assert_error(&error, ERROR_REJECTED, "login to relay broken off");
    sasl_free(sasl);
}

/* --- tokens --- */

/* The example of Google's description of XOAUTH2. */
static void xoauth2_is_that_of_its_description(void **state)
{
    (void)state;
    SaslLogin login = {.user = "someuser@example.com", .secret = TOKEN};
    Sasl *sasl = sasl_new(mechanism_of(AUTH_XOAUTH2), &login);
    char *first = sasl_begin(sasl);
    assert_string_equal(first,
                        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJ"
                        "lciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1"
                        "semRHRXVZMjl0Q2c9PQEB");
    config_password_free(first);
    sasl_free(sasl);
}

/* The example of RFC 7628 4.1, without its line break in the header. */
static void oauthbearer_is_that_of_rfc_7628(void **state)
{
    (void)state;
    SaslLogin login = {.host = "server.example.com",
                       .port = 587,
                       .user = "user=a,b@example.com",
                       .secret = TOKEN};
    Sasl *sasl = sasl_new(mechanism_of(AUTH_OAUTHBEARER), &login);
    assert_message(sasl_begin(sasl),
                   "n,a=user=3Da=2Cb@example.com,\1host=server.example.com\1"
                   "port=587\1auth=Bearer " TOKEN "\1\1");
    sasl_free(sasl);
}

static void a_refused_token_is_said_in_safe_words(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *complaint;
    } cases[] = {
        {"{\"status\":\"401\",\"schemes\":\"bearer\","
         "\"scope\":\"https://mail.google.com/\"}",
         "status 401, scope https://mail.google.com/"},
        {"{\"status\": \"invalid_token\", \"scope\": \"example_scope\", "
         "\"openid-configuration\": \"https://example.com/x\"}",
         "status invalid_token, scope example_scope"},
        {"{\"status\":400}", "status 400"},
        {"{\"status\":\"a\\nb\",\"scope\":\"mail\"}", "scope mail"},
        {"{\"status\":\"\\u001b[31m\"}", "no reason that can be shown"},
        {"{\"status\":\"" TOKEN "\"}", "no reason that can be shown"},
        {"{\"scope\":\"x ya29.vF9dft4q y\"}", "no reason that can be shown"},
        {"{\"status\":{\"a\":1}}", "no reason that can be shown"},
        {"[1,2]", "no reason that can be shown"},
        {"{", "no reason that can be shown"},
        {"", "no reason that can be shown"},
        {"{\"status\":\"0123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789\"}",
         "no reason that can be shown"},
    };
    static const AuthMode modes[] = {AUTH_XOAUTH2, AUTH_OAUTHBEARER};
    static const char *const nothing[] = {"", "AQ=="};
    for (size_t i = 0; i < G_N_ELEMENTS(cases) * 2; i++) {
        SaslLogin login = {.host = "relay", .user = "u", .secret = TOKEN};
        Sasl *sasl = sasl_new(mechanism_of(modes[i % 2]), &login);
        g_autofree char *challenge = base64(cases[i / 2].json);
        GError *error = NULL;
        config_password_free(sasl_begin(sasl));
        assert_null(sasl_complaint(sasl));
        char *answer = sasl_answer(sasl, challenge, &error);
        assert_string_equal(answer, nothing[i % 2]);
        assert_string_equal(sasl_complaint(sasl), cases[i / 2].complaint);
        config_password_free(answer);
        assert_null(sasl_answer(sasl, challenge, &error));
        assert_error(&error, ERROR_REJECTED, "more questions");
        sasl_free(sasl);
    }
}

static void a_piece_of_a_secret_is_recognised(void **state)
{
    (void)state;
    assert_true(sasl_gives_away("bad token " TOKEN, TOKEN));
    assert_true(sasl_gives_away("bad token qmTc2Nvb3RlckBhdHRh…", TOKEN));
    assert_false(sasl_gives_away("bad token ya29", TOKEN));
    assert_true(sasl_gives_away("“hunter2” is wrong", "hunter2"));
    assert_false(sasl_gives_away("hunter is wrong", "hunter2"));
    assert_false(sasl_gives_away("you are wrong", "you"));
    assert_false(sasl_gives_away("", SECRET));
}

/* --- SCRAM --- */

/* RFC 7677 3. */
#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define SERVER_NONCE NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SALT "W22ZaJ0SNY7soEsUEjb6gQ=="
#define SERVER_FIRST "r=" SERVER_NONCE ",s=" SALT ",i=4096"
#define SERVER_FINAL "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

static Sasl *begin_scram(const char *user, const char *password)
{
    static SaslLogin login;
    login = (SaslLogin){
        .host = "relay", .user = user, .secret = password, .nonce = NONCE};
    Sasl *sasl = sasl_new(mechanism_of(AUTH_SCRAM_SHA_256), &login);
    char *first = sasl_begin(sasl);
    g_autofree char *begin = base64("n,,n=");
    assert_memory_equal(first, begin, 4);
    config_password_free(first);
    return sasl;
}

static char *hear(Sasl *sasl, const char *text, GError **error)
{
    g_autofree char *challenge = base64(text);
    return sasl_answer(sasl, challenge, error);
}

static void scram_is_that_of_rfc_7677(void **state)
{
    (void)state;
    SaslLogin login = {.user = "user", .secret = "pencil", .nonce = NONCE};
    Sasl *sasl = sasl_new(mechanism_of(AUTH_SCRAM_SHA_256), &login);
    GError *error = NULL;
    assert_message(sasl_begin(sasl), "n,,n=user,r=" NONCE);
    assert_message(hear(sasl, SERVER_FIRST, &error),
                   "c=biws,r=" SERVER_NONCE
                   ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assert_false(sasl_finish(sasl, NULL));
    assert_message(hear(sasl, SERVER_FINAL, &error), "");
    assert_true(sasl_finish(sasl, &error));
    assert_no_error(error);
    sasl_free(sasl);
}

static void two_logins_have_two_nonces(void **state)
{
    (void)state;
    SaslLogin login = {.user = "a=b,c", .secret = "pencil"};
    char *firsts[2];
    for (int i = 0; i < 2; i++) {
        Sasl *sasl = sasl_new(mechanism_of(AUTH_SCRAM_SHA_256), &login);
        firsts[i] = sasl_begin(sasl);
        gsize length = 0;
        g_autofree guchar *text = g_base64_decode(firsts[i], &length);
        assert_memory_equal(text, "n,,n=a=3Db=2Cc,r=", 17);
        assert_true(length >= 17 + 24);
        sasl_free(sasl);
    }
    assert_string_not_equal(firsts[0], firsts[1]);
    config_password_free(firsts[0]);
    config_password_free(firsts[1]);
}

static void a_hostile_first_message_ends_the_login(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"", "cannot be read"},
        {"r=" SERVER_NONCE, "cannot be read"},
        {"s=" SALT ",r=" SERVER_NONCE ",i=4096", "cannot be read"},
        {"m=ext,r=" SERVER_NONCE ",s=" SALT ",i=4096", "demands an extension"},
        {"r=" NONCE ",s=" SALT ",i=4096", "another nonce"},
        {"r=other%hvYDpWUa2RaT,s=" SALT ",i=4096", "another nonce"},
        {"r=" NONCE " x,s=" SALT ",i=4096", "another nonce"},
        {"r=" NONCE "\r\nRSET,s=" SALT ",i=4096", "another nonce"},
        {"r=" SERVER_NONCE ",s=,i=4096", "salt"},
        {"r=" SERVER_NONCE ",s=W22Z!,i=4096", "salt"},
        {"r=" SERVER_NONCE ",s=W22ZaJ0S=,i=4096", "salt"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=1", "iteration count"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=4095", "iteration count"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=1000001", "iteration count"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=99999999999999999999",
         "iteration count"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=-4096", "iteration count"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=4096x", "iteration count"},
        {"r=" SERVER_NONCE ",s=" SALT ",i=", "iteration count"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Sasl *sasl = begin_scram("user", "pencil");
        GError *error = NULL;
        assert_null(hear(sasl, cases[i].text, &error));
        assert_null(strstr(error->message, "pencil"));
        assert_error(&error, ERROR_REJECTED, cases[i].part);
        assert_false(sasl_finish(sasl, &error));
        assert_error(&error, ERROR_REJECTED, "without showing that it knows");
        sasl_free(sasl);
    }
}

static void what_is_no_base64_ends_the_login(void **state)
{
    (void)state;
    static const char *const challenges[] = {
        "!",   "r=abc",    "cj1y", "cj1yT3By Tkdm", "cj0=x",
        "cj0", "\xff\xfe", "=",    "AAAA" /* NULs */};
    for (size_t i = 0; i < G_N_ELEMENTS(challenges); i++) {
        Sasl *sasl = begin_scram("user", "pencil");
        GError *error = NULL;
        assert_null(sasl_answer(sasl, challenges[i], &error));
        assert_error(&error, ERROR_REJECTED, "cannot be read");
        sasl_free(sasl);
    }
}

static void a_false_proof_ends_the_login(void **state)
{
    (void)state;
    static const char *const finals[] = {
        "v=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95A==",
        "V=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "x=1,v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        "",
        SERVER_FIRST,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(finals); i++) {
        Sasl *sasl = begin_scram("user", "pencil");
        GError *error = NULL;
        config_password_free(hear(sasl, SERVER_FIRST, &error));
        assert_null(hear(sasl, finals[i], &error));
        assert_error(&error, ERROR_REJECTED, "does not know the password");
        assert_false(sasl_finish(sasl, NULL));
        sasl_free(sasl);
    }
}

static void a_right_proof_to_another_password_is_a_false_one(void **state)
{
    (void)state;
    Sasl *sasl = begin_scram("user", "pencil2");
    GError *error = NULL;
    config_password_free(hear(sasl, SERVER_FIRST, &error));
    assert_null(hear(sasl, SERVER_FINAL, &error));
    assert_error(&error, ERROR_REJECTED, "does not know the password");
    sasl_free(sasl);
}

static void more_questions_than_scram_has_end_the_login(void **state)
{
    (void)state;
    Sasl *sasl = begin_scram("user", "pencil");
    GError *error = NULL;
    config_password_free(hear(sasl, SERVER_FIRST, &error));
    config_password_free(hear(sasl, SERVER_FINAL, &error));
    assert_null(hear(sasl, SERVER_FINAL, &error));
    assert_error(&error, ERROR_REJECTED, "more questions");
    sasl_free(sasl);
}

static void the_servers_own_error_is_passed_on(void **state)
{
    (void)state;
    Sasl *sasl = begin_scram("user", "pencil");
    GError *error = NULL;
    assert_null(hear(sasl, "e=invalid-proof\x1b[2J", &error));
    assert_null(strchr(error->message, '\x1b'));
    assert_error(&error, ERROR_PERMISSION,
                 "login refused by relay: invalid-proof");
    sasl_free(sasl);
}

/* "ä" in two ways, and a no-break space: the proofs are those of the composed
 * letter and of a plain space. */
static void passwords_beyond_ascii_have_one_form(void **state)
{
    (void)state;
    static const char *const forms[][2] = {
        {"p\xc3\xa4ss", "pa\xcc\x88ss"},
        {"caf\xc3\xa9 au lait", "cafe\xcc\x81\xc2\xa0"
                                "au lait"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        char *proofs[2];
        for (int j = 0; j < 2; j++) {
            Sasl *sasl = begin_scram("user", forms[i][j]);
            GError *error = NULL;
            proofs[j] = hear(sasl, SERVER_FIRST, &error);
            assert_no_error(error);
            sasl_free(sasl);
        }
        assert_string_equal(proofs[0], proofs[1]);
        config_password_free(proofs[0]);
        config_password_free(proofs[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_is_that_of_rfc_4616),
        cmocka_unit_test(login_gives_name_and_password_and_no_more),
        cmocka_unit_test(xoauth2_is_that_of_its_description),
        cmocka_unit_test(oauthbearer_is_that_of_rfc_7628),
        cmocka_unit_test(a_refused_token_is_said_in_safe_words),
        cmocka_unit_test(a_piece_of_a_secret_is_recognised),
        cmocka_unit_test(scram_is_that_of_rfc_7677),
        cmocka_unit_test(two_logins_have_two_nonces),
        cmocka_unit_test(a_hostile_first_message_ends_the_login),
        cmocka_unit_test(what_is_no_base64_ends_the_login),
        cmocka_unit_test(a_false_proof_ends_the_login),
        cmocka_unit_test(a_right_proof_to_another_password_is_a_false_one),
        cmocka_unit_test(more_questions_than_scram_has_end_the_login),
        cmocka_unit_test(the_servers_own_error_is_passed_on),
        cmocka_unit_test(passwords_beyond_ascii_have_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
