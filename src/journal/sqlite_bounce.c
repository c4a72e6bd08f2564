/* sqlite_bounce.c - what came back; see backend.h. */
#include <sqlite3.h>

#include "journal/sqlite.h"

#define STEP_BOUNCES 4 /* the version that keeps bounces */

bool sqlite_note_bounce(JournalStore *store, const JournalBounce *bounce,
                        int64_t at_us, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "INSERT OR IGNORE INTO bounce VALUES (?1, ?2,"
        " (SELECT number FROM campaign WHERE id = ?3), ?4, ?5, ?6)",
        error);
    if (statement == NULL)
        return false;
    sqlite_bind(statement, 1, bounce->mail);
    sqlite_bind(statement, 2, bounce->key);
    sqlite_bind(statement, 3, bounce->campaign);
    sqlite_bind(statement, 4, bounce->class);
    sqlite_bind(statement, 5, bounce->status);
    sqlite3_bind_int64(statement, 6, at_us);
    return sqlite_run_once(store, statement, error);
}

bool sqlite_knows_bounce(JournalStore *store, const char *mail, const char *key,
                         bool *known, GError **error)
{
    *known = false;
    if (store->version < STEP_BOUNCES)
        return true;
    sqlite3_stmt *row = sqlite_prepare(
        store, store->reader,
        "SELECT 1 FROM bounce WHERE mail = ?1 AND key = ?2", error);
    if (row == NULL)
        return false;
    sqlite_bind(row, 1, mail);
    sqlite_bind(row, 2, key);
    int code = sqlite3_step(row);
    *known = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_finalize(row);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

bool sqlite_count_bounces(JournalStore *store, const JournalBounce *with,
                          BounceCount *count, GError **error)
{
    *count = (BounceCount){0};
    if (store->version < STEP_BOUNCES)
        return true;
    sqlite3_stmt *row = sqlite_prepare(
        store, store->reader,
        "SELECT count(*), min(created_us), max(created_us) FROM campaign"
        " WHERE test = 0 AND (id = ?3 OR number IN"
        " (SELECT campaign FROM bounce WHERE key = ?1 AND class = ?2))",
        error);
    if (row == NULL)
        return false;
    sqlite_bind(row, 1, with->key);
    sqlite_bind(row, 2, with->class);
    sqlite_bind(row, 3, with->campaign);
    bool ok = sqlite3_step(row) == SQLITE_ROW;
    if (ok)
        *count = (BounceCount){sqlite3_column_int(row, 0),
                               sqlite3_column_int64(row, 1),
                               sqlite3_column_int64(row, 2)};
    else
        sqlite_fail(store, store->reader, error);
    sqlite3_finalize(row);
    return ok;
}
