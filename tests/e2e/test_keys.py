"""Keys for the links with which readers leave, made by the program."""

import os
import re
import subprocess

import pytest
from conftest import MIRMAIL


def keys(project):
    text = (project.folder / ".mirmail/keys").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_keygen_makes_a_file_that_only_its_owner_reads(project):
    project.configure_plain(25)
    result = project.run("keygen").expect(0)
    path = project.folder / ".mirmail/keys"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(keys(project)) == 1 and re.fullmatch(r"a [a-z2-7]{52}", keys(project)[0])
    output = result.stdout.decode()
    assert "{token}" in output and "unsubscribe_url:" in output
    assert keys(project)[0].split()[1] not in output, "a key is shown to nobody"


def test_keygen_again_adds_a_key_before_the_others(project):
    project.configure_plain(25)
    project.run("keygen").expect(0)
    first = keys(project)
    result = project.run("keygen").expect(0)
    assert keys(project)[1:] == first
    assert keys(project)[0][0] == "b" and b"1 older key still" in result.stdout


def test_keygen_from_many_places_at_once_loses_no_key(project):
    project.configure_plain(25)
    running = [subprocess.Popen([MIRMAIL, "keygen"], cwd=project.folder, env=project.environment,
                                stdout=subprocess.DEVNULL) for _ in range(8)]
    assert [process.wait(30) for process in running] == [0] * 8
    assert sorted(line[0] for line in keys(project)) == list("abcdefgh")
    assert sorted(path.name for path in (project.folder / ".mirmail").iterdir()) == ["keys"]


def test_keygen_follows_a_link_and_leaves_it(project):
    project.configure_plain(25)
    folder, elsewhere = project.folder / ".mirmail", project.folder / "secret"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "keys").symlink_to("../secret/keys")
    result = project.run("keygen").expect(71)
    assert ".mirmail/keys: No such file" in result.stderr and list(elsewhere.iterdir()) == []
    (folder / "keys").unlink()
    project.run("keygen").expect(0)
    (folder / "keys").rename(elsewhere / "keys")
    (folder / "keys").symlink_to("../secret/keys")
    project.run("keygen").expect(0)
    assert (folder / "keys").is_symlink() and len(keys(project)) == 2
    assert [path.name for path in elsewhere.iterdir()] == ["keys"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_keygen_by_root_leaves_the_keys_to_who_serves(project):
    project.configure_plain(25)
    project.run("keygen").expect(0)
    path = project.folder / ".mirmail/keys"
    os.chown(path, 65534, 65534)
    project.run("keygen").expect(0)
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)
    assert path.stat().st_mode & 0o777 == 0o600 and len(keys(project)) == 2


def test_keygen_touches_no_file_that_it_does_not_understand(project):
    project.configure_plain(25)
    path = project.folder / ".mirmail/keys"
    path.parent.mkdir()
    path.write_text("a tooshort\n")
    path.chmod(0o600)
    result = project.run("keygen").expect(78)
    assert "keys:1: no key" in result.stderr and path.read_text() == "a tooshort\n"


def test_keygen_without_dkim_takes_no_domain(project):
    project.configure_plain(25)
    result = project.run("keygen", "example.org", "mirmail").expect(64)
    assert "keygen --dkim DOMAIN SELECTOR" in result.stderr
