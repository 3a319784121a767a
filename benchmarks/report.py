"""The table of figures: on the terminal, and in docs/benchmarks.md between its two marks.

It describes the machine by what matters to a figure and by nothing that says whose it is.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.measuring import Figure, Size

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def machine() -> str:
    """Processor, cores, memory and versions, in a sentence."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _colon, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown processor"


def busy() -> str:
    """How busy the machine was, as the load of the last minute: more than its cores, and every time is too long."""
    return f"load {os.getloadavg()[0]:.1f} at the end"


def table(figures: Sequence[Figure], *, size: Size, on: date, taken: float) -> str:
    """The figures in Markdown, with what they were taken on. `taken` is the whole run's seconds."""
    lines = [
        f"Taken on {on.isoformat()} in {taken:.0f} s ({size.name} sizes) on: {machine()}; {busy()}.",
        "",
        "| what | ours | beside it | ratio | wanted |",
        "|---|---|---|---|---|",
    ]
    for figure in figures:
        ratio = (
            ""
            if figure.ratio is None
            else f"{figure.ratio:.2g}"
            if figure.ratio < 0.1
            else f"{figure.ratio:.2f}"
        )
        wanted = (
            f"{figure.wanted}: {'met' if figure.is_met else '**not met**'}" if figure.wanted else ""
        )
        what = f"**{figure.part}**: {figure.what}"
        lines.append(f"| {what} | {figure.ours} | {figure.beside} | {ratio} | {wanted} |")
    return "\n".join(lines)


def write(document: Path, text: str) -> None:
    """Puts `text` between the marks of `document`. Raises ValueError when it has none."""
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has no {BEGIN} … {END}")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
