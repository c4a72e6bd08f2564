/* versions.c - what was sent before, and what has changed; see pipeline.h. */
#include <string.h>

#include "pipeline/private.h"
#include "preview/diff.h"

/* A letter for nobody; where that is not possible, the first recipient's. */
static bool describe_letter(Pipeline *pipeline, const Letter *letter,
                            Filled *filled, GError **error)
{
    if (letter_merge_names(letter, filled, NULL))
        return true;
    const Subscriber *first = pipeline_find_subscriber(pipeline, NULL, error);
    bool ok = first != NULL && letter_merge(letter, first, filled, error);
    return list_rewind(pipeline->list, ok ? error : NULL) && ok;
}

/* The post's letter, and behind it its translations. */
static bool describe_letters(Pipeline *pipeline, Filled *all, GError **error)
{
    Filled one;
    filled_init(&one);
    bool ok = true;
    for (guint i = 0; ok && i < pipeline->versions->len; i++) {
        const Letter *letter = message_letter(message_at(pipeline->message, i));
        ok = describe_letter(pipeline, letter, &one, error);
        if (ok && i == 0)
            g_string_assign(all->subject, one.subject->str);
        else if (ok)
            g_string_append_printf(all->text, "\n\n%s\nSubject: %s\n\n",
                                   pipeline_version(pipeline, i)->file,
                                   one.subject->str);
        g_string_append(all->text, one.text->str);
        g_string_append(all->html, one.html->str);
    }
    filled_clear(&one);
    return ok;
}

bool pipeline_keep_letter(Pipeline *pipeline, Journal *journal, GError **error)
{
    g_autofree char *digest = g_strdup(message_digest(pipeline->message));
    Filled filled;
    filled_init(&filled);
    bool ok = describe_letters(pipeline, &filled, error);
    KeptLetter letter = {
        .name = pipeline->letter_name,
        .digest = digest,
        .subject = filled.subject->str,
        .text = filled.text->str,
        .html = filled.html->str,
    };
    ok = ok && journal_keep_letter(journal, &letter, error);
    filled_clear(&filled);
    return ok;
}

static void append_diff(const Pipeline *pipeline, const KeptLetter *kept,
                        const Filled *now, GString *out, PipelineDiff *diff)
{
    g_autoptr(GDateTime)
        date = g_date_time_new_from_unix_local(kept->at_us / 1000000);
    g_autofree char *when = date ? g_date_time_format(date, "%Y-%m-%d %H:%M")
                                 : g_strdup("");
    g_autofree char *name = g_strdup_printf("%s, %s", kept->name, when);
    g_autofree char *file = error_printable(pipeline->post->file);
    g_autofree char *before = g_strdup_printf("Subject: %s\n\n%s",
                                              kept->subject, kept->text);
    g_autofree char *after = g_strdup_printf("Subject: %s\n\n%s",
                                             now->subject->str, now->text->str);
    diff->same = diff_append(out, &(DiffText){name, before},
                             &(DiffText){file, after});
    diff->same_html = strcmp(kept->html, now->html->str) == 0;
    diff->kept_us = kept->at_us;
}

bool pipeline_diff(Pipeline *pipeline, Journal *journal, GString *out,
                   PipelineDiff *diff, GError **error)
{
    GError *failure = NULL;
    g_autoptr(KeptLetter)
        kept = journal_find_letter(journal, pipeline->letter_name, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (kept == NULL) {
        error_set(error, ERROR_MISSING,
                  "%s: nothing to compare with; campaign `%s` was never sent "
                  "or tested, or by a mirmail that kept no text",
                  pipeline->post->file, pipeline->letter_name);
        return false;
    }
    Filled now;
    filled_init(&now);
    bool ok = describe_letters(pipeline, &now, error);
    if (ok)
        append_diff(pipeline, kept, &now, out, diff);
    filled_clear(&now);
    return ok;
}
