/*
 * fuzz_template.c - any template, front matter and body, compiled and filled
 * in with a hostile value.
 *
 * The input is a template, a front matter, a body and a partial, parted by
 * lines of `%%%%`; an HTML template begins with `<`. Whatever compiles must
 * merge without a gap left over, and the value must not come out unescaped.
 */
#include <stdint.h>
#include <string.h>

#include "document/mail_ready.h"
#include "document/text_write.h"
#include "letter/html_compile.h"
#include "letter/html_target.h"
#include "letter/merge.h"
#include "letter/template_lift.h"
#include "letter/text_compile.h"
#include "letter/text_target.h"

#define INPUT_MAX 20000
#define HOSTILE "<fuzz-\x01\x1c'\"&\n{{x}}"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct Input {
    char *all;
    const char *parts[4]; /* template, front matter, body, partial */
} Input;

typedef struct Parts {
    const Input *input;
    Slots *slots;
    Template *template;
    Document *content;
    Scope *scope;
    Value *front;
    bool html;
} Parts;

static void split(Input *input)
{
    static const char separator[] = "\n%%%%\n";
    char *at = input->all;

    for (size_t i = 0; i < G_N_ELEMENTS(input->parts); i++) {
        char *end = strstr(at, separator);
        input->parts[i] = at;
        if (end == NULL) {
            at += strlen(at);
            continue;
        }
        *end = '\0';
        at = end + strlen(separator);
    }
}

static char *give_partial(void *data, const char *name, char **file,
                          GError **error)
{
    const Input *input = data;

    if (strcmp(name, "none") == 0) {
        error_set(error, ERROR_INPUT, "there is none");
        return NULL;
    }
    *file = g_strdup(name);
    return g_strdup(input->parts[3]);
}

static bool read_content(Parts *parts)
{
    static const Place start = {"body", 1, 1};
    g_autofree char *body = template_lift(parts->input->parts[2],
                                          strlen(parts->input->parts[2]), start,
                                          parts->slots, NULL);

    if (body == NULL)
        return false;
    DocumentSource source = {.text = body,
                             .length = strlen(body),
                             .file = "body",
                             .first_line = 1,
                             .base_url = "https://example.org/",
                             .gap_prefix = parts->slots->prefix};
    parts->content = document_read(&source, NULL, NULL);
    if (parts->content == NULL)
        return false;
    template_unlift(parts->content, parts->slots);
    template_lift_note(parts->content, "body", true, NULL);
    return true;
}

static bool compile_text(Parts *parts, Program *program, GString *gapped)
{
    static const TextStyle style = {72, TEXT_LINKS_END, NULL};
    Target target;

    text_target_init(&target, parts->slots, gapped);
    if (!evaluate(parts->template, parts->scope, parts->slots, &target, NULL,
                  NULL))
        return false;
    g_autoptr(GPtrArray) pieces = text_write(parts->content, &style);
    return text_compile(program, parts->slots, gapped->str, pieces, 72, NULL) &&
           program_finish(program, parts->slots, NULL);
}

static bool compile_html(Parts *parts, Program *program, GString *gapped)
{
    g_autoptr(Style) theme = style_parse("p{margin:0}", 11, "theme", NULL);
    HtmlTarget target;
    bool good;

    html_target_init(&target, parts->slots, gapped);
    good = evaluate(parts->template, parts->scope, parts->slots, &target.base,
                    NULL, NULL);
    html_target_clear(&target);
    mail_ready(parts->content);
    HtmlSource source = {"mail.html", gapped, parts->content, theme};
    return good && html_compile(program, parts->slots, &source, NULL);
}

static void check_merged(const Parts *parts, const GString *out)
{
    g_assert(strcasestr(out->str, parts->slots->prefix) == NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts->input->parts); i++) {
        if (strstr(parts->input->parts[i], "fuzz-") != NULL)
            return;
    }
    g_assert(!parts->html || strstr(out->str, "<fuzz-") == NULL);
    g_assert(strstr(out->str, "fuzz-\x01") == NULL);
    g_assert(strstr(out->str, "fuzz-\x1c") == NULL);
}

static void merge(const Parts *parts, const Program *program, const char *value)
{
    g_autofree const char **values = g_new0(const char *,
                                            parts->slots->table->len + 1);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GString) scratch = g_string_new(NULL);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    MergeInput input = {parts->slots, values, true, NULL, NULL, NULL};

    for (guint i = 0; i < parts->slots->table->len; i++) {
        slots_at(parts->slots, (int)i)->field = (int)i;
        values[i] = value;
    }
    if (merge_run(program, &input, out, scratch, NULL))
        check_merged(parts, out);
    program_digest(program, parts->slots, checksum);
}

static void compile(Parts *parts)
{
    g_autoptr(GString) gapped = g_string_new(NULL);
    g_autoptr(Program)
        program = program_new(parts->html ? PROGRAM_HTML : PROGRAM_TEXT);
    bool good = parts->html ? compile_html(parts, program, gapped)
                            : compile_text(parts, program, gapped);

    if (!good)
        return;
    merge(parts, program, HOSTILE);
    merge(parts, program, NULL);
    merge(parts, program, "https://example.org/" HOSTILE);
    merge(parts, program, "Ada");
}

static void run(Parts *parts)
{
    const char *const *texts = parts->input->parts;
    const char *const apart[] = {texts[0], texts[1], texts[2], texts[3], NULL};
    Post post = {0};
    TemplateSource source = {.file = "template",
                             .text = texts[0],
                             .length = strlen(texts[0]),
                             .format = parts->html ? TEMPLATE_HTML
                                                   : TEMPLATE_PLAIN,
                             .partial = give_partial,
                             .data = (void *)(uintptr_t)parts->input};

    parts->slots = slots_new(apart);
    parts->front = value_parse(texts[1], strlen(texts[1]), "front", 1, NULL,
                               NULL);
    parts->template = template_parse(&source, NULL);
    if (parts->front == NULL || parts->template == NULL)
        return;
    post.front_matter = parts->front;
    post.title = (char[]){"A title"};
    post.url = (char[]){"https://example.org/x"};
    ScopeSource values = {.post = &post,
                          .title = "A title",
                          .subject = "A title",
                          .description = "Two\nlines",
                          .style = "p{margin:0}"};
    parts->scope = scope_new(&values);
    if (read_content(parts))
        compile(parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Input input = {0};
    Parts parts = {.input = &input};

    if (size > INPUT_MAX)
        return 0;
    input.all = g_strndup((const char *)bytes, size);
    split(&input);
    parts.html = input.parts[0][0] == '<';
    run(&parts);
    g_clear_pointer(&parts.scope, scope_free);
    document_free(parts.content);
    template_free(parts.template);
    value_free(parts.front);
    slots_free(parts.slots);
    g_free(input.all);
    return 0;
}
