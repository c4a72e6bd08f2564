#include "letter/scope.h"

#include <string.h>

#include "base/suggest.h"
#include "letter/ways.h"

/* A front matter may have many keys; a hint need not know them all. */
#define HINT_KEYS_MAX 1000

struct Scope {
    const Post *post;
    bool personal; /* the ways to leave */
    char *lang;
    GHashTable *known; /* name to Datum */
    GPtrArray *owned;  /* texts that known points into */
};

bool scope_owns(const char *name)
{
    static const char *const single[] = {"content", "preheader", "style",
                                         "subject"};

    for (size_t i = 0; i < G_N_ELEMENTS(single); i++) {
        if (strcmp(name, single[i]) == 0)
            return true;
    }
    return strchr(name, '.') != NULL;
}

bool scope_is_family(const char *name)
{
    static const char *const families[] = {"post.", "list.", "sender.",
                                           "words."};

    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        if (g_str_has_prefix(name, families[i]))
            return true;
    }
    return false;
}

bool scope_is_rtl(const char *lang)
{
    static const char *const rtl[] = {"ar", "he", "fa", "ur", "yi",
                                      "ps", "sd", "ug", "dv"};
    size_t length = strcspn(lang, "-_");

    for (size_t i = 0; i < G_N_ELEMENTS(rtl); i++) {
        if (length == 2 && g_ascii_strncasecmp(lang, rtl[i], 2) == 0)
            return true;
    }
    return false;
}

static void set(Scope *scope, const char *name, Datum datum)
{
    Datum *copy = g_new(Datum, 1);

    *copy = datum;
    g_hash_table_insert(scope->known, g_strdup(name), copy);
}

static void set_text(Scope *scope, const char *name, const char *text)
{
    Datum datum = {.kind = DATUM_NONE};

    if (text != NULL && text[0] != '\0') {
        char *copy = g_strdup(text);
        g_ptr_array_add(scope->owned, copy);
        datum.kind = DATUM_TEXT;
        datum.text = copy;
    }
    set(scope, name, datum);
}

/* "mirage.io" of "https://www.mirage.io:80/blog". */
static char *host_of(const char *url)
{
    const char *host = url != NULL ? strstr(url, "://") : NULL;

    if (host == NULL)
        return NULL;
    host += 3;
    size_t length = strcspn(host, "/?#");
    const char *user = memchr(host, '@', length);
    if (user != NULL) {
        length -= (size_t)(user + 1 - host);
        host = user + 1;
    }
    if (length > 0 && host[0] != '[')
        length = MIN(length, strcspn(host, ":"));
    if (length > 4 && g_ascii_strncasecmp(host, "www.", 4) == 0) {
        host += 4;
        length -= 4;
    }
    return g_ascii_strdown(host, (gssize)length);
}

static void set_post(Scope *scope, const ScopeSource *source)
{
    const Post *post = source->post;
    g_autofree char *host = host_of(post->url);

    set_text(scope, "post.title", source->title);
    set_text(scope, "post.description", source->description);
    set_text(scope, "post.url", post->url);
    set_text(scope, "post.host", host);
    set_text(scope, "post.lang", scope->lang);
    set_text(scope, "post.dir", scope_is_rtl(scope->lang) ? "rtl" : "ltr");
    set(scope, "post.date",
        (Datum){.kind = post->has_date ? DATUM_DATE : DATUM_NONE,
                .date = &post->date});
    bool authors = post->authors != NULL && post->authors->len > 0;
    set(scope, "post.authors",
        (Datum){.kind = authors ? DATUM_LIST : DATUM_NONE,
                .texts = post->authors});
}

static void set_list(Scope *scope, const ListConfig *list)
{
    static const ListConfig unset;
    g_autofree char *mailto = NULL;

    if (list == NULL)
        list = &unset;
    if (list->unsubscribe_mail != NULL) {
        g_autofree char *address = g_uri_escape_string(list->unsubscribe_mail,
                                                       "@!$'*+", FALSE);
        mailto = g_strconcat("mailto:", address, NULL);
    }
    set_text(scope, "list.name", list->name);
    set_text(scope, "list.description", list->description);
    set_text(scope, "list.archive_url", list->archive_url);
    set_text(scope, "list.unsubscribe_url", list->unsubscribe_url);
    set_text(scope, "list.unsubscribe_mail", list->unsubscribe_mail);
    set_text(scope, "list.unsubscribe",
             list->unsubscribe_url != NULL ? list->unsubscribe_url : mailto);
}

static void set_sender(Scope *scope, const SenderConfig *sender)
{
    static const SenderConfig unset;
    g_autofree char *host = NULL;

    if (sender == NULL)
        sender = &unset;
    host = host_of(sender->url);
    set_text(scope, "sender.name", sender->from.name);
    set_text(scope, "sender.organisation", sender->organisation);
    set_text(scope, "sender.postal_address", sender->postal_address);
    set_text(scope, "sender.url", sender->url);
    set_text(scope, "sender.host", host);
}

static void set_filled(Scope *scope, const char *name, const char *pattern,
                       const char *value)
{
    g_autofree char *text = value != NULL ? words_fill(pattern, value) : NULL;

    set_text(scope, name, text);
}

static void set_words(Scope *scope, const ScopeSource *source)
{
    const Words *words = scope_words(scope);
    const DocumentWords *document = words->document;
    const ListConfig *list = source->list;
    g_autofree char *host = host_of(source->post->url);

    set_text(scope, "words.reason", source->reason);
    set_text(scope, "words.unsubscribe", words->unsubscribe);
    if (source->write_to_leave != NULL)
        set_text(scope, "words.unsubscribe_mail", source->write_to_leave);
    else
        set_filled(scope, "words.unsubscribe_mail", words->unsubscribe_mail,
                   list != NULL ? list->unsubscribe_mail : NULL);
    set_text(scope, "words.read_online", words->read_online);
    set_filled(scope, "words.read_on", words->read_on, host);
    set_text(scope, "words.colon", document->colon);
    set_text(scope, "words.links", document->links);
    set_text(scope, "words.notes", document->notes);
    set_text(scope, "words.note", document->note);
    set_text(scope, "words.image", document->image);
    set_text(scope, "words.video", document->video);
    set_text(scope, "words.audio", document->audio);
    set_text(scope, "words.page", document->page);
}

static void set_style(Scope *scope, const char *name, const char *css)
{
    set_text(scope, name, css);
    Datum *style = g_hash_table_lookup(scope->known, name);
    style->kind = style->text != NULL ? DATUM_OWN : DATUM_NONE;
}

Scope *scope_new(const ScopeSource *source)
{
    Scope *scope = g_new0(Scope, 1);
    const char *lang = source->post->lang;

    scope->post = source->post;
    scope->personal = source->write_to_leave != NULL;
    scope->lang = g_strdup(lang != NULL && lang[0] != '\0' ? lang : "en");
    scope->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                         g_free);
    scope->owned = g_ptr_array_new_with_free_func(g_free);
    set_post(scope, source);
    set_list(scope, source->list);
    set_sender(scope, source->sender);
    set_words(scope, source);
    set_text(scope, "preheader", source->preheader);
    set_text(scope, "subject", source->subject);
    set_style(scope, "style", source->style);
    set_style(scope, "style.page", source->style_page);
    set_style(scope, "style.dark", source->style_dark);
    set(scope, "content", (Datum){.kind = DATUM_OWN});
    return scope;
}

void scope_free(Scope *scope)
{
    if (scope == NULL)
        return;
    g_hash_table_unref(scope->known);
    g_ptr_array_unref(scope->owned);
    g_free(scope->lang);
    g_free(scope);
}

const Words *scope_words(const Scope *scope)
{
    return words_for(scope->lang);
}

static Datum from_value(const Value *value)
{
    Datum datum = {.kind = DATUM_NONE, .value = value};

    if (value_is_empty(value))
        return datum;
    switch (value->kind) {
    case VALUE_TEXT:
        datum.kind = DATUM_TEXT;
        datum.text = value->text;
        datum.plain = value->plain;
        break;
    case VALUE_LIST:
        datum.kind = DATUM_LIST;
        break;
    case VALUE_MAP:
        datum.kind = DATUM_MAP;
        break;
    }
    return datum;
}

bool datum_member(const Datum *map, const char *path, Datum *member)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);
    const Value *value = map->kind == DATUM_MAP ? map->value : NULL;

    for (int i = 0; keys[i] != NULL && value != NULL; i++)
        value = value_get(value, keys[i]);
    if (value == NULL)
        return false;
    *member = from_value(value);
    return true;
}

bool scope_is_personal(const Scope *scope, const char *name)
{
    return scope->personal && ways_field(name) != WAYS_FIELDS;
}

bool scope_find(const Scope *scope, const char *name, Datum *datum)
{
    const Datum *known = g_hash_table_lookup(scope->known, name);

    if (known != NULL) {
        *datum = *known;
        return true;
    }
    if (!g_str_has_prefix(name, "post."))
        return false;
    Datum front = {.kind = DATUM_MAP, .value = scope->post->front_matter};
    return datum_member(&front, name + strlen("post."), datum);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "post." of "post.title"; "" of a word without a dot. */
static size_t family_length(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot != NULL ? (size_t)(dot - name) + 1 : 0;
}

static void add_family(GPtrArray *names, const char *known, const char *name)
{
    size_t length = family_length(name);

    if (length == 0 || strncmp(known, name, length) == 0)
        g_ptr_array_add(names, g_strdup(known + length));
}

static void add_keys(GPtrArray *names, const Value *front)
{
    if (front == NULL || front->kind != VALUE_MAP)
        return;
    for (guint i = 0; i < front->entries->len && i < HINT_KEYS_MAX; i++)
        g_ptr_array_add(
            names, g_strdup(g_array_index(front->entries, ValueEntry, i).key));
}

/* Names of one family are compared without it, so that `post.x` is not near
 * to `post.y`. A family that does not exist is compared as a whole. */
char *scope_hint(const Scope *scope, const char *name, bool with_keys)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    size_t length = family_length(name);
    bool post = g_str_has_prefix(name, "post.");
    GHashTableIter iter;
    void *key;

    g_hash_table_iter_init(&iter, scope->known);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        add_family(names, key, name);
    if (post && with_keys)
        add_keys(names, scope->post->front_matter);
    if (names->len == 0) {
        length = 0;
        g_hash_table_iter_init(&iter, scope->known);
        while (g_hash_table_iter_next(&iter, &key, NULL))
            g_ptr_array_add(names, g_strdup(key));
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    const char *nearest = suggest_nearest(
        name + length, (const char *const *)(void *)names->pdata);
    if (nearest == NULL)
        return g_strdup("");
    return g_strdup_printf("; did you mean `%.*s%s`?", (int)length, name,
                           nearest);
}

bool datum_is_true(const Datum *datum)
{
    static const char *const no[] = {"false", "no", "off", "0"};

    if (datum->kind == DATUM_NONE)
        return false;
    for (size_t i = 0; datum->plain && i < G_N_ELEMENTS(no); i++) {
        if (g_ascii_strcasecmp(datum->text, no[i]) == 0)
            return false;
    }
    return true;
}

unsigned datum_count(const Datum *datum)
{
    if (datum->kind != DATUM_LIST)
        return datum->kind == DATUM_NONE ? 0 : 1;
    return datum->texts != NULL ? datum->texts->len : datum->value->items->len;
}

Datum datum_item(const Datum *list, unsigned index)
{
    if (list->kind != DATUM_LIST)
        return *list;
    if (list->texts == NULL)
        return from_value(g_ptr_array_index(list->value->items, index));
    return (Datum){.kind = DATUM_TEXT,
                   .text = g_ptr_array_index(list->texts, index)};
}

char *datum_join(const Datum *list, const char *separator, const char *last)
{
    GString *joined = g_string_new(NULL);
    unsigned count = datum_count(list);

    for (unsigned i = 0; i < count; i++) {
        Datum item = datum_item(list, i);
        if (i > 0)
            g_string_append(joined, i + 1 == count ? last : separator);
        g_string_append(joined, item.text != NULL ? item.text : "");
    }
    return g_string_free(joined, FALSE);
}

char *datum_text(const Datum *datum, const Words *words)
{
    switch (datum->kind) {
    case DATUM_TEXT:
        return g_strdup(datum->text);
    case DATUM_DATE:
        return words_date(words, datum->date, NULL);
    case DATUM_LIST:
        return datum_join(datum, ", ", words->and);
    case DATUM_NONE:
    case DATUM_MAP:
    case DATUM_OWN:
        return g_strdup("");
    }
    g_assert_not_reached();
}
