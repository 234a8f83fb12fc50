"""Reviews and merges: two others for that very commit, a tested result, one way into main."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crewtui.core.model.errors import Refused
from tests.support.workers import Workers


def submitted(workers: Workers, agent: str = "a", id_: str = "parser") -> None:
    folder = workers.claimed(agent, id_)
    workers.commit(folder)
    assert workers.submit(agent, id_)["ending"] == "completed"


def test_two_others_merge_it_and_main_has_a_merge_of_that_commit(workers: Workers) -> None:
    submitted(workers)
    commit = workers.task("parser")["attempts"][0]["commit"]
    workers.approve("a", "parser")
    task = workers.task("parser")
    assert (task["state"], task["merged"]) == (
        "merged",
        workers.repository.git("rev-parse", "main"),
    )
    parents = workers.repository.git("rev-list", "--parents", "-1", "main").split()
    assert parents[2] == commit
    assert (workers.crew.project.root / "work.py").read_text() == "print('good')\n"
    assert workers.repository.git("status", "--porcelain") == ""
    workers.crew.until(lambda: workers.told("a", "is merged into main"))


def test_authors_do_not_review_themselves_and_nobody_counts_twice(workers: Workers) -> None:
    submitted(workers)
    with pytest.raises(Refused, match="their own work"):
        workers.as_("a", "review.add", task="parser", approve=True)
    for _ in range(3):
        workers.as_("b", "review.add", task="parser", approve=True)
    assert workers.task("parser")["state"] == "review"
    assert len(workers.task("parser")["reviews"]) == 1


def test_a_person_is_one_of_the_two(workers: Workers) -> None:
    submitted(workers)
    workers.as_("b", "review.add", task="parser", approve=True)
    workers.operator("review.add", task="parser", approve=True, text="fine")
    workers.crew.until(lambda: workers.task("parser")["state"] == "merged")


def test_a_rejection_has_a_reason_and_goes_back_to_the_author(workers: Workers) -> None:
    submitted(workers)
    with pytest.raises(Refused, match="has a reason"):
        workers.as_("b", "review.add", task="parser", approve=False)
    workers.as_("c", "review.add", task="parser", approve=True)
    workers.as_("b", "review.add", task="parser", approve=False, text="no tests")
    assert workers.task("parser")["state"] == "in_progress"
    workers.crew.until(lambda: workers.told("a", "b: no tests"))


def test_a_new_commit_starts_its_reviews_anew(workers: Workers) -> None:
    submitted(workers)
    workers.as_("c", "review.add", task="parser", approve=True)
    workers.as_("b", "review.add", task="parser", approve=False, text="more")
    workers.commit(Path(workers.task("parser")["worktree"]), "more.py", "x = 1\n")
    workers.submit("a", "parser")
    workers.as_("b", "review.add", task="parser", approve=True)
    assert workers.task("parser")["state"] == "review"
    workers.as_("c", "review.add", task="parser", approve=True)
    workers.crew.until(lambda: workers.task("parser")["state"] == "merged")


def test_a_conflict_goes_back_with_its_files(workers: Workers) -> None:
    submitted(workers, "a", "one")
    folder = workers.claimed("b", "two")
    workers.commit(folder, text="print('other')\n")
    workers.submit("b", "two")
    workers.approve("a", "one")
    before = workers.repository.git("rev-parse", "main")
    workers.approve("b", "two")
    assert workers.task("two")["state"] == "in_progress"
    assert workers.repository.git("rev-parse", "main") == before
    workers.crew.until(lambda: workers.told("b", "the merge conflicts"))
    assert workers.told("b", "work.py")


def test_a_merge_that_is_red_though_both_sides_were_green_goes_back(workers: Workers) -> None:
    both = [{"name": "one only", "command": ["sh", "-c", "test $(ls *.mark | wc -l) = 1"]}]
    for agent, id_ in (("a", "one"), ("b", "two")):
        folder = workers.claimed(agent, id_, validations=both)
        workers.commit(folder, f"{id_}.mark", "x")
        assert workers.submit(agent, id_)["ending"] == "completed"
    workers.approve("a", "one")
    workers.approve("b", "two")
    assert workers.task("one")["state"] == "merged"
    assert (workers.task("two")["state"], "one only" in workers.task("two")["reason"]) == (
        "in_progress",
        True,
    )
    assert not (workers.crew.project.root / "two.mark").exists()


def test_two_that_are_approved_at_once_are_merged_one_after_the_other(workers: Workers) -> None:
    for agent, id_ in (("a", "one"), ("b", "two")):
        folder = workers.claimed(agent, id_, validations=[])
        workers.commit(folder, f"{id_}.py", "x = 1\n")
        workers.submit(agent, id_)
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(workers.approve, *which) for which in (("a", "one"), ("b", "two"))]
    assert all(one.exception() is None for one in done)
    workers.crew.until(lambda: {workers.task(n)["state"] for n in ("one", "two")} == {"merged"})
    assert len(workers.repository.git("log", "--merges", "--format=%h", "main").split()) == 2


def test_a_persons_own_commit_on_main_is_merged_with(workers: Workers) -> None:
    submitted(workers)
    workers.repository.commit("a person's", {"notes.md": "n\n"})
    workers.approve("a", "parser")
    assert workers.task("parser")["state"] == "merged"
    assert (workers.crew.project.root / "notes.md").exists()


def test_uncommitted_changes_of_a_person_are_kept_and_the_merge_says_so(workers: Workers) -> None:
    submitted(workers)
    (workers.crew.project.root / "work.py").write_text("mine\n")
    workers.approve("a", "parser")
    task = workers.task("parser")
    assert (task["state"], task["reason"].startswith("not merged:")) == ("blocked", True)
    assert (workers.crew.project.root / "work.py").read_text() == "mine\n"
    (workers.crew.project.root / "work.py").unlink()
    workers.operator("task.retry", task="parser")
    assert workers.submit("a", "parser")["ending"] == "completed"
    workers.approve("a", "parser")
    assert workers.task("parser")["state"] == "merged"


def test_work_that_came_into_main_without_its_reviews_is_shown(workers: Workers) -> None:
    folder = workers.claimed("a", "sneaky")
    commit = workers.commit(folder, "sneaky.py")
    submitted(workers, "b", "honest")
    workers.repository.git("merge", "-q", "--ff-only", commit)
    workers.approve("b", "honest")
    troubles = workers.crew.state()["troubles"].values()
    assert any("a/sneaky without its reviews" in trouble["what"] for trouble in troubles)


def test_the_difference_is_shown_with_its_reviews(workers: Workers) -> None:
    submitted(workers)
    workers.as_("b", "review.add", task="parser", approve=True, text="good")
    found = workers.as_("c", "task.diff", task="parser")
    assert "+print('good')" in found["diff"]
    assert found["task"]["reviews"][0]["text"] == "good"
    assert "+print('good')" in workers.crew.run("task", "diff", "parser").stdout


def test_a_merge_that_a_crash_cut_off_is_finished_or_made_anew(workers: Workers) -> None:
    submitted(workers)
    workers.as_("b", "review.add", task="parser", approve=True)
    workers.as_("c", "review.add", task="parser", approve=True)
    workers.crew.until(lambda: workers.crew.events("task.merging"))
    workers.crew.kill_supervisor()
    workers.crew.up()
    workers.crew.until(lambda: workers.task("parser")["state"] == "merged")
    assert workers.task("parser")["merged"] == workers.repository.git("rev-parse", "main")
    assert len(workers.repository.git("log", "--merges", "--format=%h", "main").split()) == 1
    assert len(workers.crew.events("task.merged")) == 1


def test_every_merged_result_passes_the_crews_own_checks(workers: Workers) -> None:
    config = workers.crew.project.config
    text = config.read_text().replace(
        "[crew]\n", '[crew]\nmerge_checks = ["test ! -e forbidden"]\n'
    )
    config.write_text(text)
    workers.again()
    folder = workers.claimed("a", "parser")
    workers.commit(folder, "forbidden")
    workers.commit(folder)
    workers.submit("a", "parser")
    workers.approve("a", "parser")
    task = workers.task("parser")
    assert (task["state"], "merged result fails test" in task["reason"]) == ("in_progress", True)


def test_what_is_submitted_while_in_review_is_the_next_attempt_and_reviewed_anew(
    workers: Workers,
) -> None:
    submitted(workers)
    workers.as_("b", "review.add", task="parser", approve=True)
    workers.commit(Path(workers.task("parser")["worktree"]), "more.py", "x = 1\n")
    assert workers.submit("a", "parser")["ending"] == "completed"
    task = workers.task("parser")
    assert (task["state"], len(task["attempts"]), task["reviews"]) == ("review", 2, [])
    workers.as_("c", "review.add", task="parser", approve=True)
    assert workers.task("parser")["state"] == "review"
    workers.as_("b", "review.add", task="parser", approve=True)
    workers.crew.until(lambda: workers.task("parser")["state"] == "merged")
    with pytest.raises(Refused, match="merged"):
        workers.as_("a", "task.submit", task="parser")


def test_nobody_else_submits_what_is_in_review(workers: Workers) -> None:
    submitted(workers)
    with pytest.raises(Refused, match="not yours"):
        workers.as_("b", "task.submit", task="parser")
