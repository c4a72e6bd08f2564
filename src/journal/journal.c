/*
 * journal.c - see journal.h.
 *
 * Group commit. Records stand in `queue`. A thread that needs its record
 * durable and finds nobody writing becomes the leader: it takes the whole
 * queue, writes it as one transaction outside the mutex, and wakes those whose
 * records were in it. Of those who came meanwhile it wakes one, who leads the
 * next. So the disk is never idle while somebody waits, n threads share one
 * flush, and nobody is woken to find that it must wait on.
 *
 * `busy` is the right to use the backend; it is given under the mutex and
 * lasts longer than a hold of it.
 */
#include "journal/journal.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "journal/lock.h"
#include "journal/private.h"

/* Settlements wait for somebody's commit; after so many they start one. */
#define QUEUE_MAX 512

const char *outcome_name(Outcome outcome)
{
    static const char *const names[OUTCOME_COUNT] = {
        "none", "sent", "deferred", "failed", "unknown", "skipped"};
    assert((unsigned)outcome < OUTCOME_COUNT);
    return names[outcome];
}

void campaign_free(Campaign *campaign)
{
    if (campaign == NULL)
        return;
    g_free(campaign->id);
    g_free(campaign->digest);
    g_free(campaign->subject);
    g_free(campaign->arguments);
    g_free(campaign->directory);
    g_free(campaign);
}

void kept_letter_free(KeptLetter *letter)
{
    if (letter == NULL)
        return;
    g_free(letter->name);
    g_free(letter->digest);
    g_free(letter->subject);
    g_free(letter->text);
    g_free(letter->html);
    g_free(letter);
}

void entry_clear(Entry *entry)
{
    g_free(entry->address);
    g_free(entry->message_id);
    reply_clear(&entry->reply);
    g_clear_pointer(&entry->history, g_ptr_array_unref);
    *entry = (Entry){0};
}

static void record_free(JournalRecord *record)
{
    g_free(record->key);
    g_free(record->address);
    g_free(record->message_id);
    reply_clear(&record->reply);
    g_free(record);
}

/* --- opening --- */

Journal *journal_open_with(const JournalBackend *backend, const char *path,
                           JournalMode mode, const Clock *clock, GError **error)
{
    JournalStore *store = backend->open(path, mode, error);
    if (store == NULL)
        return NULL;
    Journal *journal = g_new0(Journal, 1);
    journal->backend = backend;
    journal->store = store;
    journal->clock = clock;
    journal->path = g_strdup(path);
    journal->lock = -1;
    journal->accounts = g_ptr_array_new();
    pthread_mutex_init(&journal->mutex, NULL);
    pthread_cond_init(&journal->turns[0], NULL);
    pthread_cond_init(&journal->turns[1], NULL);
    pthread_cond_init(&journal->idle, NULL);
    journal->queue = g_ptr_array_new();
    journal->pending = g_hash_table_new(g_str_hash, g_str_equal);
    return journal;
}

Journal *journal_open(const char *path, JournalMode mode, const Clock *clock,
                      GError **error)
{
    return journal_open_with(&journal_sqlite, path, mode, clock, error);
}

void journal_close(Journal *journal)
{
    if (journal == NULL)
        return;
    /* Who wants to know whether the last outcomes were stored has called
     * journal_sync(); here it can only be tried. */
    journal_sync(journal, NULL);
    journal_release(journal);
    journal_release_accounts(journal);
    g_ptr_array_free(journal->accounts, TRUE);
    for (guint i = 0; i < journal->queue->len; i++)
        record_free(g_ptr_array_index(journal->queue, i));
    g_ptr_array_free(journal->queue, TRUE);
    g_hash_table_destroy(journal->pending);
    journal->backend->close(journal->store);
    g_clear_error(&journal->failure);
    pthread_cond_destroy(&journal->turns[0]);
    pthread_cond_destroy(&journal->turns[1]);
    pthread_cond_destroy(&journal->idle);
    pthread_mutex_destroy(&journal->mutex);
    g_free(journal->path);
    g_free(journal);
}

/* --- group commit; every function here is called with the mutex held --- */

static void forget_records(Journal *journal, GPtrArray *records)
{
    for (guint i = 0; i < records->len; i++) {
        JournalRecord *record = g_ptr_array_index(records, i);
        if (record->key != NULL &&
            g_hash_table_lookup(journal->pending, record->key) == record)
            g_hash_table_remove(journal->pending, record->key);
        if (record->kind !=
            RECORD_INTENT) /* an intent belongs to the one who waits */
            record_free(record);
    }
}

static pthread_cond_t *turn(Journal *journal, unsigned commit)
{
    return &journal->turns[commit % 2];
}

/* One of those who wait for the next commit leads it, or one who wants the
 * backend for itself has it; whoever comes too late waits on. */
static void stop_being_busy(Journal *journal)
{
    journal->busy = false;
    pthread_cond_signal(turn(journal, journal->commits + 1));
    pthread_cond_signal(&journal->idle);
}

static void lead_commit(Journal *journal)
{
    GPtrArray *batch = journal->queue;
    uint64_t last = journal->queued;
    journal->queue = g_ptr_array_new();
    journal->taken = last;
    journal->commits++;
    journal->busy = true;
    pthread_mutex_unlock(&journal->mutex);

    GError *failure = NULL;
    bool stored = journal->backend->write(journal->store,
                                          (JournalRecord *const *)batch->pdata,
                                          batch->len, &failure);

    pthread_mutex_lock(&journal->mutex);
    if (stored)
        journal->durable = last;
    else
        journal->failure = failure;
    pthread_cond_broadcast(turn(journal, journal->commits));
    if (!stored) /* which is the answer to all who wait */
        pthread_cond_broadcast(turn(journal, journal->commits + 1));
    stop_being_busy(journal);
    forget_records(journal, batch);
    g_ptr_array_free(batch, TRUE);
}

static bool wait_durable(Journal *journal, uint64_t serial, GError **error)
{
    while (journal->failure == NULL && journal->durable < serial) {
        unsigned mine = journal->commits + (serial > journal->taken);
        if (journal->busy)
            pthread_cond_wait(turn(journal, mine), &journal->mutex);
        else
            lead_commit(journal);
    }
    if (journal->durable >= serial)
        return true;
    if (error != NULL)
        *error = g_error_copy(journal->failure);
    return false;
}

bool journal_enqueue(Journal *journal, JournalRecord *record, GError **error)
{
    if (journal->failure != NULL) {
        if (error != NULL)
            *error = g_error_copy(journal->failure);
        record_free(record);
        return false;
    }
    g_ptr_array_add(journal->queue, record);
    if (record->key != NULL)
        g_hash_table_replace(journal->pending, record->key, record);
    journal->queued++;
    return true;
}

/* --- the backend for one caller, with everything queued stored before --- */

bool journal_backend_acquire(Journal *journal, GError **error)
{
    pthread_mutex_lock(&journal->mutex);
    bool ready = wait_durable(journal, journal->queued, error);
    while (ready && journal->busy)
        pthread_cond_wait(&journal->idle, &journal->mutex);
    if (ready)
        journal->busy = true;
    pthread_mutex_unlock(&journal->mutex);
    return ready;
}

void journal_backend_return(Journal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    stop_being_busy(journal);
    pthread_mutex_unlock(&journal->mutex);
}

/* --- campaigns --- */

/* An id becomes part of the lock's file name. */
static bool check_campaign_id(const char *id, GError **error)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t length = strlen(id);
    if (length > 0 && length <= JOURNAL_CAMPAIGN_ID_MAX && id[0] != '.' &&
        strspn(id, allowed) == length)
        return true;
    error_set(error, ERROR_INPUT,
              "`%s` cannot name a campaign: up to %d letters, digits, `-`, "
              "`_` and `.`",
              id, JOURNAL_CAMPAIGN_ID_MAX);
    return false;
}

bool journal_create_campaign(Journal *journal, const Campaign *campaign,
                             GError **error)
{
    if (!check_campaign_id(campaign->id, error) ||
        !journal_backend_acquire(journal, error))
        return false;
    Campaign stamped = *campaign;
    if (stamped.created_us == 0)
        stamped.created_us = journal->clock->wall_us(journal->clock);
    bool ok = journal->backend->create_campaign(journal->store, &stamped,
                                                error);
    journal_backend_return(journal);
    return ok;
}

GPtrArray *journal_list_campaigns(Journal *journal, GError **error)
{
    if (!journal_backend_acquire(journal, error))
        return NULL;
    GPtrArray *campaigns = journal->backend->list_campaigns(journal->store,
                                                            NULL, error);
    journal_backend_return(journal);
    return campaigns;
}

Campaign *journal_find_campaign(Journal *journal, const char *id,
                                GError **error)
{
    if (!journal_backend_acquire(journal, error))
        return NULL;
    GPtrArray *campaigns = journal->backend->list_campaigns(journal->store, id,
                                                            error);
    journal_backend_return(journal);
    if (campaigns == NULL)
        return NULL;
    Campaign *found = NULL;
    for (guint i = 0; i < campaigns->len && found == NULL; i++) {
        Campaign *campaign = g_ptr_array_index(campaigns, i);
        if (id == NULL && campaign->test)
            continue;
        found = campaign;
        campaigns->pdata[i] = NULL; /* the array frees the others */
    }
    g_ptr_array_unref(campaigns);
    return found;
}

bool journal_keep_letter(Journal *journal, const KeptLetter *letter,
                         GError **error)
{
    if (!check_campaign_id(letter->name, error) ||
        !journal_backend_acquire(journal, error))
        return false;
    KeptLetter stamped = *letter;
    if (stamped.at_us == 0)
        stamped.at_us = journal->clock->wall_us(journal->clock);
    bool ok = journal->backend->keep_letter(journal->store, &stamped, error);
    journal_backend_return(journal);
    return ok;
}

KeptLetter *journal_find_letter(Journal *journal, const char *name,
                                GError **error)
{
    KeptLetter *letter = NULL;
    if (!journal_backend_acquire(journal, error))
        return NULL;
    journal->backend->find_letter(journal->store, name, &letter, error);
    journal_backend_return(journal);
    return letter;
}

bool journal_finish_campaign(Journal *journal, const char *id, GError **error)
{
    if (!journal_backend_acquire(journal, error))
        return false;
    int64_t now_us = journal->clock->wall_us(journal->clock);
    bool ok = journal->backend->finish_campaign(journal->store, id, now_us,
                                                error);
    journal_backend_return(journal);
    return ok;
}

bool journal_set_recipients(Journal *journal, const char *id, int64_t count,
                            GError **error)
{
    if (!journal_backend_acquire(journal, error))
        return false;
    bool ok = journal->backend->set_recipients(journal->store, id, count,
                                               error);
    journal_backend_return(journal);
    return ok;
}

char *journal_lock_path(const Journal *journal, const char *id)
{
    return g_strdup_printf("%s.%s.lock", journal->path, id);
}

bool journal_take(Journal *journal, const char *id, int64_t *unknown,
                  GError **error)
{
    assert(journal->campaign == NULL);
    if (!check_campaign_id(id, error))
        return false;
    g_autofree char *path = journal_lock_path(journal, id);
    g_autofree char *what = g_strdup_printf("campaign %s", id);
    int lock = lock_take(path, what, error);
    if (lock < 0)
        return false;
    bool taken = journal_backend_acquire(journal, error);
    if (taken) {
        taken = journal->backend->take(journal->store, id, unknown, error);
        journal_backend_return(journal);
    }
    if (!taken) {
        lock_release(lock, path);
        return false;
    }
    journal->lock = lock;
    journal->lock_path = g_steal_pointer(&path);
    journal->campaign = g_strdup(id);
    return true;
}

void journal_release(Journal *journal)
{
    if (journal->campaign == NULL)
        return;
    journal_sync(journal, NULL);
    lock_release(journal->lock, journal->lock_path);
    journal->lock = -1;
    g_clear_pointer(&journal->lock_path, g_free);
    g_clear_pointer(&journal->campaign, g_free);
}

/* --- recipients --- */

static JournalRecord *record_new(Journal *journal, const Address *address)
{
    assert(journal->campaign != NULL);
    JournalRecord *record = g_new0(JournalRecord, 1);
    record->key = g_strdup(address->key);
    record->address = g_strdup(address->text);
    record->at_us = journal->clock->wall_us(journal->clock);
    return record;
}

bool journal_intend(Journal *journal, const Address *address,
                    const char *message_id, GError **error)
{
    JournalRecord *record = record_new(journal, address);
    record->kind = RECORD_INTENT;
    record->message_id = g_strdup(message_id);
    pthread_mutex_lock(&journal->mutex);
    if (!journal_enqueue(journal, record, error)) {
        pthread_mutex_unlock(&journal->mutex);
        return false;
    }
    uint64_t serial = journal->queued;
    bool stored = wait_durable(journal, serial, error);
    /* After a failed commit the record may still stand in the queue. */
    bool queued = !stored && g_ptr_array_remove(journal->queue, record);
    if (queued && g_hash_table_lookup(journal->pending, record->key) == record)
        g_hash_table_remove(journal->pending, record->key);
    pthread_mutex_unlock(&journal->mutex);
    if (stored && record->was_refused) {
        error_set(error, ERROR_SYSTEM,
                  "%s may have this message already; it is not sent twice",
                  record->address);
        stored = false;
    }
    record_free(record);
    return stored;
}

bool journal_settle(Journal *journal, const Address *address, Outcome outcome,
                    const Reply *reply, int64_t next_us, GError **error)
{
    JournalRecord *record = record_new(journal, address);
    record->kind = RECORD_OUTCOME;
    record->outcome = outcome;
    if (reply != NULL)
        reply_copy(&record->reply, reply);
    if (outcome == OUTCOME_DEFERRED)
        record->next_us = next_us;
    pthread_mutex_lock(&journal->mutex);
    bool ok = journal_enqueue(journal, record, error);
    if (ok && journal->queue->len >= QUEUE_MAX)
        ok = wait_durable(journal, journal->queued, error);
    pthread_mutex_unlock(&journal->mutex);
    return ok;
}

bool journal_resolve_unknown(Journal *journal, Outcome outcome, int64_t *count,
                             GError **error)
{
    assert(outcome == OUTCOME_NONE || outcome == OUTCOME_SKIPPED);
    if (!journal_backend_acquire(journal, error))
        return false;
    int64_t now_us = journal->clock->wall_us(journal->clock);
    bool ok = journal->backend->resolve_unknown(journal->store, outcome, now_us,
                                                count, error);
    journal_backend_return(journal);
    return ok;
}

bool journal_sync(Journal *journal, GError **error)
{
    pthread_mutex_lock(&journal->mutex);
    bool ok = wait_durable(journal, journal->queued, error);
    pthread_mutex_unlock(&journal->mutex);
    return ok;
}

/* Lays a record over what is stored of its recipient. The record may have
 * been stored between the two looks, so this must change nothing then. */
static void apply_record(Entry *entry, const JournalRecord *record)
{
    bool is_intent = record->kind == RECORD_INTENT;
    Outcome outcome = is_intent ? OUTCOME_UNKNOWN : record->outcome;
    bool is_stored = entry->at_us == record->at_us && entry->outcome == outcome;
    bool is_counted = entry->outcome == OUTCOME_UNKNOWN;
    g_free(entry->address);
    entry->address = g_strdup(record->address);
    if (is_intent) {
        g_free(entry->message_id);
        entry->message_id = g_strdup(record->message_id);
        entry->attempts += is_stored ? 0 : 1;
    } else if (outcome == OUTCOME_NONE) {
        entry->attempts -= is_counted ? 1 : 0;
    } else if (outcome != OUTCOME_SKIPPED) {
        entry->attempts += is_counted || is_stored ? 0 : 1;
    }
    entry->outcome = outcome;
    reply_clear(&entry->reply);
    reply_copy(&entry->reply, &record->reply);
    entry->at_us = record->at_us;
    entry->next_us = record->next_us;
}

static JournalRecord *copy_pending(Journal *journal, const char *key)
{
    JournalRecord *copy = NULL;
    pthread_mutex_lock(&journal->mutex);
    const JournalRecord *record = g_hash_table_lookup(journal->pending, key);
    if (record != NULL) {
        copy = g_new0(JournalRecord, 1);
        *copy = *record;
        copy->key = g_strdup(record->key);
        copy->address = g_strdup(record->address);
        copy->message_id = g_strdup(record->message_id);
        copy->reply = (Reply){0};
        reply_copy(&copy->reply, &record->reply);
    }
    pthread_mutex_unlock(&journal->mutex);
    return copy;
}

bool journal_lookup(Journal *journal, const Address *address, Entry *entry,
                    GError **error)
{
    *entry = (Entry){0};
    JournalRecord *record = copy_pending(journal, address->key);
    bool ok = journal->backend->lookup(journal->store, address->key, entry,
                                       error);
    if (ok && record != NULL)
        apply_record(entry, record);
    if (record != NULL)
        record_free(record);
    return ok;
}

bool journal_visit(Journal *journal, const char *id, JournalVisit visit,
                   void *data, GError **error)
{
    return journal_sync(journal, error) &&
           journal->backend->visit(journal->store, id, visit, data, error);
}

bool journal_visit_keys(Journal *journal, JournalVisitKey visit, void *data,
                        GError **error)
{
    return journal_sync(journal, error) &&
           journal->backend->visit_keys(journal->store, visit, data, error);
}
