#include "letter/letter.h"

#include <string.h>

#include "letter/compose.h"
#include "letter/merge.h"
#include "mail/header.h"

struct Letter {
    Slots *slots;
    Program *subject;
    Program *text;
    Program *html;
    GArray *fields; /* of LetterField; names are the slots' */
    char *lang;
    bool rtl;
    bool ascii; /* the text part */
    char *archived_at;
    size_t link_count;
    Images *images;
    const Ways *ways; /* NULL */
    char *digest;
};

void letter_free(Letter *letter)
{
    if (letter == NULL)
        return;
    program_free(letter->subject);
    program_free(letter->text);
    program_free(letter->html);
    g_clear_pointer(&letter->fields, g_array_unref);
    slots_free(letter->slots);
    images_free(letter->images);
    g_free(letter->lang);
    g_free(letter->archived_at);
    g_free(letter->digest);
    g_free(letter);
}

/* --- fields --- */

static int find_field(const Letter *letter, const char *name)
{
    for (guint i = 0; i < letter->fields->len; i++) {
        if (strcmp(g_array_index(letter->fields, LetterField, i).name, name) ==
            0)
            return (int)i;
    }
    return -1;
}

static bool add_field(Letter *letter, Slot *slot, GError **error)
{
    const char *name = slot->expression.name;
    bool required = slot->kind == SLOT_FIELD && !slot->conditional &&
                    !expression_has(&slot->expression, FILTER_DEFAULT);
    LetterField field = {name, slot->place, false};
    WaysField way = letter->ways != NULL ? ways_field(name) : WAYS_FIELDS;

    if (way != WAYS_FIELDS) {
        slot->field = MERGE_FIELDS_MAX + (int)way;
        return true;
    }
    slot->field = find_field(letter, name);
    if (slot->field < 0 && letter->fields->len == MERGE_FIELDS_MAX) {
        error_set_at(error, ERROR_INPUT, slot->place, "more than %d fields",
                     MERGE_FIELDS_MAX);
        return false;
    }
    if (slot->field < 0) {
        slot->field = (int)letter->fields->len;
        g_array_append_val(letter->fields, field);
    }
    if (required)
        g_array_index(letter->fields, LetterField, (guint)slot->field)
            .required = true;
    return true;
}

static bool add_fields(Letter *letter, const Program *program, GError **error)
{
    for (guint i = 0; i < program->ops->len; i++) {
        const Op *op = &g_array_index(program->ops, Op, i);
        bool uses = op->kind == OP_FIELD || op->kind == OP_NEED_SET ||
                    op->kind == OP_NEED_EMPTY;
        if (uses &&
            !add_field(letter, slots_at(letter->slots, op->slot), error))
            return false;
    }
    return true;
}

const LetterField *letter_fields(const Letter *letter, size_t *count)
{
    *count = letter->fields->len;
    return (const LetterField *)(void *)letter->fields->data;
}

/* --- composing --- */

static void set_digest(Letter *letter)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    const Program *const programs[] = {letter->subject, letter->text,
                                       letter->html};
    const char *archived_at = letter->archived_at != NULL ? letter->archived_at
                                                          : "";

    g_checksum_update(checksum, (const guchar *)letter->lang, -1);
    if (letter->ascii)
        g_checksum_update(checksum, (const guchar *)" ascii", -1);
    g_checksum_update(checksum, (const guchar *)"\n", 1);
    g_checksum_update(checksum, (const guchar *)archived_at, -1);
    if (letter->ways != NULL)
        ways_digest(letter->ways, checksum);
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_checksum_update(checksum, (const guchar *)"\n", 1);
        program_digest(programs[i], letter->slots, checksum);
    }
    letter->digest = g_strdup(g_checksum_get_string(checksum));
}

Letter *letter_compose(const LetterSource *source, Findings *findings,
                       GError **error)
{
    Letter *letter = g_new0(Letter, 1);
    Composition parts = {0};
    const Post *post = source->post;
    bool good = compose(source, findings, &parts, error);

    letter->slots = parts.slots;
    letter->subject = parts.subject;
    letter->text = parts.text;
    letter->html = parts.html;
    letter->link_count = parts.link_count;
    letter->images = parts.images;
    letter->ways = source->ways;
    letter->fields = g_array_new(FALSE, TRUE, sizeof(LetterField));
    if (!good || !add_fields(letter, letter->subject, error) ||
        !add_fields(letter, letter->text, error) ||
        !add_fields(letter, letter->html, error)) {
        letter_free(letter);
        return NULL;
    }
    letter->lang = g_strdup(compose_lang(post));
    letter->rtl = scope_is_rtl(letter->lang);
    letter->ascii = source->text != NULL && source->text->ascii;
    letter->archived_at = g_strdup(post->url);
    set_digest(letter);
    return letter;
}

const char *letter_lang(const Letter *letter)
{
    return letter->lang;
}

const char *letter_archived_at(const Letter *letter)
{
    return letter->archived_at;
}

const LetterImage *letter_images(const Letter *letter, size_t *count)
{
    return images_list(letter->images, count);
}

bool letter_is_personal(const Letter *letter)
{
    return letter->ways != NULL;
}

size_t letter_link_count(const Letter *letter)
{
    return letter->link_count;
}

const char *letter_digest(const Letter *letter)
{
    return letter->digest;
}

/* --- merging --- */

void filled_init(Filled *filled)
{
    filled->subject = g_string_new(NULL);
    filled->text = g_string_new(NULL);
    filled->html = g_string_new(NULL);
    own_ways_init(&filled->ways);
}

void filled_clear(Filled *filled)
{
    GString **const all[] = {&filled->subject, &filled->text, &filled->html};

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (*all[i] != NULL)
            g_string_free(*all[i], TRUE);
        *all[i] = NULL;
    }
    own_ways_clear(&filled->ways);
}

/* An empty value leaves blanks behind, which no subject needs. Line breaks
 * stay: header_check() refuses them. */
static void trim_subject(GString *subject)
{
    gsize to = 0;

    for (gsize from = 0; from < subject->len; from++) {
        char c = subject->str[from];
        if (c == ' ' && (to == 0 || subject->str[to - 1] == ' '))
            continue;
        subject->str[to++] = c;
    }
    if (to > 0 && subject->str[to - 1] == ' ')
        to--;
    g_string_truncate(subject, to);
}

static bool check_subject(const Letter *letter, const MergeInput *input,
                          const GString *subject, GError **error)
{
    g_autoptr(GError) reason = NULL;
    Place place = {NULL, 0, 0};

    for (guint i = 0; i < letter->subject->ops->len; i++) {
        const Op *op = &g_array_index(letter->subject->ops, Op, i);
        if (op->kind == OP_FIELD && place.file == NULL)
            place = slots_at(letter->slots, op->slot)->place;
    }
    if (subject->len == 0) {
        error_set_at(error, ERROR_INPUT, place, "the subject is empty");
        return false;
    }
    if (header_check(subject->str, &reason))
        return true;
    error_set_at(error, ERROR_INPUT, place, "the subject for %s: %s",
                 input->subscriber != NULL
                     ? subscriber_address(input->subscriber)->text
                     : "this recipient",
                 reason->message);
    return false;
}

static void set_ways(const OwnWays *ways, const char *values[MERGE_VALUES])
{
    for (int i = 0; i < WAYS_FIELDS; i++)
        values[MERGE_FIELDS_MAX + i] = ways_value(ways, (WaysField)i);
}

static MergeInput find_values(const Letter *letter,
                              const Subscriber *subscriber, OwnWays *ways,
                              const char *values[MERGE_VALUES])
{
    for (guint i = 0; i < letter->fields->len; i++)
        values[i] = subscriber_field(
            subscriber, g_array_index(letter->fields, LetterField, i).name);
    if (letter->ways != NULL) {
        ways_fill(letter->ways, subscriber, ways);
        set_ways(ways, values);
    }
    return (MergeInput){.slots = letter->slots,
                        .values = values,
                        .isolate = letter->rtl,
                        .subscriber = subscriber,
                        .words = words_for(letter->lang),
                        .ascii_lang = letter->ascii ? letter->lang : NULL};
}

static bool merge_subject(const Letter *letter, const MergeInput *input,
                          GString *subject, GString *scratch, GError **error)
{
    g_string_truncate(subject, 0);
    if (!merge_run(letter->subject, input, subject, scratch, error))
        return false;
    trim_subject(subject);
    return check_subject(letter, input, subject, error);
}

static bool merge_all(const Letter *letter, const MergeInput *input,
                      Filled *filled, GError **error)
{
    /* The HTML's buffer is not needed yet: it is the others' scratch. */
    if (!merge_subject(letter, input, filled->subject, filled->html, error))
        return false;
    g_string_truncate(filled->text, 0);
    if (!merge_run(letter->text, input, filled->text, filled->html, error))
        return false;
    g_string_truncate(filled->html, 0);
    return merge_run(letter->html, input, filled->html, filled->text, error);
}

bool letter_merge(const Letter *letter, const Subscriber *subscriber,
                  Filled *filled, GError **error)
{
    const char *values[MERGE_VALUES];
    MergeInput input = find_values(letter, subscriber, &filled->ways, values);

    return merge_all(letter, &input, filled, error);
}

bool letter_merge_names(const Letter *letter, Filled *filled, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *values[MERGE_VALUES];
    MergeInput input = {.slots = letter->slots,
                        .values = values,
                        .isolate = letter->rtl,
                        .words = words_for(letter->lang),
                        .ascii_lang = letter->ascii ? letter->lang : NULL};

    for (guint i = 0; i < letter->fields->len; i++) {
        char *name = g_strdup_printf(
            "{{%s}}", g_array_index(letter->fields, LetterField, i).name);
        g_ptr_array_add(names, name);
        values[i] = name;
    }
    if (letter->ways != NULL) {
        ways_fill_names(letter->ways, &filled->ways);
        set_ways(&filled->ways, values);
    }
    return merge_all(letter, &input, filled, error);
}

void own_lines_init(OwnLines *own)
{
    own->subject = g_string_new(NULL);
    own->scratch = g_string_new(NULL);
    own_ways_init(&own->ways);
    stencil_fill_init(&own->text);
    stencil_fill_init(&own->html);
}

void own_lines_clear(OwnLines *own)
{
    g_string_free(own->subject, TRUE);
    g_string_free(own->scratch, TRUE);
    own_ways_clear(&own->ways);
    stencil_fill_clear(&own->text);
    stencil_fill_clear(&own->html);
}

bool letter_merge_own(const Letter *letter, const Subscriber *subscriber,
                      OwnLines *own, GError **error)
{
    const char *values[MERGE_VALUES];
    MergeInput input = find_values(letter, subscriber, &own->ways, values);

    stencil_fill_truncate(&own->text);
    stencil_fill_truncate(&own->html);
    return merge_subject(letter, &input, own->subject, own->scratch, error) &&
           merge_fill(letter->text, &input, &own->text, own->scratch, error) &&
           merge_fill(letter->html, &input, &own->html, own->scratch, error);
}

static const StencilSheet *sheets_of(const Program *program, size_t *count)
{
    *count = program->sheets->len;
    return (const StencilSheet *)(const void *)program->sheets->data;
}

const StencilSheet *letter_text_sheets(const Letter *letter, size_t *count)
{
    return sheets_of(letter->text, count);
}

const StencilSheet *letter_html_sheets(const Letter *letter, size_t *count)
{
    return sheets_of(letter->html, count);
}
