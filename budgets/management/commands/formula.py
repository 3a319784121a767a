"""`manage.py formula check|run`: read a formula document, or compute it over a table.

Needs no database and posts nothing. Messages are `FILE:LINE: key: message` on the error stream.
Exit status: 0 fine, 1 something is wrong with the document, the data or the pot, 2 wrong usage or a
file that cannot be read or written.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.formula import (
    AreasInvalid,
    Formula,
    FormulaError,
    Problem,
    Result,
    built_in,
    built_in_slugs,
    check,
    compute,
    format_decimal,
    load,
    parse_pot,
    read_areas,
)


class Command(BaseCommand):
    """The command-line door to the formula engine."""

    help = "Check a formula document, or compute it over a table of areas. Needs no database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="check|run")
        document = f"formula document (YAML), or a built-in one: {', '.join(built_in_slugs())}"

        checking = commands.add_parser(
            "check",
            help="say everything that is wrong with a document",
            description="Says everything that is wrong with a formula document, as "
            "FILE:LINE: key: message. Exit status 0: nothing, 1: something, 2: wrong usage.",
        )
        checking.add_argument("file", metavar="FILE", help=document)
        checking.add_argument(
            "--adoptable",
            action="store_true",
            help="also ask whether it may ever pay anyone: no measure of means (class C), hardship "
            "only with its switch, no money lost, dates on what ends",
        )

        running = commands.add_parser(
            "run",
            help="share a pot over a table of areas",
            description="Shares a pot over a table of areas and writes code,share,amount_pence, one "
            "row an area in the table's order. Class C is evaluated here, to compare with published "
            "tables, and marked not adoptable. Exit status 0: written, 1: the document, data or pot "
            "cannot be used, 2: wrong usage. The output file is written whole or not at all.",
        )
        running.add_argument("file", metavar="FILE", help=document)
        running.add_argument(
            "--data", required=True, metavar="CSV", help="table of areas, .csv or .csv.gz, UTF-8"
        )
        running.add_argument(
            "--pot",
            required=True,
            type=_pot,
            metavar="P",
            help="the money to share. A bare whole number is PENCE (123456 is £1,234.56); with a £ "
            "sign or a decimal point it is pounds (£1,234.56, £1,234 or 1234.56)",
        )
        running.add_argument("--out", required=True, metavar="CSV", help="file to write")
        running.add_argument(
            "--hardship",
            choices=("on", "off"),
            help="count class B indicators or not, whatever the document's switch says",
        )

    def handle(self, *, what: str, **options: Any) -> None:
        formula = self._formula(options["file"])
        if what == "check":
            problems = check(formula, adoptable=options["adoptable"])
            if problems:
                self._refuse(problems, formula.source)
            self.stdout.write(f"{formula.source}: nothing is wrong with “{formula.title}”.")
        else:
            self._run(formula, options)

    def _run(self, formula: Formula, options: dict[str, Any]) -> None:
        out = Path(options["out"])
        if out.is_dir() or not out.parent.is_dir():
            raise CommandError(f"cannot write {out}: no such folder", returncode=2)
        if options["hardship"]:
            formula = formula.switched(hardship=options["hardship"] == "on")
        try:
            result = compute(formula, read_areas(formula, options["data"]), pot=options["pot"])
        except OSError as error:
            message = f"cannot read {options['data']}: {error.strerror}"
            raise CommandError(message, returncode=2) from error
        except AreasInvalid as error:
            self._refuse(error.problems, options["data"])
        except FormulaError as error:
            self._refuse(error.problems, formula.source)
        refusals = check(formula, adoptable=True)
        if refusals:
            self.stderr.write(f"{formula.source}: note: this formula is not adoptable:")
            for refusal in refusals:
                self.stderr.write(refusal.describe(formula.source))
        _write_atomically(out, _table(result))
        self.stdout.write(f"{out}: {len(result.rows)} areas, sha256 {result.digest}")

    def _formula(self, file: str) -> Formula:
        path = Path(file)
        try:
            if not path.exists() and file in built_in_slugs():
                return built_in(file)
            return load(path.read_text(encoding="utf-8"), source=file)
        except OSError as error:
            known = ", ".join(built_in_slugs())
            message = f"cannot read {file}: {error.strerror} (built-in formulas: {known})"
            raise CommandError(message, returncode=2) from error
        except UnicodeDecodeError:
            self._refuse([Problem(0, "", "file", "this is not UTF-8 text")], file)
        except FormulaError as error:
            self._refuse(error.problems, file)

    def _refuse(self, problems: list[Problem], source: str) -> NoReturn:
        for problem in problems:
            self.stderr.write(problem.describe(source))
        sys.exit(1)


def _pot(text: str) -> int:
    try:
        return parse_pot(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _table(result: Result) -> str:
    decimals = result.formula.apportionment.share_decimals
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["code", "share", "amount_pence"])
    for row in result.rows:
        writer.writerow([row.code, format_decimal(row.share, decimals), row.amount_pence])
    return table.getvalue()


def _write_atomically(path: Path, text: str) -> None:
    """Write beside the file and move into place, so that a reader never sees half a table."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}", returncode=2) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise CommandError(f"cannot write {path}: {error.strerror}", returncode=2) from error


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
