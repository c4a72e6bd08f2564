"""`mirmail list import`, `list export` and `suppress import`: people of other
systems.

tests/e2e/import has an export of each system, made up by its documented
columns. What is expected of it is written here by hand.
"""

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXPORTS = HERE / "import"
MIRMAIL = os.environ.get("MIRMAIL", str(HERE.parents[1] / "build" / "mirmail"))
NOW = "now"  # the date of a suppression that the export does not tell

CONFIG = """\
sender: {from: "News <news@example.org>", organisation: Example}
list: {id: news.example.org, name: News}
lists: [news.csv]
relay: {host: localhost}
"""


class Place:
    """A folder with a configuration, and the program in it."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "mirmail.yaml").write_text(CONFIG)

    def run(self, *words):
        return subprocess.run([MIRMAIL, *map(str, words)], cwd=self.folder,
                              capture_output=True, timeout=60)

    def done(self, *words):
        result = self.run(*words)
        assert result.returncode == 0, result.stderr.decode()
        return result

    def write(self, name, content):
        path = self.folder / name
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    def people(self, name="news.csv"):
        """The list, without what is empty."""
        path = self.folder / name
        if not path.exists():
            return {}
        with path.open(newline="") as file:
            return {row.pop("email"): {k: v for k, v in row.items() if v}
                    for row in csv.DictReader(file)}

    def suppressed(self):
        path = self.folder / "suppressions.csv"
        if not path.exists():
            return {}
        lines = [line.split(",", 2) for line in path.read_text().splitlines()
                 if line[:1].isdigit()]
        return {who: (reason, date[:10]) for date, reason, who in lines}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


ADA = {"name": "Ada Example"}
CASES = {
    "mailchimp": (
        ["subscribed_members_export_0a1b2c.csv",
         "unsubscribed_members_export_0a1b2c.csv",
         "cleaned_members_export_0a1b2c.csv"],
        {"ada@example.org": {
            **ADA, "first_name": "Ada", "last_name": "Example",
            "birthday": "12/10", "birthday_2": "1815", "notes": "met in London",
            "tags": "VIP, Blog", "joined": "2015-03-16"},
         "zoe@example.net": {
             "name": "Zoë Müller", "first_name": "Zoë", "last_name": "Müller",
             "joined": "2016-01-01"}},
        {"bob@example.org": ("unsubscribed", "2021-05-06"),
         "carol@example.org": ("unsubscribed", "2021-06-01"),
         "dead@example.org": ("bounced", "2022-01-01")}),
    "listmonk": (
        ["listmonk_export.csv"],
        {"ada@example.org": {
            **ADA, "city": "London", "langs": "en, fr",
            "job_title": "engineer", "vip": "true", "age": "36",
            "joined": "2024-05-06"}},
        {"eve@example.org": ("imported", "2024-02-03"),
         "dan@example.org": ("imported", "2024-02-03")}),
    "listmonk's own import": (
        ["listmonk_import.csv"],
        {"ada@example.org": {**ADA, "age": "36", "city": "London"},
         "Bob@example.org": {"name": "Bob"}},
        {}),
    "listmonk's interface": (
        ["listmonk_api.json"],
        {"ada@example.org": {"name": "Ada", "city": "London", "lists": "News",
                             "joined": "2024-05-06"}},
        {"bob@example.org": ("unsubscribed", "2025-01-01"),
         "eve@example.org": ("imported", "2025-01-01")}),
    "mailman members": (
        ["mailman_members.txt"],
        {"ada@example.org": ADA, "grace@example.org": {"name": "Example, Grace"},
         "noel@example.net": {"name": "Noël Müller"}, "zoe@example.net": {}},
        {}),
    "mailman's interface": (
        ["mailman_rest.json"],
        {"ada@example.org": ADA, "zoe@example.net": {"name": "Zoë"}},
        {}),
    "postorius": (
        ["postorius.csv"],
        {"ada@example.org": {}, "grace@example.org": {}},
        {}),
    "sympa's export": (
        ["sympa_export.txt"],
        {"ada@example.org": ADA, "grace@example.org": {"name": "Example, Grace"},
         "zoe@example.net": {}},
        {}),
    "sympa's bouncing members": (
        ["sympa_bounces.txt"], {"ada@example.org": ADA}, {}),
    "sympa's dump": (
        ["sympa_dump.txt"],
        {"ada@example.org": {**ADA, "joined": "2015-04-25"},
         "zoe@example.net": {"name": "Zoë", "joined": "2015-04-25"}},
        {"nomail@example.org": ("unsubscribed", "2015-08-19")}),
    "sympa add": (
        ["sympa_add.txt"],
        {"ada@example.org": ADA, "grace@example.org": {}},
        {}),
    "phplist": (
        ["phplist.csv"],
        {"ada@example.org": {**ADA, "country": "=Wonderland",
                             "lists": "News, Events", "joined": "2019-01-02"}},
        {"bob@example.org": ("imported", "2020-02-02")}),
    "google groups": (
        ["google_groups.csv"],
        {"ada@example.org": {"name": "Ada", "joined": "2013-06-07"},
         "own@example.org": {"name": "Own", "joined": "2012-01-02"}},
        {"dead@example.org": ("bounced", NOW),
         "silent@example.org": ("unsubscribed", NOW)}),
    "buttondown": (
        ["buttondown.csv"],
        {"ada@example.org": {"notes": "a note", "tags": "speaker, organiser",
                             "staff": "true", "city": "King's Lynn",
                             "joined": "2023-01-02"}},
        {"bob@example.org": ("unsubscribed", "2024-03-04"),
         "dead@example.org": ("bounced", NOW),
         "mad@example.org": ("complained", NOW)}),
    "ghost": (
        ["ghost.csv"],
        {"ada@example.org": {**ADA, "note": "a note", "tags": "VIP, London",
                             "joined": "2022-10-18"}},
        {"bob@example.org": ("unsubscribed", NOW)}),
    "substack": (
        ["substack_email_list.csv"],
        {"ada@example.org": {"joined": "2023-07-01"}},
        {"bob@example.org": ("unsubscribed", NOW)}),
    "mailtrain": (
        ["mailtrain.csv"],
        {"ada@example.org": {**ADA, "first_name": "Ada",
                             "last_name": "Example", "merge_city": "London"}},
        {"bob@example.org": ("unsubscribed", NOW),
         "dead@example.org": ("bounced", NOW),
         "mad@example.org": ("complained", NOW)}),
    "keila": (
        ["keila.csv"],
        {"ada@example.org": {**ADA, "first_name": "Ada",
                             "last_name": "Example", "city": "London",
                             "tags": "1, 2"}},
        {"bob@example.org": ("unsubscribed", NOW),
         "dead@example.org": ("bounced", NOW)}),
    "mailmerge": (
        ["mailmerge.csv"],
        {"ada@example.org": {**ADA, "city": "London"},
         "grace@example.org": {"name": "Example, Grace"}},
        {}),
    "mlmmj": (
        ["mlmmj"],
        {"ada@example.org": {}, "grace@example.org": {}, "zoe@example.net": {}},
        {"nomail@example.org": ("unsubscribed", NOW)}),
}


@pytest.mark.parametrize("system", CASES)
def test_an_export_becomes_subscribers_and_suppressions(place, system):
    files, people, suppressed = CASES[system]
    place.done("list", "import", *(EXPORTS / name for name in files))
    assert place.people() == people
    found = place.suppressed()
    assert {who: reason for who, (reason, _) in found.items()} \
        == {who: reason for who, (reason, _) in suppressed.items()}
    for who, (_, date) in suppressed.items():
        assert date == NOW or found[who][1] == date
    before = {p.name: p.read_bytes() for p in place.folder.iterdir()}
    place.done("list", "import", *(EXPORTS / name for name in files))
    after = {p.name: p.read_bytes() for p in place.folder.iterdir()}
    assert after == before


@pytest.mark.parametrize("order", [1, -1])
def test_who_left_in_one_file_is_not_added_by_another(place, order):
    here = place.write("members.csv", "email,status\nada@example.org,active\n")
    gone = place.write("gone.csv", "email,status\nADA@example.org,bounced\n"
                                   "ada@example.org,active\n")
    place.done("list", "import", *[here, gone][::order])
    assert place.people() == {}
    assert place.suppressed()["ADA@example.org"][0] == "bounced"


def test_nobody_comes_back_by_an_import(place):
    place.write("suppressions.csv",
                "date,reason,who\n2020-01-01,complained,ada@example.org\n")
    export = place.write("a.csv", "email\nada@example.org\nbob@example.org\n")
    result = place.done("list", "import", "--json", export)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(r["became"], r["why"]) for r in rows if r["event"] == "import"] \
        == [("left", "complained on 2020-01-01"), ("added", None)]
    assert list(place.people()) == ["bob@example.org"]


def test_who_came_back_after_the_export_was_made_stays(place):
    place.write("suppressions.csv", "date,reason,who\n"
                "2020-01-01,unsubscribed,ada@example.org\n"
                "2024-01-01,allowed,ada@example.org\n")
    place.write("news.csv", "email\nada@example.org\n")
    old = place.write("a.csv", "email,unsubscribed_at\n"
                               "ada@example.org,2020-01-01T00:00:00Z\n")
    place.done("list", "import", old)
    assert place.suppressed()["ada@example.org"] == ("allowed", "2024-01-01")
    place.write("a.csv", "email,unsubscribed_at\n"
                         "ada@example.org,2025-01-01T00:00:00Z\n")
    place.done("list", "import", old)
    assert place.suppressed()["ada@example.org"] == ("unsubscribed",
                                                     "2025-01-01")


def test_who_left_there_and_is_on_the_list_stays_in_its_file(place):
    place.write("news.csv", "email\nada@example.org\n")
    export = place.write("a.csv", "email,status\nada@example.org,cleaned\n")
    result = place.done("list", "import", "--json", export)
    row = json.loads(result.stdout.splitlines()[0])
    assert row["became"] == "suppressed"
    assert "the list has them" in row["why"]
    assert (place.folder / "news.csv").read_text() == "email\nada@example.org\n"
    assert place.suppressed()["ada@example.org"][0] == "bounced"
    exported = place.done("list", "export", "--format", "addresses")
    assert exported.stdout == b""


def test_what_is_on_the_list_is_kept_and_only_filled(place):
    before = ("# ours\nemail,Full Name,city\n"
              "ada@example.org,\"Ada, by hand\",\n"
              "bob@example.org,Bob,Bern\n")
    place.write("news.csv", before)
    export = place.write("a.csv", "Email,First name,Last name,City\n"
                         "ADA@example.org,Ada,Export,London\n"
                         "bob@example.org,Robert,Export,Basel\n"
                         "eve@example.org,Eve,Export,\n"
                         "eve@example.org,,,Ghent\n")
    result = place.done("list", "import", "--json", export)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [r["became"] for r in rows if r["event"] == "import"] \
        == ["filled", "kept", "added", "duplicate"]
    assert (place.folder / "news.csv").read_text() == (
        "# ours\nemail,Full Name,city\n"
        "ada@example.org,\"Ada, by hand\",London\n"
        "bob@example.org,Bob,Bern\n"
        "eve@example.org,Eve Export,Ghent\n")


def test_a_dry_run_writes_nothing_and_shows_each_row(place):
    before = sorted(p.name for p in place.folder.iterdir())
    result = place.done("list", "import", "--dry-run",
                        EXPORTS / "buttondown.csv")
    assert sorted(p.name for p in place.folder.iterdir()) == before
    lines = result.stdout.decode().splitlines()
    assert [line.split("buttondown.csv:")[1] for line in lines[:5]] == [
        "2: added ada@example.org",
        "3: suppressed bob@example.org: `subscriber_type` is `unsubscribed`",
        "4: unconfirmed eve@example.org: `subscriber_type` is `unactivated`",
        "5: suppressed dead@example.org: `subscriber_type` is `undeliverable`",
        "6: suppressed mad@example.org: `subscriber_type` is `complained`"]
    assert lines[-1] == "nothing was written"


def test_a_bad_row_is_refused_with_its_place_and_the_others_are_taken(place):
    export = place.write("a.csv", "email,name\nada@example.org,Ada\n"
                                  "not an address,X\n,Y\nzoe@example.net,Z,Z\n")
    result = place.run("list", "import", export)
    assert result.returncode == 1
    assert list(place.people()) == ["ada@example.org"]
    refused = [line for line in result.stderr.decode().splitlines()
               if ": refused" in line]
    assert [line.split("a.csv:")[1].split(" ")[0] for line in refused] \
        == ["3:1:", "4:1:", "5:19:"]


HOSTILE = {
    "latin-1": ("email,name\nada@example.org,Zoë\n".encode("latin-1"),
                b"a.csv:2:19: the byte 0xEB is not UTF-8"),
    "UTF-16": ("email\nada@example.org\n".encode("utf-16"), b"UTF-16"),
    "a NUL": (b"email\nada@example.org\n\0", b"a.csv:3:1: a NUL byte"),
    "a zip": (b"PK\x03\x04abc", b"unzip it first"),
    "no address": (b"who,what\na,b\n", b"no column is called `email`"),
    "cut off JSON": (b'[{"email": "ada@example.org"},\n {"ema',
                     b"a.csv:2:"),
    "an open array": (b'[{"email": "ada@example.org"},', b"it was cut off"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_none_is_refused_in_one_line(place, kind):
    content, part = HOSTILE[kind]
    result = place.run("list", "import", place.write("a.csv", content))
    assert result.returncode == 65
    assert part in result.stderr
    assert result.stderr.count(b"mirmail:") == 1
    assert place.people() == {}


def test_a_cell_without_end_refuses_its_row_only(place):
    export = place.write("a.csv", b"email,name\nada@example.org,"
                         + b"x" * 2_000_000 + b"\nzoe@example.net,Z\n")
    assert place.run("list", "import", export).returncode == 1
    assert list(place.people()) == ["zoe@example.net"]


def test_a_value_that_cannot_be_merged_is_left_out_and_told(place):
    export = place.write("a.csv", "email,name,note\n"
                         f"ada@example.org,Ada,{'x' * 2000}\n")
    result = place.done("list", "import", export)
    assert place.people() == {"ada@example.org": {"name": "Ada"}}
    assert b"`note` is left out" in result.stderr


def test_an_attribute_never_becomes_the_address(place):
    export = place.write("a.csv", 'email,name,attributes\nada@example.org,A,'
                         '"{""email"": ""x@example.net"", '
                         '""mail"": ""y@example.net""}"\n')
    place.done("list", "import", export)
    assert place.people() == {"ada@example.org": {
        "name": "A", "other_email": "x@example.net",
        "other_mail": "y@example.net"}}


def test_people_with_ever_new_fields_do_not_make_an_endless_header(place):
    people = [{"email": f"p{i}@example.org",
               **{f"field{i}x{j}": "x" for j in range(100)}}
              for i in range(12)]
    export = place.write("a.json", json.dumps(people))
    result = place.run("list", "import", export)
    assert result.returncode == 65
    assert b"more than 1000 columns" in result.stderr
    assert sorted(p.name for p in place.folder.iterdir()) \
        == ["a.json", "mirmail.yaml"]


def test_an_unknown_system_is_told_with_the_nearest(place):
    result = place.run("list", "import", "--from", "mailchip",
                       EXPORTS / "ghost.csv")
    assert result.returncode == 64
    assert b"did you mean `mailchimp`?" in result.stderr
    assert b"mlmmj" in result.stderr


def test_suppress_import_takes_everybody_of_whom_nothing_is_said(place):
    place.write("a.csv", "email,reason,created\n"
                "ada@example.org,550 no such user,2024-01-02T03:04:05Z\n"
                "bob@example.org,Spam Reports,1700000000\n")
    place.done("suppress", "import", "--reason", "bounced", "a.csv")
    assert place.suppressed() == {
        "ada@example.org": ("bounced", "2024-01-02"),
        "bob@example.org": ("complained", "2023-11-14")}
    place.write("b.txt", "eve@example.org\nada@example.org\n")
    place.done("suppress", "import", "b.txt")
    assert place.suppressed()["eve@example.org"][0] == "imported"
    assert place.suppressed()["ada@example.org"][0] == "bounced"


def test_suppress_import_reads_what_services_answer(place):
    place.write("ses.json", json.dumps({"SuppressedDestinationSummaries": [
        {"EmailAddress": "dead@example.org", "Reason": "BOUNCE",
         "LastUpdateTime": "2024-01-02T03:04:05+00:00"},
        {"EmailAddress": "mad@example.org", "Reason": "COMPLAINT",
         "LastUpdateTime": "2024-01-02T03:04:05+00:00"}]}))
    place.write("bounces.json", json.dumps({"data": {"results": [
        {"email": "full@example.org", "type": "soft"},
        {"email": "gone@example.org", "type": "hard",
         "created_at": "2024-02-03T00:00:00Z"}]}}))
    place.done("suppress", "import", "ses.json", "bounces.json")
    assert place.suppressed() == {
        "dead@example.org": ("bounced", "2024-01-02"),
        "mad@example.org": ("complained", "2024-01-02"),
        "gone@example.org": ("bounced", "2024-02-03")}


def test_suppress_import_knows_the_status_of_a_relay(place):
    place.write("suppression_bounces.csv", "status,reason,email,created\n"
                '5.1.1,"550 5.1.1 no such user, spam or not",gone@example.org,1700000000\n'
                "5.2.1,disabled,off@example.org,1700000000\n"
                "4.2.2,452 over quota,full@example.org,1700000000\n"
                "5.7.1,554 policy,strict@example.org,1700000000\n"
                "active,bounce,there@example.org,1700000000\n"
                "5.1,bounce,odd@example.org,1700000000\n"
                ",,nothing@example.org,1700000000\n")
    place.done("suppress", "import", "suppression_bounces.csv")
    assert place.suppressed() == {
        "gone@example.org": ("bounced", "2023-11-14"),
        "off@example.org": ("bounced", "2023-11-14")}


def test_suppress_import_spares_subscribers_of_a_whole_export(place):
    place.done("suppress", "import", EXPORTS / "buttondown.csv")
    assert sorted(place.suppressed()) == [
        "bob@example.org", "dead@example.org", "mad@example.org"]


LIST = ("email,First Name,city,tags\n"
        "ada@example.org,Ada,\"London, UK\",\"a, b\"\n"
        "grace@example.org,\"Grace \"\"G\"\"\",,no\n"
        "zoe@example.net,Zoë,1e3,\n")
ALL = {"ada@example.org": {"First Name": "Ada", "city": "London, UK",
                           "tags": "a, b"},
       "grace@example.org": {"First Name": 'Grace "G"', "tags": "no"},
       "zoe@example.net": {"First Name": "Zoë", "city": "1e3"}}
FORMATS = {
    "csv": ("csv", lambda fields: fields),
    "yaml": ("yaml", lambda fields: fields),
    "json": ("json", lambda fields: fields),
    "mailman": ("txt", lambda f: {"name": f["First Name"]}),
    "addresses": ("txt", lambda fields: {}),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_exported_can_be_imported_again(place, kind):
    ending, kept = FORMATS[kind]
    place.write("news.csv", LIST)
    place.write("empty.csv", "email,First Name,city,tags\n")
    result = place.done("list", "export", "--format", kind)
    export = place.write("export." + ending, result.stdout)
    into = "again.csv" if kind in ("mailman", "addresses") else "empty.csv"
    place.done("list", "import", "--into", into, export)
    assert place.people(into) == {who: kept(f) for who, f in ALL.items()}


def test_an_export_leaves_out_who_is_not_written_to(place):
    place.write("news.csv", "email,status\nada@example.org,active\n"
                "bob@example.org,unsubscribed\neve@example.org,\n")
    place.write("suppressions.csv",
                "date,reason,who\n2020-01-01,bounced,eve@example.org\n")
    result = place.done("list", "export", "--format", "addresses")
    assert result.stdout == b"ada@example.org\n"
    assert b"1 exported, 2 who left" in result.stderr


def test_a_spreadsheet_gets_no_formula_when_asked_for(place):
    place.write("news.csv", "email,=1+1,note\n=a@example.org,@x,-1\n"
                            "b@example.org,x=1,'\n")
    plain = place.done("list", "export")
    assert plain.stdout == (place.folder / "news.csv").read_bytes()
    assert b"--spreadsheet" in plain.stderr
    safe = place.done("list", "export", "--spreadsheet")
    assert safe.stdout.decode() == ("email,'=1+1,note\n"
                                    "'=a@example.org,'@x,'-1\n"
                                    "b@example.org,x=1,'\n")
    assert b"--spreadsheet" not in safe.stderr


SHARED = {
    "keila-import_excel.csv": 201,
    "keila-import_external_ids.csv": 3,
    "keila-import_malformed1.csv": 3,
    "keila-import_rfc_4180_upsert.csv": 4,
    "keila-import_with_data.csv": 2,
    "listmonk-subs.csv": None,
    "mailmerge_database_with_BOM.csv": 1,
}


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.skipif("LISTS" not in os.environ,
                    reason="LISTS does not name the folder of foreign lists")
def test_real_files_of_other_projects(place, name):
    path = Path(os.environ["LISTS"]) / name
    place.done("list", "import", path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        text = file.read()
    sign = ";" if ";" in text.splitlines()[0] else ","
    rows = csv.DictReader(text.splitlines(), delimiter=sign)
    wanted = {row.get("Email", row.get("email", "")).strip().lower()
              for row in rows}
    assert {who.lower() for who in place.people()} == wanted - {""}
