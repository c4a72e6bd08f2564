/* standing.c - see standing.h. The tables follow the exports of Mailchimp,
 * listmonk, Mailman, Sympa, phpList, Google Groups, Buttondown, Ghost,
 * Substack, Mailtrain and Keila. */
#include "list/standing.h"

#include <string.h>

#include <glib.h>

/* How a column tells that somebody left. */
typedef enum {
    STATUS_WORD,      /* by one of left_words */
    STATUS_YES_LEFT,  /* by anything but nothing and `no`: also by a date */
    STATUS_NO_LEFT,   /* by `no` */
    STATUS_MAILTRAIN, /* by a number: 1 is subscribed */
} StatusRule;

struct StandingRule {
    const char *key;
    StatusRule rule;
    Standing left; /* of whoever left by a yes or a no */
};

static const StandingRule rules[] = {
    {"status", STATUS_WORD, STANDING_SUBSCRIBED},
    {"state", STATUS_WORD, STANDING_SUBSCRIBED},
    {"emailstatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"emailpreference", STATUS_WORD, STANDING_SUBSCRIBED},
    {"groupstatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"memberstatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"subscriberstatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"subscriptionstatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"emailmarketingstatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"subscribertype", STATUS_WORD, STANDING_SUBSCRIBED},
    {"deliverystatus", STATUS_WORD, STANDING_SUBSCRIBED},
    {"reception", STATUS_WORD, STANDING_SUBSCRIBED},
    {"unsubscribed", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"unsubscribedat", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"unsubtime", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"unsubscriptiondate", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"cleaned", STATUS_YES_LEFT, STANDING_BOUNCED},
    {"cleantime", STATUS_YES_LEFT, STANDING_BOUNCED},
    {"deletedat", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"blocklisted", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"blacklisted", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"isthissubscriberblacklisted", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"isthisaccountdisabled", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"emaildisabled", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"disabled", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"suspend", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"bounced", STATUS_YES_LEFT, STANDING_BOUNCED},
    {"suppressed", STATUS_YES_LEFT, STANDING_SUPPRESSED},
    {"optout", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"optedout", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"donotsend", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"donotemail", STATUS_YES_LEFT, STANDING_UNSUBSCRIBED},
    {"subscribed", STATUS_NO_LEFT, STANDING_UNSUBSCRIBED},
    {"subscribedtoemails", STATUS_NO_LEFT, STANDING_UNSUBSCRIBED},
    {"isthissubscriberconfirmed", STATUS_NO_LEFT, STANDING_UNCONFIRMED},
    {"confirmed", STATUS_NO_LEFT, STANDING_UNCONFIRMED},
    {"enabled", STATUS_NO_LEFT, STANDING_SUPPRESSED},
};

typedef struct LeftWord {
    const char *word;
    Standing standing;
} LeftWord;

static const LeftWord left_words[] = {
    {"unsubscribed", STANDING_UNSUBSCRIBED},
    {"unsubscribe", STANDING_UNSUBSCRIBED},
    {"optout", STANDING_UNSUBSCRIBED},
    {"optedout", STANDING_UNSUBSCRIBED},
    {"left", STANDING_UNSUBSCRIBED},
    {"nomail", STANDING_UNSUBSCRIBED},
    {"noemail", STANDING_UNSUBSCRIBED},
    {"byuser", STANDING_UNSUBSCRIBED},
    {"cleaned", STANDING_BOUNCED},
    {"bounced", STANDING_BOUNCED},
    {"bouncing", STANDING_BOUNCED},
    {"unreachable", STANDING_BOUNCED},
    {"undelivered", STANDING_BOUNCED},
    {"undeliverable", STANDING_BOUNCED},
    {"bybounces", STANDING_BOUNCED},
    {"complained", STANDING_COMPLAINED},
    {"complaint", STANDING_COMPLAINED},
    {"spammy", STANDING_COMPLAINED},
    {"blocklisted", STANDING_SUPPRESSED},
    {"blacklisted", STANDING_SUPPRESSED},
    {"blocked", STANDING_SUPPRESSED},
    {"banned", STANDING_SUPPRESSED},
    {"disabled", STANDING_SUPPRESSED},
    {"suppressed", STANDING_SUPPRESSED},
    {"removed", STANDING_SUPPRESSED},
    {"deleted", STANDING_SUPPRESSED},
    {"inactive", STANDING_SUPPRESSED},
    {"archived", STANDING_SUPPRESSED},
    {"bymoderator", STANDING_SUPPRESSED},
    {"nonsubscribed", STANDING_UNCONFIRMED},
    {"notsubscribed", STANDING_UNCONFIRMED},
    {"pending", STANDING_UNCONFIRMED},
    {"unconfirmed", STANDING_UNCONFIRMED},
    {"unactivated", STANDING_UNCONFIRMED},
    {"invited", STANDING_UNCONFIRMED},
    {"requested", STANDING_UNCONFIRMED},
};

/* Mailtrain's numbers, of which 1 is subscribed. */
static const LeftWord mailtrain_words[] = {
    {"2", STANDING_UNSUBSCRIBED},
    {"3", STANDING_BOUNCED},
    {"4", STANDING_COMPLAINED},
};

static const char *const no_words[] = {"",     "no",  "n",     "false",
                                       "f",    "0",   "off",   "none",
                                       "null", "nil", "never", NULL};

/* Beginnings of the names of Mailchimp's files of people who are not
 * subscribed; such a file says so nowhere else. */
static const LeftWord left_files[] = {
    {"unsubscribed_", STANDING_UNSUBSCRIBED},
    {"cleaned_", STANDING_BOUNCED},
    {"nonsubscribed_", STANDING_UNCONFIRMED},
};

Standing standing_of_file(const char *file)
{
    g_autofree char *base = g_path_get_basename(file);
    for (size_t i = 0; i < G_N_ELEMENTS(left_files); i++)
        if (g_ascii_strncasecmp(base, left_files[i].word,
                                strlen(left_files[i].word)) == 0)
            return left_files[i].standing;
    return STANDING_SUBSCRIBED;
}

static Standing standing_of_word(const char *key, const LeftWord *words,
                                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].word, key) == 0)
            return words[i].standing;
    return STANDING_SUBSCRIBED;
}

const StandingRule *standing_rule(const char *key, bool is_mailtrain)
{
    static const StandingRule mailtrain = {"status", STATUS_MAILTRAIN,
                                           STANDING_SUBSCRIBED};
    if (is_mailtrain && strcmp(key, mailtrain.key) == 0)
        return &mailtrain;
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strcmp(rules[i].key, key) == 0)
            return &rules[i];
    return NULL;
}

static bool is_no(const char *key)
{
    for (size_t i = 0; no_words[i] != NULL; i++)
        if (strcmp(no_words[i], key) == 0)
            return true;
    return false;
}

Standing standing_by_rule(const StandingRule *rule, const char *key)
{
    if (rule->rule == STATUS_YES_LEFT)
        return is_no(key) ? STANDING_SUBSCRIBED : rule->left;
    if (rule->rule == STATUS_NO_LEFT)
        return is_no(key) && *key != '\0' ? rule->left : STANDING_SUBSCRIBED;
    if (rule->rule == STATUS_MAILTRAIN && g_ascii_isdigit(*key) &&
        strcmp(key, "1") != 0)
        return MAX(STANDING_SUPPRESSED,
                   standing_of_word(key, mailtrain_words,
                                    G_N_ELEMENTS(mailtrain_words)));
    return standing_of_word(key, left_words, G_N_ELEMENTS(left_words));
}
