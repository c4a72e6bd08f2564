"""Files that go with a mail, and images inside it."""

import base64
import email
import email.policy
import struct
import zlib

import conftest
import pytest
from conftest import assert_once_each

SEND = ("send", "--yes", "--quiet", "post.md")
TEXT = "Grüße vom Hafen\n".encode()
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 40


def png(width, height, shade=0):
    """A grey picture after ISO 15948."""
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))
    rows = (b"\0" + bytes([shade]) * width) * height
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


BOAT = png(800, 300)
MOON = png(40, 40, 200)


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def defects(raw):
    """A name beyond ASCII is there twice, as RFC 2231 has it and in ASCII for
    readers that do not know that; Python takes the right one and complains."""
    return [found for found in conftest.defects(raw)
            if "Content-Disposition" not in found or "duplicate parameter" not in found]


def tree(part):
    """Types as nested tuples; a leaf is its type."""
    if not part.is_multipart():
        return part.get_content_type()
    return (part.get_content_subtype(), *map(tree, part.iter_parts()))


def write_post(project, keys="", body="Hello!\n", name="post.md"):
    return project.write(name, f"---\ntitle: The festival\n{keys}---\n\n{body}")


def forget_base(project):
    path = project.folder / "mirmail.yaml"
    path.write_text(path.read_text().replace("base_url: ", "# base_url: "))


@pytest.fixture
def harbour(project):
    """A project with files beside its post, and nothing published."""
    project.configure_plain(1)
    project.subscribe(1)
    forget_base(project)
    for name, content in {"notes.txt": TEXT, "flyer.pdf": PDF, "boat.png": BOAT,
                          "img/moon.png": MOON}.items():
        path = project.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return project


def mime(project, *arguments):
    result = project.run("send", "--dry-run", "--format", "mime", *arguments, "post.md")
    raw = result.expect(0).stdout
    assert defects(raw) == []
    return parse(raw)


def files(mail):
    return [(part.get_filename(), part.get_payload(decode=True))
            for part in mail.iter_attachments()]


TEXT_AND_HTML = ("alternative", "text/plain", "text/html")
WITH_IMAGES = ("alternative", "text/plain",
               ("related", "text/html", "image/png", "image/png"))
TWO_IMAGES = "![boat](boat.png) and ![moon](img/moon.png), ![again](./boat.png)\n"


@pytest.mark.parametrize("keys, body, expected", [
    ("", "Hello!\n", TEXT_AND_HTML),
    ("", TWO_IMAGES, WITH_IMAGES),
    ("attachments: [flyer.pdf, notes.txt]\n", "Hello!\n",
     ("mixed", TEXT_AND_HTML, "application/pdf", "text/plain")),
    ("attachments: flyer.pdf\n", TWO_IMAGES, ("mixed", WITH_IMAGES, "application/pdf")),
])
def test_a_mail_has_the_structure_of_what_it_holds(harbour, keys, body, expected):
    write_post(harbour, keys, body)
    mail = mime(harbour)
    assert tree(mail) == expected
    for part in mail.walk():
        if part.get_content_subtype() == "related":
            assert part.get_param("type") == "text/html"


def test_files_and_images_reach_the_mailbox_byte_for_byte(harbour, postfix):
    harbour.configure_plain(postfix.port)
    forget_base(harbour)
    harbour.subscribe(3)
    write_post(harbour, "attachments:\n"
                        "  - {file: flyer.pdf, name: \"Übersicht – 海.pdf\"}\n"
                        "  - notes.txt\n"
                        "  - img/moon.png\n", TWO_IMAGES)
    harbour.run(*SEND).expect(0)
    postfix.wait_delivered()
    mails = postfix.mails()
    assert_once_each(mails, harbour.recipients)
    for (raw,) in mails.values():
        assert defects(raw) == []
        mail = parse(raw)
        assert files(mail) == [("Übersicht – 海.pdf", PDF), ("notes.txt", TEXT),
                               ("moon.png", MOON)]
        note = list(mail.iter_attachments())[1]
        assert note.get_content() == TEXT.decode()
        images = {part["Content-ID"].strip("<>"): part for part in mail.walk()
                  if part["Content-ID"]}
        assert sorted(part.get_payload(decode=True) for part in images.values()) \
            == sorted([BOAT, MOON])
        assert {part.get_content_disposition() for part in images.values()} == {"inline"}
        html = mail.get_body(("html",)).get_content()
        assert all(html.count(f'src="cid:{key}"') in (1, 2) for key in images)
        assert html.count("cid:") == 3
        text = mail.get_body(("plain",)).get_content()
        assert "[image: boat] and [image: moon], [image: again]" in " ".join(text.split())
        assert "cid:" not in text


def test_a_large_image_is_shown_within_the_column_and_a_small_one_as_it_is(harbour):
    write_post(harbour, body=TWO_IMAGES)
    html = mime(harbour).get_body(("html",)).get_content()
    assert html.count('width="552" height="207"') == 2
    assert html.count('width="40" height="40"') == 1


def test_a_published_post_leaves_its_images_on_the_web(harbour):
    write_post(harbour, "url: https://harbour.example.org/news/x\n", TWO_IMAGES)
    mail = mime(harbour)
    assert tree(mail) == TEXT_AND_HTML
    html = mail.get_body(("html",)).get_content()
    assert 'src="https://harbour.example.org/news/img/moon.png"' in html


def test_images_inline_takes_them_along_nevertheless(harbour):
    write_post(harbour, "url: https://harbour.example.org/news/x\nimages: inline\n",
               TWO_IMAGES + "![far](https://harbour.example.org/far.png)\n")
    mail = mime(harbour)
    assert tree(mail) == WITH_IMAGES
    assert "far.png" in mail.get_body(("html",)).get_content()


def test_a_data_image_becomes_a_part(harbour):
    address = "data:image/png;base64," + base64.b64encode(MOON).decode()
    write_post(harbour, "url: https://harbour.example.org/x\n",
               f"![moon]({address})\n")
    mail = mime(harbour)
    html = mail.get_body(("html",)).get_content()
    assert "data:" not in html
    images = [part for part in mail.walk() if part["Content-ID"]]
    assert [part.get_payload(decode=True) for part in images] == [MOON]


def test_an_image_that_is_nowhere_names_both_ways_out(harbour):
    write_post(harbour, body="Look:\n\n![boat](bot.png)\n")
    error = harbour.run(*SEND).expect(65).stderr
    assert "post.md:7:" in error and "`bot.png`" in error
    assert "beside the post" in error and "`base_url`" in error


def test_attach_adds_behind_the_posts_own_and_starts_here(harbour):
    folder = harbour.folder / "posts"
    folder.mkdir()
    (folder / "own.txt").write_bytes(TEXT)
    write_post(harbour, "attachments: own.txt\n", name="posts/post.md")
    raw = harbour.run("preview", "--format", "mime", "--attach", "flyer.pdf",
                      "--attach", "img/moon.png", "posts/post.md").expect(0).stdout
    assert files(parse(raw)) == [("own.txt", TEXT), ("flyer.pdf", PDF),
                                 ("moon.png", MOON)]


@pytest.mark.parametrize("entry, status, words", [
    ("nowhere.pdf", 66, "post.md:4:5: the attachment `nowhere.pdf`: no such file"),
    ("img", 65, "a folder, not a file; pack it"),
    ("empty.txt", 65, "an empty file"),
    ("../secret.txt", 65, "outside of the post's folder; put it there, or give it "
                          "with --attach"),
    ("link.txt", 65, "outside of the post's folder"),
    ("large.bin", 65, "more than 10.0 MB; put it on the web"),
    ("{name: x}", 65, "an attachment without a file"),
])
def test_nothing_is_left_out_in_silence(harbour, entry, status, words):
    (harbour.folder / "empty.txt").write_bytes(b"")
    (harbour.folder.parent / "secret.txt").write_bytes(TEXT)
    (harbour.folder / "link.txt").symlink_to("../secret.txt")
    (harbour.folder / "large.bin").write_bytes(bytes(10_000_001))
    write_post(harbour, f"attachments:\n  - {entry}\n")
    error = harbour.run(*SEND).expect(status).stderr
    assert words in error
    assert not (harbour.folder / ".mirmail").exists()


def test_the_preview_and_the_plan_show_what_goes_along(harbour):
    write_post(harbour, "attachments: [flyer.pdf, notes.txt]\n", TWO_IMAGES)
    preview = harbour.run("preview", "post.md").expect(0)
    assert "2 images inside, 2 attachments (10.3 KB)" in preview.stderr
    plan = harbour.run("send", "post.md").expect(64).stderr
    assert "2 attachments (10.3 KB)" in plan
    assert "\nAttached   flyer.pdf, notes.txt\n" in plan
    event = [e for e in harbour.run("send", "--json", "post.md").expect(64).events
             if e["event"] == "plan"]
    assert event[0]["attachments"] == ["flyer.pdf", "notes.txt"]


def test_a_script_is_warned_about(harbour):
    (harbour.folder / "run.sh").write_text("#!/bin/sh\n")
    write_post(harbour, "attachments: run.sh\n")
    result = harbour.run("preview", "post.md").expect(0)
    assert "post.md:3:14: warning: many mailboxes refuse" in result.stderr
    harbour.run("preview", "--strict", "post.md").expect(65)


def test_another_attachment_is_another_mail(harbour, postfix):
    harbour.configure_plain(postfix.port)
    write_post(harbour, "attachments: notes.txt\n")
    harbour.run(*SEND).expect(0)
    harbour.run(*SEND).expect(0)
    (harbour.folder / "notes.txt").write_bytes(TEXT + TEXT)
    assert "no longer the one" in harbour.run(*SEND).expect(65).stderr
    harbour.run("send", "--yes", "--quiet", "--revise", "post.md").expect(0)
    postfix.wait_delivered()
    assert_once_each(postfix.mails(), harbour.recipients)


def test_a_translation_brings_the_same_files_or_its_own(harbour):
    harbour.write("subscribers.csv", "email,name,lang\nada@example.net,Ada,fr\n")
    write_post(harbour, "attachments: [flyer.pdf]\n", TWO_IMAGES)
    write_post(harbour, "lang: fr\n", "![lune](img/moon.png)\n", name="post.fr.md")
    mail = mime(harbour)
    assert tree(mail) == ("mixed", ("alternative", "text/plain",
                                    ("related", "text/html", "image/png")),
                          "application/pdf")
    write_post(harbour, "lang: fr\nattachments: notes.txt\n", name="post.fr.md")
    assert files(mime(harbour)) == [("notes.txt", TEXT)]
