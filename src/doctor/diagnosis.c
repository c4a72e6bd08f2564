/* diagnosis.c - see diagnosis.h. */
#include "doctor/diagnosis.h"

struct Diagnosis {
    GArray *lines; /* of DiagnosisLine */
};

static void clear_line(void *data)
{
    DiagnosisLine *line = data;
    g_free(line->text);
    g_free(line->advice);
}

Diagnosis *diagnosis_new(void)
{
    Diagnosis *diagnosis = g_new(Diagnosis, 1);
    diagnosis->lines = g_array_new(FALSE, FALSE, sizeof(DiagnosisLine));
    g_array_set_clear_func(diagnosis->lines, clear_line);
    return diagnosis;
}

void diagnosis_free(Diagnosis *diagnosis)
{
    if (diagnosis == NULL)
        return;
    g_array_unref(diagnosis->lines);
    g_free(diagnosis);
}

void diagnosis_add(Diagnosis *diagnosis, Verdict verdict, const char *check,
                   const char *advice, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    DiagnosisLine line = {verdict, check, error_printable(text),
                          advice != NULL ? error_printable(advice) : NULL};
    g_array_append_val(diagnosis->lines, line);
}

size_t diagnosis_count(const Diagnosis *diagnosis)
{
    return diagnosis->lines->len;
}

const DiagnosisLine *diagnosis_at(const Diagnosis *diagnosis, size_t index)
{
    return &g_array_index(diagnosis->lines, DiagnosisLine, (guint)index);
}

size_t diagnosis_with(const Diagnosis *diagnosis, Verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < diagnosis_count(diagnosis); i++)
        count += diagnosis_at(diagnosis, i)->verdict == verdict;
    return count;
}

const char *verdict_name(Verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_PASS] = "PASS",       [VERDICT_INFO] = "INFO",
        [VERDICT_UNKNOWN] = "UNKNOWN", [VERDICT_WARN] = "WARN",
        [VERDICT_FAIL] = "FAIL",
    };
    return names[verdict];
}
