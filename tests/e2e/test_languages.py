"""Each reader in his own language, the words of a template, and templates."""

import email
import email.policy
import sqlite3
from contextlib import closing
from html import unescape

import pytest
from conftest import ROOT, assert_once_each, defects

LIST = """\
email,name,lang
ada@example.net,Ada,en
bert@example.net,Bert,
chloe@example.net,Chloé,fr
denis@example.net,Denis,fr-CH
eva@example.net,Eva,DE_at.UTF-8
filip@example.net,Filip,sv
"""

FRENCH = """\
---
title: La fête du port commence vendredi
description: Trois jours de bateaux, de musique et de soupe.
---

La fête commence **vendredi à six heures**.
"""

GERMAN = """\
---
title: Das Hafenfest beginnt am Freitag
date: 2026-07-31
merge: true
---

Das Fest beginnt am **Freitag um sechs**, {{name}}.
"""

# The recipients of each version, by hand from LIST.
ENGLISH_READERS = ["ada@example.net", "bert@example.net", "filip@example.net"]
FRENCH_READERS = ["chloe@example.net", "denis@example.net"]
GERMAN_READERS = ["eva@example.net"]


@pytest.fixture
def translated(project):
    project.configure_plain(9)
    project.write("subscribers.csv", LIST)
    project.write("post.fr.md", FRENCH)
    project.write("post.de.md", GERMAN)
    return project


def text_for(project, address, *arguments):
    return project.run("preview", "--format", "text", "--as", address, *arguments,
                       "post.md").expect(0).stdout.decode()


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_everybody_gets_the_post_in_his_language(translated, postfix):
    translated.configure_plain(postfix.port)
    result = translated.run("send", "--yes", "--quiet", "post.md").expect(0)
    assert "3 en (post.md), 1 de (post.de.md), 2 fr (post.fr.md)" in result.stderr
    postfix.wait_delivered()
    mails = postfix.mails()
    assert_once_each(mails, ENGLISH_READERS + FRENCH_READERS + GERMAN_READERS)
    wanted = [("en", "The harbour festival begins on Friday – come early", ENGLISH_READERS),
              ("fr", "La fête du port commence vendredi", FRENCH_READERS),
              ("de", "Das Hafenfest beginnt am Freitag", GERMAN_READERS)]
    for lang, subject, readers in wanted:
        for address in readers:
            (raw,) = mails[address]
            mail = parse(raw)
            assert defects(raw) == []
            assert mail["Subject"] == subject
            assert mail["Content-Language"] == lang
            assert f'lang="{lang}"' in mail.get_body(("html",)).get_content()


def test_the_journal_has_the_message_id_of_the_mail(translated, postfix):
    translated.configure_plain(postfix.port)
    translated.run("send", "--yes", "--quiet", "post.md").expect(0)
    postfix.wait_delivered()
    with closing(sqlite3.connect(translated.folder / ".mirmail/journal.db")) as journal:
        noted = {name for (name,) in journal.execute("select message_id from recipient")}
    sent = {parse(raw)["Message-ID"].strip("<>") for (raw,) in postfix.mails().values()}
    assert noted == sent and len(sent) == 6


def test_a_translation_has_what_it_does_not_say_from_the_post(translated):
    text = text_for(translated, "chloe@example.net")
    assert "Ines Hafen, Tomás Kai, 30 juillet 2026" in text
    assert "<https://harbour.example.org/news/festival>" in text
    text = text_for(translated, "eva@example.net")
    assert "Ines Hafen, Tomás Kai, 31. Juli 2026" in text
    assert "Freitag um sechs*, Eva." in text


def test_the_words_around_the_post_are_in_its_language(translated):
    text = text_for(translated, "denis@example.net")
    foot = " ".join(text.split("\n-- \n")[1].split())
    assert foot.startswith("Vous recevez ce message parce que l’adresse "
                           "denis@example.net est abonnée à Harbour News. "
                           "Se désabonner : écrivez à leave@harbour.example.org")
    html = translated.run("preview", "--format", "html", "--as", "denis@example.net",
                          "post.md").expect(0).stdout.decode()
    html = unescape(html)
    for words in ("Se désabonner", "Lire en ligne", "Lire cet article sur harbour.example.org"):
        assert words in html
    for words in ("Unsubscribe", "Read online", "Read this post", "You get this mail"):
        assert words not in html and words not in text


@pytest.mark.parametrize("lang, title", [
    ("fr", "La fête du port commence vendredi"),
    ("fr-CA", "La fête du port commence vendredi"),
    ("de", "Das Hafenfest beginnt am Freitag"),
])
def test_a_language_can_be_forced(translated, lang, title):
    for address in ("ada@example.net", "eva@example.net", "chloe@example.net"):
        assert text_for(translated, address, "--lang", lang).startswith(title + "\n=")


def test_the_language_of_the_post_itself_can_be_forced(translated):
    """Also when it does not say which it is; then the plan calls it English."""
    post = translated.post.read_text(encoding="utf-8")
    assert "lang:" not in post
    for lang in ("en", "en-GB"):
        text = text_for(translated, "eva@example.net", "--lang", lang)
        assert text.startswith("The harbour festival begins on Friday")
    translated.write("post.en.md", FRENCH.replace("La fête", "The feast"))
    assert text_for(translated, "eva@example.net", "--lang", "en").startswith("The feast")
    (translated.folder / "post.en.md").unlink()
    translated.write("post.md", post.replace("---\n", "---\nlang: it\n", 1))
    translated.run("preview", "--lang", "en", "post.md").expect(65)


def test_a_language_that_is_not_there_is_an_error(translated):
    result = translated.run("preview", "--lang", "it", "post.md").expect(65)
    assert "no translation for --lang it" in result.stderr
    assert "`de`, `fr`" in result.stderr


def test_an_error_in_a_translation_stops_everything(translated, sink):
    translated.configure_plain(sink.port)
    translated.write("post.de.md", GERMAN.replace("{{name}}", "{{nmae}}"))
    result = translated.run("send", "--yes", "post.md").expect(65)
    assert "post.de.md:7" in result.stderr
    assert "did you mean `name`?" in result.stderr
    assert "nothing was sent" in result.stderr


def test_a_changed_translation_is_a_changed_mail(translated, postfix):
    translated.configure_plain(postfix.port)
    translated.run("send", "--yes", "--quiet", "--limit", "1", "post.md").expect(0)
    translated.write("post.fr.md", FRENCH.replace("six", "sept"))
    result = translated.run("send", "--yes", "--quiet", "post.md").expect(65)
    assert "no longer the one" in result.stderr


def test_a_translation_that_nobody_could_get_is_said(translated):
    translated.write("subscribers.csv", "email,name\nada@example.net,Ada\n")
    stderr = translated.run("preview", "post.md").expect(0).stderr
    assert "post.fr.md: warning: nobody gets this translation" in stderr
    translated.write("subscribers.csv", "email,name,lang\nada@example.net,Ada,fr\n")
    stderr = translated.run("preview", "post.md").expect(0).stderr
    assert "post.de.md: note: no recipient's `lang` asks for this translation" in stderr
    assert "nobody gets" not in stderr


def test_a_translation_into_the_posts_own_language_is_an_error(translated):
    translated.write("post.en.md", FRENCH)
    result = translated.run("preview", "post.md").expect(65)
    assert "post.en.md" in result.stderr and "`en`" in result.stderr


def test_files_that_are_no_translations_are_left_alone(translated):
    for name in ("post.draft.md", "post.2.md", "post.fr.txt", "poster.fr.md", "post.fr_FR.md",
                 "post..md"):
        translated.write(name, "not a post")
    translated.run("preview", "post.md").expect(0)


def test_a_test_copy_is_that_of_the_first_reader(translated, postfix):
    translated.configure_plain(postfix.port)
    translated.write("subscribers.csv", "email,name,lang\nc@example.net,C,fr\n")
    translated.run("send", "--yes", "--quiet", "--test", "me@example.net", "post.md").expect(0)
    postfix.wait_delivered()
    ((raw,),) = postfix.mails().values()
    assert parse(raw)["Subject"] == "La fête du port commence vendredi"


def test_a_language_without_words_has_dates_in_digits(project):
    project.configure_plain(9)
    project.subscribe(1)
    project.write("post.md", "---\ntitle: Hej\ndate: 2026-07-30\nlang: sv\n---\n\nText här.\n")
    text = project.run("preview", "--format", "text", "post.md").expect(0).stdout.decode()
    assert "\n2026-07-30\n" in text
    assert "You get this mail" in text


# --- ASCII and links ---


def test_an_ascii_text_part_is_ascii_for_names_too(project):
    project.configure_plain(9)
    project.write("subscribers.csv", "email,name\njose@example.net,José “Pepe” Muñoz\n")
    project.write("post.md", "---\ntitle: “Naïve” – yes…\nmerge: true\n---\n\n"
                  "Hello {{name}} — it’s 5 €. `x → y`\n")
    result = project.run("preview", "--ascii", "--format", "text", "post.md").expect(0)
    text = result.stdout.decode()
    assert text.isascii()
    assert text.startswith('"Naive" - yes...\n================\n')
    assert 'Hello Jose "Pepe" Munoz -- it\'s 5 EUR. `x -> y`' in text
    html = project.run("preview", "--ascii", "--format", "html", "post.md").expect(0)
    assert "“Naïve” – yes…" in unescape(html.stdout.decode())


def test_what_ascii_cannot_say_stays_and_is_counted(project):
    project.configure_plain(9, "text:\n  ascii: true\n")
    project.subscribe(1)
    project.write("post.md", "---\ntitle: Tokyo\n---\n\nFrom 東京 with love.\n")
    result = project.run("preview", "--format", "text", "post.md").expect(0)
    assert "From 東京 with love." in result.stdout.decode()
    assert "2 characters of the text part have no ASCII form and stay, such as `東`" \
        in result.stderr


LINKED = """\
---
title: Links
---

A [first](https://a.example/) and <https://shown.example/>.

## Second

A [second](https://b.example/), the [first](https://a.example/) again, and
[a friend](mailto:friend@example.net).
"""

LINK_MODES = {
    "end": """\
A first [1] and <https://shown.example/>.


Second
------

A second [2], the first [1] again, and a friend <friend@example.net>.


Links
-----

[1] https://a.example/
[2] https://b.example/
""",
    "section": """\
A first [1] and <https://shown.example/>.

[1] https://a.example/


Second
------

A second [2], the first [1] again, and a friend <friend@example.net>.

[1] https://a.example/
[2] https://b.example/
""",
    "inline": """\
A first <https://a.example/> and <https://shown.example/>.


Second
------

A second <https://b.example/>, the first <https://a.example/> again, and
a friend <friend@example.net>.
""",
    "none": """\
A first and <https://shown.example/>.


Second
------

A second, the first again, and a friend.
""",
}


@pytest.mark.parametrize("mode", LINK_MODES)
def test_links_stand_where_the_configuration_says(project, mode):
    project.configure_plain(9, f"text:\n  links: {mode}\n")
    project.subscribe(1)
    project.write("post.md", LINKED)
    text = project.run("preview", "--format", "text", "post.md").expect(0).stdout.decode()
    assert text.split("=====\n\n", 1)[1].split("\n-- \n")[0] == LINK_MODES[mode]


def test_a_long_name_of_a_list_wraps_in_the_foot(project):
    name = "The Very Long Name of a List for Everybody Who Likes Long Names " * 2
    project.configure_plain(9)
    config = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml", config.replace("name: Harbour News", f"name: {name}"))
    project.subscribe(1)
    text = project.run("preview", "--format", "text", "post.md").expect(0).stdout.decode()
    foot = text.split("\n-- \n")[1]
    assert max(map(len, foot.splitlines())) <= 72
    assert name.strip() in " ".join(foot.split())


# --- templates ---

FILES = ("mail.txt", "mail.html", "theme.css")


def built_in(name, file):
    return (ROOT / "templates" / name / file).read_bytes()


def test_templates_are_listed_with_the_one_in_use(project, mirmail):
    out = mirmail("template", "list").expect(0).stdout.decode()
    assert [line.split()[0] for line in out.splitlines()] == ["announcement", "plain"]
    assert out.splitlines()[0].endswith("in use")
    project.configure_plain(9, "template: looks/mine\n")
    mirmail("template", "copy", "plain", "looks/mine").expect(0)
    out = mirmail("template", "list").expect(0).stdout.decode()
    assert "in use" not in "".join(out.splitlines()[:2])
    assert "looks/mine" in out.splitlines()[2]


@pytest.mark.parametrize("name", ["announcement", "plain"])
def test_a_template_is_shown_as_it_is(mirmail, name):
    whole = mirmail("template", "show", name).expect(0).stdout
    for file in FILES:
        assert mirmail("template", "show", name, file).expect(0).stdout == built_in(name, file)
        assert f"==> {file} <==\n".encode() + built_in(name, file) in whole


def test_a_template_is_copied_and_overwrites_nothing(project, mirmail):
    (project.folder / "mine").mkdir()
    project.write("mine/mail.txt", "{{{ content }}}\nmy own\n")
    out = mirmail("template", "copy", "plain", "mine").expect(0).stdout.decode()
    assert "kept     mine/mail.txt" in out and "written  mine/mail.html" in out
    assert (project.folder / "mine/mail.txt").read_text() == "{{{ content }}}\nmy own\n"
    assert (project.folder / "mine/theme.css").read_bytes() == built_in("plain", "theme.css")
    project.configure_plain(9)
    project.subscribe(1)
    text = mirmail("preview", "--template", "mine", "--format", "text", "post.md").expect(0)
    assert text.stdout.decode().endswith("\nmy own\n")


def test_a_copied_template_can_be_shown(mirmail):
    mirmail("template", "copy", "announcement", "mine").expect(0)
    out = mirmail("template", "show", "./mine", "theme.css").expect(0).stdout
    assert out == built_in("announcement", "theme.css")


@pytest.mark.parametrize("arguments, status, words", [
    (("show", "anouncement"), 66, "did you mean `announcement`?"),
    (("show", "plain", "mail.htm"), 64, "did you mean `mail.html`?"),
    (("copy", "nothing-like-it", "x"), 66, "`mirmail template list` shows them"),
    (("show", "./nowhere", "mail.txt"), 66, "nowhere/mail.txt"),
    (("sho",), 64, "did you mean `show`?"),
])
def test_a_wrong_name_is_an_error_with_a_way_out(mirmail, arguments, status, words):
    assert words in mirmail("template", *arguments).expect(status).stderr


def test_a_template_is_named_in_the_configuration_or_on_the_command_line(project, mirmail):
    project.configure_plain(9, "template: plain\n")
    project.subscribe(1)
    show = ("preview", "--format", "html", "post.md")
    plain = mirmail(*show).expect(0).stdout
    announcement = mirmail(*show, "--template", "announcement").expect(0).stdout
    assert plain != announcement
    project.configure_plain(9)
    assert mirmail(*show).expect(0).stdout == announcement
    assert mirmail(*show, "--template", "plain").expect(0).stdout == plain


def test_a_template_that_is_not_there_is_an_error(project, mirmail):
    project.configure_plain(9, "template: plian\n")
    project.subscribe(1)
    assert "did you mean `plain`?" in mirmail("preview", "post.md").expect(66).stderr
    assert "no directory with a template" in mirmail(
        "preview", "--template", "./plain", "post.md").expect(66).stderr
    (project.folder / "plain").mkdir()
    for template in ("./plain", "plain"):
        assert "no directory with a template" in mirmail(
            "preview", "--template", template, "post.md").expect(66).stderr
    project.write("plain/mail.txt", "{{{ content }}}\nonly this\n")
    shown = mirmail("preview", "--template", "./plain", "--format", "text", "post.md")
    assert shown.expect(0).stdout.decode().endswith("\nonly this\n")
