"""Lanes side by side: what is red is shown, what is stopped leaves nothing behind, one closing line for all."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.lanes import INTERRUPTED, Lanes, Outcome, Step, closing_line
from ops.train import ROOT


def shell(key: str, script: str) -> Step:
    return Step(key, f"bước {key}", ["sh", "-c", script])


@pytest.fixture
def lanes(tmp_path: Path) -> Lanes:
    return Lanes(tmp_path, tmp_path / "my logs", {"PATH": os.environ["PATH"]})


def test_lanes_run_side_by_side_and_steps_in_turn(lanes: Lanes, tmp_path: Path) -> None:
    # Each waits for the other: one after the other they would never end.
    meet = "touch {0}; while [ ! -e {1} ]; do sleep 0.05; done"
    code = lanes.run(
        [[shell("a", meet.format("a", "b")), shell("c", "test -e a && touch c")], [shell("b", meet.format("b", "a"))]]
    )
    assert code == 0 and (tmp_path / "c").exists()


def test_every_red_step_is_shown_and_none_stops_the_rest(lanes: Lanes, capsys: pytest.CaptureFixture[str]) -> None:
    noise = "seq 1 500; echo '1 failed, 3 passed in 0.10s'; exit 1"
    code = lanes.run(
        [[shell("a", noise), shell("b", "echo '7 passed in 1.00s (0:00:01)'")], [shell("c", "echo lời cuối; exit 3")]]
    )
    said = capsys.readouterr().out
    assert code == 1
    assert "✗ bước a: 1 failed, 3 passed" in said and "✓ bước b: 7 passed" in said and "✗ bước c (" in said
    assert "\nlời cuối\n" in said
    # Of the red one its end, of the green one nothing but its line.
    assert "\n500\n" in said and "\n100\n" not in said and "1.00s (0:00:01)" not in said
    assert "Không đạt: bước a, bước c" in said
    assert re.fullmatch(r"==== 1 failed, 10 passed, 1 error in \d+\.\d\ds ====", said.splitlines()[-1])


def test_each_step_keeps_its_log(lanes: Lanes, tmp_path: Path) -> None:
    lanes.run([[shell("a", "echo ra; echo sai >&2"), shell("b", "true")]])
    assert (tmp_path / "my logs" / "a.log").read_text() == "ra\nsai\n"
    assert (tmp_path / "my logs" / "b.log").read_text() == ""


def test_a_program_that_is_not_there_is_red(lanes: Lanes, capsys: pytest.CaptureFixture[str]) -> None:
    assert lanes.run([[Step("a", "bước a", ["/nowhere/tool"])]]) == 1
    assert "/nowhere/tool" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("outputs", "line"),
    [
        (["=== 3 passed, 2 skipped, 1 warning in 3.21s ===", "4 passed in 1.00s"], "7 passed, 2 skipped"),
        (["1 failed, 2 errors in 3.21s", "1 error in 0.10s"], "1 failed, 3 error"),
        (["chỉ là chữ"], "no tests ran"),
        (["no tests ran in 0.01s"], "no tests ran"),
    ],
)
def test_the_closing_line_counts_all(tmp_path: Path, outputs: list[str], line: str) -> None:
    outcomes = []
    for number, output in enumerate(outputs):
        log = tmp_path / f"{number}.log"
        log.write_text(f"12 passed là lời của ai đó\n{output}\n")
        outcomes.append(Outcome(shell("a", ""), 0, 1.0, log))
    assert closing_line(outcomes, 65.432).startswith(f"==== {line}")
    assert closing_line(outcomes, 65.432).endswith(" in 65.43s ====")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_takes_all_with_it(tmp_path: Path, number: signal.Signals) -> None:
    """One that cleans up when it is interrupted, one that doesn't listen, and a child of theirs."""
    script = f"""
import sys
from collections.abc import Callable
from pathlib import Path
from ops import lanes
lanes._GRACE = 1.0
polite = "import time\\ntry:\\n open('polite', 'w')\\n time.sleep(600)"
polite += "\\nexcept KeyboardInterrupt:\\n open('cleaned', 'w')"
deaf = "trap '' INT TERM; sleep 600 & echo $! > child; wait; sleep 600"
steps = [[lanes.Step("a", "a", [sys.executable, "-c", polite])], [lanes.Step("b", "b", ["sh", "-c", deaf])]]
sys.exit(lanes.Lanes(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}), dict(PATH={os.environ["PATH"]!r})).run(steps))
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        wait_for(lambda: (tmp_path / "polite").exists() and (tmp_path / "child").exists())
        child = int((tmp_path / "child").read_text())
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED and "Đã dừng theo yêu cầu" in said
    assert (tmp_path / "cleaned").exists()
    wait_for(lambda: not is_alive(child))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
