"""How well other people's bounces are read: measured on the collections of
Sisimai and flufl.bounce, which lie in the folder that BOUNCES names."""

import csv
import json
import os
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from conftest import MIRMAIL

FOLDER = Path(os.environ.get("BOUNCES", "/nonexistent"))

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="BOUNCES names no folder with sisimai/ and flufl/")


def expected(name):
    rows = defaultdict(list)
    with open(FOLDER / name, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rows[row["file"]].append(row)
    return rows


def read(folder, where):
    done = subprocess.run([MIRMAIL, "bounces", "--dry-run", "--json", FOLDER / folder],
                          cwd=where, capture_output=True, check=True)
    found = defaultdict(list)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["event"] == "bounce":
            name = re.sub(r":\d+$", "", Path(event["place"]).name)
            found[name] += event["recipients"]
            assert event["done"] in ("unproven", "ignored"), event
    return found


def has_report(folder, name):
    """Read without the program: a part of this type."""
    text = (FOLDER / folder / name).read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return re.search(rb"^content-type:\s*message/(global-)?delivery-status", text,
                     re.I | re.M) is not None


def is_same_status(want, got):
    """x.0.9xx is Sisimai's own for words without a status: there is no more
    in the mail than the first digit."""
    if got is None:
        return False
    return want[0] == got[0] if re.match(r"\d\.0\.9\d\d$", want) else want == got


def score(name, folder, rows, found, is_right):
    totals, wrong = defaultdict(lambda: [0, 0]), []
    for file, want in sorted(rows.items()):
        right = is_right(want, found[file])
        for key in ("all", "report" if has_report(folder, file) else "words"):
            totals[key][0] += 1
            totals[key][1] += right
        if not right:
            wrong.append(f"{file}: {found[file]}")
    print(f"{name}: {dict(totals)}", *wrong, sep="\n  ")
    assert totals["report"][1] >= 0.95 * totals["report"][0], wrong
    assert totals["all"][1] >= 0.80 * totals["all"][0], wrong


def test_the_status_is_right(tmp_path):
    def is_right(want, got):
        status = [row["status"] for row in want if row["status"]]
        return len(status) == len(got) and all(
            is_same_status(a, b["status"]) for a, b in zip(status, got))

    score("status", "sisimai", expected("expected-sisimai.tsv"), read("sisimai", tmp_path),
          is_right)


def test_the_recipients_are_right(tmp_path):
    def is_right(want, got):
        return sorted(want[0]["recipients"].lower().split(";")) == sorted(
            (recipient["address"] or "").lower() for recipient in got)

    score("recipients", "flufl", expected("expected-flufl.tsv"), read("flufl", tmp_path),
          is_right)


def test_what_others_call_no_hard_bounce_for_policy_or_content_is_none_here(tmp_path):
    """The reasons that must never take anybody off."""
    never = {"policyviolation", "authfailure", "contenterror", "virusdetected", "requireptr",
             "blocked", "norelaying", "mesgtoobig", "speeding", "notcompliantrfc",
             "securityerror", "systemerror", "mailererror", "toomanyconn", "expired", "rejected",
             "mailboxfull", "spamdetected", "exceedlimit"}
    found = read("sisimai", tmp_path)
    for file, rows in expected("expected-sisimai.tsv").items():
        if {row["reason"] for row in rows} <= never:
            assert all(recipient["class"] != "hard" for recipient in found[file]), file


def test_line_ends_make_no_difference(tmp_path):
    for folder in ("sisimai", "flufl"):
        for end in (b"\r\n", b"\r"):
            copy = tmp_path / "copy"
            copy.mkdir(exist_ok=True)
            names = sorted(path.name for path in (FOLDER / folder).iterdir())
            for name in names:
                text = (FOLDER / folder / name).read_bytes()
                text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                (copy / name).write_bytes(text.replace(b"\n", end))
            done = subprocess.run([MIRMAIL, "bounces", "--dry-run", "--json", copy],
                                  cwd=tmp_path, capture_output=True, check=True)
            found = defaultdict(list)
            for line in done.stdout.splitlines()[:-1]:
                event = json.loads(line)
                found[re.sub(r":\d+$", "", Path(event["place"]).name)] += event["recipients"]
            assert found == read(folder, tmp_path)
            for path in copy.iterdir():
                path.unlink()
