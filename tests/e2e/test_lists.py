"""mirmail list and suppress: files that people keep in git, changed."""

import os
import resource
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import MIRMAIL, assert_once_each, needs_less

LIST = """\
email,name,lang,status,joined
# speakers
ada@example.org,Ada Example,en,,2025-01-10
mia@example.net,"Example, Mia",de,,2025-03-02
zoe@example.org,Zoe,de,unsubscribed,2025-03-05
"""


@pytest.fixture
def listed(project):
    project.configure_plain(1)
    project.write("subscribers.csv", LIST)
    return project


def text(project, name="subscribers.csv"):
    return (project.folder / name).read_text(encoding="utf-8")


def test_the_commands_are_shown_to_who_does_not_know_them(mirmail):
    assert "list format" in mirmail("list").expect(64).stdout.decode()
    assert "suppress add" in mirmail("suppress", "--help").expect(0).stdout.decode()
    assert "did you mean `format`?" in mirmail("list", "formt").expect(64).stderr
    assert "there are add, remove" in mirmail("suppress", "xyz").expect(64).stderr


def test_a_person_is_added_as_one_line(listed, mirmail):
    mirmail("list", "add", "Bob <bob@example.org>", "lang=en").expect(0)
    assert text(listed) == LIST.replace("mia@", "bob@example.org,Bob,en,,\nmia@")
    again = mirmail("list", "add", "BOB@example.org", "name=Robert").expect(0)
    assert b"already there" in again.stdout
    assert "Robert" not in text(listed)
    mirmail("list", "remove", "bob@example.org").expect(0)
    assert text(listed) == LIST
    assert b"on no list" in mirmail("list", "remove", "bob@example.org").expect(0).stdout


@pytest.mark.parametrize("arguments,said", [
    (("bob@@example.org",), "`bob@@example.org` is not a mail address: it has more"),
    (("bob@example.org", "name"), "`name` is no field; one is written name=value"),
    (("bob@example.org", "nmae=B"), "no column `nmae`; did you mean `name`?"),
    (("bob@example.org", "name=a\x1bb"), "has a control character in it"),
    (("bob@example.org", "email=x@y.org"), "`email` is the first argument"),
])
def test_what_cannot_be_added_is_refused_and_changes_nothing(listed, mirmail,
                                                             arguments, said):
    assert said in mirmail("list", "add", *arguments).expect(64).stderr
    assert text(listed) == LIST


def test_who_left_is_added_on_request_only(listed, mirmail):
    refused = mirmail("list", "add", "zoe@example.org").expect(65)
    assert "subscribers.csv:5: zoe@example.org left" in refused.stderr
    mirmail("list", "add", "--resubscribe", "zoe@example.org").expect(0)
    assert text(listed) == LIST.replace("de,unsubscribed,", "de,,")
    mirmail("suppress", "add", "--reason", "unsubscribed", "bob@example.org").expect(0)
    assert "unsubscribed on" in mirmail("list", "add", "bob@example.org").expect(65).stderr
    assert "bob" not in text(listed)
    mirmail("list", "add", "--resubscribe", "bob@example.org").expect(0)
    assert mirmail("suppress", "list", "--json").expect(0).stdout == b""


def test_suppressions_are_kept_shown_and_taken_back(listed, mirmail):
    mirmail("suppress", "add", "--hash", "ada@example.org").expect(0)
    mirmail("suppress", "add", "--reason", "bounced", "mia@example.net").expect(0)
    shown = {event["who"]: event["reason"]
             for event in mirmail("suppress", "list", "--json").expect(0).events}
    assert shown.pop("mia@example.net") == "bounced"
    (who, reason), = shown.items()
    assert who.startswith("#") and reason == "manual"
    assert "ada" not in text(listed, "suppressions.csv")
    stats = mirmail("list", "stats", "--json").expect(0).events
    assert stats[0]["reasons"] == {"manual": 1, "bounced": 1}
    assert stats[0]["recipients"] == 0
    mirmail("suppress", "remove", "ada@example.org", "mia@example.net").expect(0)
    assert mirmail("suppress", "list").expect(0).stdout == b""
    assert "ada" not in text(listed, "suppressions.csv")
    assert "no word" in mirmail("suppress", "add", "--reason", "Not A Word",
                                "ada@example.org").expect(64).stderr
    assert "takes a suppression back" in mirmail(
        "suppress", "add", "--reason", "allowed", "ada@example.org").expect(64).stderr


def test_a_list_is_formatted_once(listed, mirmail):
    listed.write("subscribers.csv", "\ufeffe-mail;name\r\nz@x.org; Z \r\n\r\nA@x.org;\"A\"\r\n")
    said = mirmail("list", "format", "--check", "subscribers.csv").expect(65)
    assert b"not in the canonical form" in said.stdout
    mirmail("list", "format", "subscribers.csv").expect(0)
    assert text(listed) == "e-mail,name\nA@x.org,A\nz@x.org,Z\n"
    assert mirmail("list", "format", "subscribers.csv").expect(0).stdout == b""
    mirmail("list", "format", "--check", "subscribers.csv").expect(0)
    listed.write("subscribers.csv", "email,name\nz@x.org\n")
    broken = mirmail("list", "format").expect(65)
    assert "subscribers.csv:2:1: the header row has 2 cells" in broken.stderr


def test_lists_are_checked_as_a_send_reads_them(listed, mirmail):
    mirmail("suppress", "add", "mia@example.net").expect(0)
    checked = mirmail("list", "check", "--json").expect(0)
    assert checked.events[-1]["recipients"] == 1
    assert checked.events[-1]["reasons"] == {"manual": 1}
    said = mirmail("list", "add", "kim@gmial.com").expect(0)
    assert b"added kim@gmial.com; is gmail.com meant?" in said.stdout
    mirmail("list", "add", "bob@intranet").expect(0)
    doubted = mirmail("list", "check").expect(0)
    assert "subscribers.csv:4: warning: bob@intranet: a domain without a dot" in doubted.stderr
    assert "subscribers.csv:5: warning: kim@gmial.com: is gmail" in doubted.stderr
    assert doubted.stderr.count("warning") == 2
    mirmail("list", "check", "--strict").expect(65)
    sent = mirmail("send", "--dry-run", "post.md").expect(0)
    assert sent.stderr.count("is gmail.com meant?") == 1
    listed.write("subscribers.csv", "email,name\nz@x.org\n")
    assert "subscribers.csv:2:1: error: " in mirmail("list", "check").expect(65).stderr


def test_a_test_to_who_has_left_says_so(listed, mirmail):
    mirmail("suppress", "add", "ada@example.org").expect(0)
    refused = mirmail("send", "--yes", "--test", "Ada@example.org", "post.md").expect(65)
    assert "Ada@example.org is not written to: manual on " in refused.stderr
    assert "suppress remove Ada@example.org" in refused.stderr
    mirmail("suppress", "remove", "ada@example.org").expect(0)
    mirmail("send", "--dry-run", "--test", "ada@example.org", "post.md").expect(0)


def test_the_plan_says_why_somebody_is_left_out_and_a_list_gets_one_copy(
        project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.write("subscribers.csv",
                  "email,name,type\nada@example.org,Ada,\nmia@example.net,Mia,\n"
                  "bob@example.org,Bob,\nall@lists.example.org,All,list\n")
    project.write("more.yaml", "- ADA@example.org\n- all@lists.example.org\n"
                               "- email: pat@example.org\n  type: list\n")
    mirmail("suppress", "add", "--reason", "complained", "bob@example.org").expect(0)
    mirmail("suppress", "add", "--reason", "unsubscribed", "mia@example.net").expect(0)
    sent = mirmail("send", "--yes", "--list", "subscribers.csv", "--list",
                   "more.yaml", "post.md").expect(0)
    assert "left out: 2 listed twice, 1 complained, 1 unsubscribed" in sent.stderr.replace(
        "1 unsubscribed, 1 complained", "1 complained, 1 unsubscribed")
    postfix.wait_delivered()
    assert_once_each(postfix.mails(), ["ada@example.org", "all@lists.example.org",
                                       "pat@example.org"])
    shown = mirmail("list", "show", "--json", "ada@example.org").expect(0).events
    assert [event["event"] for event in shown] == ["row", "recipient"]
    assert shown[0]["line"] == 2 and shown[0]["fields"]["name"] == "Ada"
    assert shown[1]["outcome"] == "sent"
    shown = mirmail("list", "show", "mia@example.net").expect(0).stdout.decode()
    assert "is not written to: unsubscribed on" in shown


def test_many_writers_at_once_all_take_effect(listed, mirmail):
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(
            lambda i: mirmail("list", "add", f"person{i}@example.com"), range(40)))
    assert {result.status for result in results} == {0}
    rows = text(listed).splitlines()
    assert sorted(row for row in rows if row.startswith("person")) == sorted(
        f"person{i}@example.com,,,," for i in range(40))
    assert len(rows) == 40 + len(LIST.splitlines())


def test_a_kill_leaves_the_old_file_or_the_new_one(listed):
    people = "".join(f"p{i:06}@example.com,{'x' * 60},,,\n" for i in range(60000))
    before = "email,name,lang,status,joined\n" + people
    after = before.replace("email,", "email,", 1) + "zz@example.com,,,,\n"
    for attempt in range(12):
        listed.write("subscribers.csv", before)
        process = listed.start("list", "add", "zz@example.com")
        time.sleep(0.02 * attempt)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert text(listed) in (before, after)
    listed.write("subscribers.csv", before)
    listed.run("list", "add", "zz@example.com").expect(0)
    assert text(listed) == after
    assert sorted(path.name for path in listed.folder.glob(".*")) == []


def test_a_full_disk_leaves_the_old_file(listed):
    before = "email,name\n" + "".join(f"p{i}@example.com,x\n" for i in range(5000))
    listed.write("subscribers.csv", before)

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    result = subprocess.run([MIRMAIL, "list", "add", "zz@example.com"],
                            cwd=listed.folder, env=listed.environment,
                            capture_output=True, text=True, preexec_fn=small)
    assert result.returncode == 71
    assert "subscribers.csv: File too large" in result.stderr
    assert "added" not in result.stdout
    assert text(listed) == before
    assert list(listed.folder.glob(".*.new")) == []


def test_a_column_that_only_some_have_is_empty_for_the_others(project, sink):
    """Lists beside each other, and items of one YAML list."""
    project.configure_plain(sink.port)
    project.write("a.csv", "email,name,City\nada@example.org,Ada,Bern\n")
    project.write("b.yaml", "- bob@example.org\n- {email: eve@example.org, city: Rom}\n")
    project.write("c.txt", "carl@example.org\n")
    lists = ("--list", "a.csv", "--list", "b.yaml", "--list", "c.txt")
    post = "---\ntitle: x\nmerge: true\n---\nIn {{%s}}.\n"

    project.write("post.md", post % 'city | default: "Oslo"')
    project.run("send", "--yes", *lists, "post.md").expect(0)
    for address, city in (("ada", "Bern"), ("bob", "Oslo"), ("eve", "Rom"), ("carl", "Oslo")):
        shown = project.run("preview", "--format", "text", "--as", f"{address}@example.org",
                            *lists, "post.md").expect(0)
        assert f"\nIn {city}.\n" in shown.stdout.decode()

    project.write("post.md", post % "city")
    refused = project.run("send", "--yes", *lists, "post.md").expect(65)
    assert ("post.md:5:4: error: `city` is empty for 2 of the recipients (b.yaml:1, c.txt:1); "
            "give it a default") in refused.stderr
    assert "no column" not in refused.stderr

    project.write("post.md", post % 'citty | default: "Oslo"')
    refused = project.run("send", "--yes", *lists, "post.md").expect(65)
    assert "no column `citty` in the list; did you mean `City`?" in refused.stderr
    assert "is empty" not in refused.stderr


@needs_less
def test_a_folder_that_may_not_be_written_is_named(listed):
    (listed.folder / "lists").mkdir()
    listed.write("lists/news.csv", LIST)
    os.chmod(listed.folder / "lists/news.csv", 0o666)
    os.chmod(listed.folder / "lists", 0o555)
    less = [] if os.geteuid() else ["setpriv", "--reuid", "65534", "--clear-groups",
                                    "--bounding-set=-all", "--inh-caps=-all"]
    for folder in (listed.folder, *listed.folder.parents):
        if folder.owner() == "root" and folder != folder.parent and str(folder) != "/tmp":
            os.chmod(folder, os.stat(folder).st_mode | 0o055)
    os.chmod(listed.folder / "lists", 0o555)
    result = subprocess.run(
        [*less, MIRMAIL, "list", "add", "--list", "lists/news.csv", "bob@example.org"],
        cwd=listed.folder, env=listed.environment, capture_output=True, text=True)
    assert result.returncode == 77, result
    assert "lists: Permission denied" in result.stderr
    assert text(listed, "lists/news.csv") == LIST


@pytest.mark.skipif(os.geteuid() != 0 or not os.path.exists("/usr/bin/setpriv"),
                    reason="only root, with setpriv, can be somebody else")
def test_a_list_of_a_group_is_changed_by_its_members_and_stays_theirs(listed):
    group = 65534
    folder, path = listed.folder / "lists", listed.folder / "lists/news.csv"
    folder.mkdir()
    listed.write("lists/news.csv", LIST)
    for shared, mode in ((folder, 0o2775), (path, 0o664)):
        os.chown(shared, 0, group)
        os.chmod(shared, mode)
    for above in (listed.folder, *listed.folder.parents):
        if above.owner() == "root" and above != above.parent and str(above) != "/tmp":
            os.chmod(above, os.stat(above).st_mode | 0o055)
    add = ["setpriv", "--reuid", "65533", "--regid", str(group), "--clear-groups",
           "--bounding-set=-all", "--inh-caps=-all",
           MIRMAIL, "list", "add", "--list", "lists/news.csv", "bob@example.org"]
    result = subprocess.run(add, cwd=listed.folder, env=listed.environment,
                            capture_output=True, text=True)
    assert result.returncode == 0, result
    assert "bob@example.org" in text(listed, "lists/news.csv")
    status = path.stat()
    assert (status.st_gid, status.st_mode & 0o7777) == (group, 0o664)

    listed.write("lists/news.csv", LIST)  # others may write it, and no group
    os.chown(path, 0, 0)
    os.chmod(path, 0o606)
    result = subprocess.run(add, cwd=listed.folder, env=listed.environment,
                            capture_output=True, text=True)
    assert result.returncode == 77, result
    assert text(listed, "lists/news.csv") == LIST


def names(project, word):
    """The files in which the word stands, whatever its case."""
    return sorted(path.name for path in project.folder.rglob("*")
                  if path.is_file() and word.encode() in path.read_bytes().lower())


def journal_of(project):
    path, = (path for path in project.folder.rglob("*")
             if path.is_file() and path.read_bytes().startswith(b"SQLite format 3"))
    return path


def test_nothing_is_left_of_who_is_forgotten_but_a_hash(project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.subscribe([(f"person{i}@example.net", "") for i in range(400)]
                      + [("Ada@example.org", "Ada")])
    mirmail("send", "--yes", "--quiet", "post.md").expect(0)
    mirmail("send", "--yes", "--quiet", "--campaign", "just-her", "--to",
            "ada@example.org", "post.md").expect(0)
    mirmail("suppress", "add", "ADA@example.org").expect(0)
    project.write("other.csv", "email,by\n# Ada@Example.org first\nada@example.org,\n"
                               "zoe@example.org,ada@example.org\n")
    with closing(sqlite3.connect(journal_of(project))) as database:
        database.execute("UPDATE recipient SET state = 3, at_us = at_us + 1, reply ="
                         " '550 5.1.1 <Ada@example.org> and ada@example.org'"
                         " WHERE key = 'ada@example.org'")
        database.execute("UPDATE recipient SET state = 1, at_us = at_us + 1"
                         " WHERE key = 'ada@example.org'")
        database.commit()
    before = {event["campaign"]: event["sent"]
              for event in mirmail("status", "--json").expect(0).events}
    assert len(names(project, "ada@example.org")) >= 4

    dry = mirmail("forget", "--dry-run", "--list", "other.csv", "ada@example.org").expect(0)
    assert b"subscribers.csv:402: would be removed" in dry.stdout
    assert b"suppressions.csv:3: this line would get a hash" in dry.stdout
    assert [line for line in dry.stdout.decode().splitlines() if "other.csv" in line] == [
        "other.csv:3: would be removed",
        "other.csv:2: this line names the address too",
        "other.csv:4: this line names the address too"]
    assert b"a recipient of 2 campaigns" in dry.stdout
    assert "no terminal" in mirmail("forget", "ada@example.org").expect(64).stderr
    assert len(names(project, "ada@example.org")) >= 4

    said = mirmail("forget", "--yes", "--list", "other.csv",
                   "ada@example.org").expect(0).stdout.decode()
    assert "subscribers.csv:402: removed" in said
    assert "other.csv:2: this line names the address too" in said
    assert "2 recipients and 5 texts changed" in said
    assert "not reached: backups" in said
    assert names(project, "ada@example.org") == ["other.csv"]
    assert (project.folder / "other.csv").read_text() == (
        "email,by\nzoe@example.org,ada@example.org\n")
    assert {event["campaign"]: event["sent"]
            for event in mirmail("status", "--json").expect(0).events} == before

    # An old list brings nobody back, and the same again changes nothing.
    project.write("old.csv", "email\nada@example.org\nzoe@example.org\n")
    sent = mirmail("send", "--yes", "--campaign", "new", "--list", "old.csv",
                   "post.md").expect(0)
    assert "left out: 1 manual" in sent.stderr
    postfix.wait_delivered()
    mails = postfix.mails()  # hers are from before
    assert [len(mails[to]) for to in ("ada@example.org", "Ada@example.org")] == [1, 1]
    again = mirmail("forget", "--yes", "ada@example.org").expect(0).stdout.decode()
    assert "0 lines changed" in again and "0 recipients and 0 texts" in again


def test_whoever_is_forgotten_goes_in_each_spelling_and_from_what_a_killed_run_left(
        project, mirmail, sink):
    project.configure_plain(sink.port)
    project.subscribe(2)
    mirmail("send", "--yes", "--quiet", "--to", "Zoe <zoe@bücher.example>",
            "post.md").expect(0)
    project.write("other.csv", "# „Zoe@BÜCHER.example“ asked\nemail\n"
                               "# and zoe@bücher.example again\n"
                               "zoe@xn--bcher-kva.example\nada@example.org\n")
    project.write(".other.csv.new", "email\nzoe@bücher.example\n")
    said = mirmail("forget", "--yes", "--list", "other.csv",
                   "zoe@bücher.example").expect(0).stdout.decode()
    assert "other.csv:4: removed" in said
    assert "other.csv:1: this line names the address too" in said
    assert "1 recipient and 1 text changed" in said
    assert names(project, "zoe@") == ["other.csv"]
    assert (project.folder / "other.csv").read_text() == (
        "# „Zoe@BÜCHER.example“ asked\nemail\nada@example.org\n")


def test_a_campaign_goes_on_without_whoever_was_forgotten(project, mirmail, sink):
    project.configure_plain(1)  # where nobody listens
    project.subscribe(2)  # who are not meant
    mirmail("send", "--yes", "--quiet", "--to", "Ada <ada@example.org>", "--to",
            "zoe@example.org", "post.md")
    project.configure_plain(sink.port)
    mirmail("forget", "--yes", "ada@example.org").expect(0)
    mirmail("resume", "--yes").expect(0)
    campaign, = mirmail("status", "--json").expect(0).events
    assert campaign["sent"] == 1
    assert b"zoe@example.org" in mirmail("status", campaign["campaign"]).expect(0).stdout
    mirmail("forget", "--yes", "zoe@example.org").expect(0)
    assert "no recipients" in mirmail("resume", "--yes").expect(65).stderr


def test_nobody_is_forgotten_while_a_campaign_is_being_sent(project, mirmail, sink):
    project.configure_plain(sink.port)
    project.subscribe(20)
    person = project.recipients[10]
    process = project.start("send", "--yes", "--quiet", "--rate", "1/min", "post.md")
    deadline = time.monotonic() + 30
    while not list(project.folder.rglob("*.lock")) and time.monotonic() < deadline:
        time.sleep(0.05)
    refused = mirmail("forget", "--yes", person).expect(75)
    assert "is being sent by another process" in refused.stderr
    assert refused.stdout == b""
    process.kill()
    process.communicate()
    mirmail("forget", "--yes", person).expect(0)
    assert names(project, person) == []
