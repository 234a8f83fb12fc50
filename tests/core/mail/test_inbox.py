"""Which entries of an inbox are messages."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.mail.envelope import Envelope, open_envelope
from crewtui.core.mail.inbox import NotYet, Readable, Stranger, Unfit, entries, examine
from crewtui.core.mail.name import build_name, fitted, is_temporary, parse_name
from crewtui.core.model.message import DeadReason


def drop(folder: Path, name: str, body: bytes = b"hello") -> None:
    hidden = folder / ".hidden.tmp"
    hidden.write_bytes(body)
    os.utime(hidden, ns=(1, 1))
    hidden.rename(folder / name)


def test_a_file_renamed_in_is_readable_at_once(tmp_path: Path) -> None:
    drop(tmp_path, "m.md")
    found = examine(tmp_path, "m.md")
    assert isinstance(found, Readable)
    assert found.body == b"hello"


def test_a_file_open_for_writing_is_not_yet_a_message(tmp_path: Path) -> None:
    drop(tmp_path, "m.md")
    with (tmp_path / "m.md").open("a"):
        assert isinstance(examine(tmp_path, "m.md"), NotYet)
    assert isinstance(examine(tmp_path, "m.md"), Readable)


def test_a_file_written_in_place_must_settle(tmp_path: Path) -> None:
    (tmp_path / "m.md").write_text("x")
    assert isinstance(examine(tmp_path, "m.md"), NotYet)


def make_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def make_self_link(path: Path) -> None:
    path.symlink_to(path)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as found:
        here = Path.cwd()
        os.chdir(path.parent)
        found.bind(path.name)
        os.chdir(here)


def make_hard_link(path: Path) -> None:
    (path.parent / "other").write_text("secret")
    path.hardlink_to(path.parent / "other")


@pytest.mark.parametrize(
    "make", [make_link, make_self_link, make_folder, make_pipe, make_socket, make_hard_link]
)
def test_what_is_no_regular_file_is_left_alone_and_said(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "m.md")
    found = examine(tmp_path, "m.md")
    assert isinstance(found, Stranger)
    assert found.why


def test_a_file_over_one_mebibyte_is_unfit(tmp_path: Path) -> None:
    drop(tmp_path, "m.md", b"x" * (1024 * 1024 + 1))
    found = examine(tmp_path, "m.md")
    assert isinstance(found, Unfit)
    assert found.reason is DeadReason.TOO_LARGE


def test_a_name_that_is_not_utf8_is_unfit(tmp_path: Path) -> None:
    drop(tmp_path, os.fsdecode(b"m\xff.md"))
    found = examine(tmp_path, os.fsdecode(b"m\xff.md"))
    assert isinstance(found, Unfit)
    assert found.reason is DeadReason.UNSAFE_NAME


@pytest.mark.parametrize("name", [".m.md", "m.md.tmp", "m.md~", "#m.md#", "m.part", ".m.md.swp"])
def test_temporary_names_are_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x")
    assert is_temporary(name)
    assert entries(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe\x00", DeadReason.NOT_TEXT),
        (b"a\x00b", DeadReason.NOT_TEXT),
        (b"  \n\t ", DeadReason.EMPTY),
        (b"\x1b\x07", DeadReason.EMPTY),
    ],
)
def test_what_is_not_text_is_never_a_message(body: bytes, reason: DeadReason) -> None:
    assert open_envelope("m.md", body) is reason


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"body": 1}', b"[" * 100_000])
def test_a_broken_json_envelope_is_said(body: bytes) -> None:
    assert open_envelope("m.json", body) is DeadReason.BAD_ENVELOPE


def test_a_json_envelope_says_who_and_what() -> None:
    found = open_envelope("m.json", b'{"from": "coder", "topic": "t", "id": "7", "body": "b"}')
    assert isinstance(found, Envelope)
    assert (found.sender, found.topic, found.id, found.body) == ("coder", "t", "7", "b")


def test_a_name_that_does_not_parse_still_delivers() -> None:
    found = open_envelope("just some notes.md", b"hi")
    assert isinstance(found, Envelope)
    assert found.sender == "unknown"


def test_a_forged_sender_in_a_name_is_unknown() -> None:
    found = open_envelope("x__from-../../root__to-a.md", b"hi")
    assert isinstance(found, Envelope)
    assert found.sender == "unknown"


@given(st.text(max_size=300))
def test_a_built_name_fits_and_says_the_same(topic: str) -> None:
    name = build_name(0.0, "coder", "tester", topic, "ab12")
    assert len(name.encode()) <= 255
    found = parse_name(name)
    assert (found.sender, found.id) == ("coder", "ab12")
    assert "/" not in name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\x00"), max_size=260))
def test_a_marked_name_fits_in_255_bytes(name: str) -> None:
    assert len(fitted(name, "ab12cd34").encode("utf-8", "replace")) <= 255
