"""What is wrong with a file of areas: where, a code for machines and a sentence for people. All of it at once."""

from __future__ import annotations

from dataclasses import dataclass

from socialcare.kernel.errors import DomainError


@dataclass(frozen=True, order=True)
class Problem:
    """One fault. `row` is the line of the file (the header is line 1; 0 is the file itself)."""

    row: int
    column: str
    code: str
    message: str

    def line(self, file_name: str) -> str:
        """`FILE:ROW: column: code: message`, without the parts that do not apply."""
        place = f"{file_name}:{self.row}" if self.row else file_name
        return ": ".join(part for part in (place, self.column, self.code, self.message) if part)


class AreaFileInvalid(DomainError):
    """A file of areas cannot be brought in. `problems` holds every fault, in the file's order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("areas-invalid", f"The file of areas has {len(problems)} faults.")
        self.problems = sorted(problems)
