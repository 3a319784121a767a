"""Files of areas: reading them whole or refusing them whole, and compiling small areas into neighbourhoods.

Nothing here touches the database; `neighbourhoods.actions.areas` writes what these files say.
"""

from neighbourhoods.area_files.country import Country, CountryInvalid, england, load, note_for
from neighbourhoods.area_files.problems import AreaFileInvalid, Problem
from neighbourhoods.area_files.reading import Area, AreaFile, read_areas

__all__ = [
    "Area",
    "AreaFile",
    "AreaFileInvalid",
    "Country",
    "CountryInvalid",
    "Problem",
    "england",
    "load",
    "note_for",
    "read_areas",
]
