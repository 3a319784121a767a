"""Who has something to gain: an organisation that somebody's plan names may not settle what that person needs.

It compares words as people write them, so it would rather find too much than too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOISE = frozenset(
    [
        "the",
        "and",
        "of",
        "ltd",
        "limited",
        "cic",
        "plc",
        "llp",
        "co",
        "company",
        "cyf",
        "cyfyngedig",
    ]
)


def _plain(words: str) -> list[str]:
    return [word for word in re.findall(r"\w+", words.casefold()) if word not in _NOISE]


def is_named(organisation: str, texts: Iterable[str]) -> bool:
    """Do any of `texts` name `organisation`, whatever its case, its stops, and words like "The" or "Ltd"?"""
    name = _plain(organisation)
    if not name:
        return False
    wanted = f" {' '.join(name)} "
    return any(wanted in f" {' '.join(_plain(text))} " for text in texts)
