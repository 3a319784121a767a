"""The formula engine: a declarative document, a table of areas and a pot give exact pence.

Pure Python with no database, no settings and no binary floats. It knows nothing of people: its
inputs are counts by area. See docs/formula.md for how to write a document.
"""

from .adoptable import check
from .areas import AreaTable
from .document import Formula
from .exact import format_decimal, format_pounds, parse_pot
from .explanation import NEVER_ASKED, Explanation, Step, StreamExplanation, explain
from .heaviness import too_heavy
from .library import built_in, built_in_slugs, read_areas
from .parsing import load
from .problems import AreasInvalid, FormulaError, FormulaInvalid, PotRefused, Problem
from .reading import unix_lines
from .result import DampingRow, Result, Row, StreamResult
from .sharing import compute

__all__ = [
    "NEVER_ASKED",
    "AreaTable",
    "AreasInvalid",
    "DampingRow",
    "Explanation",
    "Formula",
    "FormulaError",
    "FormulaInvalid",
    "PotRefused",
    "Problem",
    "Result",
    "Row",
    "Step",
    "StreamExplanation",
    "StreamResult",
    "built_in",
    "built_in_slugs",
    "check",
    "compute",
    "explain",
    "format_decimal",
    "format_pounds",
    "load",
    "parse_pot",
    "read_areas",
    "too_heavy",
    "unix_lines",
]
