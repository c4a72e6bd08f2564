/*
 * journal_sqlite.c - the journal as one SQLite file; see backend.h.
 *
 * WAL with synchronous=FULL: a transaction that was committed survives a loss
 * of power. (WAL with NORMAL may lose the last ones, and each of them would
 * be a mail sent twice.) Two connections: one writes, the other looks up
 * meanwhile without waiting for a flush.
 *
 * A campaign's number keeps the recipients' keys short. Stored states are
 * the numbers of Outcome, which must not change, and STATE_INTENT.
 */
#include "journal/backend.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#define SCHEMA_VERSION 2
#define APPLICATION_ID 0x6d69726d /* "mirm", for file(1) and for us */
#define BUSY_TIMEOUT_MS 20000
#define STATE_INTENT 6

static_assert(OUTCOME_NONE == 0 && OUTCOME_SENT == 1 && OUTCOME_DEFERRED == 2 &&
                  OUTCOME_FAILED == 3 && OUTCOME_UNKNOWN == 4 &&
                  OUTCOME_SKIPPED == 5 && OUTCOME_COUNT == STATE_INTENT,
              "these numbers stand in journals");

static const char schema_sql[] =
    "CREATE TABLE campaign ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT NOT NULL UNIQUE,"
    " digest TEXT NOT NULL, subject TEXT NOT NULL,"
    " arguments TEXT NOT NULL, directory TEXT NOT NULL,"
    " created_us INTEGER NOT NULL, finished_us INTEGER NOT NULL,"
    " recipients INTEGER NOT NULL, test INTEGER NOT NULL);"
    "CREATE TABLE recipient ("
    " campaign INTEGER NOT NULL REFERENCES campaign (number),"
    " key TEXT NOT NULL,"
    " address TEXT," /* NULL: the key itself */
    " state INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " message_id TEXT,"
    " code INTEGER NOT NULL, enhanced INTEGER NOT NULL, reply TEXT,"
    " at_us INTEGER NOT NULL, next_us INTEGER NOT NULL,"
    " PRIMARY KEY (campaign, key)) WITHOUT ROWID;"
    "PRAGMA user_version = 1;"
    "PRAGMA application_id = 0x6d69726d;";

/* What each version adds to the one before it; a new journal takes all
 * steps. A journal that is only read is left as it is. */
static const char *const schema_steps[SCHEMA_VERSION] = {
    schema_sql,
    "CREATE TABLE letter ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL, digest TEXT NOT NULL,"
    " subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,"
    " at_us INTEGER NOT NULL,"
    " UNIQUE (name, digest));"
    "PRAGMA user_version = 2;",
};

typedef enum {
    QUERY_BEGIN,
    QUERY_COMMIT,
    QUERY_ROLLBACK,
    QUERY_INTEND,
    QUERY_SETTLE,
    QUERY_UNDO,
    QUERY_FORGET,
    QUERY_COUNT
} Query;

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
};

#define ENTRY_COLUMNS                                                          \
    "key, address, state, attempts, message_id, code, enhanced, reply,"        \
    " at_us, next_us"

struct JournalStore {
    char *path;
    sqlite3 *writer;
    sqlite3 *reader;
    sqlite3_stmt *queries[QUERY_COUNT];
    sqlite3_stmt *find; /* of the reader, for one thread at a time */
    pthread_mutex_t find_mutex;
    int64_t campaign; /* the number of the campaign taken */
    int64_t version;  /* of the file's schema */
};

/* --- errors and small steps --- */

static bool fail(const JournalStore *store, sqlite3 *database, GError **error)
{
    Place place = {store->path, 0, 0};
    int code = sqlite3_errcode(database);
    int reason = sqlite3_system_errno(database);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        error_set_at(error, ERROR_RETRY, place,
                     "another process is writing to this journal");
    else if (code == SQLITE_NOTADB)
        error_set_at(error, ERROR_SYSTEM, place, "this is not a journal: %s",
                     sqlite3_errmsg(database));
    else if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && reason != 0)
        error_set_at(error, ERROR_SYSTEM, place, "the journal fails: %s (%s)",
                     sqlite3_errmsg(database), g_strerror(reason));
    else
        error_set_at(error, ERROR_SYSTEM, place, "the journal fails: %s",
                     sqlite3_errmsg(database));
    return false;
}

static bool run_sql(const JournalStore *store, sqlite3 *database,
                    const char *sql, GError **error)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           fail(store, database, error);
}

static sqlite3_stmt *prepare(const JournalStore *store, sqlite3 *database,
                             const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &statement, NULL) != SQLITE_OK)
        fail(store, database, error);
    return statement;
}

/* Runs a statement that gives no rows. */
static bool run(const JournalStore *store, sqlite3_stmt *statement,
                GError **error)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    if (!done)
        fail(store, sqlite3_db_handle(statement), error);
    sqlite3_reset(statement);
    return done;
}

static bool run_once(const JournalStore *store, sqlite3_stmt *statement,
                     GError **error)
{
    bool done = run(store, statement, error);
    sqlite3_finalize(statement);
    return done;
}

/* The text stays the caller's until the statement is reset. */
static void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

static bool read_number(const JournalStore *store, const char *sql,
                        int64_t *number, GError **error)
{
    sqlite3_stmt *statement = prepare(store, store->writer, sql, error);
    if (statement == NULL)
        return false;
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *number = sqlite3_column_int64(statement, 0);
    else
        fail(store, store->writer, error);
    sqlite3_finalize(statement);
    return found;
}

/* --- opening --- */

static bool fail_file(const char *path, const char *what, GError **error)
{
    error_set_at(error, ERROR_SYSTEM, (Place){path, 0, 0}, "%s: %s", what,
                 g_strerror(errno));
    return false;
}

/* SQLite flushes the directory that holds its files, but not the one that
 * holds that directory. */
static bool make_directory(const char *directory, GError **error)
{
    if (g_file_test(directory, G_FILE_TEST_IS_DIR))
        return true;
    if (g_mkdir_with_parents(directory, 0700) != 0)
        return fail_file(directory, "cannot make this directory", error);
    g_autofree char *parent = g_path_get_dirname(directory);
    int file = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
    return true;
}

/* SQLite gives its side files the mode of the main one. */
static bool make_file(const char *path, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(path);
    if (!make_directory(directory, error))
        return false;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return fail_file(path, "cannot open the journal", error);
    close(file);
    return true;
}

static bool check_version(const JournalStore *store, int64_t version,
                          GError **error)
{
    Place place = {store->path, 0, 0};
    int64_t application = 0;
    int64_t tables = 0;
    if (version > SCHEMA_VERSION) {
        error_set_at(error, ERROR_SYSTEM, place,
                     "written by a newer mirmail (journal version %d, this "
                     "one knows %d); use that one",
                     (int)version, SCHEMA_VERSION);
        return false;
    }
    if (!read_number(store, "PRAGMA application_id", &application, error) ||
        !read_number(store, "SELECT count(*) FROM sqlite_schema", &tables,
                     error))
        return false;
    if (application == APPLICATION_ID || (version == 0 && tables == 0))
        return true;
    error_set_at(error, ERROR_SYSTEM, place,
                 "this is a database of another program, not a journal");
    return false;
}

static bool take_steps(JournalStore *store, GError **error)
{
    if (!read_number(store, "PRAGMA user_version", &store->version, error))
        return false;
    for (; store->version < SCHEMA_VERSION; store->version++)
        if (!run_sql(store, store->writer, schema_steps[store->version], error))
            return false;
    return true;
}

/* Two processes may come here with the same new or old file. */
static bool make_schema(JournalStore *store, GError **error)
{
    if (!run_sql(store, store->writer, "BEGIN IMMEDIATE", error))
        return false;
    if (!take_steps(store, error)) {
        sqlite3_exec(store->writer, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    return run_sql(store, store->writer, "COMMIT", error);
}

static bool check_schema(JournalStore *store, JournalMode mode, GError **error)
{
    if (!read_number(store, "PRAGMA user_version", &store->version, error) ||
        !check_version(store, store->version, error))
        return false;
    if (mode == JOURNAL_WRITE)
        return store->version == SCHEMA_VERSION || make_schema(store, error);
    if (store->version != 0)
        return true;
    error_set_at(error, ERROR_MISSING, (Place){store->path, 0, 0},
                 "this journal is empty: nothing was sent yet");
    return false;
}

static sqlite3 *connect_file(const JournalStore *store, int flags,
                             GError **error)
{
    sqlite3 *database = NULL;
    /* Serialized: visit() and lookup() share the reader. */
    if (sqlite3_open_v2(store->path, &database, flags | SQLITE_OPEN_FULLMUTEX,
                        NULL) != SQLITE_OK) {
        if (database == NULL) /* no memory even for the handle */
            error_set(error, ERROR_SYSTEM, "out of memory");
        else
            fail(store, database, error);
        sqlite3_close(database);
        return NULL;
    }
    sqlite3_extended_result_codes(database, 0);
    sqlite3_busy_timeout(database, BUSY_TIMEOUT_MS);
    return database;
}

static bool use_write_ahead_log(const JournalStore *store, GError **error)
{
    sqlite3_stmt *statement = prepare(store, store->writer,
                                      "PRAGMA journal_mode = WAL", error);
    if (statement == NULL)
        return false;
    bool ok = sqlite3_step(statement) == SQLITE_ROW;
    if (!ok)
        fail(store, store->writer, error);
    else if (g_strcmp0(column_text(statement, 0), "wal") != 0) {
        ok = false;
        error_set_at(error, ERROR_SYSTEM, (Place){store->path, 0, 0},
                     "no write-ahead log is possible here; put the journal on "
                     "a local disk");
    }
    sqlite3_finalize(statement);
    return ok;
}

static bool prepare_queries(JournalStore *store, GError **error)
{
    for (int i = 0; i < QUERY_COUNT; i++) {
        store->queries[i] = prepare(store, store->writer, query_sql[i], error);
        if (store->queries[i] == NULL)
            return false;
    }
    return true;
}

/* A larger log than SQLite's own 1,000 pages: keys come in no order, and the
 * more transactions share a checkpoint, the fewer pages it writes twice. */
static bool open_writer(JournalStore *store, GError **error)
{
    store->writer = connect_file(store, SQLITE_OPEN_READWRITE, error);
    return store->writer != NULL && check_schema(store, JOURNAL_WRITE, error) &&
           use_write_ahead_log(store, error) &&
           run_sql(store, store->writer,
                   "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;"
                   "PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000;"
                   "PRAGMA wal_autocheckpoint = 4000;",
                   error) &&
           prepare_queries(store, error);
}

static bool open_reader(JournalStore *store, JournalMode mode, GError **error)
{
    static const char find_sql[] = "SELECT " ENTRY_COLUMNS " FROM recipient"
                                   " WHERE campaign = ?1 AND key = ?2";
    /* Not READONLY: reading a WAL file takes part in its shared index. SQLite
     * itself steps back when the file may not be written. */
    store->reader = connect_file(store, SQLITE_OPEN_READWRITE, error);
    if (store->reader == NULL)
        return false;
    if (mode == JOURNAL_READ) {
        store->writer = store->reader;
        if (!check_schema(store, mode, error))
            return false;
    }
    store->find = prepare(store, store->reader, find_sql, error);
    return store->find != NULL &&
           run_sql(store, store->reader, "PRAGMA query_only = ON", error);
}

static void sqlite_close(JournalStore *store)
{
    if (store == NULL)
        return;
    for (int i = 0; i < QUERY_COUNT; i++)
        sqlite3_finalize(store->queries[i]);
    sqlite3_finalize(store->find);
    if (store->reader != store->writer)
        sqlite3_close(store->reader);
    sqlite3_close(store->writer);
    pthread_mutex_destroy(&store->find_mutex);
    g_free(store->path);
    g_free(store);
}

static JournalStore *sqlite_open(const char *path, JournalMode mode,
                                 GError **error)
{
    if (mode == JOURNAL_READ && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        error_set_at(error, ERROR_MISSING, (Place){path, 0, 0},
                     "there is no journal here: nothing was sent yet");
        return NULL;
    }
    if (mode == JOURNAL_WRITE && !make_file(path, error))
        return NULL;
    JournalStore *store = g_new0(JournalStore, 1);
    store->path = g_strdup(path);
    pthread_mutex_init(&store->find_mutex, NULL);
    bool ok = (mode == JOURNAL_READ || open_writer(store, error)) &&
              open_reader(store, mode, error);
    if (ok)
        return store;
    sqlite_close(store);
    return NULL;
}

/* --- campaigns --- */

static bool sqlite_create_campaign(JournalStore *store,
                                   const Campaign *campaign, GError **error)
{
    sqlite3_stmt *statement = prepare(
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
        bind_text(statement, i + 1, texts[i] != NULL ? texts[i] : "");
    sqlite3_bind_int64(statement, 6, campaign->created_us);
    sqlite3_bind_int64(statement, 7, campaign->finished_us);
    sqlite3_bind_int64(statement, 8, campaign->recipients);
    sqlite3_bind_int(statement, 9, campaign->test);
    int code = sqlite3_step(statement);
    if (code == SQLITE_CONSTRAINT)
        error_set_at(error, ERROR_INPUT, (Place){store->path, 0, 0},
                     "there is a campaign `%s` already", campaign->id);
    else if (code != SQLITE_DONE)
        fail(store, store->writer, error);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

static Campaign *read_campaign(sqlite3_stmt *row)
{
    Campaign *campaign = g_new0(Campaign, 1);
    campaign->id = g_strdup(column_text(row, 1));
    campaign->digest = g_strdup(column_text(row, 2));
    campaign->subject = g_strdup(column_text(row, 3));
    campaign->arguments = g_strdup(column_text(row, 4));
    campaign->directory = g_strdup(column_text(row, 5));
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
        if (state == STATE_INTENT)
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
static GPtrArray *sqlite_list_campaigns(JournalStore *store, const char *id,
                                        GError **error)
{
    sqlite3_stmt *counts = prepare(
        store, store->writer,
        "SELECT state, count(*) FROM recipient WHERE campaign = ?1"
        " GROUP BY state",
        error);
    if (counts == NULL)
        return NULL;
    sqlite3_stmt *rows = prepare(store, store->writer,
                                 "SELECT * FROM campaign"
                                 " WHERE ?1 IS NULL OR id = ?1"
                                 " ORDER BY number DESC",
                                 error);
    if (rows == NULL) {
        sqlite3_finalize(counts);
        return NULL;
    }
    bind_text(rows, 1, id);
    GPtrArray *campaigns = g_ptr_array_new_with_free_func(
        (GDestroyNotify)campaign_free);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        Campaign *campaign = read_campaign(rows);
        read_counts(counts, sqlite3_column_int64(rows, 0), campaign);
        g_ptr_array_add(campaigns, campaign);
    }
    if (code != SQLITE_DONE) {
        fail(store, store->writer, error);
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
    sqlite3_stmt *statement = prepare(store, store->writer, sql, error);
    if (statement == NULL)
        return false;
    bind_text(statement, 1, id);
    sqlite3_bind_int64(statement, 2, value);
    if (!run_once(store, statement, error))
        return false;
    return sqlite3_changes(store->writer) == 1 ||
           fail_missing(store, id, error);
}

static bool sqlite_finish_campaign(JournalStore *store, const char *id,
                                   int64_t at_us, GError **error)
{
    return update_campaign(store,
                           "UPDATE campaign SET finished_us = ?2 WHERE id = ?1",
                           id, at_us, error);
}

static bool sqlite_set_recipients(JournalStore *store, const char *id,
                                  int64_t count, GError **error)
{
    return update_campaign(store,
                           "UPDATE campaign SET recipients = ?2 WHERE id = ?1",
                           id, count, error);
}

/* 0: no such campaign; -1: failed. */
static int64_t find_number(JournalStore *store, const char *id, GError **error)
{
    sqlite3_stmt *statement = prepare(
        store, store->writer, "SELECT number FROM campaign WHERE id = ?1",
        error);
    if (statement == NULL)
        return -1;
    bind_text(statement, 1, id);
    int code = sqlite3_step(statement);
    int64_t number = 0;
    if (code == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE) {
        fail(store, store->writer, error);
        number = -1;
    }
    sqlite3_finalize(statement);
    return number;
}

static bool sqlite_take(JournalStore *store, const char *id, int64_t *unknown,
                        GError **error)
{
    int64_t number = find_number(store, id, error);
    if (number == 0)
        return fail_missing(store, id, error);
    if (number < 0)
        return false;
    sqlite3_stmt *statement = prepare(store, store->writer,
                                      "UPDATE recipient SET state = 4"
                                      " WHERE campaign = ?1 AND state = 6",
                                      error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    if (!run_once(store, statement, error))
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
    sqlite3_stmt *statement = prepare(
        store, store->writer,
        "DELETE FROM letter WHERE number <="
        " (SELECT number FROM letter ORDER BY number DESC LIMIT 1 OFFSET ?1)",
        error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int(statement, 1, JOURNAL_LETTERS_MAX);
    return run_once(store, statement, error);
}

static bool sqlite_keep_letter(JournalStore *store, const KeptLetter *letter,
                               GError **error)
{
    sqlite3_stmt *statement = prepare(
        store, store->writer,
        "INSERT OR REPLACE INTO letter (" LETTER_COLUMNS
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        error);
    if (statement == NULL)
        return false;
    const char *const texts[] = {letter->name, letter->digest, letter->subject,
                                 letter->text, letter->html};
    for (int i = 0; i < (int)G_N_ELEMENTS(texts); i++)
        bind_text(statement, i + 1, texts[i]);
    sqlite3_bind_int64(statement, 6, letter->at_us);
    return run_once(store, statement, error) && forget_letters(store, error);
}

static KeptLetter *read_letter(sqlite3_stmt *row)
{
    KeptLetter *letter = g_new0(KeptLetter, 1);
    letter->name = g_strdup(column_text(row, 0));
    letter->digest = g_strdup(column_text(row, 1));
    letter->subject = g_strdup(column_text(row, 2));
    letter->text = g_strdup(column_text(row, 3));
    letter->html = g_strdup(column_text(row, 4));
    letter->at_us = sqlite3_column_int64(row, 5);
    return letter;
}

static bool sqlite_find_letter(JournalStore *store, const char *name,
                               KeptLetter **letter, GError **error)
{
    if (store->version < STEP_LETTERS)
        return true;
    sqlite3_stmt *row = prepare(store, store->reader,
                                "SELECT " LETTER_COLUMNS " FROM letter"
                                " WHERE name = ?1 ORDER BY number DESC LIMIT 1",
                                error);
    if (row == NULL)
        return false;
    bind_text(row, 1, name);
    int code = sqlite3_step(row);
    if (code == SQLITE_ROW)
        *letter = read_letter(row);
    else if (code != SQLITE_DONE)
        fail(store, store->reader, error);
    sqlite3_finalize(row);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* --- recipients --- */

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
    bind_text(query, 2, record->key);
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
    bind_text(query, 3, address_beside_key(record));
    bind_text(query, 4, record->message_id);
    sqlite3_bind_int64(query, 5, record->at_us);
    if (!run(store, query, error))
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
    if (!run(store, undo, error))
        return false;
    sqlite3_stmt *forget = store->queries[QUERY_FORGET];
    bind_recipient(store, forget, record);
    return run(store, forget, error);
}

static bool write_outcome(JournalStore *store, const JournalRecord *record,
                          GError **error)
{
    sqlite3_stmt *query = store->queries[QUERY_SETTLE];
    bind_recipient(store, query, record);
    bind_text(query, 3, address_beside_key(record));
    sqlite3_bind_int(query, 4, (int)record->outcome);
    sqlite3_bind_int(query, 5, record->reply.code);
    sqlite3_bind_int64(query, 6, pack_enhanced(&record->reply));
    bind_text(query, 7, record->reply.text);
    sqlite3_bind_int64(query, 8, record->at_us);
    sqlite3_bind_int64(query, 9, record->next_us);
    return run(store, query, error);
}

static bool write_record(JournalStore *store, JournalRecord *record,
                         GError **error)
{
    if (record->is_intent)
        return write_intent(store, record, error);
    if (record->outcome == OUTCOME_NONE)
        return write_undo(store, record, error);
    return write_outcome(store, record, error);
}

static bool sqlite_write(JournalStore *store, JournalRecord *const *records,
                         size_t count, GError **error)
{
    bool ok = run(store, store->queries[QUERY_BEGIN], error);
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < count; i++)
        ok = write_record(store, records[i], error);
    ok = ok && run(store, store->queries[QUERY_COMMIT], error);
    /* Some failures (disk full) have rolled back by themselves. */
    if (!ok && sqlite3_get_autocommit(store->writer) == 0)
        run(store, store->queries[QUERY_ROLLBACK], NULL);
    return ok;
}

static void read_entry(sqlite3_stmt *row, Entry *entry)
{
    const char *address = column_text(row, 1);
    int64_t state = sqlite3_column_int64(row, 2);
    entry->address = g_strdup(address != NULL ? address : column_text(row, 0));
    /* An intent without its outcome; and a state that no mirmail writes is
     * not one that allows another mail. */
    entry->outcome = OUTCOME_UNKNOWN;
    if (state >= 0 && state < OUTCOME_COUNT)
        entry->outcome = (Outcome)state;
    entry->attempts = sqlite3_column_int(row, 3);
    entry->message_id = g_strdup(column_text(row, 4));
    entry->reply.code = sqlite3_column_int(row, 5);
    unpack_enhanced(sqlite3_column_int64(row, 6), &entry->reply);
    entry->reply.text = g_strdup(column_text(row, 7));
    entry->at_us = sqlite3_column_int64(row, 8);
    entry->next_us = sqlite3_column_int64(row, 9);
}

static bool sqlite_lookup(JournalStore *store, const char *key, Entry *entry,
                          GError **error)
{
    pthread_mutex_lock(&store->find_mutex);
    sqlite3_bind_int64(store->find, 1, store->campaign);
    bind_text(store->find, 2, key);
    int code = sqlite3_step(store->find);
    if (code == SQLITE_ROW)
        read_entry(store->find, entry);
    else if (code != SQLITE_DONE)
        fail(store, store->reader, error);
    sqlite3_reset(store->find);
    pthread_mutex_unlock(&store->find_mutex);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

static bool sqlite_visit(JournalStore *store, const char *id,
                         JournalVisit visit, void *data, GError **error)
{
    sqlite3_stmt *rows = prepare(
        store, store->reader,
        "SELECT " ENTRY_COLUMNS " FROM recipient WHERE campaign ="
        " (SELECT number FROM campaign WHERE id = ?1) ORDER BY key",
        error);
    if (rows == NULL)
        return false;
    bind_text(rows, 1, id);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        Entry entry = {0};
        read_entry(rows, &entry);
        visit(data, &entry);
        entry_clear(&entry);
    }
    if (code != SQLITE_DONE)
        fail(store, store->reader, error);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

static bool sqlite_visit_keys(JournalStore *store, JournalVisitKey visit,
                              void *data, GError **error)
{
    sqlite3_stmt *rows = prepare(
        store, store->reader,
        "SELECT key FROM recipient WHERE campaign = ?1 ORDER BY key", error);
    if (rows == NULL)
        return false;
    sqlite3_bind_int64(rows, 1, store->campaign);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        visit(data, column_text(rows, 0));
    if (code != SQLITE_DONE)
        fail(store, store->reader, error);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

const JournalBackend journal_sqlite = {
    .open = sqlite_open,
    .close = sqlite_close,
    .create_campaign = sqlite_create_campaign,
    .list_campaigns = sqlite_list_campaigns,
    .finish_campaign = sqlite_finish_campaign,
    .set_recipients = sqlite_set_recipients,
    .keep_letter = sqlite_keep_letter,
    .find_letter = sqlite_find_letter,
    .take = sqlite_take,
    .write = sqlite_write,
    .lookup = sqlite_lookup,
    .visit = sqlite_visit,
    .visit_keys = sqlite_visit_keys,
};
