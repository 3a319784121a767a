"""What if the pot were shared otherwise? Who would gain and who would lose, worked out by the engine and kept nowhere.

`compare` is plain arithmetic on two formulas and a table of areas: exact, to the penny, and every list adds up to the
difference of the pots. It posts nothing, and nothing here can: the ledger is not imported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

from budgets import formula as engine
from budgets import queries, sharing
from budgets.document_figures import Differences, differences
from budgets.formula.exact import divide_half_up
from budgets.models import AllocationRun, FormulaVersion, Pot, WhatIf
from governance.models import Sphere
from neighbourhoods.models import Dataset

DECILES = 10

# How many questions a visitor may ask: each new one takes the service about a second of work.
MOST_AN_HOUR = 60


def rounded(pence: Fraction) -> int:
    """To the nearest penny, halves away from nothing."""
    return divide_half_up(pence.numerator, pence.denominator)


class Change(NamedTuple):
    """One place before and after. Ranks are by money a head, 1 the most; places with the same share a rank.

    `switched_pence` is what it would get after, were hardship (class B) counted the other way; None without class B.
    """

    code: str
    name: str
    parent: str
    people: int
    before_pence: int
    after_pence: int
    switched_pence: int | None
    before_rank: int
    after_rank: int

    @property
    def change_pence(self) -> int:
        return self.after_pence - self.before_pence

    @property
    def change_a_head(self) -> Fraction | None:
        """Pence for each person; None where nobody lives."""
        return Fraction(self.change_pence, self.people) if self.people else None

    @property
    def change_a_head_pence(self) -> int:
        """The same to the nearest penny, 0 where nobody lives: for people to read."""
        return rounded(self.change_a_head or Fraction())

    @property
    def change_share(self) -> Fraction | None:
        """The change as a share of what it got; None where it got nothing."""
        return Fraction(self.change_pence, self.before_pence) if self.before_pence else None

    @property
    def switched_change_pence(self) -> int | None:
        return None if self.switched_pence is None else self.switched_pence - self.before_pence

    @property
    def ranks_up(self) -> int:
        """By how many ranks it rises; negative where it falls."""
        return self.before_rank - self.after_rank


class Decile(NamedTuple):
    """A tenth of the nation's people: `number` 1 lives where need a head is lowest, 10 where it is highest.

    A neighbourhood on the border belongs to both, by its people; so people and pence are exact fractions.
    """

    number: int
    people: Fraction
    before_pence: Fraction
    after_pence: Fraction

    @property
    def change_pence(self) -> Fraction:
        return self.after_pence - self.before_pence

    @property
    def change_a_head(self) -> Fraction | None:
        return self.change_pence / self.people if self.people else None


@dataclass(frozen=True)
class Tally:
    """How many places of one level gain, lose and stay, and the pence gained and lost in all."""

    gain: int
    lose: int
    same: int
    gained_pence: int
    lost_pence: int

    @property
    def places(self) -> int:
        return self.gain + self.lose + self.same


def tally(changes: Iterable[int]) -> Tally:
    """The changes of many places, in pence, counted."""
    pence = list(changes)
    up, down = [each for each in pence if each > 0], [-each for each in pence if each < 0]
    return Tally(len(up), len(down), len(pence) - len(up) - len(down), sum(up), sum(down))


class Held(NamedTuple):
    """An area that a floor lifts or a cap lowers, or that pays for it; exact pence before rounding."""

    code: str
    name: str
    change_pence: Fraction
    held_by: str


@dataclass(frozen=True)
class Damping:
    """What the floors and caps of one stream move, and between whom; adds up to nothing over the nation."""

    stream: str
    # The largest gain first; areas that nothing changes for are left out.
    areas: list[Held]

    @property
    def cost_pence(self) -> Fraction:
        """What those who pay give up so that others are held."""
        return sum((-each.change_pence for each in self.areas if each.change_pence < 0), Fraction())

    @property
    def helped(self) -> list[Held]:
        return [each for each in self.areas if each.change_pence > 0]

    @property
    def payers(self) -> list[Held]:
        """Who pays, the largest part first."""
        return [each for each in reversed(self.areas) if each.change_pence < 0]


@dataclass(frozen=True)
class Comparison:
    """Everything that a change does, place by place. Pots and changes in pence."""

    before_pot: int
    after_pot: int
    local: list[Change]
    neighbourhoods: list[Change]
    deciles: list[Decile]
    damping: list[Damping]
    # Whether the later formula counts hardship; None when it knows none.
    hardship_counted: bool | None

    @cached_property
    def by_local(self) -> Tally:
        return tally(each.change_pence for each in self.local)

    @cached_property
    def by_neighbourhood(self) -> Tally:
        return tally(each.change_pence for each in self.neighbourhoods)

    @cached_property
    def switched_by_local(self) -> Tally | None:
        """The local systems with hardship counted the other way."""
        changes = [each.switched_change_pence for each in self.local]
        known = [each for each in changes if each is not None]
        return tally(known) if known else None


def compare(
    before: engine.Formula,
    after: engine.Formula,
    areas: engine.AreaTable,
    *,
    before_pot: int,
    after_pot: int,
) -> Comparison:
    """What changes when `after` shares `after_pot` (pence) instead of `before` sharing `before_pot`.

    `areas` has a row a neighbourhood, a column `population`, and the local systems above. Raises engine.AreasInvalid
    and engine.PotRefused, as `engine.compute` does, for either formula.
    """
    return compare_with(
        engine.compute(before, areas, pot=before_pot), after, areas, after_pot=after_pot
    )


def compare_with(
    before: engine.Result, after: engine.Formula, areas: engine.AreaTable, *, after_pot: int
) -> Comparison:
    """The same, where the first result is known."""
    result = engine.compute(after, areas, pot=after_pot)
    knows_hardship = any(i.indicator_class == "B" for i in after.indicators.values())
    switched = None
    if knows_hardship:
        switched = engine.compute(
            after.switched(hardship=not after.hardship_on), areas, pot=after_pot
        )
    people = areas.column("population").numbers
    amounts = [[row.amount_pence for row in each.rows] for each in (before, result)]
    other = [row.amount_pence for row in switched.rows] if switched else None
    above = areas.above[0]
    return Comparison(
        before_pot=before.pot,
        after_pot=after_pot,
        local=_changes(*_summed(above.codes, above.names, people, amounts, other)),
        neighbourhoods=_changes(
            [
                (code, name, parent)
                for code, name, parent in zip(areas.codes, areas.names, above.codes, strict=True)
            ],
            people,
            amounts,
            other,
        ),
        deciles=deciles(
            [
                (
                    Fraction(row.share_parts[0], count) if count else Fraction(),
                    row.code,
                    count,
                    *two,
                )
                for row, count, *two in zip(before.rows, people, *amounts, strict=True)
            ]
        ),
        damping=_damping(result),
        hardship_counted=after.hardship_on if knows_hardship else None,
    )


_Labels = list[tuple[str, str, str]]


def _summed(
    codes: Sequence[str],
    names: Sequence[str],
    people: Sequence[int],
    amounts: list[list[int]],
    other: list[int] | None,
) -> tuple[_Labels, list[int], list[list[int]], list[int] | None]:
    """Neighbourhoods added up to local systems, in code order: at every level the engine's sums agree."""
    order = sorted(dict(zip(codes, names, strict=True)).items())

    def total(numbers: Sequence[int]) -> list[int]:
        sums: dict[str, int] = defaultdict(int)
        for code, number in zip(codes, numbers, strict=True):
            sums[code] += number
        return [sums[code] for code, _name in order]

    return (
        [(code, name, "") for code, name in order],
        total(people),
        [total(each) for each in amounts],
        total(other) if other else None,
    )


def _changes(
    labels: _Labels, people: Sequence[int], amounts: list[list[int]], other: list[int] | None
) -> list[Change]:
    ranks = [_ranks(each, people) for each in amounts]
    switched: Sequence[int | None] = other or [None] * len(labels)
    return [
        Change(*label, *rest)
        for label, *rest in zip(labels, people, *amounts, switched, *ranks, strict=True)
    ]


def _ranks(pence: Sequence[int], people: Sequence[int]) -> list[int]:
    """The rank of each place by money a head; where nobody lives it comes last."""
    heads = [
        Fraction(each, count) if count else Fraction(-1)
        for each, count in zip(pence, people, strict=True)
    ]
    order = sorted(range(len(heads)), key=heads.__getitem__, reverse=True)
    ranks = [0] * len(heads)
    for position, place in enumerate(order):
        above = order[position - 1] if position else None
        tied = above is not None and heads[above] == heads[place]
        ranks[place] = ranks[above] if above is not None and tied else position + 1
    return ranks


def deciles(places: Iterable[tuple[Fraction, str, int, int, int]]) -> list[Decile]:
    """Ten parts with the same number of people each, by (need a head, code, people, pence before, pence after).

    Empty when nobody lives anywhere. Everybody and every penny is in exactly one part, or split by people.
    """
    ordered = sorted(places)
    total = sum(place[2] for place in ordered)
    if not total:
        return []
    sums = [[Fraction(), Fraction(), Fraction()] for _ in range(DECILES)]
    reached = 0
    for _need, _code, people, *pence in ordered:
        # In tenths of a person, so that the borders between the parts are whole numbers.
        start, end = DECILES * reached, DECILES * (reached + people)
        reached += people
        for number in range(min(start // total, DECILES - 1), DECILES):
            inside = min(end, (number + 1) * total) - max(start, number * total)
            part = Fraction(inside, end - start) if people else Fraction(1)
            for place, amount in enumerate([people, *pence]):
                sums[number][place] += part * amount
            if end <= (number + 1) * total:
                break
    return [Decile(number, *three) for number, three in enumerate(sums, start=1)]


def _damping(result: engine.Result) -> list[Damping]:
    by_stream: dict[str, list[Held]] = defaultdict(list)
    for row in result.damping:
        held = Held(row.code, row.name, row.change_pence, row.held_by)
        by_stream[row.stream] += [held] if held.change_pence else []
    titles = {stream.code: stream.title for stream in result.streams}
    return [
        Damping(titles[code], sorted(held, key=lambda each: (-each.change_pence, each.code)))
        for code, held in by_stream.items()
    ]


# --- What it is compared with ---------------------------------------------------------------------


@dataclass(frozen=True)
class Basis:
    """What a change is compared with: a formula version that shares so many pence over these figures."""

    version: FormulaVersion
    pot_pence: int
    dataset: Dataset
    run: AllocationRun | None


def basis_in_force(nation: Sphere) -> Basis | None:
    """What is shared now; before the first run, the formula adopted last with the newest pot. None before that."""
    run = queries.current_run(nation)
    if run is not None:
        return Basis(run.formula, run.pot.shared_pence, run.dataset, run)
    version = queries.adopted_formulas(nation).first()
    pot = queries.pots(nation).exclude(state=Pot.State.REJECTED).first()
    dataset = Dataset.objects.current(nation)
    if version is None or pot is None or dataset is None:
        return None
    return Basis(version, pot.shared_pence, dataset, None)


def basis_of(version: FormulaVersion, *, like: Basis) -> Basis:
    """That version, sharing the pot of `like` over the same figures."""
    return like if version == like.version else Basis(version, like.pot_pence, like.dataset, None)


@lru_cache(maxsize=2)
def _areas(dataset_id: int, sha256: str) -> engine.AreaTable:
    """The figures of a dataset, kept in memory: they never change."""
    return sharing.area_table(Dataset.objects.get(pk=dataset_id, sha256=sha256))


def areas_of(dataset: Dataset) -> engine.AreaTable:
    return _areas(dataset.pk, dataset.sha256)


@lru_cache(maxsize=2)
def _compared(text: str, dataset_id: int, sha256: str, pot: int) -> engine.Result:
    return engine.compute(engine.load(text), _areas(dataset_id, sha256), pot=pot)


@lru_cache(maxsize=8)
def _comparison(public_id: str) -> Comparison:
    what_if = WhatIf.objects.select_related("compared_with", "dataset").get(public_id=public_id)
    return compared(
        engine.load(what_if.text),
        pot_pence=what_if.pot_pence,
        basis=Basis(what_if.compared_with, what_if.compared_pot_pence, what_if.dataset, None),
    )


def compared(formula: engine.Formula, *, pot_pence: int, basis: Basis) -> Comparison:
    """A formula beside what it is compared with.

    Raises engine.AreasInvalid, engine.PotRefused, and engine.FormulaInvalid(too_heavy) for one that would take too long.
    """
    areas = areas_of(basis.dataset)
    if problems := engine.too_heavy(formula, areas):
        raise engine.FormulaInvalid(problems)
    before = _compared(basis.version.text, basis.dataset.pk, basis.dataset.sha256, basis.pot_pence)
    return compare_with(before, formula, areas, after_pot=pot_pence)


def comparison(what_if: WhatIf) -> Comparison:
    """Who gains and who loses, worked out when first asked. Raises engine.FormulaError for a proposal that cannot
    share this pot over these figures."""
    return _comparison(what_if.public_id)


@dataclass(frozen=True)
class Asked:
    """The document of a question. `problems` says why it could never be adopted; empty when it could."""

    formula: engine.Formula
    problems: list[engine.Problem]
    differences: Differences


@lru_cache(maxsize=8)
def _asked(public_id: str) -> Asked:
    what_if = WhatIf.objects.select_related("compared_with").get(public_id=public_id)
    formula = engine.load(what_if.text)
    return Asked(
        formula,
        # How large its numbers grow was tried when it was asked.
        engine.check(formula, adoptable=True),
        differences(engine.load(what_if.compared_with.text), formula),
    )


def asked(what_if: WhatIf) -> Asked:
    """What was asked, beside the version that it is compared with."""
    return _asked(what_if.public_id)
