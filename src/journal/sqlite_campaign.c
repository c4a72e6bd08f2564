/* sqlite_campaign.c - campaigns, and the letters that they sent; see
 * backend.h. */
#include <sqlite3.h>

#include "journal/sqlite.h"

/* --- campaigns --- */

bool sqlite_create_campaign(JournalStore *store, const Campaign *campaign,
                            GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "INSERT INTO campaign VALUES"
        " (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        error);
    if (statement == NULL)
        return false;
    enum { TEXTS = 5 };
    const char *const texts[TEXTS] = {campaign->id, campaign->digest,
                                      campaign->subject, campaign->arguments,
                                      campaign->directory};
    for (int i = 0; i < TEXTS; i++)
        sqlite_bind(statement, i + 1, texts[i] != NULL ? texts[i] : "");
    sqlite3_bind_int64(statement, 6, campaign->created_us);
    sqlite3_bind_int64(statement, 7, campaign->finished_us);
    sqlite3_bind_int64(statement, 8, campaign->recipients);
    sqlite3_bind_int(statement, 9, campaign->test);
    int code = sqlite3_step(statement);
    if (code == SQLITE_CONSTRAINT)
        error_set_at(error, ERROR_INPUT, (Place){store->path, 0, 0},
                     "there is a campaign `%s` already", campaign->id);
    else if (code != SQLITE_DONE)
        sqlite_fail(store, store->writer, error);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

static Campaign *read_campaign(sqlite3_stmt *row)
{
    Campaign *campaign = g_new0(Campaign, 1);
    campaign->id = g_strdup(sqlite_text(row, 1));
    campaign->digest = g_strdup(sqlite_text(row, 2));
    campaign->subject = g_strdup(sqlite_text(row, 3));
    campaign->arguments = g_strdup(sqlite_text(row, 4));
    campaign->directory = g_strdup(sqlite_text(row, 5));
    campaign->created_us = sqlite3_column_int64(row, 6);
    campaign->finished_us = sqlite3_column_int64(row, 7);
    campaign->recipients = sqlite3_column_int64(row, 8);
    campaign->test = sqlite3_column_int(row, 9) != 0;
    return campaign;
}

static void read_counts(sqlite3_stmt *counts, int64_t number,
                        Campaign *campaign)
{
    sqlite3_bind_int64(counts, 1, number);
    int64_t known = 0;
    while (sqlite3_step(counts) == SQLITE_ROW) {
        int64_t state = sqlite3_column_int64(counts, 0);
        int64_t count = sqlite3_column_int64(counts, 1);
        if (state == SQLITE_STATE_INTENT)
            state = OUTCOME_UNKNOWN;
        if (state <= OUTCOME_NONE || state >= OUTCOME_COUNT)
            continue;
        campaign->counts[state] += count;
        known += count;
    }
    sqlite3_reset(counts);
    campaign->counts[OUTCOME_NONE] = MAX(0, campaign->recipients - known);
}

/* The number, not the date, says which is newer: clocks are set back. */
GPtrArray *sqlite_list_campaigns(JournalStore *store, const char *id,
                                 GError **error)
{
    sqlite3_stmt *counts = sqlite_prepare(
        store, store->writer,
        "SELECT state, count(*) FROM recipient WHERE campaign = ?1"
        " GROUP BY state",
        error);
    if (counts == NULL)
        return NULL;
    sqlite3_stmt *rows = sqlite_prepare(store, store->writer,
                                        "SELECT * FROM campaign"
                                        " WHERE ?1 IS NULL OR id = ?1"
                                        " ORDER BY number DESC",
                                        error);
    if (rows == NULL) {
        sqlite3_finalize(counts);
        return NULL;
    }
    sqlite_bind(rows, 1, id);
    GPtrArray *campaigns = g_ptr_array_new_with_free_func(
        (GDestroyNotify)campaign_free);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        Campaign *campaign = read_campaign(rows);
        read_counts(counts, sqlite3_column_int64(rows, 0), campaign);
        g_ptr_array_add(campaigns, campaign);
    }
    if (code != SQLITE_DONE) {
        sqlite_fail(store, store->writer, error);
        g_ptr_array_unref(campaigns);
        campaigns = NULL;
    }
    sqlite3_finalize(rows);
    sqlite3_finalize(counts);
    return campaigns;
}

static bool fail_missing(const JournalStore *store, const char *id,
                         GError **error)
{
    error_set_at(error, ERROR_MISSING, (Place){store->path, 0, 0},
                 "there is no campaign `%s`", id);
    return false;
}

static bool update_campaign(JournalStore *store, const char *sql,
                            const char *id, int64_t value, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(store, store->writer, sql, error);
    if (statement == NULL)
        return false;
    sqlite_bind(statement, 1, id);
    sqlite3_bind_int64(statement, 2, value);
    if (!sqlite_run_once(store, statement, error))
        return false;
    return sqlite3_changes(store->writer) == 1 ||
           fail_missing(store, id, error);
}

bool sqlite_finish_campaign(JournalStore *store, const char *id, int64_t at_us,
                            GError **error)
{
    return update_campaign(store,
                           "UPDATE campaign SET finished_us = ?2 WHERE id = ?1",
                           id, at_us, error);
}

bool sqlite_set_recipients(JournalStore *store, const char *id, int64_t count,
                           GError **error)
{
    return update_campaign(store,
                           "UPDATE campaign SET recipients = ?2 WHERE id = ?1",
                           id, count, error);
}

/* 0: no such campaign; -1: failed. */
static int64_t find_number(JournalStore *store, const char *id, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer, "SELECT number FROM campaign WHERE id = ?1",
        error);
    if (statement == NULL)
        return -1;
    sqlite_bind(statement, 1, id);
    int code = sqlite3_step(statement);
    int64_t number = 0;
    if (code == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE) {
        sqlite_fail(store, store->writer, error);
        number = -1;
    }
    sqlite3_finalize(statement);
    return number;
}

bool sqlite_take(JournalStore *store, const char *id, int64_t *unknown,
                 GError **error)
{
    int64_t number = find_number(store, id, error);
    if (number == 0)
        return fail_missing(store, id, error);
    if (number < 0)
        return false;
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "UPDATE recipient SET state = 4"
        " WHERE campaign = ?1 AND state = 6",
        error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    if (!sqlite_run_once(store, statement, error))
        return false;
    if (unknown != NULL)
        *unknown = sqlite3_changes(store->writer);
    store->campaign = number;
    return true;
}

/* --- letters --- */

#define LETTER_COLUMNS "name, digest, subject, text, html, at_us"
#define STEP_LETTERS 2 /* the version that keeps letters */

static bool forget_letters(JournalStore *store, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "DELETE FROM letter WHERE number <="
        " (SELECT number FROM letter ORDER BY number DESC LIMIT 1 OFFSET ?1)",
        error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int(statement, 1, JOURNAL_LETTERS_MAX);
    return sqlite_run_once(store, statement, error);
}

bool sqlite_keep_letter(JournalStore *store, const KeptLetter *letter,
                        GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "INSERT OR REPLACE INTO letter (" LETTER_COLUMNS
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        error);
    if (statement == NULL)
        return false;
    const char *const texts[] = {letter->name, letter->digest, letter->subject,
                                 letter->text, letter->html};
    for (int i = 0; i < (int)G_N_ELEMENTS(texts); i++)
        sqlite_bind(statement, i + 1, texts[i]);
    sqlite3_bind_int64(statement, 6, letter->at_us);
    return sqlite_run_once(store, statement, error) &&
           forget_letters(store, error);
}

static KeptLetter *read_letter(sqlite3_stmt *row)
{
    KeptLetter *letter = g_new0(KeptLetter, 1);
    letter->name = g_strdup(sqlite_text(row, 0));
    letter->digest = g_strdup(sqlite_text(row, 1));
    letter->subject = g_strdup(sqlite_text(row, 2));
    letter->text = g_strdup(sqlite_text(row, 3));
    letter->html = g_strdup(sqlite_text(row, 4));
    letter->at_us = sqlite3_column_int64(row, 5);
    return letter;
}

bool sqlite_find_letter(JournalStore *store, const char *name,
                        KeptLetter **letter, GError **error)
{
    if (store->version < STEP_LETTERS)
        return true;
    sqlite3_stmt *row = sqlite_prepare(
        store, store->reader,
        "SELECT " LETTER_COLUMNS " FROM letter"
        " WHERE name = ?1 ORDER BY number DESC LIMIT 1",
        error);
    if (row == NULL)
        return false;
    sqlite_bind(row, 1, name);
    int code = sqlite3_step(row);
    if (code == SQLITE_ROW)
        *letter = read_letter(row);
    else if (code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_finalize(row);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}
