/* join.c - see join.h. */
#include "feedback/join.h"

#include <string.h>

#include "list/roll.h"
#include "list/suppression.h"
#include "mail/date.h"
#include "mail/keyring.h"

#define DAY_S INT64_C(86400)
#define WEEK_S (7 * DAY_S)
#define WEEKS 2 /* in which a token counts */
#define COLUMN_NAME "name"
#define COLUMN_JOINED "joined"

struct Joiner {
    JoinSource source;
    int64_t now_s;
    char campaigns[JOIN_DAYS][JOIN_CAMPAIGN_SIZE];
    char weeks[WEEKS][JOIN_WEEK_SIZE]; /* this one first */
    char today[sizeof "2026-11-29"];
    Keyring *keyring;
    Suppressions *suppressions;
    GPtrArray *rolls;  /* of Roll, the lists as they were at the opening */
    GHashTable *added; /* of Address.key */
};

void join_clear(Join *join)
{
    mailbox_clear(&join->person);
    g_free(join->why);
    *join = (Join){0};
}

/* --- life --- */

static bool fail_setting(const Config *config, const char *text, GError **error)
{
    error_set_at(error, ERROR_CONFIG,
                 (Place){config->path ? config->path : "mirmail.yaml", 0, 0},
                 "%s", text);
    return false;
}

static bool check_config(const Config *config, GError **error)
{
    if (config->list.subscribe_mail.before == NULL)
        return fail_setting(config,
                            "nobody joins by mail, as it is not turned on; "
                            "under `list:` write `subscribe_mail: "
                            "join+" KEYRING_MARK "@example.org`",
                            error);
    if (config->list.id == NULL)
        return fail_setting(config, "`list.id` is not set, and tokens need it",
                            error);
    if (config->lists == NULL || config->lists[0] == NULL)
        return fail_setting(
            config, "`lists` is not set; people join the first of them", error);
    return true;
}

static void format_day(int64_t unix_seconds, const char *format, char *text,
                       size_t size)
{
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(unix_seconds);
    g_autofree char *made = g_date_time_format(moment, format);
    g_strlcpy(text, made, size);
}

static void name_days(Joiner *joiner)
{
    int64_t now = joiner->now_s;
    for (int day = 0; day < JOIN_DAYS; day++)
        format_day(now - day * DAY_S, "join-%Y-%m-%d", joiner->campaigns[day],
                   sizeof joiner->campaigns[day]);
    for (int week = 0; week < WEEKS; week++)
        format_day(now - week * WEEK_S, "%G-W%V", joiner->weeks[week],
                   sizeof joiner->weeks[week]);
    format_day(now, "%Y-%m-%d", joiner->today, sizeof joiner->today);
}

static void close_roll(gpointer roll)
{
    roll_close(roll);
}

static bool read_lists(Joiner *joiner, GError **error)
{
    char *const *path = joiner->source.config->lists;
    joiner->rolls = g_ptr_array_new_with_free_func(close_roll);
    for (; *path != NULL; path++) {
        Roll *roll = roll_open(*path, ROLL_READ, error);
        if (roll == NULL)
            return false;
        g_ptr_array_add(joiner->rolls, roll);
    }
    return true;
}

Joiner *joiner_open(const JoinSource *source, GError **error)
{
    const Config *config = source->config;
    g_autoptr(Joiner) joiner = g_new0(Joiner, 1);
    joiner->source = *source;
    joiner->now_s = source->clock->wall_us(source->clock) / 1000000;
    joiner->added = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          NULL);
    name_days(joiner);
    if (!check_config(config, error))
        return NULL;
    joiner->keyring = keyring_load(config->keys, error);
    if (joiner->keyring == NULL)
        return NULL;
    joiner->suppressions = suppressions_open(
        config->suppressions, source->clock, source->fill_random, error);
    if (joiner->suppressions == NULL || !read_lists(joiner, error))
        return NULL;
    return g_steal_pointer(&joiner);
}

void joiner_close(Joiner *joiner)
{
    if (joiner == NULL)
        return;
    if (joiner->rolls != NULL)
        g_ptr_array_unref(joiner->rolls);
    g_hash_table_unref(joiner->added);
    suppressions_close(joiner->suppressions);
    keyring_free(joiner->keyring);
    g_free(joiner);
}

const char *joiner_campaign(const Joiner *joiner, int days_ago)
{
    return joiner->campaigns[days_ago];
}

const char *joiner_week(const Joiner *joiner)
{
    return joiner->weeks[0];
}

/* --- what the mail is --- */

static bool ignore(Join *join, const char *why)
{
    join->verdict = JOIN_IGNORED;
    join->why = g_strdup(why);
    return true;
}

/* More than mail_is_automatic() says: bounces, whatever came over a list, and
 * what no program shall answer, which people's mail never says of itself
 * (MS-OXCMAIL). Our own question is among them, should it come back. */
static bool is_by_program(const Mail *mail)
{
    const char *path = field_group_get(mail->header, "Return-Path");
    return mail_is_automatic(mail) || (path && strstr(path, "<>") != NULL) ||
           strcmp(mail->type, "multipart/report") == 0 ||
           field_group_get(mail->header, "X-Auto-Response-Suppress") != NULL ||
           field_group_get(mail->header, "List-Id") != NULL ||
           field_group_get(mail->header, "List-Unsubscribe") != NULL;
}

static bool is_ours(const Config *config, const Address *address)
{
    const char *keys[] = {
        config->sender.from.address.key, config->sender.reply_to.address.key,
        config->sender.bounce.plain.key, config->list.subscribe_mail.plain.key};
    char token[KEYRING_TOKEN_LENGTH + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i] != NULL && strcmp(keys[i], address->key) == 0)
            return true;
    return verp_find(&config->list.subscribe_mail, address->key, token);
}

/* This week's and last week's, for this address and no other. */
static bool is_token_of(const Joiner *joiner, const char *token,
                        const Address *address)
{
    bool is_right = false;
    for (int week = 0; week < WEEKS; week++) {
        KeyringMatch match;
        const KeyringScope scope = {KEYRING_SUBSCRIBE,
                                    joiner->source.config->list.id,
                                    joiner->weeks[week]};
        is_right |= keyring_check(joiner->keyring, &scope, token, &match) &&
                    keyring_is_for(joiner->keyring, &match, address->key);
    }
    return is_right;
}

typedef enum { TO_OTHERS, TO_JOIN, TO_WRONG_TOKEN, TO_RIGHT_TOKEN } Aim;

static Aim find_aim(const Joiner *joiner, const Mail *mail,
                    const Address *sender)
{
    const Verp *verp = &joiner->source.config->list.subscribe_mail;
    g_autoptr(GPtrArray) recipients = mail_recipients(mail);
    char token[KEYRING_TOKEN_LENGTH + 1];
    Aim aim = TO_OTHERS;
    for (guint i = 0; i < recipients->len; i++) {
        const char *text = recipients->pdata[i];
        if (verp_find(verp, text, token))
            aim = MAX(aim, is_token_of(joiner, token, sender) ? TO_RIGHT_TOKEN
                                                              : TO_WRONG_TOKEN);
        else if (g_ascii_strcasecmp(text, verp->plain.key) == 0)
            aim = MAX(aim, TO_JOIN);
    }
    return aim;
}

/* --- who it is from --- */

static bool has_left(const Joiner *joiner, const char *key)
{
    for (guint i = 0; i < joiner->rolls->len; i++) {
        const Roll *roll = joiner->rolls->pdata[i];
        size_t row = 0;
        for (; (row = roll_find(roll, key, row)) != ROLL_NONE; row++)
            if (roll_has_left(roll, row))
                return true;
    }
    return false;
}

static bool is_present(const Joiner *joiner, const char *key)
{
    if (g_hash_table_contains(joiner->added, key))
        return true;
    for (guint i = 0; i < joiner->rolls->len; i++)
        if (roll_find(joiner->rolls->pdata[i], key, 0) != ROLL_NONE)
            return true;
    return false;
}

/* `*is_open`: neither on a list nor to be left alone. */
static bool look_up(Joiner *joiner, Join *join, bool *is_open, GError **error)
{
    const Address *address = &join->person.address;
    Suppression why;
    bool is_suppressed = false;
    *is_open = false;
    if (!suppressions_find(joiner->suppressions, address, &is_suppressed, &why,
                           error))
        return false;
    if (is_suppressed || has_left(joiner, address->key)) {
        g_autofree char *text = is_suppressed
                                    ? suppression_to_text(&why)
                                    : g_strdup("left, as a list says");
        join->verdict = JOIN_SUPPRESSED;
        join->why = g_strdup_printf("%s; with their consent: mirmail list add "
                                    "--resubscribe",
                                    text);
    } else if (is_present(joiner, address->key)) {
        join->verdict = JOIN_PRESENT;
    } else {
        *is_open = true;
    }
    return true;
}

/* --- request --- */

/* A clock may go a little ahead of ours, over midnight. */
static bool ask(const Joiner *joiner, const Mail *mail, Join *join)
{
    const char *text = field_group_get(mail->header, "Date");
    PostDate date;
    if (text == NULL || !date_parse(text, &date) || !date.has_time)
        return ignore(join, "a request without a date");
    int64_t ahead = date.unix_seconds - joiner->now_s;
    if (ahead > DAY_S)
        return ignore(join, "a request that was written in the future");
    int64_t day = (joiner->now_s + MIN(ahead, 0)) / DAY_S;
    int64_t days_ago = joiner->now_s / DAY_S - day;
    if (days_ago >= JOIN_DAYS)
        return ignore(join, "a request from before yesterday");
    join->days_ago = (int)days_ago;
    join->verdict = JOIN_ASKED;
    return true;
}

/* --- confirmation --- */

/* Only into columns that are there: nobody outside changes a list's form. */
static void fill(const Joiner *joiner, Roll *roll, size_t row,
                 const Mailbox *person)
{
    if (*person->name != '\0' && roll_value(roll, row, COLUMN_NAME) != NULL)
        roll_set(roll, row, COLUMN_NAME, person->name);
    if (roll_value(roll, row, COLUMN_JOINED) != NULL)
        roll_set(roll, row, COLUMN_JOINED, joiner->today);
}

/* The list may have changed since it was read. */
static bool add(Joiner *joiner, Join *join, GError **error)
{
    const Address *address = &join->person.address;
    join->verdict = JOIN_ADDED;
    if (!joiner->source.dry) {
        g_autoptr(Roll) roll = roll_open(joiner->source.config->lists[0],
                                         ROLL_CHANGE, error);
        if (roll == NULL)
            return false;
        if (roll_find(roll, address->key, 0) != ROLL_NONE) {
            join->verdict = JOIN_PRESENT;
            return true;
        }
        fill(joiner, roll, roll_add(roll, address->text), &join->person);
        if (!roll_write(roll, error))
            return false;
    }
    g_hash_table_add(joiner->added, g_strdup(address->key));
    return true;
}

/* --- the whole --- */

bool join_take(Joiner *joiner, const Mail *mail, Join *join, GError **error)
{
    bool is_open = false;
    *join = (Join){.verdict = JOIN_IGNORED};
    bool has_author = mail_author(mail, JOIN_NAME_MAX, &join->person);
    if (is_by_program(mail))
        return ignore(join, "written by a program");
    if (!has_author)
        return ignore(join, "From names nobody, or several");
    if (is_ours(joiner->source.config, &join->person.address))
        return ignore(join, "from an address of ours");
    Aim aim = find_aim(joiner, mail, &join->person.address);
    if (aim == TO_OTHERS)
        return ignore(join, "not to the address of list.subscribe_mail");
    if (aim == TO_WRONG_TOKEN)
        return ignore(join, "no right token: forged, another person's, or "
                            "older than two weeks");
    if (!look_up(joiner, join, &is_open, error))
        return false;
    if (!is_open)
        return true;
    return aim == TO_JOIN ? ask(joiner, mail, join) : add(joiner, join, error);
}
