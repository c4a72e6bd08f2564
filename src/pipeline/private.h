/*
 * private.h - what a Pipeline holds; for the files of this folder only.
 *
 *     compose.c    post, letter, attachments, message, translations
 *     pipeline.c   the campaign's name, the list, checking, facts
 *     preview.c    one recipient's copy, shown
 *     versions.c   what was sent before, and what has changed since
 *     send.c       journal and delivery
 */
#ifndef PIPELINE_PRIVATE_H
#define PIPELINE_PRIVATE_H

#include "check/recipients.h"
#include "letter/letter.h"
#include "mail/keyring.h"
#include "message/message.h"
#include "pipeline/pipeline.h"
#include "post/post.h"

struct Pipeline {
    const Config *config;
    Config confirming; /* `config` as PipelineOptions.confirm needs it */
    const PipelineOptions *options;
    Post *post;
    Letter *letter;
    Attachments *attachments;
    const char **attachment_names;
    DkimSigner *signer;     /* of the post and its translations; NULL: none */
    Keyring *keyring;       /* likewise; NULL: there are no keys */
    Ways *ways;             /* likewise; NULL: all leave in the same way */
    MessageAnswers answers; /* with PipelineOptions.confirm */
    KeyringSeries *series;  /* likewise */
    Message *message;
    ListOptions recipients;
    const char **used; /* the list's fields that the letter merges */
    Suppressions *suppressions;
    List *list;
    char *campaign;
    char *letter_name; /* the campaign, also while its letter is tested */
    TokenKey key;
    bool has_open_ids; /* this campaign's Message-IDs are under no key */
    RecipientsSummary summary;
    GPtrArray *translations; /* of Pipeline: post, letter, attachments */
    GArray *versions;        /* of PipelineVersion: the post, translations */
};

/* Finds and reads the translations, or with --lang takes one of them as the
 * post. */
bool pipeline_find_translations(Pipeline *pipeline, Findings *findings,
                                GError **error);
/* Letters, attachments and messages of the post and its translations. */
bool pipeline_compose_all(Pipeline *pipeline, Findings *findings,
                          GError **error);
/* The message, and with it those of the translations; again when the campaign
 * has got another name. */
bool pipeline_compose_messages(Pipeline *pipeline, GError **error);

/* The post (0) or one of its translations. */
const PipelineVersion *pipeline_version(const Pipeline *pipeline, size_t which);

/* Reads the list up to this recipient, or to its first one. The caller rewinds
 * it. */
const Subscriber *pipeline_find_subscriber(Pipeline *pipeline, const char *as,
                                           GError **error);

/* Keeps the letter in the journal for a later pipeline_diff(). */
bool pipeline_keep_letter(Pipeline *pipeline, Journal *journal, GError **error);

#endif
