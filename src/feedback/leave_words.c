/* leave_words.c - see leave_words.h. */
#include "feedback/leave_words.h"

#include <string.h>

#include <glib.h>

#include "mail/lang.h"

#define RANGES_MAX 32 /* of an Accept-Language field that are looked at */
#define WEIGHT_ONE 1000

static const LeaveWords languages[] = {
    {.lang = "en",
     .button = "Unsubscribe",
     .says =
         {[LEAVE_ASK] = {"Do you want to unsubscribe?",
                         "Press the button, and this list sends no more mail "
                         "to you."},
          [LEAVE_LEFT] = {"You are unsubscribed",
                          "This list sends no more mail to you. A message that "
                          "is on its way already may still arrive."},
          [LEAVE_ABSENT] = {"You are not on this list",
                            "There is nothing to unsubscribe: this list does "
                            "not have your address."},
          [LEAVE_BROKEN] = {"This link does not work",
                            "It may be incomplete or too old. Please use the "
                            "link in the newest mail of the list, or answer "
                            "that mail and ask to be removed."},
          [LEAVE_LATER] = {"That did not work",
                           "Something failed here, and you are not "
                           "unsubscribed yet. Please try again in a few "
                           "minutes."}}},
    {.lang = "fr",
     .button = "Se désabonner",
     .says =
         {[LEAVE_ASK] = {"Voulez-vous vous désabonner\u00a0?",
                         "Appuyez sur le bouton, et cette liste ne vous "
                         "enverra plus de messages."},
          [LEAVE_LEFT] = {"Vous êtes désabonné(e)",
                          "Cette liste ne vous enverra plus de messages. Un "
                          "message déjà en route peut encore arriver."},
          [LEAVE_ABSENT] = {"Vous n’êtes pas sur cette liste",
                            "Il n’y a rien à résilier\u00a0: cette liste n’a "
                            "pas votre adresse."},
          [LEAVE_BROKEN] = {"Ce lien ne fonctionne pas",
                            "Il est peut-être incomplet ou trop ancien. "
                            "Utilisez le lien du message le plus récent de la "
                            "liste, ou répondez à ce message en demandant "
                            "d’être retiré(e)."},
          [LEAVE_LATER] = {"Cela n’a pas fonctionné",
                           "Une erreur s’est produite ici et vous n’êtes pas "
                           "encore désabonné(e). Veuillez réessayer dans "
                           "quelques minutes."}}},
    {.lang = "de",
     .button = "Abbestellen",
     .says =
         {[LEAVE_ASK] = {"Möchten Sie die Liste abbestellen?",
                         "Drücken Sie den Knopf, und diese Liste schickt Ihnen "
                         "keine Mails mehr."},
          [LEAVE_LEFT] = {"Sie sind abgemeldet",
                          "Diese Liste schickt Ihnen keine Mails mehr. Eine "
                          "Nachricht, die schon unterwegs ist, kann noch "
                          "ankommen."},
          [LEAVE_ABSENT] = {"Sie stehen nicht auf dieser Liste",
                            "Es gibt nichts abzubestellen: Diese Liste hat "
                            "Ihre Adresse nicht."},
          [LEAVE_BROKEN] = {"Dieser Link funktioniert nicht",
                            "Vielleicht ist er unvollständig oder zu alt. "
                            "Nehmen Sie bitte den Link in der neuesten Mail "
                            "der Liste, oder antworten Sie auf sie mit der "
                            "Bitte, Sie auszutragen."},
          [LEAVE_LATER] = {"Das hat nicht geklappt",
                           "Hier ist etwas fehlgeschlagen, und Sie sind noch "
                           "nicht abgemeldet. Bitte versuchen Sie es in "
                           "einigen Minuten noch einmal."}}},
    {.lang = "es",
     .button = "Cancelar la suscripción",
     .says =
         {[LEAVE_ASK] = {"¿Quiere cancelar la suscripción?",
                         "Pulse el botón y esta lista no le enviará más "
                         "mensajes."},
          [LEAVE_LEFT] = {"Su suscripción está cancelada",
                          "Esta lista no le enviará más mensajes. Un mensaje "
                          "que ya esté en camino aún puede llegar."},
          [LEAVE_ABSENT] = {"Usted no está en esta lista",
                            "No hay nada que cancelar: esta lista no tiene su "
                            "dirección."},
          [LEAVE_BROKEN] = {"Este enlace no funciona",
                            "Puede estar incompleto o ser demasiado antiguo. "
                            "Use el enlace del mensaje más reciente de la "
                            "lista, o responda a ese mensaje y pida la baja."},
          [LEAVE_LATER] = {"No ha funcionado",
                           "Algo ha fallado aquí y su suscripción todavía no "
                           "está cancelada. Inténtelo de nuevo dentro de unos "
                           "minutos."}}},
    {.lang = "it",
     .button = "Annulla l’iscrizione",
     .says =
         {[LEAVE_ASK] = {"Vuoi annullare l’iscrizione?",
                         "Premi il pulsante e questa lista non ti invierà più "
                         "messaggi."},
          [LEAVE_LEFT] = {"L’iscrizione è annullata",
                          "Questa lista non ti invierà più messaggi. Un "
                          "messaggio già in viaggio può ancora arrivare."},
          [LEAVE_ABSENT] = {"Non sei in questa lista",
                            "Non c’è nulla da annullare: questa lista non ha "
                            "il tuo indirizzo."},
          [LEAVE_BROKEN] = {"Questo link non funziona",
                            "Forse è incompleto o troppo vecchio. Usa il link "
                            "del messaggio più recente della lista, oppure "
                            "rispondi a quel messaggio e chiedi di essere "
                            "rimosso."},
          [LEAVE_LATER] = {"Non ha funzionato",
                           "Qualcosa qui è andato storto e l’iscrizione non è "
                           "ancora annullata. Riprova tra qualche minuto."}}},
    {.lang = "pt",
     .button = "Cancelar a subscrição",
     .says =
         {[LEAVE_ASK] = {"Quer cancelar a subscrição?",
                         "Prima o botão e esta lista não lhe enviará mais "
                         "mensagens."},
          [LEAVE_LEFT] = {"A sua subscrição está cancelada",
                          "Esta lista não lhe enviará mais mensagens. Uma "
                          "mensagem que já esteja a caminho ainda pode "
                          "chegar."},
          [LEAVE_ABSENT] = {"Não está nesta lista",
                            "Não há nada a cancelar: esta lista não tem o seu "
                            "endereço."},
          [LEAVE_BROKEN] = {"Esta ligação não funciona",
                            "Pode estar incompleta ou ser demasiado antiga. "
                            "Use a ligação da mensagem mais recente da lista, "
                            "ou responda a essa mensagem e peça para ser "
                            "removido."},
          [LEAVE_LATER] = {"Não funcionou",
                           "Algo falhou aqui e a sua subscrição ainda não "
                           "está cancelada. Tente novamente dentro de alguns "
                           "minutos."}}},
    {.lang = "nl",
     .button = "Afmelden",
     .says =
         {[LEAVE_ASK] = {"Wilt u zich afmelden?",
                         "Druk op de knop, en deze lijst stuurt u geen mail "
                         "meer."},
          [LEAVE_LEFT] = {"U bent afgemeld",
                          "Deze lijst stuurt u geen mail meer. Een bericht dat "
                          "al onderweg is, kan nog aankomen."},
          [LEAVE_ABSENT] = {"U staat niet op deze lijst",
                            "Er is niets af te melden: deze lijst heeft uw "
                            "adres niet."},
          [LEAVE_BROKEN] = {"Deze link werkt niet",
                            "Misschien is hij onvolledig of te oud. Gebruik "
                            "de link in de nieuwste mail van de lijst, of "
                            "beantwoord die mail en vraag om verwijdering."},
          [LEAVE_LATER] = {"Dat is niet gelukt",
                           "Hier ging iets mis, en u bent nog niet afgemeld. "
                           "Probeer het over een paar minuten opnieuw."}}},
    {.lang = "ja",
     .button = "配信停止",
     .says =
         {[LEAVE_ASK] = {"配信を停止しますか?",
                         "ボタンを押すと、このリストからのメールは届かなくなり"
                         "ます。"},
          [LEAVE_LEFT] = {"配信を停止しました",
                          "このリストからのメールは今後お送りしません。すでに送"
                          "信されたメールは届くことがあります。"},
          [LEAVE_ABSENT] = {"このリストには登録されていません",
                            "このリストにあなたのアドレスはないため、停止するも"
                            "のはありません。"},
          [LEAVE_BROKEN] = {"このリンクは使えません",
                            "リンクが途中で切れているか、古すぎる可能性がありま"
                            "す。最新のメールにあるリンクを使うか、そのメールに"
                            "返信して停止をお申し出ください。"},
          [LEAVE_LATER] =
              {"処理できませんでした",
               "こちらで問題が起きたため、配信はまだ停止されていませ"
               "ん。数分後にもう一度お試しください。"}}},
    {.lang = "ar",
     .right_to_left = true,
     .button = "إلغاء الاشتراك",
     .says =
         {[LEAVE_ASK] = {"هل تريد إلغاء الاشتراك؟",
                         "اضغط الزر، ولن ترسل إليك هذه القائمة أي رسائل أخرى."},
          [LEAVE_LEFT] = {"تم إلغاء اشتراكك",
                          "لن ترسل إليك هذه القائمة أي رسائل أخرى. قد تصلك "
                          "رسالة أُرسلت من قبل."},
          [LEAVE_ABSENT] = {"أنت لست في هذه القائمة",
                            "ليس هناك ما يُلغى: عنوانك غير موجود في هذه "
                            "القائمة."},
          [LEAVE_BROKEN] =
              {"هذا الرابط لا يعمل",
               "قد يكون ناقصًا أو قديمًا جدًا. استخدم الرابط في "
               "أحدث رسالة من القائمة، أو أجب عن تلك الرسالة واطلب "
               "إزالة عنوانك."},
          [LEAVE_LATER] = {"لم ينجح ذلك",
                           "حدث خطأ هنا ولم يُلغَ اشتراكك بعد. حاول مرة أخرى بعد "
                           "بضع دقائق."}}},
    {.lang = "he",
     .right_to_left = true,
     .button = "ביטול הרישום",
     .says =
         {[LEAVE_ASK] = {"לבטל את הרישום?",
                         "לחיצה על הכפתור, ורשימה זו לא תשלח אליך עוד דואר."},
          [LEAVE_LEFT] = {"הרישום בוטל",
                          "רשימה זו לא תשלח אליך עוד דואר. הודעה שכבר נשלחה "
                          "עשויה עדיין להגיע."},
          [LEAVE_ABSENT] = {"הכתובת אינה ברשימה זו",
                            "אין מה לבטל: הכתובת שלך אינה מופיעה ברשימה זו."},
          [LEAVE_BROKEN] = {"הקישור אינו פועל",
                            "ייתכן שהוא חלקי או ישן מדי. אפשר להשתמש בקישור "
                            "שבהודעה האחרונה של הרשימה, או להשיב לאותה הודעה "
                            "ולבקש הסרה."},
          [LEAVE_LATER] = {"הפעולה לא הצליחה",
                           "משהו השתבש כאן והרישום עדיין לא בוטל. אפשר לנסות "
                           "שוב בעוד כמה דקות."}}},
};

const LeaveWords *leave_words_for(const char *lang)
{
    const char *tags[G_N_ELEMENTS(languages)];
    if (lang == NULL)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++)
        tags[i] = languages[i].lang;
    int index = lang_lookup(tags, G_N_ELEMENTS(tags), lang);
    return index >= 0 ? &languages[index] : NULL;
}

/* "0.8" to 800; what is no weight counts as one. */
static int read_weight(const char *range)
{
    const char *at = strstr(range, "q=");
    if (at == NULL || (at[2] != '0' && at[2] != '1'))
        return WEIGHT_ONE;
    int weight = (at[2] - '0') * WEIGHT_ONE;
    int unit = WEIGHT_ONE / 10;
    if (at[3] == '.')
        for (at += 4; g_ascii_isdigit(*at) && unit > 0; at++, unit /= 10)
            weight += (*at - '0') * unit;
    return weight;
}

const LeaveWords *leave_words_accepted(const char *accept_language)
{
    const LeaveWords *best = &languages[0];
    int best_weight = 0;
    g_auto(GStrv) ranges = g_strsplit(accept_language ? accept_language : "",
                                      ",", RANGES_MAX);
    for (char **range = ranges; *range != NULL; range++) {
        int weight = read_weight(*range);
        (*range)[strcspn(*range, ";,")] = '\0';
        const LeaveWords *words = leave_words_for(g_strstrip(*range));
        if (words != NULL && weight > best_weight) {
            best = words;
            best_weight = weight;
        }
    }
    return best;
}
