/* test_import_person.c - list/import_person.h, and what it reads cells with. */
#include "list/import_person.h"

#include "files.h"
#include "list/import_moment.h"
#include "list/list_csv.h"
#include "list/python_dict.h"
#include "test.h"

static void moments_are_read_as_the_systems_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } cases[] = {
        {"2015-03-16 14:40:47", 1426516847},
        {"2024-05-06 07:08:09.123456 +0000 UTC", 1714979289},
        {"2024-05-06 07:08:09 +0200 CEST", 1714972089},
        {"2023-07-01T10:11:12.131Z", 1688206272},
        {"2024-01-02", 1704153600},
        {"1700000000", 1700000000},
        {"1700000000123", 1700000000},
        {"1 May 2024", 1714521600},
        {"", -1},
        {"0", -1},
        {"true", -1},
        {"12345678", -1},
        {"99999999999999", -1},
        {"2024-13-01", -1},
        {"yesterday UTC", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t at_us = 0;
        bool found = import_moment(cases[i].text, &at_us);
        if (found != (cases[i].seconds >= 0) ||
            (found && at_us / 1000000 != cases[i].seconds))
            fail_msg("`%s`: %d, %lld", cases[i].text, found,
                     (long long)(at_us / 1000000));
    }
}

static void a_dict_of_python_becomes_json(void **state)
{
    (void)state;
    static const struct {
        const char *python;
        const char *json; /* NULL: none */
    } cases[] = {
        {"{'staff': 'true'}", "{\"staff\":\"true\"}"},
        {"{\"it's\": 'a \"b\"'}", "{\"it's\":\"a \\\"b\\\"\"}"},
        {"{'a': True, 'b': False, 'c': None}",
         "{\"a\":true,\"b\":false,\"c\":null}"},
        {"{'t': (1,), 'u': [1, 2.5]}", "{\"t\":[1],\"u\":[1,2.5]}"},
        {"'\\x41\\u00e9\\U0001f600\\n\\\\'",
         "\"A\u00e9\U0001f600\\u000a\\\\\""},
        {"{}", "{}"},
        {"", ""},
        {"'open", NULL},
        {"'bad \\q'", NULL},
        {"'\\x0'", NULL},
        {"'\\x00'", NULL},
        {"'\\ud800'", NULL},
        {"'ends \\", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *json = python_dict_to_json(cases[i].python);
        if (g_strcmp0(json, cases[i].json) != 0)
            fail_msg("%s: %s", cases[i].python, json ? json : "NULL");
    }
}

/* "name=value;…" of the first row, read as an export of this system. */
static char *fields_of(Files *files, const char *system, const char *text)
{
    GError *error = NULL;
    const char *path = files_write(files, "a.csv", text);
    Reader *reader = list_csv.open(path, NULL, NULL, &error);
    assert_no_error(error);
    reader->type = &list_csv;
    Row row = {0};
    g_autoptr(ImportPerson)
        person = import_person_new(import_system(system), NULL);
    assert_int_equal(reader_next(reader, &row, &error), READ_ROW);
    GString *out = g_string_new(NULL);
    if (!import_person_fill(person, reader->columns, &row, STANDING_SUBSCRIBED))
        g_string_append(out, row.fault.text);
    for (guint i = 0; i < person->fields->len; i++) {
        const ImportField *field = &g_array_index(person->fields, ImportField,
                                                  i);
        g_string_append_printf(out, "%s=%s;", field->name, field->value);
    }
    if (person->standing != STANDING_SUBSCRIBED)
        g_string_append_printf(out, "!%d", (int)person->standing);
    fault_clear(&row.fault);
    reader_close(reader);
    return g_string_free(out, FALSE);
}

static void a_row_becomes_fields_with_names_of_our_own(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        const char *text;
        const char *fields;
    } cases[] = {
        {"csv", "email,Favourite Colour!,x\na@b.cc,red,\n",
         "favourite_colour=red;"},
        {"csv", "email,ÉTAGE\na@b.cc,2\n", "étage=2;"},
        {"csv", "email,E-Mail\na@b.cc,other\n", "other_e_mail=other;"},
        {"csv", "email,name\nAda E <a@b.cc>,\n", "name=Ada E;"},
        {"csv", "email,state\na@b.cc,Bavaria\n", "state=Bavaria;"},
        {"csv", "email,state\na@b.cc,unsubscribed\n", "state=unsubscribed;!4"},
        {"csv", "email,status\na@b.cc,active\n", ""},
        {"csv", "email,date\na@b.cc,2024-01-02\n", "date=2024-01-02;"},
        {"sympa", "email,date\na@b.cc,1700000000\n", "joined=2023-11-14;"},
        {"sympa", "email,subscribed\na@b.cc,0\n", ""},
        {"mailchimp", "email,TAGS\na@b.cc,\"\"\"a, b\"\",\"\"c\"\"\"\n",
         "tags=a, b, c;"},
        {"mailchimp", "email,OPTIN_IP\na@b.cc,192.0.2.1\n", ""},
        {"phplist", "email,List Membership\na@b.cc,No Lists\n", ""},
        {"phplist", "email,x\na@b.cc,' +1\n", "x=+1;"},
        {"csv", "email,x\na@b.cc,' +1\n", "x=' +1;"},
        {"listmonk", "email,attributes\na@b.cc,not JSON\n",
         "attributes=not JSON;"},
        {"listmonk", "email,attributes\na@b.cc,\"{\"\"bounced\"\": true}\"\n",
         "bounced=true;!3"},
        {"mailman", "email,role\na@b.cc,owner\n", "!1"},
        {"csv", "email,x\n,y\n", "no address in this rowx=y;"},
    };
    Files files;
    files_init(&files);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *fields = fields_of(&files, cases[i].system,
                                            cases[i].text);
        if (strcmp(fields, cases[i].fields) != 0)
            fail_msg("%s: `%s`", cases[i].text, fields);
    }
    files_clear(&files);
}

static void a_system_is_told_by_its_header_row(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *id; /* NULL: none */
    } cases[] = {
        {"Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
         "CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,"
         "REGION,LAST_CHANGED,LEID,EUID,NOTES",
         "mailchimp"},
        {"uuid,email,name,attributes,status,created_at,updated_at", "listmonk"},
        {"email,name,attributes", "listmonk"},
        {"Email,Is this subscriber confirmed,Name,List Membership", "phplist"},
        {"Email address,Nickname,Group status,Email status,Email preference,"
         "Posting permissions,Join year,Join month,Join day,Join hour,Join "
         "minute,Join second,Time zone",
         "google"},
        {"id,secondary_id,email,notes,subscriber_type,referrer_url,utm_source,"
         "utm_medium,utm_campaign,creation_date,ip_address,subscription_date,"
         "unsubscription_date,tags,metadata",
         "buttondown"},
        {"id,email,name,note,subscribed_to_emails,complimentary_plan,"
         "stripe_customer_id,created_at,deleted_at,labels,products",
         "ghost"},
        {"email,active_subscription,expiry,plan,email_disabled,created_at,"
         "first_payment_at",
         "substack"},
        {"cid,status,HASH_EMAIL,EMAIL,FIRST_NAME", "mailtrain"},
        {"Email,First name,Last name,Data,Status,External ID", "keila"},
        {"Email,First name,Last name,Data", "keila"},
        {"name,email", NULL},
        {"email,name,status", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) names = g_strsplit(cases[i].header, ",", -1);
        g_autoptr(Columns) columns = columns_new(
            "a.csv", names, g_strv_length(names), NULL, NULL);
        g_autofree char *marks = NULL;
        const ImportSystem *system = import_system_of(columns, &marks);
        if (g_strcmp0(system ? system->id : NULL, cases[i].id) != 0)
            fail_msg("%s: %s", cases[i].header, system ? system->id : "none");
    }
}

static void the_weightiest_standing_counts(void **state)
{
    (void)state;
    Files files;
    files_init(&files);
    g_autofree char *both = fields_of(
        &files, "csv",
        "email,confirmed,bounced,status\na@b.cc,no,yes,complained\n");
    assert_string_equal(both, "!5");
    files_clear(&files);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(moments_are_read_as_the_systems_write_them),
        TEST(a_dict_of_python_becomes_json),
        TEST(a_row_becomes_fields_with_names_of_our_own),
        TEST(a_system_is_told_by_its_header_row),
        TEST(the_weightiest_standing_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
