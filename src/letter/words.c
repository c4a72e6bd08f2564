/* words.c - see words.h. */
#include "letter/words.h"

#include <string.h>

#include <glib.h>

static const Words languages[] = {
    {
        .lang = "en",
        .document = &document_words_english,
        .reason = "You get this mail because you subscribed to {} as "
                  "{{ email }}.",
        .reason_bare = "You get this mail because you asked for it as "
                       "{{ email }}.",
        .unsubscribe = "Unsubscribe",
        .unsubscribe_mail = "Unsubscribe: write to {}",
        .read_online = "Read online",
        .read_on = "Read this post on {}",
        .and = " and ",
        .date = "%e %B %Y",
        .months = "January February March April May June July August "
                  "September October November December",
        .months_short = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        .weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
        .weekdays_short = "Sun Mon Tue Wed Thu Fri Sat",
    },
    {
        .lang = "fr",
        .document = &(
            const DocumentWords){.links = "Liens",
                                 .notes = "Notes",
                                 .note = "note",
                                 .image = "image",
                                 .video = "Vidéo",
                                 .audio = "Audio",
                                 .page = "Page intégrée",
                                 .colon = "\u00a0:",
                                 .watch = "Regarder la vidéo sur {}",
                                 .listen = "Écouter sur {}",
                                 .open = "Ouvrir la page sur {}",
                                 .alerts = {"Note", "Astuce", "Important",
                                            "Avertissement", "Attention"}},
        .reason = "Vous recevez ce message parce que l’adresse {{ email }} "
                  "est abonnée à {}.",
        .reason_bare = "Vous recevez ce message parce qu’il a été demandé "
                       "pour l’adresse {{ email }}.",
        .unsubscribe = "Se désabonner",
        .unsubscribe_mail = "Se désabonner\u00a0: écrivez à {}",
        .read_online = "Lire en ligne",
        .read_on = "Lire cet article sur {}",
        .and = " et ",
        .date = "%e %B %Y",
        .first_day = "1er",
        .months = "janvier février mars avril mai juin juillet août septembre "
                  "octobre novembre décembre",
        .months_short = "janv. févr. mars avr. mai juin juil. août sept. oct. "
                        "nov. déc.",
        .weekdays = "dimanche lundi mardi mercredi jeudi vendredi samedi",
        .weekdays_short = "dim. lun. mar. mer. jeu. ven. sam.",
    },
    {
        .lang = "de",
        .document = &(const DocumentWords){.links = "Links",
                                           .notes = "Anmerkungen",
                                           .note = "Anm.",
                                           .image = "Bild",
                                           .video = "Video",
                                           .audio = "Audio",
                                           .page = "Eingebettete Seite",
                                           .colon = ":",
                                           .watch = "Video ansehen auf {}",
                                           .listen = "Anhören auf {}",
                                           .open = "Seite öffnen auf {}",
                                           .alerts = {"Hinweis", "Tipp",
                                                      "Wichtig", "Warnung",
                                                      "Vorsicht"}},
        .reason = "Sie erhalten diese E-Mail, weil {} mit der Adresse "
                  "{{ email }} abonniert wurde.",
        .reason_bare = "Sie erhalten diese E-Mail, weil sie für die Adresse "
                       "{{ email }} bestellt wurde.",
        .unsubscribe = "Abbestellen",
        .unsubscribe_mail = "Abbestellen: schreiben Sie an {}",
        .read_online = "Online lesen",
        .read_on = "Diesen Beitrag lesen auf {}",
        .and = " und ",
        .date = "%e. %B %Y",
        .months = "Januar Februar März April Mai Juni Juli August September "
                  "Oktober November Dezember",
        .months_short = "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. "
                        "Nov. Dez.",
        .weekdays = "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag "
                    "Samstag",
        .weekdays_short = "So Mo Di Mi Do Fr Sa",
    },
    {
        .lang = "es",
        .document = &(
            const DocumentWords){.links = "Enlaces",
                                 .notes = "Notas",
                                 .note = "nota",
                                 .image = "imagen",
                                 .video = "Vídeo",
                                 .audio = "Audio",
                                 .page = "Página incrustada",
                                 .colon = ":",
                                 .watch = "Ver el vídeo en {}",
                                 .listen = "Escuchar en {}",
                                 .open = "Abrir la página en {}",
                                 .alerts = {"Nota", "Consejo", "Importante",
                                            "Advertencia", "Precaución"}},
        .reason = "Recibe este mensaje porque la dirección {{ email }} está "
                  "suscrita a {}.",
        .reason_bare = "Recibe este mensaje porque se solicitó para la "
                       "dirección {{ email }}.",
        .unsubscribe = "Cancelar la suscripción",
        .unsubscribe_mail = "Cancelar la suscripción: escriba a {}",
        .read_online = "Leer en línea",
        .read_on = "Leer esta entrada en {}",
        .and = " y ",
        .date = "%e de %B de %Y",
        .months = "enero febrero marzo abril mayo junio julio agosto "
                  "septiembre octubre noviembre diciembre",
        .months_short = "ene feb mar abr may jun jul ago sept oct nov dic",
        .weekdays = "domingo lunes martes miércoles jueves viernes sábado",
        .weekdays_short = "dom lun mar mié jue vie sáb",
    },
    {
        .lang = "it",
        .document = &(const DocumentWords){.links = "Collegamenti",
                                           .notes = "Note",
                                           .note = "nota",
                                           .image = "immagine",
                                           .video = "Video",
                                           .audio = "Audio",
                                           .page = "Pagina incorporata",
                                           .colon = ":",
                                           .watch = "Guarda il video su {}",
                                           .listen = "Ascolta su {}",
                                           .open = "Apri la pagina su {}",
                                           .alerts = {"Nota", "Suggerimento",
                                                      "Importante", "Avviso",
                                                      "Attenzione"}},
        .reason = "Ricevi questo messaggio perché l’indirizzo {{ email }} è "
                  "iscritto a {}.",
        .reason_bare = "Ricevi questo messaggio perché è stato richiesto per "
                       "l’indirizzo {{ email }}.",
        .unsubscribe = "Annulla l’iscrizione",
        .unsubscribe_mail = "Annulla l’iscrizione: scrivi a {}",
        .read_online = "Leggi online",
        .read_on = "Leggi questo articolo su {}",
        .and = " e ",
        .date = "%e %B %Y",
        .first_day = "1º",
        .months = "gennaio febbraio marzo aprile maggio giugno luglio agosto "
                  "settembre ottobre novembre dicembre",
        .months_short = "gen feb mar apr mag giu lug ago set ott nov dic",
        .weekdays = "domenica lunedì martedì mercoledì giovedì venerdì sabato",
        .weekdays_short = "dom lun mar mer gio ven sab",
    },
    {
        .lang = "pt",
        .document = &(const DocumentWords){.links = "Links",
                                           .notes = "Notas",
                                           .note = "nota",
                                           .image = "imagem",
                                           .video = "Vídeo",
                                           .audio = "Áudio",
                                           .page = "Página incorporada",
                                           .colon = ":",
                                           .watch = "Ver o vídeo em {}",
                                           .listen = "Ouvir em {}",
                                           .open = "Abrir a página em {}",
                                           .alerts = {"Nota", "Dica",
                                                      "Importante", "Aviso",
                                                      "Cuidado"}},
        .reason = "Recebe esta mensagem porque o endereço {{ email }} está "
                  "inscrito em {}.",
        .reason_bare = "Recebe esta mensagem porque foi pedida para o "
                       "endereço {{ email }}.",
        .unsubscribe = "Cancelar a subscrição",
        .unsubscribe_mail = "Cancelar a subscrição: escreva para {}",
        .read_online = "Ler online",
        .read_on = "Ler este artigo em {}",
        .and = " e ",
        .date = "%e de %B de %Y",
        .months = "janeiro fevereiro março abril maio junho julho agosto "
                  "setembro outubro novembro dezembro",
        .months_short = "jan. fev. mar. abr. mai. jun. jul. ago. set. out. "
                        "nov. dez.",
        .weekdays = "domingo segunda-feira terça-feira quarta-feira "
                    "quinta-feira sexta-feira sábado",
        .weekdays_short = "dom. seg. ter. qua. qui. sex. sáb.",
    },
    {
        .lang = "nl",
        .document = &(
            const DocumentWords){.links = "Links",
                                 .notes = "Noten",
                                 .note = "noot",
                                 .image = "afbeelding",
                                 .video = "Video",
                                 .audio = "Audio",
                                 .page = "Ingesloten pagina",
                                 .colon = ":",
                                 .watch = "Bekijk de video op {}",
                                 .listen = "Luister op {}",
                                 .open = "Open de pagina op {}",
                                 .alerts = {"Opmerking", "Tip", "Belangrijk",
                                            "Waarschuwing", "Let op"}},
        .reason = "U ontvangt deze e-mail omdat {{ email }} is aangemeld voor "
                  "{}.",
        .reason_bare = "U ontvangt deze e-mail omdat die voor {{ email }} is "
                       "aangevraagd.",
        .unsubscribe = "Afmelden",
        .unsubscribe_mail = "Afmelden: schrijf naar {}",
        .read_online = "Online lezen",
        .read_on = "Lees dit bericht op {}",
        .and = " en ",
        .date = "%e %B %Y",
        .months = "januari februari maart april mei juni juli augustus "
                  "september oktober november december",
        .months_short = "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. "
                        "nov. dec.",
        .weekdays = "zondag maandag dinsdag woensdag donderdag vrijdag "
                    "zaterdag",
        .weekdays_short = "zo ma di wo do vr za",
    },
    {
        .lang = "ja",
        .document = &(const DocumentWords){.links = "リンク",
                                           .notes = "注",
                                           .note = "注",
                                           .image = "画像",
                                           .video = "動画",
                                           .audio = "音声",
                                           .page = "埋め込みページ",
                                           .colon = ":",
                                           .watch = "{} で動画を見る",
                                           .listen = "{} で聴く",
                                           .open = "{} でページを開く",
                                           .alerts = {"注記", "ヒント", "重要",
                                                      "警告", "注意"}},
        .reason = "このメールは {} に {{ email }} "
                  "で登録された方にお送りしています。",
        .reason_bare = "このメールは {{ email }} "
                       "で申し込まれた方にお送りしています。",
        .unsubscribe = "配信停止",
        .unsubscribe_mail = "配信停止: {} までメールをお送りください",
        .read_online = "オンラインで読む",
        .read_on = "この記事を {} で読む",
        .and = "、",
        .date = "%Y年%B%e日",
        .months = "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        .months_short = "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        .weekdays = "日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日",
        .weekdays_short = "日 月 火 水 木 金 土",
    },
    {
        .lang = "ar",
        .document = &(const DocumentWords){.links = "روابط",
                                           .notes = "ملاحظات",
                                           .note = "ملاحظة",
                                           .image = "صورة",
                                           .video = "فيديو",
                                           .audio = "صوت",
                                           .page = "صفحة مضمّنة",
                                           .colon = ":",
                                           .watch = "شاهد الفيديو على {}",
                                           .listen = "استمع على {}",
                                           .open = "افتح الصفحة على {}",
                                           .alerts = {"ملاحظة", "نصيحة", "مهم",
                                                      "تحذير", "تنبيه"}},
        .reason = "تصلك هذه الرسالة لأن العنوان {{ email }} مشترك في {}.",
        .reason_bare = "تصلك هذه الرسالة لأنها طُلبت للعنوان {{ email }}.",
        .unsubscribe = "إلغاء الاشتراك",
        .unsubscribe_mail = "إلغاء الاشتراك: اكتب إلى {}",
        .read_online = "القراءة على الإنترنت",
        .read_on = "اقرأ هذه المقالة على {}",
        .and = " و",
        .date = "%e %B %Y",
        .months = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر "
                  "أكتوبر نوفمبر ديسمبر",
        .months_short = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس "
                        "سبتمبر أكتوبر نوفمبر ديسمبر",
        .weekdays = "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت",
        .weekdays_short = "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة "
                          "السبت",
    },
    {
        /* Any other: nothing that only English has. */
        .lang = "",
        .document = &document_words_english,
        .reason = "You get this mail because you subscribed to {} as "
                  "{{ email }}.",
        .reason_bare = "You get this mail because you asked for it as "
                       "{{ email }}.",
        .unsubscribe = "Unsubscribe",
        .unsubscribe_mail = "Unsubscribe: write to {}",
        .read_online = "Read online",
        .read_on = "Read this post on {}",
        .and = ", ",
        .date = "%Y-%m-%d",
        .months = "January February March April May June July August "
                  "September October November December",
        .months_short = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        .weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
        .weekdays_short = "Sun Mon Tue Wed Thu Fri Sat",
    },
};

const Words *words_for(const char *lang)
{
    if (lang == NULL)
        return &languages[0];
    size_t length = strcspn(lang, "-_");
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        if (strlen(languages[i].lang) == length &&
            g_ascii_strncasecmp(languages[i].lang, lang, length) == 0)
            return &languages[i];
    }
    /* The last one is for all others. */
    return &languages[G_N_ELEMENTS(languages) - 1];
}

/* Word number `index` of a row of words. */
static void append_word(GString *out, const char *row, int index)
{
    for (; index > 0; index--)
        row = strchr(row, ' ') + 1;
    g_string_append_len(out, row, (gssize)strcspn(row, " "));
}

/* 0 is Sunday. */
static int weekday_of(const PostDate *date)
{
    GDate day;

    g_date_clear(&day, 1);
    g_date_set_dmy(&day, (GDateDay)date->day, (GDateMonth)date->month,
                   (GDateYear)date->year);
    return (int)g_date_get_weekday(&day) % 7;
}

/* One conversion that is a matter of language; false for all others. */
static bool append_name(GString *out, const Words *words, const PostDate *date,
                        char conversion)
{
    if (conversion == 'B')
        append_word(out, words->months, date->month - 1);
    else if (conversion == 'b')
        append_word(out, words->months_short, date->month - 1);
    else if (conversion == 'A')
        append_word(out, words->weekdays, weekday_of(date));
    else if (conversion == 'a')
        append_word(out, words->weekdays_short, weekday_of(date));
    else
        return false;
    return true;
}

char *words_date(const Words *words, const PostDate *date, const char *format)
{
    bool own = format == NULL;
    g_autoptr(GString) named = g_string_new(NULL);

    for (const char *at = own ? words->date : format; *at != '\0'; at++) {
        if (*at != '%' || at[1] == '\0') {
            g_string_append_c(named, *at);
            continue;
        }
        at++;
        if (own && *at == 'e' && date->day == 1 && words->first_day != NULL)
            g_string_append(named, words->first_day);
        else if (!append_name(named, words, date, *at))
            g_string_append_printf(named, "%%%c", *at);
    }
    return date_format(date, named->str);
}
