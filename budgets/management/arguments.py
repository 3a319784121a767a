"""What the commands about formulas share: reading `--pot`, finding a document, and refusing with every problem listed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from django.core.management.base import CommandError

from budgets.formula import (
    Formula,
    FormulaError,
    Problem,
    built_in,
    built_in_slugs,
    load,
    parse_pot,
)
from neighbourhoods.area_files.country import ENGLAND

CARRIED_FIGURES = ENGLAND / "neighbourhoods.csv.gz"
POT_HELP = (
    "the money to share. A bare whole number is PENCE (123456 is £1,234.56); with a £ sign or a decimal point it "
    "is pounds (£1,234.56, £1,234 or 1234.56)"
)


def pot(text: str) -> int:
    """Pence from `--pot`, for argparse."""
    try:
        return parse_pot(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def formula(file: str) -> Formula:
    """The document in `file`, or the built-in formula of that name; else the command ends with what is wrong."""
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
        refuse([Problem(0, "", "file", "this is not UTF-8 text")], file)
    except FormulaError as error:
        refuse(error.problems, file)


def refuse(problems: list[Problem], source: str) -> NoReturn:
    """Lists every problem as FILE:LINE: key: message on the error stream and ends with status 1."""
    for problem in problems:
        print(problem.describe(source), file=sys.stderr)
    sys.exit(1)
