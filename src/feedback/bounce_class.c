/* bounce_class.c - see bounce_class.h. */
#include "feedback/bounce_class.h"

#include <string.h>

static const char *const names[BOUNCE_CLASSES] = {
    "hard", "soft", "content", "policy", "delayed", "complaint",
};

const char *bounce_class_name(BounceClass class)
{
    return names[class];
}

/* --- codes --- */

bool bounce_read_status(const char *text, int status[3])
{
    int parts[3];
    const char *at = text;
    for (int i = 0; i < 3; i++) {
        size_t digits = strspn(at, "0123456789");
        if (digits < 1 || digits > 3 || (i < 2 && at[digits] != '.'))
            return false;
        parts[i] = (int)g_ascii_strtoll(at, NULL, 10);
        at += digits + (i < 2 ? 1 : 0);
    }
    bool goes_on = *at == '.' && g_ascii_isdigit(at[1]);
    if ((parts[0] != 2 && parts[0] != 4 && parts[0] != 5) || goes_on ||
        g_ascii_isalpha(*at))
        return false;
    memcpy(status, parts, sizeof parts);
    return true;
}

int bounce_status_rank(const int status[3])
{
    if (status[0] == 0)
        return 0;
    return status[1] == 0 && status[2] == 0 ? 1 : status[2] == 0 ? 2 : 3;
}

bool bounce_says_more(const int status[3])
{
    return bounce_status_rank(status) > 1;
}

static bool begins_number(const char *text, const char *at)
{
    return g_ascii_isdigit(*at) &&
           (at == text || !(g_ascii_isalnum(at[-1]) || at[-1] == '.'));
}

/* A reply code of RFC 5321 4.2.3 and RFC 4954, not any three digits. */
static int read_code(const char *at)
{
    if ((at[0] != '4' && at[0] != '5') || at[1] < '0' || at[1] > '5' ||
        !g_ascii_isdigit(at[2]) || g_ascii_isalnum(at[3]) || at[3] == '.' ||
        at[3] == '/')
        return 0;
    return (int)g_ascii_strtoll(at, NULL, 10);
}

void bounce_find_status(const char *text, Reply *reply)
{
    for (const char *at = text; *at != '\0'; at++) {
        int status[3];
        if (!begins_number(text, at))
            continue;
        if (reply->code == 0)
            reply->code = read_code(at);
        if (bounce_read_status(at, status) && status[0] != 2 &&
            bounce_status_rank(status) > bounce_status_rank(reply->enhanced))
            memcpy(reply->enhanced, status, sizeof status);
    }
}

/* --- words --- */

typedef enum {
    HINT_NONE,
    HINT_SENDER, /* about us, not the recipient */
    HINT_POLICY,
    HINT_RATE,
    HINT_SIZE,
    HINT_FULL,
    HINT_USER,
    HINT_HOST,
    HINT_EXPIRED,
} Hint;

/* In this order: what keeps an address comes before what takes it off. */
static const struct {
    Hint hint;
    const char *words; /* between bars */
} hints[] = {
    {HINT_SENDER,
     "after mail from|reply to mail from|in mail from|mail from domain|"
     "mail from address|mailfrom|sender address rejected|"
     "sender address has been|sender address does not|sender address not|"
     "sender address is|of sender address|sender domain|sender's|"
     "sender rejected|sender denied|sender verify failed|bad sender|"
     "invalid sender|unknown sender|nonexistent sender|"
     "non-existent sender|sender unknown|sender is unknown|sender is not|"
     "sender does not|sender not allowed|sender not found|"
     "sender not known|envelope sender|bad return address|"
     "invalid return address|nonexistent return|non-existent return|"
     "return address does not|return address not|return address is|"
     "from address does not|from address not|from address is|from domain|"
     "from header|header from|from: header|your domain is|"
     "your domain does|your domain not|your host is|your server is|"
     "your ip|cannot find your|helo command rejected|invalid helo|"
     "bad helo|in helo|in ehlo|client host rejected|reverse lookup"},
    {HINT_POLICY,
     "spam|spammer|spamming|spamhaus|spamcop|surbl|uribl|blacklist|"
     "black list|blocklist|block list|denylist|blocked|"
     "blocking|dnsbl|rbl|reputation|policy|policies|dmarc|spf|dkim|"
     "authentication|authenticated|unauthenticated|unauthorized|"
     "not authorized|not authorised|virus|malware|phishing|suspicious|"
     "unsolicited|bulk mail|junk|relaying|relay access denied|relay denied|"
     "not permitted to relay|relay not permitted|unable to relay|"
     "no relay|reverse dns|rdns|ptr record|banned|administrative "
     "prohibition|administratively|"
     "prohibited|content rejected|message rejected|"
     "message was rejected|open proxy|listed at|listed by|is listed in|"
     "too many connections|too many concurrent|not allowed to send|"
     "permission to post|non-member|nonmember|security policy|frequency "
     "limited|"
     "ip address|accept mail from|accepts mail from|accepting mail from|"
     "not accepted from|rejected due to|whitelist|allowlist|access denied|"
     "due to abuse|not allowed to post|only members|members only|"
     "not a member|not subscribed"},
    {HINT_RATE, "at a rate|rate limit|too many messages|too quickly|too fast|"
                "greylist|graylist|try again later|temporarily|temporary|"
                "sending quota|daily quota|daily limit|sending limit"},
    {HINT_SIZE,
     "too large|too big|message size exceeds|size exceeds|exceeds size|"
     "exceeds maximum|exceeds fixed|size limit|maximum size|"
     "maximum message size|message length exceeds|max message size"},
    {HINT_FULL,
     "mailbox full|mailbox is full|full mailbox|mailfolder is full|"
     "mail folder is full|inbox is full|quota|over quota|overquota|"
     "insufficient storage|insufficient system storage|exceeded storage|"
     "storage limit|out of storage|mailbox has exceeded|mailbox exceeds|"
     "mailbox size|disk full|no space|mail box full|box is full|"
     "user is over|not enough space|not enough storage|exceeded its space"},
    {HINT_USER,
     "user unknown|unknown user|unkown user|user is unknown|no such user|"
     "no such recipient|no such mailbox|no such account|no such address|"
     "no such person|no such email|no mailbox here|no mailbox by that|"
     "no mailbox found|mailbox not found|mailbox unknown|unknown mailbox|"
     "mailbox does not exist|mailbox doesn't exist|no user by that name|"
     "user not found|user does not exist|user doesn't exist|"
     "user doesn't have|account does not exist|account doesn't exist|"
     "email account that you tried to reach|unknown recipient|"
     "recipient unknown|recipient not found|recipient does not exist|"
     "recipient name is not recognized|recipient not recognized|"
     "recipient no longer|unknown local|unknown or illegal alias|"
     "unknown alias|not listed in|not found in|isn't listed|"
     "isn't in my list|invalid recipient|"
     "invalid mailbox|invalid address|invalid user|invalid email|"
     "invalid final delivery userid|address unknown|unknown address|"
     "addressee unknown|addressee not|address does not exist|"
     "address doesn't exist|address couldn't be found|address not found|"
     "address no longer|no longer available|no longer valid|no longer in use|"
     "no longer on|no longer exists|not a valid mailbox|not a valid user|"
     "not a valid recipient|not a known user|not known here|"
     "unknown account|account unknown|account not found|no account|"
     "account is disabled|account has been disabled|account disabled|"
     "account that you tried to reach is disabled|mailbox disabled|"
     "mailbox is disabled|mailbox inactive|mailbox is inactive|"
     "account inactive|account is inactive|account expired|"
     "account has expired|user disabled|user is disabled|"
     "disabled or discontinued|deactivated|user has moved|"
     "does not have an account|doesn't have an account|is not our customer|"
     "this user doesn't|no longer accepts|no longer accepting|has no mailbox|"
     "unrouteable address|undeliverable address|bad destination mailbox|"
     "not our user|no valid recipient|non-existent|nonexistent|unknown to"},
    {HINT_HOST,
     "host unknown|unknown host|host not found|domain not found|"
     "no such domain|domain does not exist|domain doesn't exist|"
     "bad destination host|unknown domain|domain unknown|"
     "host or domain name not found|name or service not known|nxdomain|"
     "dns lookup failure|dns error|hostname not found|no such host|"
     "couldn't find any host|could not find a gateway|domain not exist|"
     "domain is not|invalid domain|name service error|null mx|nullmx|"
     "domain is invalid|host lookup did not|all relevant mx records|"
     "illegal host|lookup failure|bad host"},
    {HINT_EXPIRED,
     "too long|timed out|timeout|time out|expired|retry time|"
     "connection refused|connection reset|connection lost|"
     "could not connect|couldn't connect|unable to connect|"
     "cannot connect|wasn't able to establish|unreachable|no route|"
     "aborted after|not responding|did not respond|no answer|"
     "lost connection|delivery time|attempts"},
};

static const char delays[] =
    "not yet been delivered|not been delivered yet|been postponed|"
    "been delayed|attempts will continue|continue to attempt|"
    "will continue to try|will continue trying|will keep trying|"
    "will be retried|still being retried|temporarily delayed|"
    "still trying|is being delayed|delayed delivery|will retry|"
    "delay reason|no action is required|warning message only|"
    "do not need to resend|need to resend";

/* How much of a word is the server's: nothing of a link or an address, but
 * what an address is glued to, as in "FROM:<ada@example.org>". */
static size_t own_length(const char *word)
{
    if (strstr(word, "://") != NULL)
        return 0;
    if (strchr(word, '@') == NULL)
        return strlen(word);
    size_t length = strcspn(word, ":@");
    return word[length] == ':' ? length + 1 : 0;
}

/* In lower case, one blank between words, without addresses and links, whose
 * words are not the server's. */
static char *plain_words(const char *text)
{
    size_t length = strnlen(text, BOUNCE_TEXT_MAX);
    g_autofree char *cut = g_strndup(text, length);
    g_autofree char *lower = g_ascii_strdown(cut, -1);
    g_auto(GStrv) words = g_strsplit_set(lower, " \t\r\n", -1);
    GString *out = g_string_new(" ");
    for (char **word = words; *word != NULL; word++) {
        size_t own = own_length(*word);
        if (own == 0)
            continue;
        g_string_append_len(out, *word, (gssize)own);
        g_string_append_c(out, ' ');
    }
    return g_string_free(out, FALSE);
}

static bool has_phrase(const char *words, const char *phrase, size_t length)
{
    for (const char *at = words; *at != '\0'; at++) {
        at = memmem(at, strlen(at), phrase, length);
        if (at == NULL)
            return false;
        if (at == words || !g_ascii_isalnum(at[-1])) {
            bool is_short = length <= 4; /* spf, rbl, spam: the whole word */
            if (!is_short || !g_ascii_isalnum(at[length]))
                return true;
        }
    }
    return false;
}

static bool has_any(const char *words, const char *phrases)
{
    for (;;) {
        size_t length = strcspn(phrases, "|");
        if (has_phrase(words, phrases, length))
            return true;
        if (phrases[length] == '\0')
            return false;
        phrases += length + 1;
    }
}

static Hint find_hint(const char *text)
{
    g_autofree char *words = plain_words(text);
    for (size_t i = 0; i < G_N_ELEMENTS(hints); i++)
        if (has_any(words, hints[i].words))
            return hints[i].hint;
    return HINT_NONE;
}

bool bounce_is_delay(const char *text)
{
    g_autofree char *words = plain_words(text);
    return has_any(words, delays);
}

/* --- the class --- */

/* A status that says no more than x.0.0: what the words mean. */
static BounceClass by_words(Hint hint)
{
    switch (hint) {
    case HINT_SENDER:
    case HINT_POLICY:
        return BOUNCE_POLICY;
    case HINT_SIZE:
        return BOUNCE_CONTENT;
    case HINT_USER:
    case HINT_HOST:
        return BOUNCE_HARD;
    case HINT_NONE:
    case HINT_RATE:
    case HINT_FULL:
    case HINT_EXPIRED:
        break;
    }
    return BOUNCE_SOFT;
}

/* Even a clear status is not believed against these words. */
static bool is_contradicted(Hint hint)
{
    return hint == HINT_SENDER || hint == HINT_POLICY || hint == HINT_RATE ||
           hint == HINT_FULL || hint == HINT_SIZE;
}

static BounceClass unless_contradicted(Hint hint)
{
    return is_contradicted(hint) ? by_words(hint) : BOUNCE_HARD;
}

/* The address itself, x.1.*. */
static BounceClass by_address(int detail, Hint hint)
{
    switch (detail) {
    case 1:
    case 2:
    case 3:
    case 6:
    case 10:
        return unless_contradicted(hint);
    case 7:
    case 8:
        return BOUNCE_POLICY; /* the sender's address */
    case 0:
        return by_words(hint);
    default:
        return BOUNCE_SOFT;
    }
}

/* The mailbox, x.2.*. */
static BounceClass by_mailbox(int detail, Hint hint)
{
    switch (detail) {
    case 1:
        return unless_contradicted(hint);
    case 3:
        return BOUNCE_CONTENT;
    default:
        return hint == HINT_POLICY ? BOUNCE_POLICY : BOUNCE_SOFT;
    }
}

static BounceClass by_status(const int status[3], Hint hint)
{
    switch (status[1]) {
    case 0:
        return by_words(hint);
    case 1:
        return by_address(status[2], hint);
    case 2:
        return by_mailbox(status[2], hint);
    case 3:
        return status[2] == 4 ? BOUNCE_CONTENT : BOUNCE_POLICY;
    case 4:
        return status[2] == 5 ? BOUNCE_POLICY : BOUNCE_SOFT;
    case 6:
        return BOUNCE_CONTENT;
    default:
        return BOUNCE_POLICY;
    }
}

static const struct {
    Hint hint;
    int subject, detail;
} inferred[] = {
    {HINT_SENDER, 7, 1},  {HINT_POLICY, 7, 1}, {HINT_SIZE, 3, 4},
    {HINT_FULL, 2, 2},    {HINT_USER, 1, 1},   {HINT_HOST, 1, 2},
    {HINT_EXPIRED, 4, 7},
};

static void infer(Reply *reply, Hint hint)
{
    reply->enhanced[0] = reply->code / 100 == 4 ? 4 : 5;
    for (size_t i = 0; i < G_N_ELEMENTS(inferred); i++)
        if (inferred[i].hint == hint) {
            reply->enhanced[1] = inferred[i].subject;
            reply->enhanced[2] = inferred[i].detail;
        }
}

BounceClass bounce_classify(Reply *reply, const char *words)
{
    Hint hint = find_hint(words);
    BounceClass class = by_status(reply->enhanced, hint);
    /* A 4xx that was given up on says less than a 5xx, and a 2xx of a failure
     * nothing. */
    bool is_passing = reply->enhanced[0] == 0 ? reply->code / 100 == 4
                                              : reply->enhanced[0] != 5;
    if (class == BOUNCE_HARD && is_passing)
        class = BOUNCE_SOFT;
    if (reply->enhanced[0] == 0)
        infer(reply, hint);
    return class;
}
