"""Folding a name into what people type: no capitals, accents, stops or apostrophes."""

import re
import unicodedata

_DROPPED = re.compile(r"['’.]")


def fold(text: str) -> str:
    """`fold("St. Mary’s & Crésswell")` is "st marys cresswell". Letters outside a to z are kept as they are."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _DROPPED.sub("", plain)
    return re.sub(r"[\W_]+", " ", plain).strip()
