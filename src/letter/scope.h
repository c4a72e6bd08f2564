/*
 * scope.h - the values that are the same for all recipients, by name.
 *
 *     post.title  post.date  post.KEY …   list.name …   sender.host …
 *     words.unsubscribe …
 *     content  preheader  style  style.page  style.dark  subject
 *
 * Everything else is a field of the recipient. `post.KEY` is any key of the
 * front matter that has no meaning of its own.
 */
#ifndef LETTER_SCOPE_H
#define LETTER_SCOPE_H

#include <stdbool.h>

#include "base/value.h"
#include "config/config.h"
#include "letter/words.h"
#include "post/post.h"

typedef enum {
    DATUM_NONE, /* known, but nothing is there */
    DATUM_TEXT,
    DATUM_DATE,
    DATUM_LIST,
    DATUM_MAP,
    DATUM_OWN, /* content, style, style.…: HTML of our own making */
} DatumKind;

/* Borrows from the scope or the front matter. */
typedef struct Datum {
    DatumKind kind;
    const char *text;
    bool plain; /* a YAML text without quotes: `no` is false */
    const PostDate *date;
    const GPtrArray *texts; /* DATUM_LIST of char *, or */
    const Value *value;     /* … of a front matter; DATUM_MAP too */
} Datum;

typedef struct Scope Scope;

typedef struct ScopeSource {
    const Post *post;
    const SenderConfig *sender; /* NULL: all unset */
    const ListConfig *list;     /* NULL: all unset */
    const char *title;          /* these three may hold gaps */
    const char *subject;
    const char *preheader;
    const char *description;
    const char *style; /* these three: what a theme keeps for <style> */
    const char *style_page;
    const char *style_dark;
    const char *reason;         /* may hold gaps: why one gets this */
    const char *write_to_leave; /* with a gap: words.unsubscribe_mail when the
                                   ways to leave are each recipient's; NULL */
} ScopeSource;

/* Borrows the post, sender and list; copies the texts. */
Scope *scope_new(const ScopeSource *source);
void scope_free(Scope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scope, scope_free)

/* Is this name of this kind at all, known or not? Else it is a recipient's. */
bool scope_owns(const char *name);
/* A name of the campaign's whose value is each recipient's after all: a way
 * to leave. */
bool scope_is_personal(const Scope *scope, const char *name);
/* False when the name is not known. */
bool scope_find(const Scope *scope, const char *name, Datum *datum);
/* "; did you mean …" for a name that is not known, or "". `with_keys`: the
 * keys of the front matter count too. */
char *scope_hint(const Scope *scope, const char *name, bool with_keys);

/* Begins with one of the campaign's families, `post.`, `list.`, `sender.` or
 * `words.`: it can be nothing else. */
bool scope_is_family(const char *name);
/* Of the post's language; English unless it says otherwise. */
const Words *scope_words(const Scope *scope);
/* For lang and what a language is written like. */
bool scope_is_rtl(const char *lang);

bool datum_is_true(const Datum *datum);
unsigned datum_count(const Datum *datum);
Datum datum_item(const Datum *list, unsigned index);
/* The value of a key of a DATUM_MAP; dots go deeper. */
bool datum_member(const Datum *map, const char *path, Datum *member);
/* As it is printed when no filter says otherwise: a date as `29 June 2016`, a
 * list as `A, B and C`, in the language of the words. */
char *datum_text(const Datum *datum, const Words *words);
char *datum_join(const Datum *list, const char *separator, const char *last);

#endif
