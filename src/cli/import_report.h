/*
 * import_report.h - what became of each row of an import, for people and as
 * JSON lines; and the run itself, which `list import` and `suppress import`
 * share.
 */
#ifndef CLI_IMPORT_REPORT_H
#define CLI_IMPORT_REPORT_H

#include "cli/options.h"
#include "list/import.h"

/* Sets what `import` lacks: files, system, dry run, suppressions, report.
 * The exit status. */
int import_report_run(ImportOptions *import, const Options *options,
                      const char *suppressions, GError **error);

#endif
