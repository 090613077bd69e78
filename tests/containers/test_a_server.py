"""What docs/server.md says of a server with compose, on real containers.

One test goes on where the one before ended."""

import json
import signal
from typing import Any
from urllib.request import urlopen

from tests.containers.server import NEXT, Server, until

OWN_MEGABYTES = 165  # what the image adds to its base; python:3.12-slim has about 130
ONCE = ("migrations", "temporal-schema")
HR = ("--by", "E024")


def launched(server: Server, cycle: str, year: int) -> Any:
    term = ("--starts", f"{year - 1}-04-01", "--ends", f"{year}-03-31")
    return server.cairn("cycle", "launch", cycle, *term, "--yes", *HR)


def submitted(server: Server, goal: str, by: str) -> list[str]:
    """What submitting a goal recorded."""
    return list(server.cairn("goal", "submit", goal, "--by", by)["events"])


def drafts(server: Server, cycle: str, owner: str) -> list[str]:
    listed = server.cairn("goal", "list", "--cycle", cycle, "--owner", owner, "--stage", "draft")
    return sorted(row["goal"] for row in listed)


def test_the_image_is_small_and_has_neither_compiler_nor_installer(server: Server) -> None:
    layers = json.loads(server.docker("image", "inspect", server.images[0], "python:3.12-slim"))
    own, base = (image["Size"] / 1_000_000 for image in layers)
    assert own - base < OWN_MEGABYTES
    tools = "for tool in cc gcc make ld; do ! command -v $tool || exit 1; done; ! python -m pip --version; id --user"
    assert server.docker("run", "--rm", server.images[0], "sh", "-c", tools).splitlines()[-1] == "1000"


def test_everything_of_the_file_comes_up_and_is_healthy(server: Server) -> None:
    server.compose("up", "--detach", "--wait")
    said = server.compose("ps", "--all", "--format", "json").splitlines()
    found = {each["Service"]: each for each in map(json.loads, said)}
    assert found.keys() == {
        "ledger", "temporal-database", "temporal-schema", "temporal", "temporal-ui", "migrations", "worker"
    }  # fmt: skip
    for name, container in found.items():
        wanted = (
            ("exited", "", 0) if name in ONCE else ("running", "" if name == "temporal-ui" else "healthy", 0)
        )
        assert (container["State"], container["Health"], container["ExitCode"]) == wanted, name


def test_the_portal_of_its_profile_is_healthy_and_leads_to_the_provider(server: Server) -> None:
    server.compose("--profile", "portal", "up", "--detach", "--wait", "portal")
    address = f"http://127.0.0.1:{server.settings['PORTAL_PORT']}"
    with urlopen(f"{address}/health") as answer:
        assert json.load(answer) == {"database": True}
    with urlopen(address) as page:
        assert "/sign-in" in page.url and "demo-note" not in page.read().decode()
    server.compose("--profile", "portal", "rm", "--stop", "--force", "portal")


def test_a_cycle_is_launched_from_the_files_in_the_mounted_folder(server: Server) -> None:
    server.cairn("policy", "adopt", "policy.yaml", *HR)
    server.cairn("roster", "import", "roster.csv", *HR)
    answer = launched(server, "FY28", 2028)
    assert answer["goals"] == answer["planned"] > 100 and answer["failures"] == []
    assert server.cairn("feed", "run", "feeds/crm.yaml", *HR)["rows"] > 0


def test_a_command_is_recorded_and_waits_for_the_next_in_the_inbox(server: Server) -> None:
    goal = drafts(server, "FY28", "E005")[0]
    assert submitted(server, goal, "E005") == ["GoalSubmitted"]
    assert (goal, "approve") in {(row["goal"], row["act"]) for row in server.cairn("inbox", "--by", "E004")}


def test_a_worker_that_is_killed_is_started_again(server: Server) -> None:
    (worker,) = server.workers()
    server.signal(worker, signal.SIGKILL)
    until(lambda: server.state(worker, "RestartCount") != "0", "it is started again")
    until(lambda: server.health(worker).code == 0, "it works again")
    assert submitted(server, drafts(server, "FY28", "E005")[0], "E005") == ["GoalSubmitted"]


def test_three_workers_serve_side_by_side(server: Server) -> None:
    server.compose("up", "--detach", "--no-recreate", "--scale", "worker=3", "--wait")
    assert len(server.workers()) == 3
    assert [server.health(worker) for worker in server.workers()] == [(0, "", "")] * 3


def test_another_worker_seals_when_the_one_that_did_is_killed(server: Server) -> None:
    killed = server.sealer()
    server.docker("kill", killed)
    until(lambda: server.sealer() not in ("None", killed), "another seals")
    goal = drafts(server, "FY28", "E005")[0]
    assert submitted(server, goal, "E005") == ["GoalSubmitted"]
    until(lambda: goal not in drafts(server, "FY28", "E005"), "the read models say so")
    assert len(server.workers()) == 2


def test_a_frozen_worker_is_unhealthy_until_it_goes_on(server: Server) -> None:
    frozen = server.workers()[-1]
    server.signal(frozen, signal.SIGSTOP)
    until(lambda: server.health(frozen).code == 1, "it is unhealthy")
    assert server.health(frozen).beside.startswith("The worker has asked nothing of the database for ")
    server.signal(frozen, signal.SIGCONT)
    until(lambda: server.health(frozen).code == 0, "it is healthy again")


def test_workers_that_are_told_to_stop_end_with_0(server: Server) -> None:
    workers = server.workers()
    server.compose("stop", "worker")
    assert [server.state(worker, "State.ExitCode") for worker in workers] == ["0"] * len(workers)


def test_a_second_build_takes_over_what_the_first_began(server: Server) -> None:
    server.build(server.images[1], NEXT)
    server.settings["CAIRN_IMAGE"] = server.images[1]
    server.compose("up", "--detach", "--wait")
    (worker,) = server.workers()
    assert server.docker("exec", worker, "cairn", "--version") == f"cairn {NEXT}"
    assert submitted(server, drafts(server, "FY28", "E007")[0], "E007") == ["GoalSubmitted"]
    server.cairn("status")


def test_a_backup_is_restored_into_an_empty_volume(server: Server) -> None:
    before = server.cairn("goal", "list", "--cycle", "FY28", "--limit", "1000")
    server.compose("run", "--rm", "operator", "cairn", "backup", "/backups/monday")
    server.compose("rm", "--stop", "--force", "worker", "migrations", "ledger")
    server.docker("volume", "rm", f"{server.name}_ledger-data")
    server.compose("up", "--detach", "migrations")
    server.compose("wait", "migrations")
    restore = ("cairn", "restore", "/backups/monday", *HR, "--reason", "The disk is broken.")
    server.compose("run", "--rm", "operator", *restore)
    server.compose("up", "--detach", "--wait")
    server.compose("exec", "--no-TTY", "worker", "cairn", "ledger", "compare")
    server.compose("exec", "--no-TTY", "worker", "cairn", "recover")
    assert server.cairn("goal", "list", "--cycle", "FY28", "--limit", "1000") == before
    assert submitted(server, drafts(server, "FY28", "E007")[0], "E007") == ["GoalSubmitted"]


def test_with_names_for_builds_what_runs_moves_to_the_current_one(server: Server) -> None:
    server.settings["CAIRN_BUILD"] = "one"
    server.compose("up", "--detach", "--wait")
    server.deployed("one")
    launched(server, "FY29", 2029)
    until(lambda: bool(drafts(server, "FY29", "E005")), "its goals are listed")
    goal = drafts(server, "FY29", "E005")[0]
    assert server.build_of(goal) == "one"
    server.settings |= {
        "CAIRN_BUILD_BEFORE": "one",
        "CAIRN_IMAGE_BEFORE": server.images[1],
        "CAIRN_BUILD": "two",
        "CAIRN_IMAGE": server.images[0],
    }
    server.compose("--profile", "before", "up", "--detach", "--wait")
    server.deployed("two")
    assert len(server.workers()) == len(server.workers("worker-before")) == 1
    until(lambda: server.build_of(goal) == "two", "it moves to the build that is current")
    assert submitted(server, goal, "E005") == ["GoalSubmitted"]
    launched(server, "FY30", 2030)
    until(lambda: bool(drafts(server, "FY30", "E005")), "its goals are listed")
    assert server.build_of(drafts(server, "FY30", "E005")[0]) == "two"
