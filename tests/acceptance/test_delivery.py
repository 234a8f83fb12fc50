"""Messages through a real supervisor into real panes."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.crews import RealCrew, sim

ASKS = """
[[rules]]
on = "ask"
do = [["ask", "run `make e2e`?"], ["say", "went on"]]
[[rules]]
on = "work"
do = [["busy", 1.5]]
[[rules]]
on = "die"
do = [["exit", 3]]
"""


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def sim_crew(crew: RealCrew, tmp_path: Path) -> RealCrew:
    script = tmp_path / "asks.toml"
    script.write_text(ASKS)
    crew.write({"a": sim(script, tmp_path / "a.jsonl"), "b": sim(script, tmp_path / "b.jsonl")})
    crew.up()
    crew.until_state("a", "idle")
    crew.until_state("b", "idle")
    return crew


def delivered(crew: RealCrew, to: str = "a") -> list[dict[str, Any]]:
    return crew.messages(recipient=to, state="delivered")


def test_messages_arrive_in_order_and_their_files_are_kept(
    sim_crew: RealCrew, tmp_path: Path
) -> None:
    for number in range(5):
        sim_crew.send("a", f"message {number}\nsecond line", sender="b")
    sim_crew.until(lambda: len(delivered(sim_crew)) == 5)
    texts = [record["text"] for record in records(tmp_path / "a.jsonl")]
    assert [f"message {n}" in text for n, text in enumerate(texts)] == [True] * 5
    assert all("\nsecond line" in text for text in texts)
    sim_crew.until(lambda: len(list(sim_crew.project.processed.rglob("*.md"))) == 5)
    assert list(sim_crew.project.inbox("a").iterdir()) == []


def test_a_message_is_held_while_the_agent_asks_and_never_answers(
    sim_crew: RealCrew, tmp_path: Path
) -> None:
    sim_crew.send("a", "please ask")
    view = sim_crew.until_state("a", "asking")
    assert "make e2e" in view["question"]
    sim_crew.send("a", "unrelated")
    held = sim_crew.until(lambda: sim_crew.messages(recipient="a", state="held"))
    assert "asks" in held[0]["reason"]
    assert not any("approved" in record for record in records(tmp_path / "a.jsonl"))
    sim_crew.call("approval.decide", approval=view["approval"]["id"], role="deny")
    sim_crew.until(lambda: len(delivered(sim_crew)) == 2)
    found = records(tmp_path / "a.jsonl")
    assert [r["approved"] for r in found if "approved" in r] == [False]
    assert "unrelated" in found[-1]["text"]


def test_an_answer_to_another_question_is_refused(sim_crew: RealCrew) -> None:
    sim_crew.send("a", "please ask")
    sim_crew.until_state("a", "asking")
    with pytest.raises(Exception, match="no question 'another' is open"):
        sim_crew.call("approval.decide", approval="another", role="approve")
    assert sim_crew.agent("a")["state"] == "asking"


def test_what_a_person_has_typed_is_never_overwritten(sim_crew: RealCrew, tmp_path: Path) -> None:
    sim_crew.call("pane.text", agent="a", text="half a thought")
    sim_crew.send("a", "a message")
    held = sim_crew.until(lambda: sim_crew.messages(recipient="a", state="held"))
    assert "typed" in held[0]["reason"]
    sim_crew.call("pane.keys", agent="a", keys=["Enter"])
    sim_crew.until(lambda: delivered(sim_crew))
    texts = [record["text"] for record in records(tmp_path / "a.jsonl")]
    assert texts[0] == "half a thought"
    assert "half" not in texts[1]


def test_a_busy_agent_gets_its_message_afterwards(sim_crew: RealCrew) -> None:
    sim_crew.send("a", "please work")
    sim_crew.until_state("a", "busy")
    sim_crew.send("a", "later")
    sim_crew.until(lambda: any("busy" in m["reason"] for m in sim_crew.messages(state="held")))
    sim_crew.until(lambda: len(delivered(sim_crew)) == 2)


def test_equal_content_within_the_window_is_a_duplicate(sim_crew: RealCrew) -> None:
    sim_crew.drop("a", "1__from-b__to-a__topic-x.md", b"LGTM")
    sim_crew.drop("a", "2__from-b__to-a__topic-x.md", b"LGTM")
    sim_crew.until(lambda: sim_crew.messages(state="duplicate"))
    sim_crew.until(lambda: delivered(sim_crew))
    assert len(delivered(sim_crew)) == 1


def test_a_message_to_all_reaches_everyone_but_its_sender(sim_crew: RealCrew) -> None:
    sim_crew.send("all", "hello everyone", sender="b")
    sim_crew.until(lambda: delivered(sim_crew, "a"))
    assert delivered(sim_crew, "b") == []


def test_a_message_to_the_operator_waits_until_it_is_read(sim_crew: RealCrew) -> None:
    sim_crew.send("human", "please decide", sender="a")
    found = sim_crew.until(lambda: sim_crew.messages(recipient="human", state="queued"))
    assert sim_crew.run("inbox", "--read", found[0]["id"]).returncode == 0
    assert sim_crew.messages(recipient="human", state="queued") == []


def test_an_unconfirmed_message_becomes_a_dead_letter_and_a_retry_delivers_it(
    crew: RealCrew, tmp_path: Path
) -> None:
    script = tmp_path / "deaf.toml"
    script.write_text("deaf_enters = 6\n")
    crew.write({"a": sim(script, tmp_path / "a.jsonl"), "b": sim(script)})
    crew.up()
    crew.until_state("a", "idle")
    crew.send("a", "do you hear me", sender="b")
    dead = crew.until(lambda: crew.messages(state="dead"))[0]
    assert dead["reason"] == "not_confirmed"
    assert dead["attempts"] == 3
    shown = crew.call("message.show", message=dead["id"])
    assert any("do you hear me" in line for line in shown["screen"])
    sidecar = json.loads((crew.project.dead_letters / f"{dead['id']}.dead.json").read_text())
    assert len(sidecar["tries"]) == 3
    done = crew.run("dead", "retry", dead["id"])
    assert done.returncode == 0, done.stderr
    crew.until(lambda: delivered(crew))
    assert len(records(tmp_path / "a.jsonl")) == 1


def test_a_dead_letter_can_be_edited_routed_and_purged(sim_crew: RealCrew, tmp_path: Path) -> None:
    for number in range(3):
        sim_crew.drop("ghost", f"{number}__from-a__topic-t.md", f"text {number}".encode())
    dead = sim_crew.until(lambda: len(found := sim_crew.messages(state="dead")) == 3 and found)
    assert {m["reason"] for m in dead} == {"unknown_recipient"}
    first, second, third = (m["id"] for m in dead)
    assert sim_crew.run("dead", "route", first, "b").returncode == 0
    sim_crew.until(lambda: delivered(sim_crew, "b"))
    assert sim_crew.run("dead", "edit", second, "--text", "new").returncode == 4
    assert sim_crew.run("dead", "purge", "--yes", third).returncode == 0
    purged = sim_crew.project.dead_letters / "purged"
    assert any("topic-t" in path.name for path in purged.iterdir())
    assert {m["id"] for m in sim_crew.messages(state="dead")} == {second}


def test_hostile_entries_never_stop_the_router(sim_crew: RealCrew) -> None:
    inbox = sim_crew.project.inbox("a")
    (inbox / "folder.md").mkdir()
    (inbox / "link.md").symlink_to("/etc/passwd")
    os.mkfifo(inbox / "pipe.md")
    (inbox / "program.py").write_text("print()")
    sim_crew.drop("a", "big.md", b"x" * (1024 * 1024 + 1))
    sim_crew.drop("a", "binary.md", bytes(range(256)))
    sim_crew.drop("a", "empty.md", b"")
    sim_crew.drop("a", os.fsdecode(b"bad\xff.md"), b"x")
    sim_crew.drop("a", "-rf; $(touch x) #(touch y).md", b"odd name")
    sim_crew.drop("a", "good__from-b__to-a.md", b"good")
    sim_crew.until(lambda: len(delivered(sim_crew)) == 2)
    reasons = sim_crew.until(lambda: len(f := sim_crew.messages(state="dead")) == 4 and f)
    assert sorted(m["reason"] for m in reasons) == ["empty", "not_text", "too_large", "unsafe_name"]
    assert any(t["id"] == "stranger:a" for t in sim_crew.state()["troubles"].values())
    sim_crew.until(lambda: len(list(inbox.iterdir())) == 4)
    assert not (sim_crew.project.root / "y").exists()


def test_a_slow_writer_is_taken_once_and_whole(sim_crew: RealCrew, tmp_path: Path) -> None:
    target = sim_crew.project.inbox("a") / "slow__from-b__to-a.md"
    with target.open("w") as file:
        for number in range(10):
            file.write(f"part {number}\n")
            file.flush()
            time.sleep(0.05)  # the writer under test is slow
    sim_crew.until(lambda: delivered(sim_crew))
    found = records(tmp_path / "a.jsonl")
    assert len(found) == 1
    assert "part 0" in found[0]["text"]
    assert "part 9" in found[0]["text"]


def test_a_message_in_flight_when_the_agent_dies_is_typed_again(
    sim_crew: RealCrew, tmp_path: Path
) -> None:
    sim_crew.send("a", "please die")
    sim_crew.until(lambda: sim_crew.agent("a")["restarts"] > 0)
    sim_crew.send("a", "after the crash")
    sim_crew.until(lambda: "after the crash" in str(records(tmp_path / "a.jsonl")))


def test_a_large_message_arrives_whole(sim_crew: RealCrew, tmp_path: Path) -> None:
    body = "\n".join(f"line {number} " + "x" * 60 for number in range(1000))
    sim_crew.send("a", body)
    sim_crew.until(lambda: delivered(sim_crew))
    assert records(tmp_path / "a.jsonl")[0]["text"].endswith(body)


def test_a_shell_runs_the_body_and_not_the_frame(crew: RealCrew) -> None:
    crew.write({"sh": {"command": ["bash", "--norc", "-i"], "runs_messages": True}})
    crew.up()
    crew.until_state("sh", "idle")
    crew.send("sh", "echo $((40 + 2)) > answer\necho two >> answer")
    answer = crew.project.root / "answer"
    crew.until(lambda: answer.exists() and answer.read_text() == "42\ntwo\n")
    crew.until(lambda: delivered(crew, "sh"))


def test_a_program_without_bracketed_paste_gets_one_line(crew: RealCrew, tmp_path: Path) -> None:
    out = tmp_path / "lines"
    crew.write(
        {
            "c": {
                "command": ["sh", "-c", f'while read -r line; do echo "$line" >> {out}; done'],
                "adapter": "lines",
            }
        }
    )
    crew.up()
    crew.until_state("c", "idle")
    crew.send("c", "one\ntwo\nthree")
    crew.until(lambda: delivered(crew, "c"))
    assert len(out.read_text().splitlines()) == 1


def test_a_message_sent_before_the_start_is_delivered_after_it(
    crew: RealCrew, script: Path
) -> None:
    crew.write({"a": sim(script)})
    crew.project.prepare()
    crew.drop("a", "early__from-b__to-a.md", b"early")
    crew.up()
    crew.until(lambda: delivered(crew))
