/*
 * sqlite_recipient.c - what became of each recipient; see backend.h.
 */
#include <assert.h>
#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "journal/sqlite.h"

typedef enum {
    QUERY_BEGIN,
    QUERY_COMMIT,
    QUERY_ROLLBACK,
    QUERY_INTEND,
    QUERY_SETTLE,
    QUERY_UNDO,
    QUERY_FORGET,
    QUERY_DEPART,
    QUERY_COUNT
} Query;

static_assert(QUERY_COUNT == SQLITE_QUERIES, "the store has room for these");

/* An attempt is counted by its intent, or by its outcome when it never came
 * to an intent. 1, 4 and 6: sent, unknown, intent. */
static const char *const query_sql[QUERY_COUNT] = {
    [QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [QUERY_COMMIT] = "COMMIT",
    [QUERY_ROLLBACK] = "ROLLBACK",
    [QUERY_INTEND] =
        "INSERT INTO recipient VALUES (?1, ?2, ?3, 6, 1, ?4, 0, 0, NULL, ?5, 0)"
        " ON CONFLICT DO UPDATE SET state = 6, attempts = attempts + 1,"
        " message_id = ?4, code = 0, enhanced = 0, reply = NULL, at_us = ?5,"
        " next_us = 0 WHERE state NOT IN (1, 4, 6)",
    [QUERY_SETTLE] =
        "INSERT INTO recipient VALUES"
        " (?1, ?2, ?3, ?4, ?4 <> 5, NULL, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT DO UPDATE SET state = ?4,"
        " attempts = attempts + (state NOT IN (4, 6) AND ?4 <> 5),"
        " code = ?5, enhanced = ?6, reply = ?7, at_us = ?8, next_us = ?9",
    [QUERY_UNDO] =
        "UPDATE recipient SET state = 0, attempts = attempts - 1, code = 0,"
        " enhanced = 0, reply = NULL, at_us = ?3, next_us = 0"
        " WHERE campaign = ?1 AND key = ?2 AND state IN (4, 6)",
    [QUERY_FORGET] = "DELETE FROM recipient"
                     " WHERE campaign = ?1 AND key = ?2 AND state = 0"
                     " AND attempts <= 0",
    [QUERY_DEPART] = "INSERT INTO departure VALUES (?1, ?2)",
};

#define ENTRY_COLUMNS                                                          \
    "key, address, state, attempts, message_id, code, enhanced, reply,"        \
    " at_us, next_us"

bool sqlite_prepare_writing(JournalStore *store, GError **error)
{
    for (int i = 0; i < QUERY_COUNT; i++) {
        store->queries[i] = sqlite_prepare(store, store->writer, query_sql[i],
                                           error);
        if (store->queries[i] == NULL)
            return false;
    }
    return true;
}

#define STEP_HISTORY 3 /* the version that keeps a history */

bool sqlite_prepare_reading(JournalStore *store, GError **error)
{
    static const char find_sql[] = "SELECT " ENTRY_COLUMNS " FROM recipient"
                                   " WHERE campaign = ?1 AND key = ?2";
    static const char history_sql[] =
        "SELECT key, NULL, state, 0, message_id, code, enhanced, reply, at_us,"
        " 0 FROM history WHERE campaign ="
        " (SELECT number FROM campaign WHERE id = ?1) AND key = ?2"
        " ORDER BY rowid";
    store->find = sqlite_prepare(store, store->reader, find_sql, error);
    if (store->find == NULL || store->version < STEP_HISTORY)
        return store->find != NULL;
    store->find_history = sqlite_prepare(store, store->reader, history_sql,
                                         error);
    return store->find_history != NULL;
}

/* --- writing --- */

#define ENHANCED_BASE 1000 /* RFC 3463 2: up to three digits a part */

static int64_t pack_enhanced(const Reply *reply)
{
    int64_t packed = 0;
    for (int i = 0; i < 3; i++)
        packed = packed * ENHANCED_BASE +
                 CLAMP(reply->enhanced[i], 0, ENHANCED_BASE - 1);
    return packed;
}

static void unpack_enhanced(int64_t packed, Reply *reply)
{
    for (int i = 2; i >= 0; i--) {
        reply->enhanced[i] = (int)(packed % ENHANCED_BASE);
        packed /= ENHANCED_BASE;
    }
}

static void bind_recipient(const JournalStore *store, sqlite3_stmt *query,
                           const JournalRecord *record)
{
    sqlite3_bind_int64(query, 1, store->campaign);
    sqlite_bind(query, 2, record->key);
}

static const char *address_beside_key(const JournalRecord *record)
{
    return strcmp(record->address, record->key) == 0 ? NULL : record->address;
}

static bool write_intent(JournalStore *store, JournalRecord *record,
                         GError **error)
{
    sqlite3_stmt *query = store->queries[QUERY_INTEND];
    bind_recipient(store, query, record);
    sqlite_bind(query, 3, address_beside_key(record));
    sqlite_bind(query, 4, record->message_id);
    sqlite3_bind_int64(query, 5, record->at_us);
    if (!sqlite_run(store, query, error))
        return false;
    record->was_refused = sqlite3_changes(store->writer) == 0;
    return true;
}

static bool write_undo(JournalStore *store, const JournalRecord *record,
                       GError **error)
{
    sqlite3_stmt *undo = store->queries[QUERY_UNDO];
    bind_recipient(store, undo, record);
    sqlite3_bind_int64(undo, 3, record->at_us);
    if (!sqlite_run(store, undo, error))
        return false;
    sqlite3_stmt *forget = store->queries[QUERY_FORGET];
    bind_recipient(store, forget, record);
    return sqlite_run(store, forget, error);
}

static bool write_outcome(JournalStore *store, const JournalRecord *record,
                          GError **error)
{
    sqlite3_stmt *query = store->queries[QUERY_SETTLE];
    bind_recipient(store, query, record);
    sqlite_bind(query, 3, address_beside_key(record));
    sqlite3_bind_int(query, 4, (int)record->outcome);
    sqlite3_bind_int(query, 5, record->reply.code);
    sqlite3_bind_int64(query, 6, pack_enhanced(&record->reply));
    sqlite_bind(query, 7, record->reply.text);
    sqlite3_bind_int64(query, 8, record->at_us);
    sqlite3_bind_int64(query, 9, record->next_us);
    return sqlite_run(store, query, error);
}

static bool write_departure(JournalStore *store, const JournalRecord *record,
                            GError **error)
{
    sqlite3_stmt *query = store->queries[QUERY_DEPART];
    sqlite3_bind_int64(query, 1, record->account);
    sqlite3_bind_int64(query, 2, record->at_us);
    return sqlite_run(store, query, error);
}

static bool write_record(JournalStore *store, JournalRecord *record,
                         GError **error)
{
    switch (record->kind) {
    case RECORD_DEPARTURE:
        return write_departure(store, record, error);
    case RECORD_INTENT:
        return write_intent(store, record, error);
    case RECORD_OUTCOME:
        break;
    }
    return record->outcome == OUTCOME_NONE
               ? write_undo(store, record, error)
               : write_outcome(store, record, error);
}

bool sqlite_resolve_unknown(JournalStore *store, Outcome outcome, int64_t at_us,
                            int64_t *count, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "UPDATE recipient SET state = ?2, at_us = ?3"
        " WHERE campaign = ?1 AND state = 4",
        error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, store->campaign);
    sqlite3_bind_int(statement, 2, (int)outcome);
    sqlite3_bind_int64(statement, 3, at_us);
    if (!sqlite_run_once(store, statement, error))
        return false;
    *count = sqlite3_changes(store->writer);
    return true;
}

bool sqlite_write(JournalStore *store, JournalRecord *const *records,
                  size_t count, GError **error)
{
    bool ok = sqlite_run(store, store->queries[QUERY_BEGIN], error);
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < count; i++)
        ok = write_record(store, records[i], error);
    ok = ok && sqlite_run(store, store->queries[QUERY_COMMIT], error);
    /* Some failures (disk full) have rolled back by themselves. */
    if (!ok && sqlite3_get_autocommit(store->writer) == 0)
        sqlite_run(store, store->queries[QUERY_ROLLBACK], NULL);
    return ok;
}

/* --- reading --- */

static void read_entry(sqlite3_stmt *row, Entry *entry)
{
    const char *address = sqlite_text(row, 1);
    int64_t state = sqlite3_column_int64(row, 2);
    entry->address = g_strdup(address != NULL ? address : sqlite_text(row, 0));
    /* An intent without its outcome; and a state that no mirmail writes is
     * not one that allows another mail. */
    entry->outcome = OUTCOME_UNKNOWN;
    if (state >= 0 && state < OUTCOME_COUNT)
        entry->outcome = (Outcome)state;
    entry->attempts = sqlite3_column_int(row, 3);
    entry->message_id = g_strdup(sqlite_text(row, 4));
    entry->reply.code = sqlite3_column_int(row, 5);
    unpack_enhanced(sqlite3_column_int64(row, 6), &entry->reply);
    /* A journal of an early version may hold what a relay sent as it was. */
    const char *reply = sqlite_text(row, 7);
    entry->reply.text = reply != NULL ? error_printable(reply) : NULL;
    entry->at_us = sqlite3_column_int64(row, 8);
    entry->next_us = sqlite3_column_int64(row, 9);
}

bool sqlite_lookup(JournalStore *store, const char *key, Entry *entry,
                   GError **error)
{
    pthread_mutex_lock(&store->find_mutex);
    sqlite3_bind_int64(store->find, 1, store->campaign);
    sqlite_bind(store->find, 2, key);
    int code = sqlite3_step(store->find);
    if (code == SQLITE_ROW)
        read_entry(store->find, entry);
    else if (code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_reset(store->find);
    pthread_mutex_unlock(&store->find_mutex);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

static void free_entry(void *data)
{
    entry_clear(data);
    g_free(data);
}

/* What was known of the recipient before, oldest first. */
static bool read_history(JournalStore *store, const char *id, const char *key,
                         Entry *entry, GError **error)
{
    sqlite3_stmt *rows = store->find_history;
    if (rows == NULL)
        return true;
    sqlite_bind(rows, 1, id);
    sqlite_bind(rows, 2, key);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        Entry *earlier = g_new0(Entry, 1);
        read_entry(rows, earlier);
        if (entry->history == NULL)
            entry->history = g_ptr_array_new_with_free_func(free_entry);
        g_ptr_array_add(entry->history, earlier);
    }
    if (code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_reset(rows);
    return code == SQLITE_DONE;
}

bool sqlite_visit(JournalStore *store, const char *id, JournalVisit visit,
                  void *data, GError **error)
{
    sqlite3_stmt *rows = sqlite_prepare(
        store, store->reader,
        "SELECT " ENTRY_COLUMNS " FROM recipient WHERE campaign ="
        " (SELECT number FROM campaign WHERE id = ?1) ORDER BY key",
        error);
    if (rows == NULL)
        return false;
    sqlite_bind(rows, 1, id);
    int code;
    bool ok = true;
    while (ok && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        Entry entry = {0};
        read_entry(rows, &entry);
        ok = read_history(store, id, sqlite_text(rows, 0), &entry, error);
        if (ok)
            visit(data, &entry);
        entry_clear(&entry);
    }
    if (ok && code != SQLITE_DONE)
        ok = sqlite_fail(store, store->reader, error);
    sqlite3_finalize(rows);
    return ok;
}

bool sqlite_visit_person(JournalStore *store, const char *key,
                         JournalVisitPerson visit, void *data, GError **error)
{
    sqlite3_stmt *rows = sqlite_prepare(
        store, store->reader,
        "SELECT " ENTRY_COLUMNS ", id FROM campaign CROSS JOIN recipient"
        " ON campaign = number AND key = ?1 ORDER BY number DESC",
        error);
    if (rows == NULL)
        return false;
    sqlite_bind(rows, 1, key);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        Entry entry = {0};
        read_entry(rows, &entry);
        visit(data, sqlite_text(rows, 10), &entry);
        entry_clear(&entry);
    }
    if (code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

bool sqlite_visit_keys(JournalStore *store, JournalVisitKey visit, void *data,
                       GError **error)
{
    sqlite3_stmt *rows = sqlite_prepare(
        store, store->reader,
        "SELECT key FROM recipient WHERE campaign = ?1 ORDER BY key", error);
    if (rows == NULL)
        return false;
    sqlite3_bind_int64(rows, 1, store->campaign);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        visit(data, sqlite_text(rows, 0));
    if (code != SQLITE_DONE)
        sqlite_fail(store, store->reader, error);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}
