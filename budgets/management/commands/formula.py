"""`manage.py formula check|run`: read a formula document, or compute it over a table.

Needs no database and posts nothing. Messages are `FILE:LINE: key: message` on the error stream.
Exit status: 0 fine, 1 something is wrong with the document, the data or the pot, 2 wrong usage or a
file that cannot be read or written.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets import exports
from budgets.formula import (
    AreasInvalid,
    AreaTable,
    Formula,
    FormulaError,
    Result,
    built_in,
    built_in_slugs,
    check,
    compute,
    format_decimal,
    read_areas,
)
from budgets.management import arguments


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
            "only with its switch, no money lost, dates on what ends, nothing that takes minutes",
        )
        checking.add_argument(
            "--data",
            metavar="CSV",
            help="with --adoptable: the figures it is meant for, to try how large its numbers grow over them "
            "(default for a formula of England: the figures that the product carries)",
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
            "--pot", required=True, type=arguments.pot, metavar="P", help=arguments.POT_HELP
        )
        running.add_argument("--out", required=True, metavar="CSV", help="file to write")
        running.add_argument(
            "--hardship",
            choices=("on", "off"),
            help="count class B indicators or not, whatever the document's switch says",
        )

    def handle(self, *, what: str, **options: Any) -> None:
        formula = arguments.formula(options["file"])
        if what == "check":
            self._check(formula, options)
        else:
            self._run(formula, options)

    def _check(self, formula: Formula, options: dict[str, Any]) -> None:
        if options["data"] and not options["adoptable"]:
            raise CommandError("--data goes with --adoptable", returncode=2)
        areas = self._figures(formula, options["data"]) if options["adoptable"] else None
        if problems := check(formula, adoptable=options["adoptable"], areas=areas):
            arguments.refuse(problems, formula.source)
        self.stdout.write(f"{formula.source}: nothing is wrong with “{formula.title}”.")

    def _figures(self, formula: Formula, data: str | None) -> AreaTable | None:
        """The table named, or England's for a formula of England; None where that lacks what the formula names."""
        if data:
            return self._read(formula, data)
        if formula.nation != built_in("england").nation:
            return None
        try:
            return read_areas(formula, arguments.CARRIED_FIGURES)
        except AreasInvalid:
            return None

    def _read(self, formula: Formula, data: str) -> AreaTable:
        try:
            return read_areas(formula, data)
        except OSError as error:
            raise CommandError(f"cannot read {data}: {error.strerror}", returncode=2) from error
        except AreasInvalid as error:
            arguments.refuse(error.problems, data)

    def _run(self, formula: Formula, options: dict[str, Any]) -> None:
        out = Path(options["out"])
        if not out.parent.is_dir():
            raise CommandError(f"cannot write {out}: no such folder", returncode=2)
        if options["hardship"]:
            formula = formula.switched(hardship=options["hardship"] == "on")
        areas = self._read(formula, options["data"])
        try:
            result = compute(formula, areas, pot=options["pot"])
        except AreasInvalid as error:
            arguments.refuse(error.problems, options["data"])
        except FormulaError as error:
            arguments.refuse(error.problems, formula.source)
        refusals = check(formula, adoptable=True, areas=areas)
        if refusals:
            self.stderr.write(f"{formula.source}: note: this formula is not adoptable:")
            for refusal in refusals:
                self.stderr.write(refusal.describe(formula.source))
        try:
            exports.write_files(out.parent, {out.name: _table(result)})
        except OSError as error:
            raise CommandError(f"cannot write {out}: {error.strerror}", returncode=2) from error
        self.stdout.write(f"{out}: {len(result.rows)} areas, sha256 {result.digest}")


def _table(result: Result) -> str:
    decimals = result.formula.apportionment.share_decimals
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["code", "share", "amount_pence"])
    for row in result.rows:
        writer.writerow([row.code, format_decimal(row.share, decimals), row.amount_pence])
    return table.getvalue()
