"""Adds a country's small areas up into the file of neighbourhoods that the product carries."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from neighbourhoods.area_files import AreaFileInvalid, CountryInvalid, compiling, load, read_areas
from neighbourhoods.area_files.country import ENGLAND


class Command(BaseCommand):
    help = (
        "Adds the small areas of a country up into its neighbourhoods and writes them as a file that import_areas "
        "takes. The same input gives the same bytes. Needs no database. Exit status 0 when written, 1 when the "
        "file of small areas has faults (each on its own line), 2 for wrong usage or a file that is not there."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the small areas, .csv or .csv.gz")
        parser.add_argument(
            "--out", type=Path, required=True, help="where to write (.csv or .csv.gz)"
        )
        parser.add_argument(
            "--country",
            type=Path,
            default=ENGLAND / "country.yaml",
            help="the country's declaration (default: England's)",
        )
        parser.add_argument(
            "--centres",
            type=Path,
            default=compiling.CARRIED,
            help="a file with each neighbourhood's latitude and longitude (default: those already carried)",
        )
        parser.add_argument(
            "--centres-code",
            default="code",
            help="the column of that file that holds the neighbourhood's code (default: %(default)s)",
        )
        parser.add_argument(
            "--districts",
            type=Path,
            help="also write which local system each district is in (.csv)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        reading = path
        try:
            country = load(options["country"])
            file = read_areas(path, country=country)
            reading = options["centres"]
            centres = compiling.read_centres(reading, code_column=options["centres_code"])
        except AreaFileInvalid as error:
            for problem in error.problems:
                self.stderr.write(problem.line(str(reading)))
            raise SystemExit(1) from None
        except CountryInvalid as error:
            for fault in error.faults:
                self.stderr.write(f"{options['country']}: {fault}")
            raise SystemExit(1) from None
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror or error}", returncode=2
            ) from error
        if not file.from_small_areas:
            raise CommandError(
                f"{path} is not {country.nation_name}'s file of small areas.", returncode=2
            )
        file = compiling.with_centres(file, centres)
        out: Path = options["out"]
        data = compiling.as_csv(file)
        out.write_bytes(compiling.packed(data) if out.suffix == ".gz" else data)
        if options["districts"]:
            options["districts"].write_bytes(
                compiling.districts_as_csv(file, country.district_codes_since)
            )
        self.stdout.write(
            f"{file.rows_read:,} small areas → {len(file.areas):,} neighbourhoods, {len(file.columns)} counts; "
            f"{sum(area.population for area in file.areas):,} people; {file.withheld:,} withheld cells counted as 0."
        )
