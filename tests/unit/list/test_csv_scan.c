#include "list/csv_scan.h"

#include "list/files.h"
#include "list/list.h"

/* Cells in [..], a row a line; a faulty row as !line:column words. */
static char *scan_all(const char *bytes, size_t length, char delimiter)
{
    Files files;
    files_init(&files);
    const char *path = files_write_bytes(&files, "a.csv", bytes, length);
    GError *error = NULL;
    g_autoptr(CsvScan) scan = csv_scan_open(path, &error);
    assert_no_error(error);
    csv_scan_set_delimiter(scan, delimiter);
    GString *out = g_string_new(NULL);
    Row row = {0};
    while (csv_scan_skip(scan, &error)) {
        assert_true(csv_scan_row(scan, &row, &error));
        if (row.fault.text != NULL)
            g_string_append_printf(out, "!%d:%d %.24s", row.fault.line,
                                   row.fault.column, row.fault.text);
        for (size_t i = 0; row.fault.text == NULL && i < row.count; i++) {
            assert_int_equal(strlen(row.cells[i].text), row.cells[i].length);
            g_string_append_printf(out, "[%s]", row.cells[i].text);
        }
        g_string_append_c(out, '\n');
    }
    assert_no_error(error);
    fault_clear(&row.fault);
    files_clear(&files);
    return g_string_free(out, FALSE);
}

static void rows_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        char delimiter;
        const char *cells;
    } cases[] = {
        {"", ',', ""},
        {"\n\n", ',', ""},
        {"a,b\n", ',', "[a][b]\n"},
        {"a,b", ',', "[a][b]\n"},
        {"a,b\r\nc,d\r\n", ',', "[a][b]\n[c][d]\n"},
        {"a,b\rc,d\r", ',', "[a][b]\n[c][d]\n"},
        {"a\n\r\n\rb", ',', "[a]\n[b]\n"},
        {"\xef\xbb\xbf"
         "a;b\n",
         ';', "[a][b]\n"},
        {"a\tb c\t\n", '\t', "[a][b c][]\n"},
        {",,\n", ',', "[][][]\n"},
        {"# a\nb\n#c", ',', "[b]\n"},
        {"\"# a\",b\n", ',', "[# a][b]\n"},
        {"a,#b\n", ',', "[a][#b]\n"},
        {"\"a,b\",c\n", ',', "[a,b][c]\n"},
        {"\"a \"\"b\"\"\",c\n", ',', "[a \"b\"][c]\n"},
        {"\"\",\"\"\n", ',', "[][]\n"},
        {"\"a\nb\r\nc\rd\",e\n", ',', "[a\nb\nc\nd][e]\n"},
        {"a, \"b, c\" ,d\n", ',', "[a][b, c][d]\n"},
        {"a\t\"b\"\t\"c\"\n", '\t', "[a][b][c]\n"},
        {"5\" disk,b \"c\" d\n", ',', "[5\" disk][b \"c\" d]\n"},
        {"\"a\" <a@b>, c\n", '\0', "[\"a\" <a@b>, c]\n"},
        {"a,b ,  c  \n", ',', "[a][b ][c  ]\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cells = scan_all(cases[i].csv, strlen(cases[i].csv),
                                          cases[i].delimiter);
        assert_string_equal(cells, cases[i].cells);
    }
}

static void faults_have_a_place_and_reading_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        const char *cells;
    } cases[] = {
        {"a,\"b\" c,d\ne\n", "!1:7 text behind a closing qu\n[e]\n"},
        {"\xc3\xa9,\"\xc3\xa9\" c\ne\n",
         "!1:7 text behind a closing qu\n[e]\n"},
        {"a,\"b\nc,d\n", "!1:3 this quote is never clos\n[c][d]\n"},
        {"x\na,\"b\nc,d\ne\n",
         "[x]\n!2:3 this quote is never clos\n[c][d]\n[e]\n"},
        {"\"a\nb\",\"c\nd\n", "!2:4 this quote is never clos\n[d]\n"},
        {"a\n\"", "[a]\n!2:1 this quote is never clos\n"},
        {"\"a\"\"\nb\n", "!1:1 this quote is never clos\n[b]\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cells = scan_all(cases[i].csv, strlen(cases[i].csv),
                                          ',');
        assert_string_equal(cells, cases[i].cells);
    }
}

static void a_row_that_is_too_long_or_too_wide_ends_in_a_fault(void **state)
{
    (void)state;
    GString *csv = g_string_new("a\n");
    g_autofree char *run = g_strnfill(LIST_ROW_MAX + 1, 'x');
    g_string_append_printf(csv, "%s\nb\n\"%s\nc\n", run, run);
    g_autofree char *wide = g_strnfill(LIST_COLUMNS_MAX, ',');
    g_string_append_printf(csv, "%s\nd\n%s\n", wide, wide + 1);
    g_autofree char *cells = scan_all(csv->str, csv->len, ',');
    g_string_free(csv, TRUE);
    const char *start = "[a]\n!2:0 a row of more than 10485\n[b]\n"
                        "!4:1 this quote is not closed\n[c]\n"
                        "!6:1001 more than 1000 cells in \n[d]\n[][]";
    assert_memory_equal(cells, start, strlen(start));
}

static void a_row_over_the_edge_of_the_buffer_is_whole(void **state)
{
    (void)state;
    for (size_t length = 128 * 1024 - 4; length < 128 * 1024 + 4; length++) {
        GString *csv = g_string_new(NULL);
        for (size_t i = 0; i + 2 < length; i += 2)
            g_string_append(csv, "x\n");
        while (csv->len < length)
            g_string_append_c(csv, '\n');
        g_string_append(csv, "\"a\"\"\r\n\",b\r\nc,d\n");
        g_autofree char *cells = scan_all(csv->str, csv->len, ',');
        assert_non_null(strstr(cells, "[x]\n[a\"\n][b]\n[c][d]\n"));
        g_string_free(csv, TRUE);
    }
}

static void what_is_no_text_is_refused_with_advice(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *message;
    } cases[] = {
        {"\xff\xfe"
         "a",
         "in UTF-16; convert it: iconv"},
        {"\xfe\xff"
         "a",
         "in UTF-16; convert it: iconv"},
        {"PK\x03\x04"
         "a",
         "a spreadsheet or an archive"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Files files;
        files_init(&files);
        GError *error = NULL;
        assert_null(csv_scan_open(files_write(&files, "a.csv", cases[i].bytes),
                                  &error));
        assert_error(&error, ERROR_INPUT, cases[i].message);
        files_clear(&files);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_taken_apart),
        cmocka_unit_test(faults_have_a_place_and_reading_goes_on),
        cmocka_unit_test(a_row_that_is_too_long_or_too_wide_ends_in_a_fault),
        cmocka_unit_test(a_row_over_the_edge_of_the_buffer_is_whole),
        cmocka_unit_test(what_is_no_text_is_refused_with_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
