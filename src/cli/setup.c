/* setup.c - see setup.h. */
#include "cli/setup.h"

#include <stdlib.h>

bool setup_number(const char *option, const char *text, int64_t least,
                  int64_t most, int64_t *number, GError **error)
{
    gint64 value = 0;
    if (g_ascii_string_to_signed(text, 10, least, most, &value, NULL)) {
        *number = value;
        return true;
    }
    error_set(error, ERROR_USAGE,
              "%s takes a whole number from %" G_GINT64_FORMAT
              " to %" G_GINT64_FORMAT ", not `%s`",
              option, least, most, text);
    return false;
}

bool setup_pinned_date(int64_t *seconds, GError **error)
{
    *seconds = 0;
    const char *pinned = getenv("SOURCE_DATE_EPOCH");
    if (pinned == NULL || *pinned == '\0')
        return true;
    return setup_number("SOURCE_DATE_EPOCH", pinned, 1, INT64_C(253402300799),
                        seconds, error);
}

static bool lay_options_over(Config *config, const Options *options,
                             GError **error)
{
    if (options->relay && !config_set_relay(config, options->relay, error))
        return false;
    if (options->rate && !config_set_rate(config, options->rate, error))
        return false;
    if (options->template != NULL)
        config_set_template(config, options->template);
    config->text.ascii = config->text.ascii || options->ascii;
    return options->connections == NULL ||
           config_set_connections(config, options->connections, error);
}

static bool choose_recipients(Setup *setup, const Options *options,
                              GError **error)
{
    ListOptions *recipients = &setup->pipeline_options.recipients;
    recipients->only = (const char *const *)options->only;
    recipients->except = (const char *const *)options->except;
    recipients->addresses = (const char *const *)options->to;
    recipients->paths = (const char *const *)options->list;
    if (options->list == NULL && options->to == NULL)
        recipients->paths = (const char *const *)setup->config->lists;
    if (recipients->paths == NULL && recipients->addresses == NULL) {
        error_set(error, ERROR_USAGE,
                  "to whom? give --list FILE or --to ADDRESS, or set `lists` "
                  "in mirmail.yaml");
        return false;
    }
    if (options->limit != NULL &&
        !setup_number("--limit", options->limit, 1, INT64_C(1000000000),
                      &recipients->limit, error))
        return false;
    /* A test copy shows the first recipient's. */
    if (options->test != NULL) {
        recipients->redirect = options->test;
        recipients->limit = 1;
    }
    return true;
}

/* No letter is composed without one. */
static bool settle_sender(Setup *setup, const Options *options, GError **error)
{
    Config *config = setup->config;
    if (options->only_looks) {
        config_note_sending(config, setup->findings);
        config_set_example_sender(config);
    }
    return config->sender.from.address.text != NULL ||
           config_check_sending(config, error);
}

bool setup_prepare(Setup *setup, const Options *options, GError **error)
{
    *setup = (Setup){.findings = findings_new()};
    PipelineOptions *pipeline = &setup->pipeline_options;
    pipeline->post = options->arguments[0];
    pipeline->input = options->input;
    pipeline->subject = options->subject;
    pipeline->campaign = options->campaign;
    pipeline->lang = options->lang;
    pipeline->test = options->test;
    pipeline->confirm = options->confirm;
    pipeline->attach = (const char *const *)options->attach;
    pipeline->allow_clipping = options->allow_clipping;
    pipeline->may_lack_key = options->may_lack_key;
    setup->config = config_load(options->config, error);
    if (setup->config == NULL ||
        !lay_options_over(setup->config, options, error))
        return false;
    if (!settle_sender(setup, options, error) ||
        !setup_pinned_date(&pipeline->date_seconds, error) ||
        !choose_recipients(setup, options, error))
        return false;
    setup->pipeline = pipeline_compose(setup->config, pipeline, setup->findings,
                                       error);
    return setup->pipeline != NULL;
}

void setup_clear(Setup *setup)
{
    pipeline_free(setup->pipeline);
    findings_free(setup->findings);
    config_free(setup->config);
}
