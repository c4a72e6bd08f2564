"""Where the output goes: a disk that is full, a reader that went away, and
files that could not be written to their end."""

import json
import os
import resource
import signal
import subprocess

import pytest
from conftest import LESS, MIRMAIL, needs_less

NO_TEXT = b"people\xff.csv"
ROOM = 200  # bytes of a file, for a disk that is nearly full


@pytest.fixture
def ready(project):
    """A list whose export is larger than any buffer of a stream."""
    project.configure_plain(9)
    project.subscribe(2000)
    return project


def run_into(project, target, *arguments):
    return subprocess.run([MIRMAIL, *arguments], cwd=project.folder, env=project.environment,
                          stdin=subprocess.DEVNULL, stdout=target, stderr=subprocess.PIPE,
                          text=True, timeout=120)


def run_with_little_room(project, *arguments):
    def lay_limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))

    return subprocess.run([MIRMAIL, *arguments], cwd=project.folder, env=project.environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120, preexec_fn=lay_limit, restore_signals=False)


@pytest.mark.parametrize("words", [
    ("list", "export"), ("list", "stats"), ("preview", "post.md"),
    ("preview", "--format", "html", "post.md"), ("check", "--json", "post.md"),
    ("template", "show", "announcement"), ("status",), ("--help",),
])
def test_what_could_not_be_printed_is_a_failure(ready, words):
    with open("/dev/full", "w") as full:
        ended = run_into(ready, full, *words)
    assert ended.returncode == 71, ended
    assert ended.stderr.endswith("mirmail: cannot write to standard output\n")


def test_a_status_that_says_more_stays(ready):
    ready.write("post.md", "---\ntitle: x\nmerge: true\n---\nHello {{unknown}}\n")
    with open("/dev/full", "w") as full:
        ended = run_into(ready, full, "check", "--json", "post.md")
    assert ended.returncode == 65, ended
    assert "cannot write to standard output" in ended.stderr


@pytest.mark.parametrize("words", [("list", "export"), ("check", "--json", "post.md"),
                                   ("status",)])
def test_a_reader_that_had_enough_is_no_failure(ready, words):
    process = subprocess.Popen([MIRMAIL, *words], cwd=ready.folder, env=ready.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    stderr = process.stderr.read()
    assert process.wait(timeout=120) == 0, stderr
    assert "mirmail: " not in stderr


@pytest.mark.parametrize("words", [("preview",), ("send", "--yes"), ("send", "--dry-run")])
def test_without_a_sender_the_way_out_is_said(project, words):
    ended = project.run(*words, "--to", "ada@example.org", "post.md").expect(78)
    assert ended.stderr.endswith("`mirmail init` writes the file\n"), ended.stderr
    project.write("mirmail.yaml", "sender:\n  organisation: x\n")
    ended = project.run(*words, "--to", "ada@example.org", "post.md").expect(78)
    assert "mirmail.yaml: `sender.from` is not set; under `sender:` write" in ended.stderr


@pytest.mark.parametrize("words", [
    ("list", "show", "--json", "--list", NO_TEXT, "ada@example.org"),
    ("list", "import", "--json", "--into", "new.csv", NO_TEXT),
    ("suppress", "import", "--json", NO_TEXT), ("list", "check", "--json", NO_TEXT),
    ("list", "stats", "--json", NO_TEXT), ("unsubscribe", "--json", "--mail", NO_TEXT),
    ("subscribe", "--json", "--mail", NO_TEXT), ("bounces", "--json", NO_TEXT),
    ("check", "--json", NO_TEXT),
])
def test_a_name_that_is_no_text_is_no_end_of_the_json(ready, words):
    ready.configure_plain(9, "keys: keys\n")
    ready.run("keygen").expect(0)
    (ready.folder / os.fsdecode(NO_TEXT)).write_text("email,name\nada@example.org,Ada\nbad,x\n")
    ended = subprocess.run([MIRMAIL, *words], cwd=ready.folder, env=ready.environment,
                           stdin=subprocess.DEVNULL, capture_output=True)
    assert 0 <= ended.returncode < 128, ended
    for line in ended.stdout.decode("utf-8").splitlines():
        json.loads(line)


@pytest.mark.parametrize("words", [("help", "help"), ("help", "--help"), ("--help",), ("-h",)])
def test_help_has_help(project, words):
    assert project.run(*words).expect(0).stdout == project.run("help").expect(0).stdout


def test_what_init_says_to_do_next_works(project):
    """Where it was called, word for word."""
    said = project.run("init", "our news").expect(0).stdout.decode()
    lines = said.split("then\n")[1].splitlines()
    assert lines[1] == "  mirmail preview post.md"
    done = subprocess.run(["sh", "-ec", f"mirmail() {{ '{MIRMAIL}' \"$@\"; }}\n"
                           + "\n".join(lines[:2])],
                          cwd=project.folder, env=project.environment, capture_output=True,
                          text=True)
    assert done.returncode == 0 and "Subject: Hello from the community" in done.stdout, done


def test_a_switch_with_a_value_is_refused(ready):
    """It would be taken for the switch alone, whatever the value says."""
    for word, value in (("--yes", "=no"), ("--dry-run", "="), ("--json", "=0")):
        ended = ready.run("send", word + value, "post.md").expect(64)
        assert f"{word} takes no value; leave `{value}` away" in ended.stderr
    subject = ready.run("preview", "--subject", "--yes=no", "post.md").expect(0)
    assert "\nSubject: --yes=no\n" in subject.stdout.decode().replace("\r", "")
    ready.run("send", "--yes=no", "--help").expect(64)


@needs_less
@pytest.mark.parametrize("words,named", [
    (("send", "--yes", "post.md"), ".mirmail/journal.db: cannot open the journal"),
    (("preview", "--html", ".mirmail/page.html", "post.md"), "page.html: cannot be written"),
])
def test_what_may_not_be_written_is_no_fault_of_the_machine(ready, words, named):
    (ready.folder / ".mirmail").mkdir(mode=0o500)
    ended = subprocess.run([*LESS, MIRMAIL, *words], cwd=ready.folder, env=ready.environment,
                           stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 77, ended
    assert named in ended.stderr and ended.stderr.endswith(": Permission denied\n")


@pytest.mark.parametrize("words,name", [
    (("init", "fresh"), "fresh/mirmail.yaml"),
    (("template", "copy", "announcement", "mine"), "mine/mail.txt"),
    (("keygen", "--dkim", "example.org", "first"), ".mirmail/dkim-example.org-first.pem"),
])
def test_a_file_that_was_not_written_to_its_end_is_not_kept_later(ready, words, name):
    ended = run_with_little_room(ready, *words)
    assert ended.returncode == 71 and f"mirmail: {name}: " in ended.stderr, ended
    assert not (ready.folder / name).exists()
    again = ready.run(*words).expect(0)
    assert f"written  {name}" in again.stdout.decode()
    assert (ready.folder / name).stat().st_size > ROOM
