/* import_system.c - see import_system.h. */
#include "list/import_system.h"

#include <string.h>

#include "base/suggest.h"

/* In every table: keys (columns_make_key()) between blanks. */

static const ImportSystem systems[] = {
    {"mailchimp", "Mailchimp"},
    {"listmonk", "listmonk"},
    {"mailman", "Mailman"},
    {"postorius", "Postorius"},
    {"sympa", "Sympa"},
    {"phplist", "phpList"},
    {"google", "Google Groups"},
    {"buttondown", "Buttondown"},
    {"ghost", "Ghost"},
    {"substack", "Substack"},
    {"mailtrain", "Mailtrain"},
    {"keila", "Keila"},
    {"mailmerge", "mailmerge"},
    {"mlmmj", "mlmmj"},
    {"csv", "a table"},
    {"yaml", "YAML"},
    {"json", "JSON"},
    {"addresses", "addresses"},
};

/* A system is told by these columns, all of a row; the first row wins. */
static const struct {
    const char *id;
    const char *keys;
} marks[] = {
    {"mailchimp", "leid euid"},
    {"mailchimp", "emailaddress memberrating"},
    {"mailman", "memberid listid"},
    {"sympa", "gecos reception"},
    {"sympa", "gecos visibility"},
    {"phplist", "listmembership"},
    {"phplist", "isthissubscriberconfirmed"},
    {"phplist", "isthissubscriberblacklisted"},
    {"google", "groupstatus emailstatus"},
    {"buttondown", "subscribertype"},
    {"ghost", "subscribedtoemails"},
    {"substack", "activesubscription emaildisabled"},
    {"mailtrain", "hashemail"},
    {"keila", "externalid"},
    {"keila", "firstname lastname data"},
    {"listmonk", "uuid attributes"},
    {"listmonk", "uuid status updatedat"},
    {"listmonk", "attributes"},
};

/* What is not in here is an address, a name, a status or a field. */
static const struct {
    const char *id;
    ImportRole role;
    const char *keys;
} roles[] = {
    {"mailchimp", ROLE_SINCE, "optintime confirmtime"},
    {"mailchimp", ROLE_CHANGED, "lastchanged"},
    {"mailchimp", ROLE_TAGS, "tags"},
    {"mailchimp", ROLE_NOTHING,
     "memberrating optinip confirmip latitude longitude gmtoff dstoff timezone "
     "cc region leid euid unsubcampaigntitle unsubcampaignid unsubreason "
     "unsubreasonother cleancampaigntitle cleancampaignid"},
    {"listmonk", ROLE_SINCE, "createdat"},
    {"listmonk", ROLE_CHANGED, "updatedat"},
    {"listmonk", ROLE_ATTRIBUTES, "attributes attribs"},
    {"listmonk", ROLE_LISTS, "lists"},
    {"listmonk", ROLE_NOTHING, "id uuid"},
    {"mailman", ROLE_MEMBER, "role"},
    {"mailman", ROLE_NOTHING,
     "address memberid listid selflink httpetag user deliverymode "
     "moderationaction "
     "subscriptionmode bouncescore totalwarningssent lastwarningsent "
     "lastbouncereceived"},
    {"sympa", ROLE_SINCE, "date"},
    {"sympa", ROLE_CHANGED, "updatedate"},
    {"sympa", ROLE_NOTHING,
     "visibility subscribed included id inclusion inclusionext "
     "inclusionlabel bounce bouncescore bouncecount bounceaddress firstbounce "
     "lastbounce startdate enddate numbermessages topics customattribute"},
    {"phplist", ROLE_SINCE, "entered"},
    {"phplist", ROLE_CHANGED, "lastmodified"},
    {"phplist", ROLE_LISTS, "listmembership"},
    {"phplist", ROLE_NOTHING,
     "id didthissubscribermanuallyconfirm numberofbounces uniqueid "
     "sendthissubscriberhtmlemails rssfrequency additionaldata foreignkey"},
    {"google", ROLE_YEAR, "joinyear"},
    {"google", ROLE_MONTH, "joinmonth"},
    {"google", ROLE_DAY, "joinday"},
    {"google", ROLE_NOTHING,
     "postingpermissions joinhour joinminute joinsecond timezone"},
    {"buttondown", ROLE_SINCE, "subscriptiondate creationdate"},
    {"buttondown", ROLE_TAGS, "tags"},
    {"buttondown", ROLE_ATTRIBUTES, "metadata"},
    {"buttondown", ROLE_NOTHING,
     "id secondaryid referrerurl utmsource utmmedium utmcampaign ipaddress"},
    {"ghost", ROLE_SINCE, "createdat"},
    {"ghost", ROLE_TAGS, "labels"},
    {"ghost", ROLE_NOTHING,
     "id uuid complimentaryplan stripecustomerid tiers products"},
    {"substack", ROLE_SINCE, "createdat"},
    {"substack", ROLE_NOTHING, "activesubscription expiry plan firstpaymentat"},
    {"mailtrain", ROLE_SINCE, "created"},
    {"mailtrain", ROLE_NOTHING, "cid hashemail id"},
    {"keila", ROLE_ATTRIBUTES, "data"},
    {"keila", ROLE_NOTHING, "externalid"},
};

static bool has_word(const char *words, const char *word, int *rank)
{
    size_t length = strlen(word);
    *rank = 0;
    for (const char *at = words; length > 0 && *at != '\0'; ++*rank) {
        size_t size = strcspn(at, " ");
        if (size == length && strncmp(at, word, length) == 0)
            return true;
        at += size + strspn(at + size, " ");
    }
    return false;
}

const ImportSystem *import_system(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(systems); i++)
        if (g_ascii_strcasecmp(systems[i].id, id) == 0)
            return &systems[i];
    return NULL;
}

const ImportSystem *import_system_find(const char *id, GError **error)
{
    const ImportSystem *found = import_system(id);
    if (found != NULL)
        return found;
    const char *ids[G_N_ELEMENTS(systems) + 1] = {NULL};
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(systems); i++) {
        ids[i] = systems[i].id;
        g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", ids[i]);
    }
    g_autofree char *hint = suggest_hint(id, ids);
    error_set(error, ERROR_USAGE, "--from: `%s` is not one of %s%s", id,
              all->str, hint);
    return NULL;
}

/* The column's name; NULL when there is none of this key. */
static const char *name_of_key(const Columns *columns, const char *key)
{
    for (size_t i = 0; i < columns_count(columns); i++) {
        char own[COLUMNS_KEY_MAX + 1];
        columns_make_key(columns_written_name(columns, i), own);
        if (strcmp(own, key) == 0)
            return columns_written_name(columns, i);
    }
    return NULL;
}

const ImportSystem *import_system_of(const Columns *columns, char **names)
{
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_auto(GStrv) keys = g_strsplit(marks[i].keys, " ", -1);
        g_autoptr(GString) told = g_string_new(NULL);
        char **key = keys;
        for (const char *name; *key != NULL; key++) {
            name = name_of_key(columns, *key);
            if (name == NULL)
                break;
            g_string_append_printf(told, "%s`%s`", told->len ? " and " : "",
                                   name);
        }
        if (*key != NULL)
            continue;
        *names = g_string_free(g_steal_pointer(&told), FALSE);
        return import_system(marks[i].id);
    }
    return NULL;
}

ImportRole import_system_role(const ImportSystem *system,
                              const Columns *columns, size_t index, int *rank)
{
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(columns_written_name(columns, index), key);
    *rank = 0;
    if (columns_email(columns) == (int)index)
        return ROLE_EMAIL;
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        if (strcmp(roles[i].id, system->id) == 0 &&
            has_word(roles[i].keys, key, rank))
            return roles[i].role;
    *rank = 0;
    if (*key == '\0')
        return ROLE_NOTHING;
    const struct {
        int column;
        ImportRole role;
    } known[] = {
        {columns_full_name(columns), ROLE_NAME},
        {columns_first_name(columns), ROLE_FIRST_NAME},
        {columns_last_name(columns), ROLE_LAST_NAME},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].column == (int)index)
            return known[i].role;
    bool is_status = columns_is_status(columns, index) &&
                     strcmp(key, "state") != 0; /* mostly a place */
    return is_status ? ROLE_STATUS : ROLE_FIELD;
}
