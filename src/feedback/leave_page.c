/* leave_page.c - see leave_page.h. */
#include "feedback/leave_page.h"

#define SHA256_BYTES 32

/* Text on ground has a contrast of at least 7 to 1 on both kinds of screen,
 * the button's of at least 5 (WCAG 2.2 1.4.6, 1.4.3). */
static const char style[] =
    "\n"
    ":root{color-scheme:light dark;--ground:#f4f5f7;--card:#fff;--text:#1b1f24;"
    "--quiet:#4a525c;--line:#d5d9de;--action:#0b5cad;--on-action:#fff}\n"
    "@media(prefers-color-scheme:dark){:root{--ground:#111417;--card:#1b1f24;"
    "--text:#eef1f4;--quiet:#b3bcc6;--line:#39424c;--action:#7cb8f5;"
    "--on-action:#0b1622}}\n"
    "body{margin:0;padding:1rem;background:var(--ground);color:var(--text);"
    "font:1.125rem/1.5 system-ui,sans-serif}\n"
    "main{max-width:32rem;margin:10vh auto 0;padding:2rem;background:"
    "var(--card);border:1px solid var(--line);border-radius:.75rem;"
    "overflow-wrap:anywhere}\n"
    "h1{margin:.25rem 0 1rem;font-size:1.5rem;line-height:1.25}\n"
    "p{margin:0}\n"
    ".list{color:var(--quiet)}\n"
    "button{margin-top:1.5rem;padding:.75rem 1.5rem;min-height:3rem;border:0;"
    "border-radius:.5rem;background:var(--action);color:var(--on-action);"
    "font:inherit;font-weight:600;cursor:pointer}\n"
    "button:focus-visible{outline:.2rem solid var(--text);"
    "outline-offset:.2rem}\n"
    "@media(forced-colors:active){button{border:1px solid}}\n";

static void append_form(GString *out, const LeaveWords *words)
{
    g_string_append_printf(out,
                           "<form method=\"post\">\n"
                           "<input type=\"hidden\" name=\"" LEAVE_FIELD
                           "\" value=\"" LEAVE_VALUE "\">\n"
                           "<button type=\"submit\">%s</button>\n"
                           "</form>\n",
                           words->button);
}

GString *leave_page(const LeaveWords *words, LeaveSaying saying,
                    const char *list)
{
    GString *out = g_string_sized_new(4096);
    g_autofree char *name = g_markup_escape_text(list, -1);
    const char *title = words->says[saying].title;
    g_string_append_printf(
        out,
        "<!DOCTYPE html>\n"
        "<html lang=\"%s\" dir=\"%s\">\n"
        "<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,"
        "initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"robots\" content=\"noindex\">\n"
        "<title>%s – %s</title>\n"
        "<style>%s</style>\n"
        "</head>\n"
        "<body>\n"
        "<main>\n"
        "<p class=\"list\"><bdi>%s</bdi></p>\n"
        "<h1>%s</h1>\n"
        "<p>%s</p>\n",
        words->lang, words->right_to_left ? "rtl" : "ltr", title, name, style,
        name, title, words->says[saying].text);
    if (saying == LEAVE_ASK)
        append_form(out, words);
    g_string_append(out, "</main>\n</body>\n</html>\n");
    return out;
}

char *leave_page_policy(void)
{
    guint8 digest[SHA256_BYTES];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)style, sizeof style - 1);
    g_checksum_get_digest(checksum, digest, &length);
    g_autofree char *hash = g_base64_encode(digest, length);
    return g_strdup_printf("default-src 'none'; style-src 'sha256-%s'; "
                           "form-action 'self'; base-uri 'none'; "
                           "frame-ancestors 'none'",
                           hash);
}
