/* fetch.c - see fetch.h. */
#include "web/fetch.h"

#include <curl/curl.h>

#include "web/library.h"

#define BODY_MAX 65536 /* of a server that knows no ranges */
#define AGENT "mirmail/" MIRMAIL_VERSION " (link check)"

typedef struct Curl {
    CURLcode (*global_init)(long flags);
    void (*global_cleanup)(void);
    CURL *(*easy_init)(void);
    void (*easy_reset)(CURL *easy);
    void (*easy_cleanup)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra,
                            unsigned count, int timeout_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
} Curl;

static const WebCall calls[] = {
    WEB_CALL(Curl, global_init),      WEB_CALL(Curl, global_cleanup),
    WEB_CALL(Curl, easy_init),        WEB_CALL(Curl, easy_reset),
    WEB_CALL(Curl, easy_cleanup),     WEB_CALL(Curl, easy_setopt),
    WEB_CALL(Curl, easy_getinfo),     WEB_CALL(Curl, easy_strerror),
    WEB_CALL(Curl, multi_init),       WEB_CALL(Curl, multi_cleanup),
    WEB_CALL(Curl, multi_add_handle), WEB_CALL(Curl, multi_remove_handle),
    WEB_CALL(Curl, multi_perform),    WEB_CALL(Curl, multi_poll),
    WEB_CALL(Curl, multi_info_read),
};

/* One address on its way. */
typedef struct Job {
    const Curl *curl;
    CURL *easy;
    char *address; /* asked for now */
    FetchAnswer *answer;
    bool get;       /* HEAD was refused */
    bool permanent; /* every redirect so far was for good */
    int redirects;
    curl_off_t spent_us;
    size_t received;
} Job;

typedef struct Fetch {
    const Curl *curl;
    CURLM *multi;
    const char *const *addresses;
    FetchAnswer *answers;
    size_t count;
    size_t next; /* the first address that has no job yet */
    size_t running;
    GPtrArray *jobs; /* of Job */
} Fetch;

void fetch_answer_clear(FetchAnswer *answer)
{
    g_free(answer->moved_to);
    g_free(answer->problem);
    *answer = (FetchAnswer){0};
}

static void job_free(void *data)
{
    Job *job = data;
    job->curl->easy_cleanup(job->easy);
    g_free(job->address);
    g_free(job);
}

/* The body is not looked at; a long one is cut off. */
static size_t ignore_body(char *bytes, size_t size, size_t count, void *data)
{
    Job *job = data;
    (void)bytes;
    job->received += size * count;
    return job->received <= BODY_MAX ? size * count : 0;
}

static bool is_web(const char *address)
{
    return g_ascii_strncasecmp(address, "http://", 7) == 0 ||
           g_ascii_strncasecmp(address, "https://", 8) == 0;
}

/* curl's own limits stand behind ours. */
static void limit_protocols(const Curl *curl, CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS,
                      (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/* Asks for the job's address with what is left of its time. */
static bool start(Fetch *fetch, Job *job)
{
    const Curl *curl = fetch->curl;
    CURL *easy = job->easy;
    curl_off_t left_ms = (curl_off_t)FETCH_SECONDS * 1000 -
                         job->spent_us / 1000;
    job->received = 0;
    curl->easy_reset(easy);
    limit_protocols(curl, easy);
    curl->easy_setopt(easy, CURLOPT_URL, job->address);
    curl->easy_setopt(easy, CURLOPT_PRIVATE, job);
    curl->easy_setopt(easy, CURLOPT_USERAGENT, AGENT);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)MAX(left_ms, 1));
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, job);
    if (job->get)
        curl->easy_setopt(easy, CURLOPT_RANGE, "0-1023");
    else
        curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return curl->multi_add_handle(fetch->multi, easy) == CURLM_OK;
}

static bool start_next(Fetch *fetch)
{
    Job *job = g_new0(Job, 1);
    job->curl = fetch->curl;
    job->easy = fetch->curl->easy_init();
    job->address = g_strdup(fetch->addresses[fetch->next]);
    job->answer = &fetch->answers[fetch->next];
    job->permanent = true;
    g_ptr_array_add(fetch->jobs, job);
    fetch->next++;
    fetch->running++;
    return job->easy != NULL && start(fetch, job);
}

/* --- what came back --- */

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

/* Makes the job ask for the next address; false when it shall not. */
static bool follow(Job *job, long status)
{
    char *next = NULL;
    job->curl->easy_getinfo(job->easy, CURLINFO_REDIRECT_URL, &next);
    if (!is_redirect(status) || next == NULL)
        return false;
    if (job->redirects == FETCH_REDIRECTS || !is_web(next)) {
        job->answer->problem =
            is_web(next)
                ? g_strdup_printf("over %d redirects", FETCH_REDIRECTS)
                : g_strdup("it leads to an address that is not http or https");
        return false;
    }
    job->redirects++;
    job->permanent = job->permanent && (status == 301 || status == 308);
    g_free(job->address);
    job->address = g_strdup(next);
    if (job->permanent) {
        g_free(job->answer->moved_to);
        job->answer->moved_to = g_strdup(next);
    }
    return true;
}

/* Some servers hang up on HEAD. */
static bool was_hung_up(CURLcode result)
{
    return result == CURLE_GOT_NOTHING || result == CURLE_RECV_ERROR ||
           result == CURLE_HTTP2_STREAM || result == CURLE_HTTP2;
}

/* True when the job has to ask once more. */
static bool settle(Job *job, CURLcode result)
{
    long status = 0;
    curl_off_t took_us = 0;
    job->curl->easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
    job->curl->easy_getinfo(job->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    job->spent_us += took_us;
    bool cut = result == CURLE_WRITE_ERROR && job->received > BODY_MAX;
    if (was_hung_up(result) && !job->get) {
        job->get = true;
        return true;
    }
    if (result != CURLE_OK && !cut) {
        job->answer->status = 0;
        job->answer->problem = g_strdup(job->curl->easy_strerror(result));
        return false;
    }
    if (follow(job, status))
        return true;
    if (job->answer->problem == NULL)
        job->answer->status = (int)status;
    if (status < 400 || job->get || job->answer->problem != NULL)
        return false;
    job->get = true;
    return true;
}

static bool take_answers(Fetch *fetch)
{
    int left = 0;
    CURLMsg *news;
    while ((news = fetch->curl->multi_info_read(fetch->multi, &left)) != NULL) {
        if (news->msg != CURLMSG_DONE)
            continue;
        Job *job = NULL;
        CURL *easy = news->easy_handle;
        CURLcode result = news->data.result;
        fetch->curl->easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&job);
        bool again = settle(job, result);
        fetch->curl->multi_remove_handle(fetch->multi, easy);
        if (again) {
            if (!start(fetch, job))
                return false;
        } else {
            fetch->running--;
        }
    }
    return true;
}

static bool run(Fetch *fetch)
{
    while (fetch->next < fetch->count || fetch->running > 0) {
        while (fetch->running < FETCH_PARALLEL && fetch->next < fetch->count)
            if (!start_next(fetch))
                return false;
        int active = 0;
        if (fetch->curl->multi_perform(fetch->multi, &active) != CURLM_OK ||
            !take_answers(fetch))
            return false;
        if (fetch->running > 0 && active > 0 &&
            fetch->curl->multi_poll(fetch->multi, NULL, 0, 1000, NULL) !=
                CURLM_OK)
            return false;
    }
    return true;
}

/* A handle must leave the multi before either is freed. */
static void clear(Fetch *fetch)
{
    for (guint i = 0; i < fetch->jobs->len; i++) {
        const Job *job = g_ptr_array_index(fetch->jobs, i);
        if (job->easy != NULL)
            fetch->curl->multi_remove_handle(fetch->multi, job->easy);
    }
    g_ptr_array_unref(fetch->jobs);
    fetch->curl->multi_cleanup(fetch->multi);
}

bool web_fetch(const char *const *addresses, size_t count, FetchAnswer *answers,
               GError **error)
{
    Curl curl;
    Fetch fetch = {
        .curl = &curl,
        .addresses = addresses,
        .answers = answers,
        .count = count,
    };
    bool ok = false;
    for (size_t i = 0; i < count; i++)
        answers[i] = (FetchAnswer){0};
    if (!web_load(calls, G_N_ELEMENTS(calls), &curl, error))
        return false;
    bool ready = curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (ready)
        fetch.multi = curl.multi_init();
    if (fetch.multi != NULL) {
        fetch.jobs = g_ptr_array_new_with_free_func(job_free);
        ok = run(&fetch);
        clear(&fetch);
    }
    if (ready)
        curl.global_cleanup();
    if (!ok)
        error_set(error, ERROR_SYSTEM,
                  "links cannot be fetched: libcurl does not start");
    return ok;
}
