/*
 * sqlite_account.c - when messages left through which relay account; see
 * backend.h.
 *
 * A departure is written with the next commit, which for a message that is
 * sent is the commit of its intent. A process that is killed between MAIL and
 * that commit leaves none; at most one message a connection can be in that
 * state. So an account that is in use has its number of connections in
 * `begun`, and whoever finds it there counts as many departures more.
 */
#include <sqlite3.h>

#include "journal/sqlite.h"

static bool add_account(JournalStore *store, const char *name, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "INSERT OR IGNORE INTO account VALUES (NULL, ?1, 0)", error);
    if (statement == NULL)
        return false;
    sqlite_bind(statement, 1, name);
    return sqlite_run_once(store, statement, error);
}

static bool find_account(JournalStore *store, const char *name, int64_t *number,
                         int64_t *begun, GError **error)
{
    sqlite3_stmt *row = sqlite_prepare(
        store, store->writer,
        "SELECT number, begun FROM account WHERE name = ?1", error);
    if (row == NULL)
        return false;
    sqlite_bind(row, 1, name);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    if (found) {
        *number = sqlite3_column_int64(row, 0);
        *begun = sqlite3_column_int64(row, 1);
    } else {
        sqlite_fail(store, store->writer, error);
    }
    sqlite3_finalize(row);
    return found;
}

/* Runs a statement of up to two numbers. */
static bool run_with(JournalStore *store, const char *sql, int64_t first,
                     int64_t second, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(store, store->writer, sql, error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, second);
    return sqlite_run_once(store, statement, error);
}

static bool open_account(JournalStore *store, const AccountOpening *opening,
                         int64_t *account, GError **error)
{
    int64_t begun = 0;
    bool ok = add_account(store, opening->name, error) &&
              find_account(store, opening->name, account, &begun, error);
    for (; ok && begun > 0; begun--)
        ok = run_with(store, "INSERT INTO departure VALUES (?1, ?2)", *account,
                      opening->now_us, error);
    /* Those that lie ahead are from before the clock was set back; now is the
     * latest that they can have been. */
    return ok &&
           run_with(store,
                    "UPDATE departure SET at_us = ?2 WHERE account = ?1"
                    " AND at_us > ?2",
                    *account, opening->now_us, error) &&
           run_with(store,
                    "DELETE FROM departure WHERE account = ?1 AND at_us < ?2",
                    *account, opening->since_us, error) &&
           run_with(store, "UPDATE account SET begun = ?2 WHERE number = ?1",
                    *account, opening->connections, error);
}

bool sqlite_open_account(JournalStore *store, const AccountOpening *opening,
                         int64_t *account, GError **error)
{
    if (!sqlite_run_sql(store, store->writer, "BEGIN IMMEDIATE", error))
        return false;
    if (open_account(store, opening, account, error))
        return sqlite_run_sql(store, store->writer, "COMMIT", error);
    sqlite3_exec(store->writer, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool sqlite_close_account(JournalStore *store, int64_t account, GError **error)
{
    return run_with(store, "UPDATE account SET begun = ?2 WHERE number = ?1",
                    account, 0, error);
}

#define STEP_ACCOUNTS 3 /* the version that keeps departures */

bool sqlite_visit_departures(JournalStore *store, const char *name,
                             int64_t since_us, JournalVisitMoment visit,
                             void *data, GError **error)
{
    if (store->version < STEP_ACCOUNTS)
        return true;
    sqlite3_stmt *rows = sqlite_prepare(
        store, store->reader,
        "SELECT at_us FROM departure WHERE account ="
        " (SELECT number FROM account WHERE name = ?1) AND at_us >= ?2"
        " ORDER BY at_us",
        error);
    if (rows == NULL)
        return false;
    sqlite_bind(rows, 1, name);
    sqlite3_bind_int64(rows, 2, since_us);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        visit(data, sqlite3_column_int64(rows, 0));
    if (code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}
