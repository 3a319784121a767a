"""The harness around the measurements, on sizes that take no time; how fast anything is, is not tested."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks import load, million, report, starting
from benchmarks.measuring import (
    QUICK,
    Figure,
    at_least,
    children_of,
    in_turns,
    processor_seconds,
    under,
)

MET = Figure("Part", "what", "2 s", "1 s", ratio=0.5, wanted="under 3 s", is_met=True)
MISSED = Figure("Part", "that", "4 s", ratio=0.0123, wanted="under 3 s", is_met=False)


def test_turns_are_taken_alternately_and_their_medians_kept() -> None:
    order: list[str] = []
    ours, theirs = iter([1.0, 9.0, 2.0]), iter([5.0, 4.0, 6.0])

    def take(name: str, numbers: Iterator[float]) -> float:
        order.append(name)
        return next(numbers)

    medians = in_turns(lambda: take("a", ours), lambda: take("b", theirs), turns=3)
    assert medians == [2.0, 5.0]
    assert "".join(order) == "ababab"


def test_a_promise_is_met_or_not() -> None:
    assert at_least(0.6, 0.6) == ("at least 60%", True)
    assert at_least(0.6, 0.59)[1] is False
    assert under(10, 9.9) == ("under 10 s", True)
    assert under(10, 10)[1] is False


def test_processor_time_is_read_and_a_process_that_is_not_there_counts_for_nothing() -> None:
    mine = [os.getpid()]
    assert processor_seconds(mine) > 0
    assert processor_seconds([*mine, 2**22 + 1]) == pytest.approx(processor_seconds(mine), abs=0.1)
    assert os.getpid() in children_of(os.getppid())


def test_what_a_child_used_before_it_ended_still_counts() -> None:
    before = processor_seconds([os.getpid()])
    code = "import time\nwhile time.process_time() < 0.5: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    # The kernel counts in hundredths, and not all of them.
    assert processor_seconds([os.getpid()]) - before > 0.3


def test_the_table_goes_between_its_marks_and_names_no_machine(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(f"# Before\n{report.BEGIN}\nold\n{report.END}\nAfter\n")
    text = report.table([MET, MISSED], size=QUICK, on=date(2026, 4, 1), taken=12)
    report.write(document, text)
    written = document.read_text()
    assert "old" not in written
    assert written.startswith("# Before\n")
    assert written.endswith("After\n")
    assert "| **Part**: what | 2 s | 1 s | 0.50 | under 3 s: met |" in written
    assert "| **Part**: that | 4 s |  | 0.012 | under 3 s: **not met** |" in written
    assert os.uname().nodename not in written
    with pytest.raises(ValueError, match="has no"):
        report.write(Path(__file__), text)


def test_the_committed_document_has_its_marks() -> None:
    text = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert text.index(report.BEGIN) < text.index(report.END)


def test_sums_are_whole_pence_and_the_same_every_time() -> None:
    sums = list(million.sums(1000))
    assert sums == list(million.sums(1000))
    assert all(type(pence) is int and pence >= million.PRICE for pence in sums)


def test_the_longest_steps_of_a_start_are_told() -> None:
    said = ["Socialcare.", "1.0 s  database ready", "4.5 s  tables up to date", "5.0 s  web ready"]
    assert starting._longest(said) == "tables up to date 3.5 s; database ready 1.0 s"


def test_visitors_ask_so_often_and_no_longer_and_refuse_a_wrong_answer() -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        status = b"404 Not Found" if b"/gone" in asked[-1] else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async def visit(*paths: str) -> load.Answers:
        async with await asyncio.start_server(answer, load.HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            requests = [load.Request(path) for path in paths]
            waiting = iter(requests * 5)
            return await load._visit(waiting, port, 3, 10)

    answers = asyncio.run(visit("/a", "/b"))
    assert len(answers.seconds) == len(asked) == 10
    assert answers.percentile(95) == max(answers.seconds)
    assert {line.split(b" ")[1] for line in asked} == {b"/a", b"/b"}
    with pytest.raises(load.WrongAnswer, match="/gone answered 404"):
        asyncio.run(visit("/gone"))
