/*
 * test_delivery.c - delivery/delivery.h over a relay in memory and a real
 * journal: what each answer and each loss does, and that nobody is lost or
 * written to twice.
 */
#include "fake_relay.h"

#include <sys/wait.h>

#include "base/units.h"

#define SECOND UNITS_SECOND_NS
#define MINUTE (60 * SECOND)

typedef struct Fixture {
    char *folder;
    char *path;
    FakeTime time;
    Clock clock;
    Journal *journal;
    List list;
    Message message;
    RelayConfig relays[RELAY_DOORS_MAX];
    bool has_own_limits; /* else the relays have those of `sending` */
    int relay_count;
    SendingConfig sending;
    int64_t until_us;
    int stop;
    DeliveryEnd end;
    DeliveryProgress progress;
    int events[3];
    int outcomes[OUTCOME_COUNT];
    GString *notices;
    char hosts[RELAY_DOORS_MAX][32];
} Fixture;

static char sender_text[] = "news@example.org";

static Fixture *now_running;

static void take_campaign(Fixture *fixture)
{
    GError *error = NULL;
    int64_t unknown = 0;
    fixture->journal = journal_open(fixture->path, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    assert_no_error(error);
    g_autoptr(Campaign)
        found = journal_find_campaign(fixture->journal, "c", &error);
    char id[] = "c";
    Campaign campaign = {.id = id};
    if (found == NULL)
        assert_true(
            journal_create_campaign(fixture->journal, &campaign, &error));
    assert_true(journal_take(fixture->journal, "c", &unknown, &error));
    assert_no_error(error);
}

static Verdict always_accept(int number, int copy)
{
    (void)number;
    (void)copy;
    return accept_it();
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "j.db", NULL);
    fixture->time = (FakeTime){.wall_us = INT64_C(1600000000000000)};
    fixture->clock = fake_clock(&fixture->time);
    fixture->message.uncomposable = -1;
    for (int i = 0; i < RELAY_DOORS_MAX; i++) {
        g_snprintf(fixture->hosts[i], sizeof fixture->hosts[i],
                   "relay%s.example",
                   i == 0   ? ""
                   : i == 1 ? "2"
                            : "3");
        fixture->relays[i] = (RelayConfig){
            .host = fixture->hosts[i], .port = 587, .weight = 1};
    }
    fixture->relay_count = 1;
    fixture->sending = (SendingConfig){
        .limits = {.connections = 4, .messages_per_connection = 50},
        .retry_for_ns = 240 * MINUTE};
    fixture->notices = g_string_new(NULL);
    take_campaign(fixture);
    relay_new(&fixture->time);
    relay->decide = always_accept;
    *state = fixture;
    now_running = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    relay_free();
    fake_list_clear(&fixture->list);
    journal_close(fixture->journal);
    scratch_remove(fixture->folder);
    g_string_free(fixture->notices, TRUE);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

static void count_event(void *data, const DeliveryEvent *event)
{
    Fixture *fixture = data;
    fixture->events[event->kind]++;
    if (event->kind == DELIVERY_OUTCOME)
        fixture->outcomes[event->outcome]++;
    if (event->kind == DELIVERY_NOTICE)
        g_string_append_printf(fixture->notices, "%s\n", event->text);
}

static bool run_over(Fixture *fixture, int people, GError **error)
{
    fake_list_clear(&fixture->list);
    List list = fake_list(people);
    list.domains = fixture->list.domains;
    list.doubled = fixture->list.doubled > 0 ? fixture->list.doubled : -1;
    fixture->list = list;
    DeliveryRelay relays[RELAY_DOORS_MAX] = {0};
    for (int i = 0; i < fixture->relay_count; i++) {
        if (!fixture->has_own_limits)
            fixture->relays[i].limits = fixture->sending.limits;
        relays[i].config = &fixture->relays[i];
    }
    const Verp address = {.plain = {.text = sender_text}};
    const DeliverySender sender = {.address = &address};
    const DeliveryPlan plan = {
        .list = &fixture->list,
        .total = people,
        .message = &fixture->message,
        .journal = fixture->journal,
        .relays = relays,
        .relay_count = (size_t)fixture->relay_count,
        .sending = &fixture->sending,
        .sender = &sender,
        .hello = "example.org",
        .clock = &fixture->clock,
        .date_seconds = 1600000000,
        .until_us = fixture->until_us,
        .stop = &fixture->stop,
        .report = count_event,
        .report_data = fixture,
    };
    return delivery_run_over(&fake_transport, &plan, &fixture->end,
                             &fixture->progress, error);
}

static void run_well(Fixture *fixture, int people, DeliveryEnd end)
{
    GError *error = NULL;
    bool ok = run_over(fixture, people, &error);
    assert_no_error(error);
    assert_true(ok);
    assert_int_equal(fixture->end, end);
}

static void look_up(Fixture *fixture, int number, Entry *entry)
{
    g_autofree char *text = fake_address(&fixture->list, number);
    Address address = make_address(text);
    assert_true(journal_lookup(fixture->journal, &address, entry, NULL));
    drop_address(&address);
}

static Outcome outcome_of(Fixture *fixture, int number)
{
    Entry entry;
    look_up(fixture, number, &entry);
    Outcome outcome = entry.outcome;
    entry_clear(&entry);
    return outcome;
}

/* What the journal says agrees with the relay's ledger: sent means taken
 * once, unknown at most once, everything else never. */
static void assert_ledger_agrees(Fixture *fixture, int people)
{
    for (int i = 0; i < people; i++) {
        Outcome outcome = outcome_of(fixture, i);
        int copies = relay->accepted[i];
        bool agrees = outcome == OUTCOME_SENT      ? copies == 1
                      : outcome == OUTCOME_UNKNOWN ? copies <= 1
                                                   : copies == 0;
        if (!agrees)
            fail_msg("%d is %s, and the relay took %d copies", i,
                     outcome_name(outcome), copies);
    }
}

static int count_of(Fixture *fixture, int people, Outcome outcome)
{
    int count = 0;
    for (int i = 0; i < people; i++)
        count += outcome_of(fixture, i) == outcome;
    return count;
}

/* --- the plain way --- */

static void everybody_gets_one_message(void **state)
{
    Fixture *fixture = *state;
    run_well(fixture, 1000, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 1000);
    assert_int_equal(count_of(fixture, 1000, OUTCOME_SENT), 1000);
    assert_int_equal(fixture->progress.sent, 1000);
    assert_int_equal(fixture->progress.total, 1000);
    assert_int_equal(fixture->progress.left_ns, 0);
    assert_int_equal(fixture->events[DELIVERY_OUTCOME], 0);
    assert_int_equal(relay->largest_session, 50);
    assert_true(relay->sessions >= 20);
    assert_true(relay->reserves > 500); /* nothing paces this run */
}

static void an_empty_list_is_complete_without_a_session(void **state)
{
    Fixture *fixture = *state;
    run_well(fixture, 0, DELIVERY_COMPLETE);
    assert_int_equal(relay->sessions, 0);
}

static void a_second_run_sends_only_to_those_who_are_new(void **state)
{
    Fixture *fixture = *state;
    run_well(fixture, 50, DELIVERY_COMPLETE);
    run_well(fixture, 80, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 80);
    assert_int_equal(fixture->progress.sent, 30);
}

static void progress_is_told_at_most_ten_times_a_second(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){100, SECOND};
    run_well(fixture, 1000, DELIVERY_COMPLETE);
    assert_in_range(fixture->events[DELIVERY_PROGRESS], 9, 110);
}

/* --- answers --- */

static Verdict refuse_every_third(int number, int copy)
{
    (void)copy;
    if (number % 3 == 0)
        return answer(OUTCOME_FAILED, REPLY_STEP_RECIPIENT, REPLY_FAILED, 550);
    return accept_it();
}

static void one_dead_address_stops_nobody_else(void **state)
{
    Fixture *fixture = *state;
    relay->decide = refuse_every_third;
    run_well(fixture, 300, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 300);
    assert_int_equal(fixture->progress.failed, 100);
    assert_int_equal(fixture->outcomes[OUTCOME_FAILED], 100);
    Entry entry;
    look_up(fixture, 3, &entry);
    assert_int_equal(entry.outcome, OUTCOME_FAILED);
    assert_int_equal(entry.reply.code, 550);
    assert_string_equal(entry.reply.text, "as the test wants");
    entry_clear(&entry);
}

static Verdict greylist(int number, int copy)
{
    if (number % 2 == 0 && copy == 0)
        return answer(OUTCOME_DEFERRED, REPLY_STEP_RECIPIENT, REPLY_RETRY, 450);
    return accept_it();
}

static void deferred_ones_are_sent_to_when_they_are_due(void **state)
{
    Fixture *fixture = *state;
    relay->decide = greylist;
    run_well(fixture, 200, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 200);
    assert_int_equal(fixture->progress.sent, 200);
    assert_int_equal(fixture->progress.deferred, 0);
    assert_int_equal(fixture->outcomes[OUTCOME_DEFERRED], 100);
    assert_true(fixture->time.monotonic_ns >= 4 * MINUTE);
    Entry entry;
    look_up(fixture, 2, &entry);
    assert_int_equal(entry.attempts, 2);
    entry_clear(&entry);
}

static void what_is_deferred_for_too_long_is_left_for_a_resume(void **state)
{
    Fixture *fixture = *state;
    relay->decide = greylist;
    fixture->sending.retry_for_ns = MINUTE;
    run_well(fixture, 20, DELIVERY_DEFERRED);
    assert_int_equal(fixture->progress.sent, 10);
    assert_int_equal(fixture->progress.deferred, 10);
    assert_true(fixture->time.monotonic_ns < MINUTE);
    fake_time_pass(&fixture->time, 10 * MINUTE);
    run_well(fixture, 20, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 20);
    assert_int_equal(fixture->progress.sent, 10);
}

static Verdict over_quota(int number, int copy)
{
    (void)copy;
    if (relay->decide == over_quota && number >= 10)
        return answer(OUTCOME_FAILED, REPLY_STEP_MESSAGE, REPLY_QUOTA, 550);
    return accept_it();
}

static void a_used_up_quota_ends_the_run_and_marks_nobody_failed(void **state)
{
    Fixture *fixture = *state;
    relay->decide = over_quota;
    GError *error = NULL;
    assert_false(run_over(fixture, 50, &error));
    assert_error(&error, ERROR_RETRY,
                 "relay.example:587: the relay's quota is used up: 550");
    assert_int_equal(count_of(fixture, 50, OUTCOME_FAILED), 0);
    assert_true(relay->start_count < 20);
    relay->decide = always_accept;
    run_well(fixture, 50, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 50);
    assert_int_equal(count_of(fixture, 50, OUTCOME_SENT), 50);
}

static int stop_code;

static Verdict stop_from_ten(int number, int copy)
{
    (void)copy;
    if (number >= 10)
        return answer(OUTCOME_NONE, REPLY_STEP_MAIL, REPLY_STOP, stop_code);
    return accept_it();
}

static void a_relay_that_does_not_want_us_marks_nobody(void **state)
{
    Fixture *fixture = *state;
    static const struct {
        int code;
        ErrorCode status;
        const char *part;
    } cases[] = {
        {550, ERROR_REJECTED, "does not take mail from us: 550"},
        {530, ERROR_PERMISSION, "wants another login: 530"},
        {535, ERROR_PERMISSION, "wants another login: 535"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        stop_code = cases[i].code;
        relay->decide = stop_from_ten;
        GError *error = NULL;
        assert_false(run_over(fixture, 50, &error));
        assert_error(&error, cases[i].status, cases[i].part);
    }
    assert_int_equal(count_of(fixture, 50, OUTCOME_SENT), 10);
    assert_int_equal(count_of(fixture, 50, OUTCOME_NONE), 40);
    assert_ledger_agrees(fixture, 50);
}

static Verdict refuse_content(int number, int copy)
{
    (void)number;
    (void)copy;
    return answer(OUTCOME_FAILED, REPLY_STEP_MESSAGE, REPLY_REFUSED, 554);
}

static void the_same_refusal_for_all_stops_the_run(void **state)
{
    Fixture *fixture = *state;
    relay->decide = refuse_content;
    GError *error = NULL;
    assert_false(run_over(fixture, 100, &error));
    assert_error(&error, ERROR_RETRY, "refuses message after message");
    assert_true(relay->start_count < 20);
    /* Nothing was said about these people. */
    assert_int_equal(count_of(fixture, 100, OUTCOME_FAILED), 0);
    assert_in_range(count_of(fixture, 100, OUTCOME_DEFERRED), 5, 12);
    assert_int_equal(fixture->progress.failed, 0);
    assert_int_equal(fixture->progress.deferred,
                     count_of(fixture, 100, OUTCOME_DEFERRED));
    relay->decide = always_accept;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 100);
}

static void one_domain_that_refuses_stops_nothing(void **state)
{
    Fixture *fixture = *state;
    relay->decide = refuse_content;
    fixture->list.domains = 2;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_int_equal(fixture->progress.failed, 100);
}

static Verdict throttle_at_100(int number, int copy)
{
    if (number == 100 && copy == 0)
        return answer(OUTCOME_DEFERRED, REPLY_STEP_MAIL, REPLY_THROTTLED, 454);
    return accept_it();
}

static void a_relay_that_asks_for_less_gets_a_pause_and_less(void **state)
{
    Fixture *fixture = *state;
    relay->decide = throttle_at_100;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){10, SECOND};
    run_well(fixture, 600, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 600);
    assert_int_equal(fixture->progress.sent, 600);
    assert_non_null(strstr(fixture->notices->str,
                           "the relay asks for less: 454 as the test wants; "
                           "waiting 30 s"));
    int64_t before = relay->starts[100] - relay->starts[50];
    int64_t pause = relay->starts[101] - relay->starts[100];
    int64_t after = relay->starts[200] - relay->starts[150];
    int64_t later = relay->starts[595] - relay->starts[545];
    assert_in_range(before / SECOND, 4, 6);
    assert_in_range(pause / SECOND, 30, 31);
    assert_in_range(after / SECOND, 9, 11); /* half the rate */
    assert_true(later < after * 9 / 10);    /* and back, step by step */
}

static Verdict always_throttle(int number, int copy)
{
    (void)number;
    (void)copy;
    return answer(OUTCOME_DEFERRED, REPLY_STEP_SESSION, REPLY_THROTTLED, 421);
}

static void a_relay_that_only_asks_for_less_is_given_up(void **state)
{
    Fixture *fixture = *state;
    relay->decide = always_throttle;
    fixture->sending.retry_for_ns = 40 * MINUTE;
    GError *error = NULL;
    assert_false(run_over(fixture, 200, &error));
    assert_error(&error, ERROR_RETRY, "keeps asking to wait: 421");
    assert_true(fixture->time.monotonic_ns > 30 * MINUTE);
    assert_true(relay->start_count < 60);
    assert_ledger_agrees(fixture, 200);
}

/* --- lost connections --- */

static Verdict drop_early_once(int number, int copy)
{
    if (number % 10 == 3 && copy == 0)
        return fate(FATE_DROP_EARLY);
    if (number % 10 == 7 && copy == 0)
        return fate(FATE_DROP_DOT);
    return accept_it();
}

static void a_connection_lost_before_the_dot_costs_nobody_anything(void **state)
{
    Fixture *fixture = *state;
    relay->decide = drop_early_once;
    run_well(fixture, 200, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 200);
    assert_int_equal(fixture->progress.sent, 200);
    assert_int_equal(fixture->outcomes[OUTCOME_DEFERRED], 0);
}

static Verdict drop_seven(int number, int copy)
{
    (void)copy;
    return number == 7 ? fate(FATE_DROP_EARLY) : accept_it();
}

static void who_breaks_every_connection_is_deferred_alone(void **state)
{
    Fixture *fixture = *state;
    relay->decide = drop_seven;
    fixture->sending.retry_for_ns = MINUTE;
    run_well(fixture, 100, DELIVERY_DEFERRED);
    assert_int_equal(fixture->progress.sent, 99);
    assert_int_equal(relay->tries[7], 3);
    assert_int_equal(outcome_of(fixture, 7), OUTCOME_DEFERRED);
    assert_ledger_agrees(fixture, 100);
}

static Verdict drop_after_dot(int number, int copy)
{
    (void)copy;
    if (number % 10 == 3)
        return fate(FATE_DROP_TAKEN);
    if (number % 10 == 7)
        return fate(FATE_DROP_LOST);
    return accept_it();
}

static void a_connection_lost_after_the_dot_is_unknown_for_good(void **state)
{
    Fixture *fixture = *state;
    relay->decide = drop_after_dot;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_int_equal(fixture->progress.unknown, 20);
    assert_int_equal(fixture->outcomes[OUTCOME_UNKNOWN], 20);
    relay->decide = always_accept;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 100);
    assert_int_equal(count_of(fixture, 100, OUTCOME_UNKNOWN), 20);
}

static Verdict always_drop(int number, int copy)
{
    (void)number;
    (void)copy;
    return fate(FATE_DROP_EARLY);
}

static void a_relay_that_answers_nothing_is_given_up(void **state)
{
    Fixture *fixture = *state;
    relay->decide = always_drop;
    GError *error = NULL;
    assert_false(run_over(fixture, 1000, &error));
    assert_error(&error, ERROR_RETRY,
                 "closes the connection without an answer");
    assert_true(relay->start_count < 50);
    assert_true(fixture->time.monotonic_ns > 30 * SECOND);
    assert_ledger_agrees(fixture, 1000);
}

static Verdict enough_after_twenty(int number, int copy)
{
    if (number % 20 == 19 && copy == 0)
        return answer(OUTCOME_NONE, REPLY_STEP_MAIL, REPLY_THROTTLED, 421);
    return accept_it();
}

static void enough_for_one_session_means_another_session(void **state)
{
    Fixture *fixture = *state;
    relay->decide = enough_after_twenty;
    run_well(fixture, 200, DELIVERY_COMPLETE);
    assert_int_equal(fixture->progress.sent, 200);
    assert_int_equal(fixture->events[DELIVERY_NOTICE], 0);
    assert_true(fixture->time.monotonic_ns < SECOND);
}

/* --- sessions that do not open --- */

static ErrorCode open_code;
static int open_from;     /* from this session on */
static int open_failures; /* so many fail */

static bool fail_to_open(int session, GError **error)
{
    if (session < open_from || session >= open_from + open_failures)
        return true;
    error_set(error, open_code, "relay.example:587: no");
    return false;
}

static void a_relay_that_was_never_there_is_tried_twice(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    relay->open = fail_to_open;
    open_code = ERROR_RETRY;
    open_from = 0;
    open_failures = 100;
    GError *error = NULL;
    assert_false(run_over(fixture, 10, &error));
    assert_error(&error, ERROR_RETRY, "relay.example:587: no");
    assert_int_equal(relay->sessions, 2);
    assert_in_range(fixture->time.monotonic_ns / SECOND, 1, 2);
    assert_ledger_agrees(fixture, 10);
}

static void a_relay_that_goes_away_is_tried_for_a_minute(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.messages_per_connection = 4;
    relay->open = fail_to_open;
    open_code = ERROR_RETRY;
    open_from = 1;
    open_failures = 100;
    GError *error = NULL;
    assert_false(run_over(fixture, 10, &error));
    assert_error(&error, ERROR_RETRY, "relay.example:587: no");
    assert_int_equal(relay->sessions, 7);
    assert_int_equal(fixture->progress.sent, 4);
    assert_in_range(fixture->time.monotonic_ns / SECOND, 55, 60);
    assert_non_null(
        strstr(fixture->notices->str, "no; trying again in 30 s\n"));
    relay->sessions = 0;
    open_failures = 5;
    run_well(fixture, 10, DELIVERY_COMPLETE);
}

static void a_refused_login_is_tried_once(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    relay->open = fail_to_open;
    open_from = 0;
    open_failures = 100;
    static const ErrorCode codes[] = {ERROR_PERMISSION, ERROR_REJECTED,
                                      ERROR_SYSTEM};
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        open_code = codes[i];
        relay->sessions = 0;
        GError *error = NULL;
        assert_false(run_over(fixture, 10, &error));
        assert_error(&error, codes[i], "relay.example:587: no");
        assert_int_equal(relay->sessions, 1);
    }
}

static void a_refused_login_is_one_login_with_many_connections(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 8;
    relay->open = fail_to_open;
    open_code = ERROR_PERMISSION;
    open_from = 0;
    open_failures = 100;
    GError *error = NULL;
    assert_false(run_over(fixture, 100, &error));
    assert_error(&error, ERROR_PERMISSION, "relay.example:587: no");
    assert_int_equal(relay->sessions, 1);
}

static int open_now;

static bool only_two_at_a_time(int session, GError **error)
{
    (void)session;
    if (__atomic_add_fetch(&open_now, 1, __ATOMIC_RELAXED) % 3 != 0)
        return true;
    error_set(error, ERROR_RETRY, "relay.example:587: 421 too many");
    return false;
}

static void workers_that_get_no_connection_leave_it_to_the_others(void **state)
{
    Fixture *fixture = *state;
    relay->open = only_two_at_a_time;
    run_well(fixture, 500, DELIVERY_COMPLETE);
    assert_int_equal(fixture->progress.sent, 500);
    assert_ledger_agrees(fixture, 500);
}

/* --- rates --- */

static void assert_rate_holds(const Rate *rate)
{
    for (int i = 0; i + rate->count < relay->start_count; i++) {
        int64_t span = relay->starts[i + rate->count] - relay->starts[i];
        if (span < rate->window_ns)
            fail_msg("messages %d to %d within %lld ms", i,
                     i + (int)rate->count, (long long)span / 1000000);
    }
}

static void rates_hold_over_all_sessions(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.messages_per_connection = 3;
    fixture->sending.limits.rate_count = 2;
    fixture->sending.limits.rates[0] = (Rate){5, 2 * MINUTE};
    fixture->sending.limits.rates[1] = (Rate){60, 60 * MINUTE};
    run_well(fixture, 150, DELIVERY_COMPLETE);
    assert_rate_holds(&fixture->sending.limits.rates[0]);
    assert_rate_holds(&fixture->sending.limits.rates[1]);
    /* And nothing is given away: two hours, and 30 messages at 5/2min. */
    assert_in_range(fixture->time.monotonic_ns / MINUTE, 130, 133);
    assert_int_equal(relay->reserves, 0);
}

static void rates_hold_over_all_connections(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){30, MINUTE};
    run_well(fixture, 200, DELIVERY_COMPLETE);
    /* Here one thread's nap moves the clock of the others, so messages start
     * long after their slots. */
    assert_rate_holds(&fixture->sending.limits.rates[0]);
    assert_ledger_agrees(fixture, 200);
}

static void late_starts_keep_to(Fixture *fixture, Rate rate)
{
    fixture->sending.limits.connections = 3;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = rate;
    relay->late_ns = 10 * SECOND;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_rate_holds(&rate);
    assert_ledger_agrees(fixture, 100);
}

static void rates_hold_when_messages_start_late(void **state)
{
    late_starts_keep_to(*state, (Rate){10, MINUTE});
}

/* Slots are booked before the messages before them have started. */
static void a_gap_holds_when_messages_start_late(void **state)
{
    late_starts_keep_to(*state, (Rate){1, 15 * SECOND});
}

static Verdict drop_before_mail_twice(int number, int copy)
{
    (void)number;
    return copy < 2 ? fate(FATE_DROP_FIRST) : accept_it();
}

static void a_message_that_never_began_costs_no_slot(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){5, 60 * MINUTE};
    relay->decide = drop_before_mail_twice;
    run_well(fixture, 5, DELIVERY_COMPLETE);
    assert_int_equal(relay->start_count, 15);
    assert_true(fixture->time.monotonic_ns < 10 * MINUTE);
    assert_ledger_agrees(fixture, 5);
}

/* --- ends --- */

static void stop_after_thirty(int number)
{
    (void)number;
    int done = 0;
    relay_lock();
    for (int i = 0; i < 200; i++)
        done += relay->accepted[i];
    relay_unlock();
    if (done >= 30)
        __atomic_store_n(&now_running->stop, 1, __ATOMIC_RELAXED);
}

static void a_stop_finishes_what_is_under_way(void **state)
{
    Fixture *fixture = *state;
    relay->after = stop_after_thirty;
    run_well(fixture, 200, DELIVERY_INTERRUPTED);
    assert_in_range(fixture->progress.sent, 30, 40);
    assert_int_equal(count_of(fixture, 200, OUTCOME_SENT),
                     fixture->progress.sent);
    assert_int_equal(count_of(fixture, 200, OUTCOME_UNKNOWN), 0);
    fixture->stop = 0;
    relay->after = NULL;
    run_well(fixture, 200, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 200);
}

static void a_stop_is_noticed_in_a_long_wait(void **state)
{
    Fixture *fixture = *state;
    relay->after = stop_after_thirty;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){30, INT64_C(86400) * SECOND};
    run_well(fixture, 200, DELIVERY_INTERRUPTED);
    /* Of a day; every nap of a waiting thread moves the clock of all. */
    assert_true(fixture->time.monotonic_ns < 60 * MINUTE);
    assert_int_equal(fixture->progress.sent, 30);
}

static void a_recipient_that_cannot_be_merged_is_left_for_later(void **state)
{
    Fixture *fixture = *state;
    fixture->message.uncomposable = 5;
    run_well(fixture, 20, DELIVERY_DEFERRED);
    assert_int_equal(fixture->progress.sent, 19);
    Entry entry;
    look_up(fixture, 5, &entry);
    assert_int_equal(entry.outcome, OUTCOME_DEFERRED);
    assert_string_equal(entry.reply.text, "list.csv:3: no value for `name`");
    entry_clear(&entry);
    fixture->message.uncomposable = -1;
    fake_time_pass(&fixture->time, SECOND);
    run_well(fixture, 20, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 20);
}

static void a_list_that_gives_somebody_twice_sends_once(void **state)
{
    Fixture *fixture = *state;
    fixture->list.doubled = 5;
    fixture->sending.limits.connections = 1;
    GError *error = NULL;
    assert_false(run_over(fixture, 20, &error));
    assert_error(&error, ERROR_SYSTEM, "U5@d5.example may have this message");
    assert_int_equal(relay->accepted[5], 1);
}

/* --- everything at once --- */

static guint32 chaos_seed;

static guint32 chaos(int number, int copy)
{
    guint32 value = chaos_seed ^ ((guint32)number * 2654435761u) ^
                    ((guint32)copy * 40503u);
    value ^= value >> 15;
    value *= 2246822519u;
    value ^= value >> 13;
    return (value * 3266489917u) >> 16;
}

static Verdict chaotic(int number, int copy)
{
    switch (chaos(number, copy) % 24) {
    case 0:
        return answer(OUTCOME_FAILED, REPLY_STEP_RECIPIENT, REPLY_FAILED, 550);
    case 1:
        return answer(OUTCOME_DEFERRED, REPLY_STEP_RECIPIENT, REPLY_RETRY, 450);
    case 2:
        return answer(OUTCOME_DEFERRED, REPLY_STEP_MESSAGE, REPLY_RETRY, 421);
    case 3:
        return fate(FATE_DROP_EARLY);
    case 4:
        return fate(FATE_DROP_DOT);
    case 5:
        return fate(FATE_DROP_TAKEN);
    case 6:
        return fate(FATE_DROP_LOST);
    case 7:
        return answer(OUTCOME_FAILED, REPLY_STEP_MESSAGE, REPLY_REFUSED,
                      550 + number % 5);
    case 8:
        return answer(OUTCOME_NONE, REPLY_STEP_MAIL, REPLY_THROTTLED, 421);
    default:
        return accept_it();
    }
}

static void chaos_loses_nobody_and_repeats_nothing(void **state)
{
    Fixture *fixture = *state;
    relay->decide = chaotic;
    for (chaos_seed = 1; chaos_seed <= 3; chaos_seed++) {
        int people = 400 * (int)chaos_seed;
        for (int runs = 0; runs < 10; runs++) {
            GError *error = NULL;
            bool ok = run_over(fixture, people, &error);
            g_clear_error(&error);
            assert_ledger_agrees(fixture, people);
            if (ok && fixture->end == DELIVERY_COMPLETE)
                break;
        }
        assert_int_equal(fixture->end, DELIVERY_COMPLETE);
        assert_int_equal(count_of(fixture, people, OUTCOME_NONE), 0);
        assert_int_equal(count_of(fixture, people, OUTCOME_DEFERRED), 0);
    }
}

/* --- the process is killed --- */

static void run_in_child(Fixture *fixture, int people)
{
    journal_close(fixture->journal);
    fixture->journal = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        take_campaign(fixture);
        GError *error = NULL;
        _exit(run_over(fixture, people, &error) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    relay->death_at = 0;
    take_campaign(fixture);
}

static void a_killed_run_resumes_and_sends_to_nobody_twice(void **state)
{
    Fixture *fixture = *state;
    enum { PEOPLE = 300 };
    fixture->sending.limits.connections = 1;
    static const Fate deaths[] = {FATE_DIE_EARLY, FATE_DIE_DOT, FATE_DIE_TAKEN,
                                  FATE_DIE_ANSWER};
    GRand *random = g_rand_new_with_seed(4711);
    for (int i = 0; i < 12; i++) {
        relay->death = deaths[i % 4];
        relay->death_at = relay->start_count + g_rand_int_range(random, 1, 20);
        run_in_child(fixture, PEOPLE);
    }
    g_rand_free(random);
    run_well(fixture, PEOPLE, DELIVERY_COMPLETE);
    fixture->list.domains = 0;
    assert_ledger_agrees(fixture, PEOPLE);
    assert_int_equal(count_of(fixture, PEOPLE, OUTCOME_NONE), 0);
    /* Each death leaves one message in the balance: the one it struck, or,
     * before its intent, the one whose answer was not written down yet. */
    assert_in_range(count_of(fixture, PEOPLE, OUTCOME_UNKNOWN), 9, 12);
}

static void several_workers_killed_at_once_are_resumed_too(void **state)
{
    Fixture *fixture = *state;
    enum { PEOPLE = 400 };
    static const Fate deaths[] = {FATE_DIE_EARLY, FATE_DIE_DOT, FATE_DIE_TAKEN,
                                  FATE_DIE_ANSWER};
    GRand *random = g_rand_new_with_seed(815);
    for (int i = 0; i < 8; i++) {
        relay->death = deaths[i % 4];
        relay->death_at = relay->start_count + g_rand_int_range(random, 4, 20);
        run_in_child(fixture, PEOPLE);
    }
    g_rand_free(random);
    run_well(fixture, PEOPLE, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, PEOPLE);
    assert_int_equal(count_of(fixture, PEOPLE, OUTCOME_NONE), 0);
    assert_in_range(count_of(fixture, PEOPLE, OUTCOME_UNKNOWN), 6, 8 * 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* --- several relays --- */

static void use_relays(Fixture *fixture, int count, const int *weights)
{
    fixture->relay_count = count;
    for (int i = 0; i < count; i++)
        fixture->relays[i].weight = weights[i];
}

static void relays_share_by_their_weights(void **state)
{
    Fixture *fixture = *state;
    use_relays(fixture, 2, (const int[]){3, 1});
    fixture->sending.limits.connections = 1;
    run_well(fixture, 1000, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 1000);
    /* Roughly: here every wait of one thread lets time pass for all. */
    assert_true(relay->by_door[0] > relay->by_door[1]);
    assert_int_equal(relay->by_door[0] + relay->by_door[1], 1000);
}

static bool refuse_login_at_first(int door, GError **error)
{
    if (door == 0)
        error_set(error, ERROR_PERMISSION, "login refused by relay.example");
    return door != 0;
}

static void a_relay_that_refuses_the_login_is_set_aside(void **state)
{
    Fixture *fixture = *state;
    use_relays(fixture, 2, (const int[]){1, 1});
    relay->open_door = refuse_login_at_first;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 100);
    assert_int_equal(relay->by_door[1], 100);
    assert_non_null(strstr(fixture->notices->str,
                           "relay.example:587 is set aside: login refused"));
}

static bool refuse_everywhere(int door, GError **error)
{
    error_set(error, ERROR_PERMISSION, "login refused by number %d", door);
    return false;
}

static void
when_no_relay_is_left_the_run_fails_with_the_last_reason(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    use_relays(fixture, 2, (const int[]){1, 1});
    relay->open_door = refuse_everywhere;
    assert_false(run_over(fixture, 100, &error));
    assert_error(&error, ERROR_PERMISSION, "login refused by number");
    assert_ledger_agrees(fixture, 100);
    assert_int_equal(count_of(fixture, 100, OUTCOME_NONE), 100);
}

static bool unreachable_at_first(int door, GError **error)
{
    if (door == 0)
        error_set(error, ERROR_RETRY, "cannot connect to relay.example");
    return door != 0;
}

static void a_spare_waits_until_the_others_are_gone(void **state)
{
    Fixture *fixture = *state;
    use_relays(fixture, 2, (const int[]){1, 0});
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_int_equal(relay->by_door[0], 100);
    assert_int_equal(relay->by_door[1], 0);

    relay->open_door = unreachable_at_first;
    run_well(fixture, 200, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 200);
    assert_int_equal(relay->by_door[1], 100);
}

static Verdict stop_at_50(int number, int copy)
{
    if (number >= 50 && copy == 0)
        return answer(OUTCOME_NONE, REPLY_STEP_MAIL, REPLY_STOP, 530);
    return accept_it();
}

static void whom_a_failing_relay_held_another_one_takes(void **state)
{
    Fixture *fixture = *state;
    use_relays(fixture, 2, (const int[]){1, 0});
    fixture->sending.limits.connections = 1;
    relay->decide = stop_at_50;
    run_well(fixture, 51, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 51);
    assert_int_equal(count_of(fixture, 51, OUTCOME_SENT), 51);
}

static void each_relay_keeps_to_its_own_rate(void **state)
{
    Fixture *fixture = *state;
    use_relays(fixture, 2, (const int[]){1, 1});
    fixture->has_own_limits = true;
    for (int i = 0; i < 2; i++)
        fixture->relays[i].limits = (RelayLimits){
            .rates = {{i == 0 ? 10 : 30, MINUTE}},
            .rate_count = 1,
            .connections = 1,
            .messages_per_connection = 50};
    run_well(fixture, 200, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 200);
    assert_int_equal(relay->by_door[0] + relay->by_door[1], 200);
    int minutes = (int)(fixture->time.monotonic_ns / MINUTE) + 1;
    assert_true(relay->by_door[0] <= 10 * minutes);
    assert_true(relay->by_door[1] <= 30 * minutes);
    assert_true(minutes >= 5);
}

/* --- a rate outlives its run --- */

static void a_rate_counts_what_left_in_earlier_runs(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){60, MINUTE};
    run_well(fixture, 60, DELIVERY_COMPLETE);
    assert_true(fixture->time.monotonic_ns < SECOND);
    run_well(fixture, 61, DELIVERY_COMPLETE);
    assert_in_range(fixture->time.monotonic_ns / SECOND, 60, 62);
}

static Verdict refuse_recipient(int number, int copy)
{
    (void)number;
    (void)copy;
    return answer(OUTCOME_FAILED, REPLY_STEP_RECIPIENT, REPLY_FAILED, 550);
}

static void a_rate_counts_what_a_killed_run_had_refused(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){30, 60 * MINUTE};
    relay->decide = refuse_recipient;
    relay->death = FATE_DIE_EARLY;
    relay->death_at = 21;
    run_in_child(fixture, 100);
    fixture->until_us = fixture->time.wall_us + INT64_C(1800) * 1000000;
    run_well(fixture, 100, DELIVERY_OVER);
    assert_int_equal(relay->start_count, 30);
}

static void a_clock_set_back_makes_a_rate_no_faster(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){60, MINUTE};
    run_well(fixture, 60, DELIVERY_COMPLETE);
    fixture->time.wall_us -= INT64_C(3600) * 1000000;
    run_well(fixture, 61, DELIVERY_COMPLETE);
    assert_in_range(fixture->time.monotonic_ns / SECOND, 60, 62);
    /* Nor slower for longer than a window. */
    fake_time_pass(&fixture->time, 2 * MINUTE);
    int64_t before_ns = fixture->time.monotonic_ns;
    run_well(fixture, 62, DELIVERY_COMPLETE);
    assert_true(fixture->time.monotonic_ns - before_ns < SECOND);
}

/* --- time and place --- */

static void nobody_is_written_to_after_the_end(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){10, SECOND};
    fixture->until_us = fixture->time.wall_us + 5500000;
    run_well(fixture, 100, DELIVERY_OVER);
    assert_in_range(fixture->progress.sent, 55, 60);
    assert_ledger_agrees(fixture, 100);
    assert_true(fixture->time.wall_us <= fixture->until_us);
}

static void a_run_ends_when_no_slot_is_left_before_the_end(void **state)
{
    Fixture *fixture = *state;
    fixture->sending.limits.connections = 1;
    fixture->sending.limits.rate_count = 1;
    fixture->sending.limits.rates[0] = (Rate){10, 60 * MINUTE};
    fixture->until_us = fixture->time.wall_us + INT64_C(1800) * 1000000;
    run_well(fixture, 100, DELIVERY_OVER);
    assert_int_equal(fixture->progress.sent, 10);
    assert_true(fixture->time.monotonic_ns < MINUTE);
}

static void messages_to_one_domain_have_a_gap_between_them(void **state)
{
    Fixture *fixture = *state;
    fixture->list.domains = 10;
    fixture->sending.limits.connections = 1;
    fixture->sending.domain_gap_ns = 10 * SECOND;
    run_well(fixture, 100, DELIVERY_COMPLETE);
    assert_ledger_agrees(fixture, 100);
    assert_int_equal(fixture->progress.sent, 100);
    assert_in_range(fixture->time.monotonic_ns / SECOND, 90, 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(relays_share_by_their_weights),
        TEST(a_relay_that_refuses_the_login_is_set_aside),
        TEST(when_no_relay_is_left_the_run_fails_with_the_last_reason),
        TEST(a_spare_waits_until_the_others_are_gone),
        TEST(whom_a_failing_relay_held_another_one_takes),
        TEST(each_relay_keeps_to_its_own_rate),
        TEST(a_rate_counts_what_left_in_earlier_runs),
        TEST(a_rate_counts_what_a_killed_run_had_refused),
        TEST(a_clock_set_back_makes_a_rate_no_faster),
        TEST(nobody_is_written_to_after_the_end),
        TEST(a_run_ends_when_no_slot_is_left_before_the_end),
        TEST(messages_to_one_domain_have_a_gap_between_them),
        TEST(everybody_gets_one_message),
        TEST(an_empty_list_is_complete_without_a_session),
        TEST(a_second_run_sends_only_to_those_who_are_new),
        TEST(progress_is_told_at_most_ten_times_a_second),
        TEST(one_dead_address_stops_nobody_else),
        TEST(deferred_ones_are_sent_to_when_they_are_due),
        TEST(what_is_deferred_for_too_long_is_left_for_a_resume),
        TEST(a_used_up_quota_ends_the_run_and_marks_nobody_failed),
        TEST(a_relay_that_does_not_want_us_marks_nobody),
        TEST(the_same_refusal_for_all_stops_the_run),
        TEST(one_domain_that_refuses_stops_nothing),
        TEST(a_relay_that_asks_for_less_gets_a_pause_and_less),
        TEST(a_relay_that_only_asks_for_less_is_given_up),
        TEST(a_connection_lost_before_the_dot_costs_nobody_anything),
        TEST(who_breaks_every_connection_is_deferred_alone),
        TEST(a_connection_lost_after_the_dot_is_unknown_for_good),
        TEST(a_relay_that_answers_nothing_is_given_up),
        TEST(enough_for_one_session_means_another_session),
        TEST(a_relay_that_was_never_there_is_tried_twice),
        TEST(a_relay_that_goes_away_is_tried_for_a_minute),
        TEST(a_refused_login_is_tried_once),
        TEST(a_refused_login_is_one_login_with_many_connections),
        TEST(workers_that_get_no_connection_leave_it_to_the_others),
        TEST(rates_hold_over_all_sessions),
        TEST(rates_hold_over_all_connections),
        TEST(rates_hold_when_messages_start_late),
        TEST(a_gap_holds_when_messages_start_late),
        TEST(a_message_that_never_began_costs_no_slot),
        TEST(a_stop_finishes_what_is_under_way),
        TEST(a_stop_is_noticed_in_a_long_wait),
        TEST(a_recipient_that_cannot_be_merged_is_left_for_later),
        TEST(a_list_that_gives_somebody_twice_sends_once),
        TEST(chaos_loses_nobody_and_repeats_nothing),
        TEST(a_killed_run_resumes_and_sends_to_nobody_twice),
        TEST(several_workers_killed_at_once_are_resumed_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
