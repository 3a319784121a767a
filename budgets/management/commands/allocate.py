"""`manage.py allocate`: share a pot among the areas; by a dry run that touches nothing, or for real and posted.

For real means: an adopted formula, a pot that the national council has set, and a run that posts once, however often
it is asked. Exit status: 0 written, 1 the formula, figures, pot or a rule stand against it, 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from budgets import exports
from budgets import formula as engine
from budgets.actions import allocations
from budgets.management import arguments
from budgets.models import AllocationRun, FormulaVersion, Pot
from governance.levels import Level
from neighbourhoods.area_files.country import CountryInvalid, load
from neighbourhoods.models import Dataset
from neighbourhoods.queries import currency_of
from socialcare.kernel.errors import DomainError
from socialcare.kernel.money import POUND, Currency, pounds


class Command(BaseCommand):
    help = (
        "Shares a pot among the local systems and neighbourhoods of a nation and writes DIR/local.csv and "
        "DIR/neighbourhoods.csv (code,name,parent,need,share,amount_pence), each adding up to the pot to the penny. "
        "With --dry-run it needs no database and changes nothing. Without, FORMULA must be adopted and a pot of this "
        "size set by the national council; the money is posted to the ledger, once however often the command is run. "
        "Exit status 0 when the files are written, 1 when the formula, the figures, the pot or a rule stand against "
        "it, 2 for wrong usage."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--formula",
            required=True,
            metavar="F",
            help=f"a formula's slug ({', '.join(engine.built_in_slugs())}) or, for a dry run, a document's file",
        )
        parser.add_argument(
            "--pot", required=True, type=arguments.pot, metavar="P", help=arguments.POT_HELP
        )
        parser.add_argument(
            "--out", required=True, type=Path, metavar="DIR", help="folder for the two files"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="work it out and write the files; post nothing"
        )
        parser.add_argument(
            "--data",
            type=Path,
            metavar="CSV",
            help="figures for a dry run, .csv or .csv.gz: a file of neighbourhoods or of small areas "
            "(default: England's figures, which the product carries)",
        )

        parser.add_argument(
            "--country",
            type=Path,
            metavar="YAML",
            help="whose money a dry run over --data is about: the country's declaration (default: pounds)",
        )

    def handle(self, *, dry_run: bool, out: Path, **options: Any) -> None:
        if options["data"] and not dry_run:
            raise CommandError(
                "--data goes with --dry-run; a real run uses the imported figures.", returncode=2
            )
        if options["country"] and not options["data"]:
            raise CommandError("--country goes with --data.", returncode=2)
        if out.exists() and not out.is_dir():
            raise CommandError(f"{out} is not a folder.", returncode=2)
        files = self._dry_run(options) if dry_run else self._real_run(options)
        try:
            exports.write_files(out, files)
        except OSError as error:
            raise CommandError(f"cannot write to {out}: {error.strerror}", returncode=2) from error

    # --- A dry run --------------------------------------------------------------------------------

    def _dry_run(self, options: dict[str, Any]) -> dict[str, str]:
        formula = arguments.formula(options["formula"])
        data = options["data"] or arguments.CARRIED_FIGURES
        try:
            result = engine.compute(formula, engine.read_areas(formula, data), pot=options["pot"])
        except OSError as error:
            raise CommandError(f"cannot read {data}: {error.strerror}", returncode=2) from error
        except engine.AreasInvalid as error:
            arguments.refuse(error.problems, str(data))
        except engine.FormulaError as error:
            arguments.refuse(error.problems, formula.source)
        if not result.adoptable:
            self.stderr.write(f"{formula.source}: note: this formula is not adoptable.")
        money = pounds(options["pot"], self._declared_currency(options["country"]))
        self._report(len(result.local), len(result.neighbourhoods), money, "dry run")
        return {
            "local.csv": exports.as_csv(exports.lines_of_result(result.local)),
            "neighbourhoods.csv": exports.as_csv(exports.lines_of_result(result.neighbourhoods)),
        }

    def _declared_currency(self, declaration: Path | None) -> Currency:
        if declaration is None:
            return POUND
        try:
            return load(declaration).currency or POUND
        except OSError as error:
            raise CommandError(
                f"cannot read {declaration}: {error.strerror}", returncode=2
            ) from error
        except CountryInvalid as error:
            raise CommandError(f"{declaration}: {error.message}") from error

    # --- For real ---------------------------------------------------------------------------------

    def _real_run(self, options: dict[str, Any]) -> dict[str, str]:
        try:
            run = self._posted(options["formula"], options["pot"])
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        files = {
            "local.csv": list(exports.lines_of_run(run, Level.LOCAL)),
            "neighbourhoods.csv": list(exports.lines_of_run(run, Level.NEIGHBOURHOOD)),
        }
        systems, places = (len(lines) for lines in files.values())
        money = pounds(options["pot"], currency_of(run.pot.nation))
        self._report(systems, places, money, f"run {run.public_id} posted")
        return {name: exports.as_csv(lines) for name, lines in files.items()}

    def _posted(self, slug: str, pot_pence: int) -> AllocationRun:
        formula = (
            FormulaVersion.objects.filter(slug=slug, state=FormulaVersion.State.ADOPTED)
            .order_by("-version")
            .first()
        )
        if formula is None:
            raise CommandError(
                f"formula-not-adopted: no formula called “{slug}” has been adopted. Try --dry-run."
            )
        pots = [
            pot
            for pot in Pot.objects.filter(nation=formula.nation_id, state=Pot.State.SET).order_by(
                "-starts_on"
            )
            if pot.shared_pence == pot_pence
        ]
        if not pots:
            raise CommandError(
                f"pot-not-set: no pot with {pot_pence} pence to share has been set. Try --dry-run."
            )
        # A pot of this size that has been shared already gives its files again and posts nothing.
        shared = AllocationRun.objects.filter(pot__in=pots, formula=formula).order_by("-pk").first()
        if shared is not None and shared.state == AllocationRun.State.POSTED:
            return shared
        dataset = (
            shared.dataset
            if shared is not None
            else Dataset.objects.filter(nation=formula.nation_id).latest("imported_at")
        )
        run = allocations.request(
            formula=formula, pot=shared.pot if shared else pots[0], dataset=dataset, by=None
        )
        run = allocations.carry_out(run_id=run.pk, by=None, progress=self._tell)
        if run.state != AllocationRun.State.POSTED:
            raise CommandError(f"{run.error_code}: the run stopped; nothing was lost or doubled.")
        return run

    def _tell(self, run: AllocationRun) -> None:
        if sys.stderr.isatty():
            self.stderr.write(
                f"\r{run.get_state_display()} {run.systems_posted}/{run.systems_total}   ",
                ending="",
            )
            if run.is_over:
                self.stderr.write("")

    def _report(self, systems: int, places: int, money: str, how: str) -> None:
        self.stdout.write(
            f"{money} shared among {systems} local systems and {places} "
            f"neighbourhoods ({how}, {timezone.now():%Y-%m-%d})."
        )
