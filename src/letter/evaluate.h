/*
 * evaluate.h - a template with the values that are the same for all filled
 * in, and gaps where the recipients differ.
 *
 *     Template, Scope ──evaluate()──> Target ──> text with gaps
 *
 * Sections over values of the campaign are decided here and vanish; sections
 * over a recipient's field become SLOT_IF, SLOT_ELSE and SLOT_END around
 * both branches. A Target knows what it is writing (HTML or text) and
 * escapes by the place at hand.
 */
#ifndef LETTER_EVALUATE_H
#define LETTER_EVALUATE_H

#include "base/finding.h"
#include "letter/scope.h"
#include "letter/slots.h"
#include "letter/template.h"

#define EVALUATE_BYTES_MAX 4194304 /* of the result */
#define EVALUATE_STEPS_MAX 1000000 /* tags and texts on the way */

/* What is written to, and how. Each function may refuse with an ERROR_INPUT
 * at `place`. */
typedef struct Target Target;
struct Target {
    GString *out;
    const Slots *slots;
    bool (*literal)(Target *target, const char *text, size_t length,
                    GError **error);
    /* A value of the campaign; may hold gaps. */
    bool (*value)(Target *target, const char *text, const Expression *from,
                  GError **error);
    /* content (text is NULL) or style. */
    bool (*own)(Target *target, int slot, const char *text, Place place,
                GError **error);
    bool (*slot)(Target *target, int slot, GError **error);
};

bool evaluate(const Template *template, const Scope *scope, Slots *slots,
              Target *target, Findings *findings, GError **error);

#endif
