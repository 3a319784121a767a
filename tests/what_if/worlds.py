"""A tiny nation as a table, and formulas over it, for tests that need no database; and the form that asks what if."""

from __future__ import annotations

from budgets import document_figures as documents
from budgets import formula as engine
from budgets import whatif
from tests.small_england import SmallEngland

# code, name, parent, population, need, hardship
PLACES = [
    ("A1", "Apple", "A", 100, 10, 5),
    ("A2", "Ash", "A", 300, 12, 0),
    ("B1", "Birch", "B", 50, 40, 30),
    ("B2", "Beech", "B", 250, 20, 10),
    ("B3", "Bramble", "B", 0, 0, 0),
    ("C1", "Cherry", "C", 333, 7, 1),
]

DOCUMENT = """\
formula: tiny
version: "1"
title: A tiny formula
nation: Tinyland
effective: {from: 2026-01-01, until: 2027-12-31}
references:
  us: {title: Invented}
areas:
  level: neighbourhood
  code: code
  name: name
  population: population
  within: {level: local, code: parent, name: parent_name}
indicators:
  need: {class: A, unit: people, counts: people with need, source: us}
  hard: {column: hardship, class: B, unit: people, counts: people in hardship, source: us}
  people: {column: population, class: A, unit: people, counts: everybody, source: us}
switches: {hardship: on}
streams:
  individual:
    title: Entitlements
    held_by: neighbourhood
    share: {value: 0.9, unit: share of the pot, reference: us}
    need:
      points:
        unit: points each
        reference: us
        of:
          need: 3  # the measuring rod
          hard: {points: 1, note: wears people down}
  local:
    title: The local system
    held_by: local
    share: {value: 0.1, unit: share of the pot, reference: us}
    need: people
"""


def areas() -> engine.AreaTable:
    return engine.AreaTable.from_rows(
        (
            {
                "code": code,
                "name": name,
                "parent": parent,
                "parent_name": f"{parent} system",
                "population": people,
                "need": need,
                "hardship": hardship,
            }
            for code, name, parent, people, need, hardship in PLACES
        ),
        code="code",
        name="name",
        parent="parent",
        parent_name="parent_name",
    )


def formula(*changes: tuple[str, str]) -> engine.Formula:
    """The tiny formula with some of its words replaced; each must be there."""
    text = DOCUMENT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return engine.load(text)


def form_of(world: SmallEngland, **changes: str) -> dict[str, str]:
    """The form as it comes, with other numbers by key; `key=…` of a figure, or a field's own name."""
    numbers = documents.figures(engine.load(world.formula.text))
    basis = whatif.basis_in_force(world.nation)
    assert basis is not None
    data = {f"n{i}": figure.written for i, figure in enumerate(numbers)}
    names = {figure.key: f"n{i}" for i, figure in enumerate(numbers)}
    data |= {"hardship": "on", "pot_pence": f"{basis.pot_pence / 100:.2f}", "against": ""}
    return data | {names.get(key, key): value for key, value in changes.items()}
