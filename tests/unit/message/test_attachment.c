#include "test.h"

#include <glib/gstdio.h>

#include "message/attachment.h"

static int set_up(void **state)
{
    char *root = g_dir_make_tmp("mirmail-attachment-XXXXXX", NULL);
    assert_non_null(root);
    assert_int_equal(g_chdir(root), 0);
    assert_int_equal(g_mkdir("post", 0700), 0);
    assert_true(g_file_set_contents("post/notes.txt",
                                    "Gr\xc3\xbc\xc3\x9f"
                                    "e\n",
                                    -1, NULL));
    assert_true(g_file_set_contents("post/run.sh", "#!/bin/sh\n", -1, NULL));
    assert_true(g_file_set_contents("post/disguised.pdf", "MZ\x90", -1, NULL));
    assert_true(g_file_set_contents("outside.txt", "x\n", -1, NULL));
    g_autofree char *large = g_strnfill(4000000, 'x');
    assert_true(g_file_set_contents("post/large.bin", large, 4000000, NULL));
    *state = root;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const all[] = {
        "post/notes.txt", "post/run.sh", "post/disguised.pdf",
        "post/large.bin", "outside.txt", "post",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        assert_int_equal(g_remove(all[i]), 0);
    assert_int_equal(g_chdir("/"), 0);
    assert_int_equal(g_rmdir(*state), 0);
    g_free(*state);
    return 0;
}

static AttachmentSource in_post(const char *path, const char *name)
{
    return (AttachmentSource){path, "post", name, {"post.md", 4, 5}};
}

/* base64 from `printf 'Grüße\n' | base64`. */
static void a_text_is_written_once_with_its_charset_and_name(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autoptr(Attachments) attachments = attachments_new();
    AttachmentSource source = in_post("notes.txt", NULL);
    assert_true(attachments_add(attachments, &source, NULL, &error));
    assert_no_error(error);
    const Attachment *attachment = attachments_at(attachments, 0);
    assert_string_equal(attachment->name, "notes.txt");
    assert_string_equal(attachment->type, "text/plain");
    assert_int_equal(attachment->size_bytes, 8);
    assert_string_equal(attachment->part->str,
                        "Content-Type: text/plain; charset=UTF-8; "
                        "name=notes.txt\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: attachment; filename=notes.txt"
                        "\r\n\r\n"
                        "R3LDvMOfZQo=\r\n");
}

static void the_order_is_kept_and_the_sizes_add_up(void **state)
{
    (void)state;
    Findings *findings = findings_new();
    g_autoptr(Attachments) attachments = attachments_new();
    AttachmentSource sources[] = {in_post("notes.txt", "b.txt"),
                                  {.path = "outside.txt"}};
    for (size_t i = 0; i < 2; i++)
        assert_true(attachments_add(attachments, &sources[i], findings, NULL));
    assert_int_equal(attachments_count(attachments), 2);
    assert_int_equal(attachments_size(attachments), 10);
    assert_string_equal(attachments_at(attachments, 0)->name, "b.txt");
    assert_string_equal(attachments_at(attachments, 1)->name, "outside.txt");
    assert_int_equal(findings_stored(findings), 0);
    findings_free(findings);
}

static void what_cannot_go_out_is_an_error_with_a_way_out(void **state)
{
    (void)state;
    static const struct {
        AttachmentSource source;
        ErrorCode code;
        const char *sentence;
    } cases[] = {
        {{"flyer.pdf", "post", NULL, {"post.md", 4, 5}},
         ERROR_MISSING,
         "post.md:4:5: the attachment `flyer.pdf`: no such file; a path starts "
         "at the post's folder"},
        {{"../outside.txt", "post", NULL, {"post.md", 4, 5}},
         ERROR_INPUT,
         "outside of the post's folder; put it there, or give it with "
         "--attach"},
        {{"post", NULL, NULL, {NULL, 0, 0}},
         ERROR_INPUT,
         "the attachment `post`: a folder, not a file; pack it"},
        {{"nowhere", NULL, NULL, {NULL, 0, 0}},
         ERROR_MISSING,
         "--attach takes a path that starts here"},
    };
    g_autoptr(Attachments) attachments = attachments_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_false(
            attachments_add(attachments, &cases[i].source, NULL, &error));
        assert_error(&error, cases[i].code, cases[i].sentence);
    }
    assert_int_equal(attachments_count(attachments), 0);
}

/* Four million bytes are 5.5 MB in base64: the second does not fit. */
static void the_limit_is_that_of_the_encoded_message(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autoptr(Attachments) attachments = attachments_new();
    AttachmentSource source = in_post("large.bin", NULL);
    assert_true(attachments_add(attachments, &source, NULL, &error));
    assert_false(attachments_add(attachments, &source, NULL, &error));
    assert_error(&error, ERROR_INPUT, "10.9 MB (encoded), more than 10.0 MB");
    assert_int_equal(attachments_count(attachments), 1);
}

static void programs_scripts_and_equal_names_are_warned_about(void **state)
{
    (void)state;
    Findings *findings = findings_new();
    g_autoptr(Attachments) attachments = attachments_new();
    AttachmentSource sources[] = {
        in_post("run.sh", NULL), in_post("disguised.pdf", NULL),
        in_post("notes.txt", "setup.EXE"), in_post("notes.txt", "run.sh")};
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        assert_true(attachments_add(attachments, &sources[i], findings, NULL));
    assert_int_equal(findings_count(findings, SEVERITY_WARNING), 5);
    assert_non_null(strstr(findings_at(findings, 1)->text, "disguised.pdf"));
    assert_non_null(
        strstr(findings_at(findings, 4)->text, "a second attachment"));
    findings_free(findings);
}

static void a_name_that_changes_is_said(void **state)
{
    (void)state;
    Findings *findings = findings_new();
    g_autoptr(Attachments) attachments = attachments_new();
    AttachmentSource source = in_post("notes.txt", "../\xe2\x80\xae"
                                                   "txt.notes");
    assert_true(attachments_add(attachments, &source, findings, NULL));
    assert_string_equal(attachments_at(attachments, 0)->name, "txt.notes");
    assert_int_equal(findings_count(findings, SEVERITY_NOTE), 1);
    findings_free(findings);
}

static void nothing_has_no_attachments(void **state)
{
    (void)state;
    assert_int_equal(attachments_count(NULL), 0);
    assert_int_equal(attachments_size(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_written_once_with_its_charset_and_name),
        cmocka_unit_test(the_order_is_kept_and_the_sizes_add_up),
        cmocka_unit_test(what_cannot_go_out_is_an_error_with_a_way_out),
        cmocka_unit_test(the_limit_is_that_of_the_encoded_message),
        cmocka_unit_test(programs_scripts_and_equal_names_are_warned_about),
        cmocka_unit_test(a_name_that_changes_is_said),
        cmocka_unit_test(nothing_has_no_attachments),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
