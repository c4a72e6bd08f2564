#include "letter/compose.h"

#include <string.h>

#include "document/ascii.h"
#include "document/mail_ready.h"
#include "document/text_write.h"
#include "letter/html_compile.h"
#include "letter/html_target.h"
#include "letter/template_files.h"
#include "letter/template_lift.h"
#include "letter/text_compile.h"
#include "letter/text_target.h"
#include "letter/words.h"

#define WIDTH_DEFAULT 72

/* All that composing needs on its way. */
typedef struct Composer {
    const LetterSource *source;
    const Post *post;
    Findings *findings;
    Composition *parts;
    TemplateFiles files;
    char *title; /* these three have gaps for their fields */
    char *subject;
    char *description;
    char *reason;         /* likewise */
    char *write_to_leave; /* likewise; NULL when all leave in the same way */
    Document *content;
    Scope *scope;
} Composer;

static void composer_clear(Composer *composer)
{
    template_files_clear(&composer->files);
    g_free(composer->title);
    g_free(composer->subject);
    g_free(composer->description);
    g_free(composer->reason);
    g_free(composer->write_to_leave);
    document_free(composer->content);
    scope_free(composer->scope);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Composer, composer_clear)

const char *compose_lang(const Post *post)
{
    return post->lang != NULL && post->lang[0] != '\0' ? post->lang : "en";
}

/* --- gaps --- */

static void add_text(GArray *texts, const char *text)
{
    if (text != NULL)
        g_array_append_val(texts, text);
}

static void add_values(GArray *texts, const Value *value)
{
    if (value == NULL)
        return;
    if (value->kind == VALUE_TEXT)
        add_text(texts, value->text);
    for (guint i = 0; value->kind == VALUE_LIST && i < value->items->len; i++)
        add_values(texts, g_ptr_array_index(value->items, i));
    for (guint i = 0; value->kind == VALUE_MAP && i < value->entries->len; i++)
        add_values(texts, g_array_index(value->entries, ValueEntry, i).value);
}

static void add_config(GArray *texts, const LetterSource *source)
{
    const SenderConfig *sender = source->sender;
    const ListConfig *list = source->list;

    if (sender != NULL) {
        add_text(texts, sender->from.name);
        add_text(texts, sender->organisation);
        add_text(texts, sender->postal_address);
        add_text(texts, sender->url);
    }
    if (list != NULL) {
        add_text(texts, list->name);
        add_text(texts, list->description);
        add_text(texts, list->unsubscribe_url);
        add_text(texts, list->unsubscribe_mail);
        add_text(texts, list->archive_url);
    }
}

/* The prefix of the gaps may occur in nothing that goes into the letter. */
static Slots *new_slots(const Composer *composer)
{
    const Post *post = composer->post;
    g_autoptr(GArray) texts = g_array_new(TRUE, FALSE, sizeof(char *));

    add_text(texts, post->body);
    add_text(texts, post->title);
    add_text(texts, post->subject);
    add_text(texts, post->description);
    add_text(texts, post->url);
    add_values(texts, post->front_matter);
    add_config(texts, composer->source);
    add_text(texts, template_source(composer->files.html));
    add_text(texts, template_source(composer->files.text));
    add_text(texts, composer->files.theme_source);
    return slots_new((const char *const *)(void *)texts->data);
}

static Place key_place(const Post *post, const char *key)
{
    const Value *value = value_get(post->front_matter, key);

    return (Place){g_intern_string(post->file),
                   value != NULL ? value->place.line : 0,
                   value != NULL ? value->place.column : 0};
}

/* A text of the front matter, its fields taken out when they are meant. */
static bool lift_key(const Composer *composer, const char *key,
                     const char *text, char **lifted, GError **error)
{
    if (text == NULL)
        return true;
    if (!composer->post->merge) {
        *lifted = g_strdup(text);
        return true;
    }
    *lifted = template_lift(text, strlen(text), key_place(composer->post, key),
                            composer->parts->slots, error);
    return *lifted != NULL;
}

static bool lift_keys(Composer *composer, GError **error)
{
    const Post *post = composer->post;
    const char *subject = post->subject != NULL ? post->subject : post->title;

    if (subject == NULL || subject[0] == '\0') {
        error_set_at(error, ERROR_INPUT, (Place){post->file, 0, 0},
                     "no title and no subject");
        return false;
    }
    return lift_key(composer, "title", post->title, &composer->title, error) &&
           lift_key(composer, post->subject != NULL ? "subject" : "title",
                    subject, &composer->subject, error) &&
           lift_key(composer, "description", post->description,
                    &composer->description, error);
}

/* Why one gets this mail, with a gap for the address it went to. */
static bool lift_reason(Composer *composer, GError **error)
{
    const Words *words = words_for(compose_lang(composer->post));
    const ListConfig *list = composer->source->list;
    const char *name = list != NULL ? list->name : NULL;
    const char *pattern = name != NULL ? words->reason : words->reason_bare;
    Place place = {g_intern_string("words.reason"), 0, 0};
    g_autofree char *lifted = template_lift(pattern, strlen(pattern), place,
                                            composer->parts->slots, error);

    if (lifted == NULL)
        return false;
    composer->reason = words_fill(lifted, name != NULL ? name : "");
    return true;
}

/* "Unsubscribe: write to …", with a gap for the recipient's own address. */
static bool lift_leaving(Composer *composer, GError **error)
{
    const Words *words = words_for(compose_lang(composer->post));
    Slots *slots = composer->parts->slots;
    Place place = {g_intern_string("words.unsubscribe_mail"), 0, 0};
    Slot slot = {.kind = SLOT_FIELD, .place = place, .conditional = true};

    if (composer->source->ways == NULL)
        return true;
    slot.expression.name = g_strdup("list.unsubscribe_mail");
    slot.expression.place = place;
    int index = slots_add(slots, &slot, error);
    if (index < 0)
        return false;
    g_autoptr(GString) gap = g_string_new(NULL);
    gap_append(gap, slots->prefix, GAP_TEXT, index);
    composer->write_to_leave = words_fill(words->unsubscribe_mail, gap->str);
    return true;
}

/* --- the post --- */

static char *body_of(const Composer *composer, GError **error)
{
    const Post *post = composer->post;
    Place place = {g_intern_string(post->file), post->body_line, 1};

    if (!post->merge)
        return g_strndup(post->body, post->body_length);
    return template_lift(post->body, post->body_length, place,
                         composer->parts->slots, error);
}

static bool read_content(Composer *composer, GError **error)
{
    const Post *post = composer->post;
    g_autofree char *body = body_of(composer, error);

    if (body == NULL)
        return false;
    const char *base = post->url != NULL ? post->url
                                         : composer->source->base_url;
    ImagesSource images = {post->file, post->images, base != NULL,
                           composer->source->cid_domain};
    composer->parts->images = images_new(&images, composer->findings);
    ImageTaker taker = images_taker(composer->parts->images);
    DocumentSource source = {
        .text = body,
        .length = strlen(body),
        .format = post->format == POST_HTML ? DOCUMENT_HTML : DOCUMENT_MARKDOWN,
        .file = post->file,
        .first_line = post->body_line,
        .base_url = base,
        .images = &taker,
        .title = composer->title,
        .gap_prefix = composer->parts->slots->prefix,
        .words = words_for(compose_lang(post))->document,
    };
    composer->content = document_read(&source, composer->findings, error);
    images_finish(composer->parts->images);
    if (composer->content == NULL)
        return false;
    if (document_root(composer->content)->first_child == NULL)
        findings_add(composer->findings, SEVERITY_ERROR, "empty",
                     (Place){post->file, post->body_line, 0},
                     "nothing is left of the body that a mail could show");
    template_unlift(composer->content, composer->parts->slots);
    template_lift_note(composer->content, post->file, post->merge,
                       composer->findings);
    return true;
}

static size_t count_links(const Document *document)
{
    const Node *root = document_root_const(document);
    g_autoptr(GHashTable)
        seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (const Node *node = root; node != NULL;
         node = node_following(node, root)) {
        const char *href = node_is(node, "a") ? node_attribute(node, "href")
                                              : NULL;
        if (href != NULL)
            g_hash_table_add(seen, g_strdup(href));
    }
    return g_hash_table_size(seen);
}

static char *preheader_of(const Composer *composer)
{
    const char *description = composer->description;

    if (description == NULL || description[0] == '\0')
        return text_first_sentence(composer->content, COMPOSE_PREHEADER_MAX);
    g_auto(GStrv) words = g_strsplit_set(description, " \t\n", -1);
    g_autoptr(GPtrArray) full = g_ptr_array_new();
    for (int i = 0; words[i] != NULL; i++) {
        if (words[i][0] != '\0')
            g_ptr_array_add(full, words[i]);
    }
    g_ptr_array_add(full, NULL);
    return g_strjoinv(" ", (char **)full->pdata);
}

static void make_scope(Composer *composer)
{
    g_autofree char *preheader = preheader_of(composer);
    ScopeSource source = {
        .post = composer->post,
        .sender = composer->source->sender,
        .list = composer->source->list,
        .title = composer->title,
        .subject = composer->subject,
        .preheader = preheader,
        .description = composer->description,
        .reason = composer->reason,
        .write_to_leave = composer->write_to_leave,
        .style = style_kept(composer->files.theme, STYLE_ALL),
        .style_page = style_kept(composer->files.theme, STYLE_PAGE),
        .style_dark = style_kept(composer->files.theme, STYLE_DARK),
    };

    composer->scope = scope_new(&source);
}

/* --- the parts --- */

static bool compile_subject(Composer *composer, GError **error)
{
    Composition *parts = composer->parts;

    parts->subject = program_new(PROGRAM_SUBJECT);
    return program_append(parts->subject, parts->slots, composer->subject,
                          strlen(composer->subject), error) &&
           program_finish(parts->subject, parts->slots, error);
}

static TextStyle text_style(const Composer *composer)
{
    static const char *const modes[] = {
        [TEXT_LINKS_END] = "end",
        [TEXT_LINKS_INLINE] = "inline",
        [TEXT_LINKS_SECTION] = "section",
        [TEXT_LINKS_NONE] = "none",
    };
    const TextConfig *config = composer->source->text;
    TextStyle style = {WIDTH_DEFAULT, TEXT_LINKS_END, NULL};

    if (config == NULL)
        return style;
    if (config->width > 0)
        style.width = config->width;
    for (size_t i = 0; config->links && i < G_N_ELEMENTS(modes); i++) {
        if (strcmp(config->links, modes[i]) == 0)
            style.links = (TextLinks)i;
    }
    if (config->ascii)
        style.ascii_lang = compose_lang(composer->post);
    return style;
}

static void fold_to_ascii(GString *text, const char *lang)
{
    g_autofree char *whole = g_strndup(text->str, text->len);

    g_string_truncate(text, 0);
    ascii_append(text, whole, strlen(whole), lang);
}

/* What is left that ASCII cannot say. */
static void warn_of_others(const Composer *composer, const GPtrArray *pieces,
                           const GString *shell)
{
    char first[7] = "";
    size_t count = ascii_count_others(shell->str, first);

    for (guint i = 0; i < pieces->len; i++) {
        const TextPiece *piece = g_ptr_array_index(pieces, i);
        count += ascii_count_others(piece->text, first);
    }
    if (count > 0)
        findings_add(composer->findings, SEVERITY_WARNING, "ascii",
                     (Place){composer->post->file, 0, 0},
                     "%zu character%s of the text part %s no ASCII form and "
                     "stay%s, such as `%s`",
                     count, count == 1 ? "" : "s", count == 1 ? "has" : "have",
                     count == 1 ? "s" : "", first);
}

static bool compile_text(Composer *composer, GError **error)
{
    Composition *parts = composer->parts;
    TextStyle style = text_style(composer);
    g_autoptr(GString) gapped = g_string_new(NULL);
    Target target;

    text_target_init(&target, parts->slots, gapped);
    parts->text = program_new(PROGRAM_TEXT);
    if (!evaluate(composer->files.text, composer->scope, parts->slots, &target,
                  composer->findings, error))
        return false;
    g_autoptr(GPtrArray) pieces = text_write(composer->content, &style);
    if (style.ascii_lang != NULL) {
        fold_to_ascii(gapped, style.ascii_lang);
        warn_of_others(composer, pieces, gapped);
    }
    return text_compile(parts->text, parts->slots, gapped->str, pieces,
                        style.width, error) &&
           program_finish(parts->text, parts->slots, error);
}

static bool compile_html(Composer *composer, GError **error)
{
    Composition *parts = composer->parts;
    g_autoptr(GString) gapped = g_string_new(NULL);
    HtmlTarget target;

    html_target_init(&target, parts->slots, gapped);
    bool good = evaluate(composer->files.html, composer->scope, parts->slots,
                         &target.base, composer->findings, error);
    html_target_clear(&target);
    parts->html = program_new(PROGRAM_HTML);
    mail_ready(composer->content);
    HtmlSource source = {composer->files.html_file, gapped, composer->content,
                         composer->files.theme};
    return good && html_compile(parts->html, parts->slots, &source, error);
}

bool compose(const LetterSource *source, Findings *findings, Composition *parts,
             GError **error)
{
    g_auto(Composer) composer = {.source = source,
                                 .post = source->post,
                                 .findings = findings,
                                 .parts = parts};

    if (!template_files_load(source->template_dir, &composer.files, error))
        return false;
    parts->slots = new_slots(&composer);
    if (!lift_keys(&composer, error) || !lift_reason(&composer, error) ||
        !lift_leaving(&composer, error) || !read_content(&composer, error))
        return false;
    parts->link_count = count_links(composer.content);
    make_scope(&composer);
    return compile_subject(&composer, error) &&
           compile_text(&composer, error) && compile_html(&composer, error);
}
