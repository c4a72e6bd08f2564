/* front_matter.c - see front_matter.h. */
#include "check/front_matter.h"

#include <string.h>

/* The key when it is there and empty, else the file. */
static Place place_of(const Post *post, const char *key)
{
    const Value *value = value_get(post->front_matter, key);
    if (value != NULL && value->place.line > 0)
        return value->place;
    return (Place){post->file, 0, 0};
}

/* Somebody has said already why there is no address. */
static bool is_told(const Findings *findings, const char *rule,
                    const char *file)
{
    for (size_t i = 0; i < findings_stored(findings); i++) {
        const Finding *finding = findings_at(findings, i);
        if (strcmp(finding->rule, rule) == 0 &&
            g_strcmp0(finding->file, file) == 0)
            return true;
    }
    return false;
}

void check_front_matter(const Post *post, Findings *findings)
{
    if (post->description == NULL)
        findings_add(findings, SEVERITY_NOTE, "description",
                     place_of(post, "description"),
                     "no `description`: beside the subject, the inbox shows "
                     "the post's first sentence");
    if (post->url == NULL && !is_told(findings, "url", post->file))
        findings_add(findings, SEVERITY_NOTE, "url", place_of(post, "url"),
                     "no `url`: the mail does not link to the post on the "
                     "web");
}
