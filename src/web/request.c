/* request.c - see request.h. */
#include "web/request.h"

#include <string.h>

#include <curl/curl.h>

#include "web/library.h"

#define AGENT "mirmail/" MIRMAIL_VERSION " (doctor)"

typedef struct Curl {
    CURLcode (*global_init)(long flags);
    void (*global_cleanup)(void);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    CURLcode (*easy_perform)(CURL *easy);
    const char *(*easy_strerror)(CURLcode code);
    struct curl_slist *(*slist_append)(struct curl_slist *list,
                                       const char *text);
    void (*slist_free_all)(struct curl_slist *list);
} Curl;

static const WebCall calls[] = {
    WEB_CALL(Curl, global_init),  WEB_CALL(Curl, global_cleanup),
    WEB_CALL(Curl, easy_init),    WEB_CALL(Curl, easy_cleanup),
    WEB_CALL(Curl, easy_setopt),  WEB_CALL(Curl, easy_getinfo),
    WEB_CALL(Curl, easy_perform), WEB_CALL(Curl, easy_strerror),
    WEB_CALL(Curl, slist_append), WEB_CALL(Curl, slist_free_all),
};

void web_answer_clear(WebAnswer *answer)
{
    g_free(answer->problem);
    g_free(answer->type);
    g_free(answer->location);
    if (answer->body != NULL)
        g_string_free(answer->body, TRUE);
    *answer = (WebAnswer){0};
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
    WebAnswer *answer = data;
    size_t length = size * count;
    size_t room = REQUEST_BODY_MAX - answer->body->len;
    g_string_append_len(answer->body, bytes, (gssize)MIN(length, room));
    return length <= room ? length : 0;
}

static size_t take_field(char *bytes, size_t size, size_t count, void *data)
{
    static const char cookie[] = "set-cookie:";
    WebAnswer *answer = data;
    size_t length = size * count;
    if (length >= strlen(cookie) &&
        g_ascii_strncasecmp(bytes, cookie, strlen(cookie)) == 0)
        answer->has_cookie = true;
    return length;
}

static void prepare(const Curl *curl, CURL *easy, const WebRequest *request,
                    WebAnswer *answer)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
#else
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
    curl->easy_setopt(easy, CURLOPT_URL, request->url);
    curl->easy_setopt(easy, CURLOPT_USERAGENT, AGENT);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl->easy_setopt(easy, CURLOPT_TIMEOUT, (long)REQUEST_SECONDS);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_field);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, answer);
    if (request->ca_file != NULL)
        curl->easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
    if (request->body != NULL)
        curl->easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
}

/* What is no matter of the moment. */
static bool is_final(CURLcode result)
{
    return result == CURLE_COULDNT_CONNECT ||
           result == CURLE_PEER_FAILED_VERIFICATION ||
           result == CURLE_SSL_CONNECT_ERROR ||
           result == CURLE_SSL_CACERT_BADFILE ||
           result == CURLE_URL_MALFORMAT ||
           result == CURLE_UNSUPPORTED_PROTOCOL;
}

static void take_answer(const Curl *curl, CURL *easy, CURLcode result,
                        WebAnswer *answer)
{
    long status = 0;
    char *type = NULL;
    char *location = NULL;
    bool is_cut = result == CURLE_WRITE_ERROR &&
                  answer->body->len == REQUEST_BODY_MAX;
    if (result != CURLE_OK && !is_cut) {
        answer->problem = g_strdup(curl->easy_strerror(result));
        answer->is_final = is_final(result);
        return;
    }
    curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl->easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    curl->easy_getinfo(easy, CURLINFO_REDIRECT_URL, &location);
    answer->status = (int)status;
    answer->type = g_strdup(type);
    answer->location = g_strdup(location);
}

static bool perform(const Curl *curl, const WebRequest *request,
                    WebAnswer *answer)
{
    CURL *easy = curl->easy_init();
    if (easy == NULL)
        return false;
    g_autofree char *field = g_strdup_printf(
        "Content-Type: %s", request->type != NULL ? request->type : "");
    struct curl_slist *fields = request->body != NULL
                                    ? curl->slist_append(NULL, field)
                                    : NULL;
    prepare(curl, easy, request, answer);
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    take_answer(curl, easy, curl->easy_perform(easy), answer);
    curl->easy_cleanup(easy);
    curl->slist_free_all(fields);
    return true;
}

bool web_request(const WebRequest *request, WebAnswer *answer, GError **error)
{
    Curl curl;
    *answer = (WebAnswer){.body = g_string_new(NULL)};
    if (!web_load(calls, G_N_ELEMENTS(calls), &curl, error))
        return false;
    bool ok = curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (ok) {
        ok = perform(&curl, request, answer);
        curl.global_cleanup();
    }
    if (!ok)
        error_set(error, ERROR_SYSTEM, "libcurl does not start");
    return ok;
}
