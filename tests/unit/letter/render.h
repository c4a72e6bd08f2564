/*
 * render.h - a template from memory, filled in from a front matter and for
 * one recipient, as the tests want it: in one call.
 */
#ifndef LETTER_RENDER_H
#define LETTER_RENDER_H

#include "test.h"

#include "document/text_write.h"
#include "letter/evaluate.h"
#include "letter/html_target.h"
#include "letter/merge.h"
#include "letter/text_compile.h"
#include "letter/text_target.h"

typedef struct Render {
    const char *template;
    const char *front_matter;         /* YAML; NULL: empty */
    const char *const (*partials)[2]; /* name, text; ends with NULL */
    const char *const (*row)[2];      /* field, value; ends with NULL */
    const Post *post;                 /* NULL: only the front matter */
    bool html; /* what goes to the HTML parser, fields as HTML */
    bool isolate;
    int width;               /* 0: 72 */
    const GPtrArray *pieces; /* of the post; NULL: none */
    Findings *findings;
} Render;

static inline char *render_partial(void *data, const char *name, char **file,
                                   GError **error)
{
    const Render *render = data;

    *file = g_strconcat(name, render->html ? ".html" : ".txt", NULL);
    for (size_t i = 0;
         render->partials != NULL && render->partials[i][0] != NULL; i++) {
        if (strcmp(render->partials[i][0], name) == 0)
            return g_strdup(render->partials[i][1]);
    }
    error_set(error, ERROR_INPUT, "there is none");
    return NULL;
}

static inline const char *render_value(const Render *render, const char *name)
{
    for (size_t i = 0; render->row != NULL && render->row[i][0] != NULL; i++) {
        if (strcmp(render->row[i][0], name) == 0)
            return render->row[i][1];
    }
    return NULL;
}

/* Gives each slot its own value: simpler than the letter's table. */
static inline bool render_merge(const Render *render, const Program *program,
                                const Slots *slots, GString *out,
                                GError **error)
{
    g_autofree const char **values = g_new0(const char *,
                                            slots->table->len + 1);
    g_autoptr(GString) scratch = g_string_new(NULL);
    MergeInput input = {
        .slots = slots, .values = values, .isolate = render->isolate};

    for (guint i = 0; i < slots->table->len; i++) {
        Slot *slot = slots_at(slots, (int)i);
        slot->field = (int)i;
        if (slot->expression.name != NULL)
            values[i] = render_value(render, slot->expression.name);
    }
    return merge_run(program, &input, out, scratch, error);
}

static inline bool render_compile(const Render *render, Program *program,
                                  const Slots *slots, const GString *gapped,
                                  GError **error)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    int width = render->width > 0 ? render->width : 72;
    bool good;

    if (render->html)
        good = program_append(program, slots, gapped->str, gapped->len, error);
    else
        good = text_compile(program, slots, gapped->str,
                            render->pieces != NULL ? render->pieces : none,
                            width, error);
    return good && program_finish(program, slots, error);
}

static inline bool render_evaluate(const Render *render, const Post *post,
                                   Slots *slots, GString *gapped,
                                   GError **error)
{
    TemplateSource source = {.file = "mail",
                             .text = render->template,
                             .length = strlen(render->template),
                             .format = render->html ? TEMPLATE_HTML
                                                    : TEMPLATE_PLAIN,
                             .partial = render_partial,
                             .data = (void *)(uintptr_t)render};
    g_autoptr(Template) template = template_parse(&source, error);
    ScopeSource values = {.post = post,
                          .title = post->title,
                          .subject = post->title,
                          .description = post->description,
                          .style = "p{margin:0}",
                          .style_dark = "b{margin:0}"};
    g_autoptr(Scope) scope = scope_new(&values);
    HtmlTarget target;
    Target text;
    bool good;

    if (template == NULL)
        return false;
    html_target_init(&target, slots, gapped);
    text_target_init(&text, slots, gapped);
    good = evaluate(template, scope, slots, render->html ? &target.base : &text,
                    render->findings, error);
    html_target_clear(&target);
    return good;
}

/* NULL and an error when any stage refuses. */
static inline char *render_run(const Render *render, GError **error)
{
    const char *yaml = render->front_matter != NULL ? render->front_matter : "";
    g_autoptr(Value)
        front = value_parse(yaml, strlen(yaml), "post.md", 1, NULL, error);
    const char *const texts[] = {render->template, yaml, NULL};
    g_autoptr(Slots) slots = slots_new(texts);
    g_autoptr(GString) gapped = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    Post post = {0};
    Program *program = program_new(render->html ? PROGRAM_HTML : PROGRAM_TEXT);
    bool good;

    assert_non_null(front);
    if (render->post != NULL)
        post = *render->post;
    post.front_matter = front;
    good = render_evaluate(render, &post, slots, gapped, error) &&
           render_compile(render, program, slots, gapped, error) &&
           render_merge(render, program, slots, out, error);
    program_free(program);
    return good ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

static inline void assert_rendered(const Render *render, const char *expected)
{
    GError *error = NULL;
    g_autofree char *text = render_run(render, &error);

    assert_no_error(error);
    assert_string_equal(text, expected);
}

static inline void assert_refused(const Render *render, const char *part)
{
    GError *error = NULL;
    g_autofree char *text = render_run(render, &error);

    assert_null(text);
    assert_error(&error, ERROR_INPUT, part);
}

#endif
