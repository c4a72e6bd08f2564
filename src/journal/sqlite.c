/*
 * sqlite.c - the journal as one SQLite file: opening it, and its schema.
 *
 * WAL with synchronous=FULL: a transaction that was committed survives a loss
 * of power. (WAL with NORMAL may lose the last ones, and each of them would
 * be a mail sent twice.) Two connections: one writes, the other looks up
 * meanwhile without waiting for a flush.
 *
 * A campaign's number keeps the recipients' keys short. Stored states are
 * the numbers of Outcome, which must not change, and STATE_INTENT.
 */
#include "journal/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#define SCHEMA_VERSION 4
#define APPLICATION_ID 0x6d69726d /* "mirm", for file(1) and for us */
#define BUSY_TIMEOUT_MS 20000

static_assert(OUTCOME_NONE == 0 && OUTCOME_SENT == 1 && OUTCOME_DEFERRED == 2 &&
                  OUTCOME_FAILED == 3 && OUTCOME_UNKNOWN == 4 &&
                  OUTCOME_SKIPPED == 5 && OUTCOME_COUNT == SQLITE_STATE_INTENT,
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
    /* What a recipient's row said before it was written over: 2, 3 and 4 are
     * deferred, failed and unknown. Nearly every row is written to once, so
     * the history costs nothing where there is none. */
    "CREATE TABLE history ("
    " campaign INTEGER NOT NULL, key TEXT NOT NULL,"
    " state INTEGER NOT NULL, message_id TEXT,"
    " code INTEGER NOT NULL, enhanced INTEGER NOT NULL, reply TEXT,"
    " at_us INTEGER NOT NULL);"
    "CREATE INDEX history_of ON history (campaign, key);"
    "CREATE TRIGGER keep_history BEFORE UPDATE ON recipient"
    " WHEN OLD.state IN (2, 3, 4) AND OLD.at_us <> NEW.at_us BEGIN"
    " INSERT INTO history VALUES (OLD.campaign, OLD.key, OLD.state,"
    " OLD.message_id, OLD.code, OLD.enhanced, OLD.reply, OLD.at_us); END;"
    /* `begun`: messages that may have begun without a departure. */
    "CREATE TABLE account ("
    " number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " begun INTEGER NOT NULL);"
    "CREATE TABLE departure ("
    " account INTEGER NOT NULL REFERENCES account (number),"
    " at_us INTEGER NOT NULL);"
    "PRAGMA user_version = 3;",
    /* `mail` is a digest; `campaign` NULL when it is not known. */
    "CREATE TABLE bounce ("
    " mail TEXT NOT NULL, key TEXT NOT NULL, campaign INTEGER,"
    " class TEXT NOT NULL, status TEXT, at_us INTEGER NOT NULL,"
    " PRIMARY KEY (mail, key)) WITHOUT ROWID;"
    "CREATE INDEX bounce_of ON bounce (key);"
    "PRAGMA user_version = 4;",
};

/* --- errors and small steps --- */

bool sqlite_fail(const JournalStore *store, sqlite3 *database, GError **error)
{
    Place place = {store->path, 0, 0};
    int code = sqlite3_errcode(database);
    int reason = sqlite3_system_errno(database);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        error_set_at(error, ERROR_RETRY, place,
                     "another process is writing to this journal");
    else if (code == SQLITE_FULL)
        error_set_at(error, ERROR_SYSTEM, place,
                     "the journal fails: %s; make room, then run `mirmail "
                     "resume`",
                     sqlite3_errmsg(database));
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

bool sqlite_run_sql(const JournalStore *store, sqlite3 *database,
                    const char *sql, GError **error)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fail(store, database, error);
}

sqlite3_stmt *sqlite_prepare(const JournalStore *store, sqlite3 *database,
                             const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &statement, NULL) != SQLITE_OK)
        sqlite_fail(store, database, error);
    return statement;
}

/* Runs a statement that gives no rows. */
bool sqlite_run(const JournalStore *store, sqlite3_stmt *statement,
                GError **error)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    if (!done)
        sqlite_fail(store, sqlite3_db_handle(statement), error);
    sqlite3_reset(statement);
    return done;
}

bool sqlite_run_once(const JournalStore *store, sqlite3_stmt *statement,
                     GError **error)
{
    bool done = sqlite_run(store, statement, error);
    sqlite3_finalize(statement);
    return done;
}

/* The text stays the caller's until the statement is reset. */
void sqlite_bind(sqlite3_stmt *statement, int index, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

const char *sqlite_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

static bool read_number(const JournalStore *store, const char *sql,
                        int64_t *number, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(store, store->writer, sql, error);
    if (statement == NULL)
        return false;
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *number = sqlite3_column_int64(statement, 0);
    else
        sqlite_fail(store, store->writer, error);
    sqlite3_finalize(statement);
    return found;
}

/* --- opening --- */

static bool fail_file(const char *path, const char *what, GError **error)
{
    int reason = errno;
    error_set_at(error, reason == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM,
                 (Place){path, 0, 0}, "%s: %s", what, g_strerror(reason));
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
        if (!sqlite_run_sql(store, store->writer, schema_steps[store->version],
                            error))
            return false;
    return true;
}

/* Two processes may come here with the same new or old file. */
static bool make_schema(JournalStore *store, GError **error)
{
    if (!sqlite_run_sql(store, store->writer, "BEGIN IMMEDIATE", error))
        return false;
    if (!take_steps(store, error)) {
        sqlite3_exec(store->writer, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    return sqlite_run_sql(store, store->writer, "COMMIT", error);
}

/* In one transaction, for another process may be making the tables. */
static bool read_version(JournalStore *store, GError **error)
{
    if (!sqlite_run_sql(store, store->writer, "BEGIN", error))
        return false;
    bool ok = read_number(store, "PRAGMA user_version", &store->version,
                          error) &&
              check_version(store, store->version, error);
    return sqlite_run_sql(store, store->writer, "COMMIT", ok ? error : NULL) &&
           ok;
}

static bool check_schema(JournalStore *store, JournalMode mode, GError **error)
{
    if (!read_version(store, error))
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
            sqlite_fail(store, database, error);
        sqlite3_close(database);
        return NULL;
    }
    sqlite3_extended_result_codes(database, 0);
    sqlite3_busy_timeout(database, BUSY_TIMEOUT_MS);
    return database;
}

static bool use_write_ahead_log(const JournalStore *store, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer, "PRAGMA journal_mode = WAL", error);
    if (statement == NULL)
        return false;
    bool ok = sqlite3_step(statement) == SQLITE_ROW;
    if (!ok)
        sqlite_fail(store, store->writer, error);
    else if (g_strcmp0(sqlite_text(statement, 0), "wal") != 0) {
        ok = false;
        error_set_at(error, ERROR_SYSTEM, (Place){store->path, 0, 0},
                     "no write-ahead log is possible here; put the journal on "
                     "a local disk");
    }
    sqlite3_finalize(statement);
    return ok;
}

/* A larger log than SQLite's own 1,000 pages: keys come in no order, and the
 * more transactions share a checkpoint, the fewer pages it writes twice. */
static bool open_writer(JournalStore *store, GError **error)
{
    store->writer = connect_file(store, SQLITE_OPEN_READWRITE, error);
    return store->writer != NULL && check_schema(store, JOURNAL_WRITE, error) &&
           use_write_ahead_log(store, error) &&
           sqlite_run_sql(store, store->writer,
                          "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;"
                          "PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000;"
                          "PRAGMA wal_autocheckpoint = 4000;",
                          error) &&
           sqlite_prepare_writing(store, error);
}

static bool open_reader(JournalStore *store, JournalMode mode, GError **error)
{
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
    return sqlite_prepare_reading(store, error) &&
           sqlite_run_sql(store, store->reader, "PRAGMA query_only = ON",
                          error);
}

static void sqlite_close(JournalStore *store)
{
    if (store == NULL)
        return;
    for (int i = 0; i < SQLITE_QUERIES; i++)
        sqlite3_finalize(store->queries[i]);
    sqlite3_finalize(store->find);
    sqlite3_finalize(store->find_history);
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
    .visit_person = sqlite_visit_person,
    .forget = sqlite_forget,
    .visit_keys = sqlite_visit_keys,
    .resolve_unknown = sqlite_resolve_unknown,
    .open_account = sqlite_open_account,
    .close_account = sqlite_close_account,
    .visit_departures = sqlite_visit_departures,
    .note_bounce = sqlite_note_bounce,
    .knows_bounce = sqlite_knows_bounce,
    .count_bounces = sqlite_count_bounces,
};
