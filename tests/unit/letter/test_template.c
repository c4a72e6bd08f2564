#include "render.h"

typedef struct Case {
    const char *template;
    const char *expected;
} Case;

static const char front[] = "title: T\n"
                            "city: Cambridge\n"
                            "empty:\n"
                            "draft: false\n"
                            "tags: [ocaml, mirage]\n"
                            "none: []\n"
                            "talks:\n"
                            "  - {who: Ada, what: Engines}\n"
                            "  - {who: Grace, what: Compilers}\n"
                            "venue: {name: Darwin, map: {pin: here}}\n"
                            "hostile: 'a {{name}} b'\n";

static const char *const row[][2] = {
    {"name", "Ada"},       {"email", "ada@example.org"}, {"nothing", ""},
    {"First Name", "Ada"}, {"hostile", "{{email}}"},     {NULL, NULL}};

static void check_all(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Render render = {
            .template = cases[i].template, .front_matter = front, .row = row};
        assert_rendered(&render, cases[i].expected);
    }
}

static void values_are_put_in_their_places(void **state)
{
    static const Case cases[] = {
        {"", ""},
        {"plain\n", "plain\n"},
        {"Hi {{name}},\n", "Hi Ada,\n"},
        {"Hi {{ name }},\n", "Hi Ada,\n"},
        {"{{First Name}}\n", "Ada\n"},
        {"{{post.city}}, {{ post.city }}\n", "Cambridge, Cambridge\n"},
        {"{{post.venue.name}} {{post.venue.map.pin}}\n", "Darwin here\n"},
        {"{{post.tags}}\n", "ocaml and mirage\n"},
        {"{ {name} }} } {{name}}}\n", "{ {name} }} } Ada}\n"},
        {"a{{! nothing }}b\n", "ab\n"},
        {"a{{!-- {{name}} --}}b\n", "ab\n"},
        {"{{=<% %>=}}<% name %> {{name}}\n", "Ada {{name}}\n"},
    };
    (void)state;
    check_all(cases, G_N_ELEMENTS(cases));
}

static void filters_change_values_from_left_to_right(void **state)
{
    static const Case cases[] = {
        {"{{ nothing | default: \"there\" }}\n", "there\n"},
        {"{{ nothing | default(\"there\") }}\n", "there\n"},
        {"{{ nothing | default: 'say \"x\"' }}\n", "say \"x\"\n"},
        {"{{ nothing | default: \"say \\\"x\\\"\" }}\n", "say \"x\"\n"},
        {"{{ nothing | default: \"}}\" }}\n", "}}\n"},
        {"{{ unknown | default: \"there\" | upper }}\n", "THERE\n"},
        {"{{ name | default: \"there\" }}\n", "Ada\n"},
        {"{{ name | upper | lower }}\n", "ada\n"},
        {"{{ post.tags | join: \"/\" }}\n", "ocaml/mirage\n"},
        {"{{ post.city | truncate: 4 }}\n", "Cam…\n"},
        {"{{ post.city | truncate: 9 }}\n", "Cambridge\n"},
        {"{{ email | url }}\n", "ada%40example.org\n"},
        {"{{ post.missing | default: \"x\" }}\n", "x\n"},
    };
    (void)state;
    check_all(cases, G_N_ELEMENTS(cases));
}

static void conditions_choose_a_branch(void **state)
{
    static const Case cases[] = {
        {"{{#if name}}yes{{else}}no{{/if}}\n", "yes\n"},
        {"{{#if nothing}}yes{{else}}no{{/if}}\n", "no\n"},
        {"{{#if unknown}}yes{{else}}no{{/if}}\n", "no\n"},
        {"{{#if post.city}}yes{{/if}}\n", "yes\n"},
        {"a{{#if post.empty}}yes{{/if}}\n", "a\n"},
        {"{{#if post.draft}}yes{{else}}no{{/if}}\n", "no\n"},
        {"a{{#if post.missing}}yes{{/if}}\n", "a\n"},
        {"{{^post.none}}none{{/post.none}}\n", "none\n"},
        {"{{#name}}yes{{/name}}{{^name}}no{{/name}}\n", "yes\n"},
        {"{{^nothing}}no{{else}}yes{{/nothing}}\n", "no\n"},
        {"{{#if name}}{{#if nothing}}1{{else}}2{{/if}}{{else}}3{{/if}}\n",
         "2\n"},
        {"{{#if nothing}}{{nothing}}{{else}}ok{{/if}}\n", "ok\n"},
        {"{{#if list.name}}a{{else}}b{{/if}}\n", "b\n"},
    };
    (void)state;
    check_all(cases, G_N_ELEMENTS(cases));
}

static void lists_are_gone_through(void **state)
{
    static const Case cases[] = {
        {"{{#each post.tags as t}}<{{t}}>{{/each}}\n", "<ocaml><mirage>\n"},
        {"{{#each post.tags}}<{{.}}>{{/each}}\n", "<ocaml><mirage>\n"},
        {"{{#post.tags}}<{{.}}>{{/post.tags}}\n", "<ocaml><mirage>\n"},
        {"{{#each post.none as t}}x{{else}}none{{/each}}\n", "none\n"},
        {"{{#each post.talks as t}}{{t.who}}: {{t.what}}; {{/each}}.\n",
         "Ada: Engines; Grace: Compilers; .\n"},
        {"{{#post.talks}}{{who}} {{/post.talks}}.\n", "Ada Grace .\n"},
        {"{{#post.venue}}{{name}} {{map.pin}}{{/post.venue}}\n",
         "Darwin here\n"},
        {"{{#each post.tags as a}}{{#each post.tags as b}}{{a}}{{b}} "
         "{{/each}}{{/each}}.\n",
         "ocamlocaml ocamlmirage mirageocaml miragemirage .\n"},
        {"{{#each post.tags as t}}{{t}} for {{name}}\n{{/each}}",
         "ocaml for Ada\nmirage for Ada\n"},
    };
    (void)state;
    check_all(cases, G_N_ELEMENTS(cases));
}

static void a_line_with_only_a_tag_vanishes(void **state)
{
    static const Case cases[] = {
        {"a\n{{#if name}}\nb\n{{/if}}\nc\n", "a\nb\nc\n"},
        {"a\n  {{#if nothing}}  \nb\n {{else}}\nd\n\t{{/if}}\nc\n",
         "a\nd\nc\n"},
        {"a\n{{! note }}\nb\n", "a\nb\n"},
        {"{{#if post.city}}\nx\n{{/if}}", "x\n"},
        {"{{#each post.tags as t}}\n* {{t}}\n{{/each}}\n",
         "* ocaml\n* mirage\n"},
        {"a\n\n{{#if nothing}}\nb\n\n{{/if}}\nc\n", "a\n\nc\n"},
        {"a {{#if name}}\nb\n{{/if}} c\n", "a\nb\n c\n"},
    };
    (void)state;
    check_all(cases, G_N_ELEMENTS(cases));
}

static void a_value_is_never_expanded_again(void **state)
{
    static const Case cases[] = {
        {"{{hostile}} {{post.hostile}}\n", "{{email}} a {{name}} b\n"},
        {"{{ post.missing | default: \"{{name}}\" }}\n", "{{name}}\n"},
    };
    (void)state;
    check_all(cases, G_N_ELEMENTS(cases));
}

static void partials_are_put_in_with_the_indent_of_their_tag(void **state)
{
    static const char *const partials[][2] = {
        {"foot", "Bye {{name}}\n{{#if name}}\nand\n{{/if}}\nyours\n"},
        {"outer", "<\n  {{> foot}}\n>\n"},
        {"word", "{{post.city}}"},
        {NULL, NULL}};
    static const Case cases[] = {
        {"{{> foot}}\n", "Bye Ada\nand\nyours\n"},
        {"a\n  {{> foot}}\nb\n", "a\n  Bye Ada\n  and\n  yours\nb\n"},
        {" {{> outer}}\n", " <\n   Bye Ada\n   and\n   yours\n >\n"},
        {"in {{> word}}.\n", "in Cambridge.\n"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {.template = cases[i].template,
                         .front_matter = front,
                         .partials = partials,
                         .row = row};
        assert_rendered(&render, cases[i].expected);
    }
}

static void mistakes_are_told_with_line_and_column(void **state)
{
    static const Case cases[] = {
        {"a\n  é{{#if name}}\nb", "mail:2:4: `{{#if name}}` is never closed"},
        {"{{name", "mail:1:1: `{{` is never closed by `}}`"},
        {"{{name | default: \"x }}", "mail:1:1: "},
        {"x {{/if}}", "mail:1:3: `{{/if}}` closes nothing"},
        {"{{#if a}}\n{{/each}}",
         "mail:2:1: `{{/each}}` cannot close the `{{#if a}}` of line 1"},
        {"{{#a}}{{/b}}", "mail:1:7: `{{/b}}` cannot close"},
        {"{{else}}", "mail:1:1: {{else}} stands outside"},
        {"{{#if a}}{{else}}{{else}}{{/if}}", "mail:1:18: a second {{else}}"},
        {"{{#if a}}{{else if b}}{{/if}}", "{{else}} takes nothing"},
        {"{{#unless a}}{{/unless}}", "the opposite of {{#x}} is {{^x}}"},
        {"{{}}", "mail:1:1: a name is missing"},
        {"{{#if}}{{/if}}", "mail:1:1: a name is missing"},
        {"{{ .Subscriber.Name }}", "does not begin with a dot"},
        {"{{ a b(c }}", "is no name"},
        {"{{ it's }}", "`it's` is no name"},
        {"{{ name | defualt: \"x\" }}", "did you mean `default`?"},
        {"{{ name | zebra }}", "no filter `zebra`; there are default, upper"},
        {"{{ name | }}", "a filter is missing"},
        {"{{ name | default }}", "`| default: \"friend\"`"},
        {"{{ name | default: }}", "`default` needs"},
        {"{{ name | default: “x” }}", "straight quotes"},
        {"{{ name | upper: \"x\" }}", "`| upper`"},
        {"{{ name | truncate: 0 }}", "`| truncate: 60`"},
        {"{{ name | truncate: 99999999999 }}", "mail:1:1: "},
        {"{{ name | default(\"x\" }}", "is never closed"},
        {"{{ name | upper lower }}", "`lower` is not understood"},
        {"{{{ post.city }}}", "for `content` and `style` only"},
        {"{{ post.titel }}", "mail:1:1: no value `post.titel`; did you mean "
                             "`post.title`?"},
        {"{{#if post.titel}}{{/if}}", "did you mean `post.title`?"},
        {"{{#if post.empty}}{{list.nam}}{{/if}}", "did you mean `list.name`?"},
        {"{{ foo.bar }}", "no value `foo.bar`"},
        {"{{ post.missing }}", "no value `post.missing`"},
        {"{{ post.venue }}", "`post.venue` is a map"},
        {"{{#each post.talks as t}}{{t.where}}{{/each}}", "no value `t.where`"},
        {"{{#each name as n}}{{/each}}", "`name` is one text"},
        {"{{#each post.tags as a.b}}{{/each}}", "cannot name an item"},
        {"{{ name | join: \",\" }}", "`join` is for lists"},
        {"{{ post.city | date: \"%Y\" }}", "`Cambridge` is no date"},
        {"{{> none}}", "mail:1:1: no partial `none`: there is none"},
        {"{{> ../etc }}", "cannot name a partial"},
        {"{{=a}}", "delimiters are set like this"},
        {"a {{{content}}}\n", "`content` must have a line of its own"},
        {"{{{content}}} a\n", "`content` must have a line of its own"},
        {"{{{content}}}\n{{{content}}}\n", "stands in the template already"},
        {"{{{style}}}\n", "`style` is for HTML templates only"},
        {"{{{style.dark}}}\n", "`style` is for HTML templates only"},
        {"{{{style.drak}}}\n", "did you mean `style.dark`?"},
        {"a\xff", "mail:1: this line is not UTF-8"},
        {"{{ name | underline: \"=\" | upper }}", "must be the last filter"},
        {"a {{ name | underline: \"=\" }}\n", "must have a line of its own"},
        {"{{nothing}}\n", "mail:1:1: `nothing` is empty for"},
        {"{{unknown}}\n", "mail:1:1: `unknown` is empty for"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Render render = {
            .template = cases[i].template, .front_matter = front, .row = row};
        assert_refused(&render, cases[i].expected);
    }
}

static void nesting_has_its_limits(void **state)
{
    static const char *const loop[][2] = {{"self", "a{{> self}}"},
                                          {NULL, NULL}};
    g_autoptr(GString) deep = g_string_new(NULL);
    Render partial = {.template = "{{> self}}", .partials = loop};
    Render sections = {0};

    (void)state;
    assert_refused(&partial, "does `self` contain itself?");
    for (int i = 0; i < TEMPLATE_DEPTH_MAX + 1; i++)
        g_string_append(deep, "{{#if a}}");
    sections.template = deep->str;
    assert_refused(&sections, "nested over 32 deep");
}

static void partials_cannot_multiply_without_end(void **state)
{
    static const char *const bomb[][2] = {
        {"a", "{{>b}}{{>b}}{{>b}}{{>b}}{{>b}}{{>b}}{{>b}}{{>b}}{{>b}}{{>b}}"},
        {"b", "{{>c}}{{>c}}{{>c}}{{>c}}{{>c}}{{>c}}{{>c}}{{>c}}{{>c}}{{>c}}"},
        {"c", "{{>d}}{{>d}}{{>d}}{{>d}}{{>d}}{{>d}}{{>d}}{{>d}}{{>d}}{{>d}}"},
        {"d", "{{>e}}{{>e}}{{>e}}{{>e}}{{>e}}{{>e}}{{>e}}{{>e}}{{>e}}{{>e}}"},
        {"e", "{{>f}}{{>f}}{{>f}}{{>f}}{{>f}}{{>f}}{{>f}}{{>f}}{{>f}}{{>f}}"},
        {"f", "0123456789012345678901234567890123456789"},
        {NULL, NULL}};
    Render render = {.template = "{{>a}}", .partials = bomb};

    (void)state;
    assert_refused(&render, "are over 1048576 bytes");
}

static void loops_that_print_nothing_end(void **state)
{
    g_autoptr(GString) yaml = g_string_new("n: [");
    Render render = {.template = "{{#each post.n}}{{#each post.n}}"
                                 "{{#each post.n}}{{#if post.absent}}{{/if}}"
                                 "{{/each}}{{/each}}{{/each}}"};

    (void)state;
    for (int i = 0; i < 300; i++)
        g_string_append(yaml, "1,");
    g_string_append(yaml, "1]\n");
    render.front_matter = yaml->str;
    assert_refused(&render, "loops go on for too long");
}

static void an_empty_value_of_the_campaign_is_a_warning(void **state)
{
    g_autoptr(Findings) findings = findings_new();
    Render render = {.template = "a\n{{list.name}}\n{{ list.description | "
                                 "default: \"x\" }}\n",
                     .findings = findings};

    (void)state;
    assert_rendered(&render, "a\n\nx\n");
    assert_int_equal(findings_count(findings, SEVERITY_WARNING), 1);
    g_autofree char *line = finding_to_line(findings_at(findings, 0));
    assert_non_null(strstr(line, "mail:2:1: "));
    assert_non_null(strstr(line, "`list.name` is empty here"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_put_in_their_places),
        cmocka_unit_test(filters_change_values_from_left_to_right),
        cmocka_unit_test(conditions_choose_a_branch),
        cmocka_unit_test(lists_are_gone_through),
        cmocka_unit_test(a_line_with_only_a_tag_vanishes),
        cmocka_unit_test(a_value_is_never_expanded_again),
        cmocka_unit_test(partials_are_put_in_with_the_indent_of_their_tag),
        cmocka_unit_test(mistakes_are_told_with_line_and_column),
        cmocka_unit_test(nesting_has_its_limits),
        cmocka_unit_test(partials_cannot_multiply_without_end),
        cmocka_unit_test(loops_that_print_nothing_end),
        cmocka_unit_test(an_empty_value_of_the_campaign_is_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
