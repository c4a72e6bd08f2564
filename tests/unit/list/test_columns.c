#include "list/columns.h"

#include "test.h"

static Columns *make(const char *file, const char *header, Findings *findings)
{
    g_auto(GStrv) names = g_strsplit(header, ",", -1);
    return columns_new(file, names, g_strv_length(names), NULL, findings);
}

static void the_address_and_the_name_are_found_in_known_exports(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int email;
        int full;
        int first;
        int last;
    } cases[] = {
        {"Email Address,First Name,Last Name,MEMBER_RATING", 0, -1, 1, 2},
        {"uuid,email,name,attributes,status", 1, 2, -1, -1},
        {"Email address,Nickname,Group status,Email status", 0, 1, -1, -1},
        {"id,secondary_id,email,notes,subscriber_type", 2, -1, -1, -1},
        {"cid,status,HASH_EMAIL,EMAIL,FIRST_NAME", 3, -1, 4, -1},
        {"Email,First name,Last name,Data,Status", 0, -1, 1, 2},
        {"name,email", 1, 0, -1, -1},
        {"E-Mail,FNAME,LNAME", 0, -1, 1, 2},
        {"Address,Name,email", 2, 1, -1, -1},
        {"gecos,nickname,mail", 2, 0, -1, -1},
        {"who,what", -1, -1, -1, -1},
        {"emails,my email", -1, -1, -1, -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Columns) columns = make("a.csv", cases[i].header, NULL);
        assert_int_equal(columns_email(columns), cases[i].email);
        assert_int_equal(columns_full_name(columns), cases[i].full);
        assert_int_equal(columns_first_name(columns), cases[i].first);
        assert_int_equal(columns_last_name(columns), cases[i].last);
    }
}

static void who_left_is_told_by_the_columns_of_many_systems(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        const char *left; /* values between | */
        const char *stays;
    } cases[] = {
        {"status",
         "unsubscribed|Blocklisted|cleaned|unreachable|disabled|BOUNCED",
         "|active|enabled|subscribed|confirmed|gold|1|2"},
        {"Email status", "Bouncing|Unsubscribed", "|No problem"},
        {"Group status", "invited|pending|banned", "|member|owner"},
        {"subscriber_type", "unactivated|removed|spammy|complained",
         "regular|premium"},
        {"email_disabled", "true|TRUE|yes|1", "|false|0|no"},
        {"Is this subscriber blacklisted", "1|yes", "0|no|"},
        {"subscribed_to_emails", "false|0|No", "|true|1"},
        {"Is this subscriber confirmed", "0", "1|"},
        {"UNSUB_TIME", "2015-03-16 14:40:47", "||null"},
        {"unsubscription_date", "2024-01-01T00:00:00Z", ""},
        {"deleted_at", "2024-01-01", "|null"},
        {"CLEAN_TIME", "2015-03-16 14:40:47", ""},
        {"unsubscribed", "true|2024-01-01|x", "|false|no"},
        {"active_subscription", "", "false|true|"},
        {"confirm_time", "", "|2024-01-01"},
        {"notes", "", "unsubscribed"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Columns) columns = make("a.csv", cases[i].column, NULL);
        g_auto(GStrv) left = g_strsplit(cases[i].left, "|", -1);
        g_auto(GStrv) stays = g_strsplit(cases[i].stays, "|", -1);
        for (char **value = left; *value != NULL; value++)
            if (**value != '\0' && !columns_says_left(columns, 0, *value))
                fail_msg("%s: `%s` should be left", cases[i].column, *value);
        for (char **value = stays; *value != NULL; value++)
            if (columns_says_left(columns, 0, *value))
                fail_msg("%s: `%s` should stay", cases[i].column, *value);
    }
}

static void the_numbers_of_mailtrain_are_understood(void **state)
{
    (void)state;
    g_autoptr(Columns)
        columns = make("a.csv", "cid,status,HASH_EMAIL,EMAIL", NULL);
    assert_false(columns_says_left(columns, 1, "1"));
    assert_true(columns_says_left(columns, 1, "2"));
    assert_true(columns_says_left(columns, 1, "3"));
    assert_true(columns_says_left(columns, 1, "unsubscribed"));
}

static void the_name_of_a_file_can_say_that_all_left(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        bool left;
    } cases[] = {
        {"unsubscribed_members_export_ab12.csv", true},
        {"lists/Cleaned_members_export_ab12.csv", true},
        {"lists/nonsubscribed_email_audience_export.csv", true},
        {"subscribed_members_export_ab12.csv", false},
        {"unsubscribed_/news.csv", false},
        {"lists/cleaned.csv", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Columns) columns = make(cases[i].file, "email", NULL);
        assert_int_equal(columns_all_left(columns), cases[i].left);
        assert_int_equal(columns_may_tell_left(columns), cases[i].left);
    }
}

static void a_name_that_stands_twice_gets_a_number_and_is_told(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Columns)
        columns = make("a.csv", "email,Birthday,,birthday,", findings);
    assert_int_equal(findings_count(findings, SEVERITY_WARNING), 1);
    assert_string_equal(findings_at(findings, 0)->text,
                        "the column `birthday` stands here again; in a letter "
                        "it is called `birthday_2`");
    assert_int_equal(columns_find(columns, "birthday_2"), 3);
    assert_int_equal(columns_find(columns, "BIRTHDAY"), 1);
}

static void a_field_is_found_by_its_name_then_more_freely(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        int column;
    } cases[] = {
        {"City", 0},       {"city", 0},       {"CITY", 0},
        {"city_2", 1},     {"post_code", 2},  {"Post Code", 2},
        {"postcode", 2},   {"first_name", 3}, {"given-name", 3},
        {"last_name", -1}, {"town", -1},      {"", -1},
        {"_", -1},
    };
    g_autoptr(Columns)
        columns = make("a.csv", "City,city,Post Code,FNAME,?", NULL);
    assert_string_equal(columns_written_name(columns, 1), "city");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(columns_find(columns, cases[i].field),
                         cases[i].column);
}

static void how_somebody_left_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        const char *value;
        Standing standing;
    } cases[] = {
        {"status", "enabled", STANDING_SUBSCRIBED},
        {"status", "pending", STANDING_UNCONFIRMED},
        {"status", "Blocklisted", STANDING_SUPPRESSED},
        {"status", "cleaned", STANDING_BOUNCED},
        {"status", "opt-out", STANDING_UNSUBSCRIBED},
        {"subscriber_type", "spammy", STANDING_COMPLAINED},
        {"reception", "nomail", STANDING_UNSUBSCRIBED},
        {"delivery_status", "by_bounces", STANDING_BOUNCED},
        {"confirmed", "no", STANDING_UNCONFIRMED},
        {"enabled", "false", STANDING_SUPPRESSED},
        {"subscribed", "0", STANDING_UNSUBSCRIBED},
        {"CLEAN_TIME", "2024-01-01", STANDING_BOUNCED},
        {"Is this subscriber blacklisted", "1", STANDING_SUPPRESSED},
        {"notes", "unsubscribed", STANDING_SUBSCRIBED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (columns_standing_by_name(cases[i].column, cases[i].value) !=
            cases[i].standing)
            fail_msg("%s: `%s`", cases[i].column, cases[i].value);
    static const Standing mailtrain[] = {
        STANDING_SUPPRESSED, STANDING_SUBSCRIBED, STANDING_UNSUBSCRIBED,
        STANDING_BOUNCED,    STANDING_COMPLAINED, STANDING_SUPPRESSED};
    g_autoptr(Columns) columns = make("a.csv", "status,HASH_EMAIL", NULL);
    for (int i = 0; i < 6; i++) {
        const char value[] = {(char)('0' + i), '\0'};
        assert_int_equal(columns_standing(columns, 0, value), mailtrain[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_and_the_name_are_found_in_known_exports),
        cmocka_unit_test(who_left_is_told_by_the_columns_of_many_systems),
        cmocka_unit_test(how_somebody_left_is_told_apart),
        cmocka_unit_test(the_numbers_of_mailtrain_are_understood),
        cmocka_unit_test(the_name_of_a_file_can_say_that_all_left),
        cmocka_unit_test(a_name_that_stands_twice_gets_a_number_and_is_told),
        cmocka_unit_test(a_field_is_found_by_its_name_then_more_freely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
