/*
 * sqlite_forget.c - somebody taken out of the journal; see journal.h.
 *
 * SQLite leaves bytes of rows that were changed in free space of its pages,
 * in its log and in pages that were moved long ago. So the file is written
 * anew (VACUUM) and the log emptied, with everything overwritten that is
 * freed meanwhile (secure_delete).
 */
#include <string.h>

#include <sqlite3.h>

#include "journal/sqlite.h"

/* What a statement is run for. */
typedef struct Forgetting {
    JournalStore *store;
    const char *key;
    const char *stand_in;
} Forgetting;

/* The text with the stand-in for every occurrence, whatever its case. */
static char *replace_all(const char *text, const char *key,
                         const char *stand_in)
{
    GString *out = g_string_new(NULL);
    const char *found;
    size_t length = 0;
    while ((found = address_find(text, key, &length)) != NULL) {
        g_string_append_len(out, text, found - text);
        g_string_append(out, stand_in);
        text = found + length;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* Of `Ada <ada@example.org>` the name goes with the address. */
static char *replace_in_argument(const char *argument, const char *key,
                                 const char *stand_in)
{
    Mailbox person = {0};
    const char *equals = g_str_has_prefix(argument, "--")
                             ? strchr(argument, '=')
                             : NULL;
    const char *value = equals ? equals + 1 : argument;
    bool is_person = mailbox_parse(value, &person, NULL) == ADDRESS_OK &&
                     strcmp(person.address.key, key) == 0;
    mailbox_clear(&person);
    if (!is_person)
        return replace_all(argument, key, stand_in);
    g_autofree char *option = g_strndup(argument, (gsize)(value - argument));
    return g_strconcat(option, stand_in, NULL);
}

/* They stand there as a shell would read them. */
static char *replace_in_arguments(const char *text, const char *key,
                                  const char *stand_in)
{
    g_auto(GStrv) words = NULL;
    if (!g_shell_parse_argv(text, NULL, &words, NULL))
        return replace_all(text, key, stand_in);
    bool is_changed = false;
    g_autoptr(GString) out = g_string_new(NULL);
    for (char **word = words; *word != NULL; word++) {
        g_autofree char *replaced = replace_in_argument(*word, key, stand_in);
        g_autofree char *quoted = g_shell_quote(replaced);
        g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", quoted);
        is_changed |= strcmp(replaced, *word) != 0;
    }
    return g_strdup(is_changed ? out->str : text);
}

typedef char *(*Replace)(const char *text, const char *key,
                         const char *stand_in);

static void answer(sqlite3_context *context, sqlite3_value **values,
                   Replace replace)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    const char *key = (const char *)sqlite3_value_text(values[1]);
    const char *stand_in = (const char *)sqlite3_value_text(values[2]);
    g_autofree char *replaced = replace(text, key, stand_in);
    sqlite3_result_text(context, replaced, -1, SQLITE_TRANSIENT);
}

/* forgotten(text, key, stand_in) in SQL */
static void run_replace(sqlite3_context *context, int count,
                        sqlite3_value **values)
{
    (void)count;
    answer(context, values, replace_all);
}

/* forgotten_argument(text, key, stand_in) */
static void run_replace_argument(sqlite3_context *context, int count,
                                 sqlite3_value **values)
{
    (void)count;
    answer(context, values, replace_in_arguments);
}

static bool add_functions(JournalStore *store, GError **error)
{
    return (sqlite3_create_function(store->writer, "forgotten", 3, SQLITE_UTF8,
                                    NULL, run_replace, NULL,
                                    NULL) == SQLITE_OK &&
            sqlite3_create_function(store->writer, "forgotten_argument", 3,
                                    SQLITE_UTF8, NULL, run_replace_argument,
                                    NULL, NULL) == SQLITE_OK) ||
           sqlite_fail(store, store->writer, error);
}

static bool run(const Forgetting *forgetting, const char *sql, int64_t *count,
                GError **error)
{
    JournalStore *store = forgetting->store;
    sqlite3_stmt *statement = sqlite_prepare(store, store->writer, sql, error);
    if (statement == NULL)
        return false;
    sqlite_bind(statement, 1, forgetting->key);
    if (sqlite3_bind_parameter_count(statement) > 1)
        sqlite_bind(statement, 2, forgetting->stand_in);
    if (!sqlite_run_once(store, statement, error))
        return false;
    if (count != NULL)
        *count += sqlite3_changes(store->writer);
    return true;
}

/* Somebody who was forgotten before and written to again has one row then. */
static bool rename_rows(const Forgetting *forgetting,
                        JournalForgotten *forgotten, GError **error)
{
    return run(forgetting,
               "UPDATE OR REPLACE recipient SET key = ?2, address = NULL"
               " WHERE campaign IN (SELECT number FROM campaign)"
               " AND key = ?1",
               &forgotten->recipients, error) &&
           run(forgetting, "UPDATE history SET key = ?2 WHERE key = ?1", NULL,
               error) &&
           run(forgetting,
               "UPDATE OR REPLACE bounce SET key = ?2 WHERE key = ?1", NULL,
               error);
}

/* Quick, and true of every text that has the address: what stands before its
 * domain, which may be in ASCII or not, does. */
#define MAY_NAME(text)                                                         \
    "instr(lower(" text "), substr(?1, 1, instr(?1, '@'))) > 0"

static bool rename_texts(const Forgetting *forgetting,
                         JournalForgotten *forgotten, GError **error)
{
    static const char *const sql[] = {
        "UPDATE recipient SET reply = forgotten(reply, ?1, ?2)"
        " WHERE " MAY_NAME("reply") " AND reply <> forgotten(reply, ?1, ?2)",
        "UPDATE history SET reply = forgotten(reply, ?1, ?2)"
        " WHERE " MAY_NAME("reply") " AND reply <> forgotten(reply, ?1, ?2)",
        "UPDATE campaign SET arguments = forgotten_argument(arguments, ?1, ?2)"
        " WHERE " MAY_NAME("arguments") " AND arguments <> "
                                        "forgotten_argument(arguments, ?1, ?2)",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sql); i++)
        if (!run(forgetting, sql[i], &forgotten->texts, error))
            return false;
    return true;
}

static bool count_letters(const Forgetting *forgetting, int64_t *count,
                          GError **error)
{
    const JournalStore *store = forgetting->store;
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer,
        "SELECT count(*) FROM"
        " (SELECT subject || ' ' || text || ' ' || html AS words FROM letter)"
        " WHERE " MAY_NAME("words") " AND words <> forgotten(words, ?1, '')",
        error);
    if (statement == NULL)
        return false;
    sqlite_bind(statement, 1, forgetting->key);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *count = sqlite3_column_int64(statement, 0);
    else
        sqlite_fail(store, store->writer, error);
    sqlite3_finalize(statement);
    return found;
}

/* The checkpoint says in its row whether somebody else kept it from emptying
 * the log. */
static bool empty_log(const JournalStore *store, GError **error)
{
    sqlite3_stmt *statement = sqlite_prepare(
        store, store->writer, "PRAGMA wal_checkpoint(TRUNCATE)", error);
    if (statement == NULL)
        return false;
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    bool is_busy = found && sqlite3_column_int(statement, 0) != 0;
    sqlite3_finalize(statement);
    if (!found)
        return sqlite_fail(store, store->writer, error);
    if (is_busy)
        error_set_at(error, ERROR_RETRY, (Place){store->path, 0, 0},
                     "another process reads the journal, so its log could not "
                     "be emptied; run this again");
    return !is_busy;
}

static bool write_anew(const JournalStore *store, GError **error)
{
    return sqlite_run_sql(store, store->writer, "VACUUM", error) &&
           empty_log(store, error);
}

bool sqlite_forget(JournalStore *store, const Address *address,
                   const char *stand_in, JournalForgotten *forgotten,
                   GError **error)
{
    Forgetting forgetting = {store, address->key, stand_in};
    if (!add_functions(store, error) ||
        !sqlite_run_sql(store, store->writer,
                        "PRAGMA secure_delete = ON; BEGIN IMMEDIATE", error))
        return false;
    bool ok = rename_rows(&forgetting, forgotten, error) &&
              rename_texts(&forgetting, forgotten, error) &&
              count_letters(&forgetting, &forgotten->letters, error) &&
              sqlite_run_sql(store, store->writer, "COMMIT", error);
    if (!ok && sqlite3_get_autocommit(store->writer) == 0)
        sqlite_run_sql(store, store->writer, "ROLLBACK", NULL);
    return ok && write_anew(store, error);
}
