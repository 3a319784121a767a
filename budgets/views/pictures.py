"""Turns figures into the parts, bars and sentences of charts. Pages draw them; nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from budgets import formula as engine
from budgets.own_money import Month, MyMoney
from budgets.queries import PartOfPot
from socialcare.kernel.templatetags.charts import Bar, Part, Step
from socialcare.kernel.templatetags.figures import percent, pounds, pounds_short
from socialcare.kernel.templatetags.language import translated


@dataclass(frozen=True)
class PotPicture:
    """What a whole pot is for."""

    parts: list[Part]
    says: str


def pot_picture(parts: list[PartOfPot]) -> PotPicture | None:
    """The parts of a pot, the largest first, with the largest one told. None when there are none."""
    whole = sum(part.amount_pence for part in parts)
    if not whole:
        return None
    largest = parts[0]
    says = _("Most of it, %(share)s, is: %(what)s.") % {
        "share": percent(Fraction(largest.amount_pence, whole)),
        "what": largest.label.lower(),
    }
    return PotPicture(
        [Part(part.label, part.amount_pence, pounds_short(part.amount_pence)) for part in parts],
        says,
    )


@dataclass(frozen=True)
class StreamPicture:
    """One stream's way from an equal amount a head to what the place gets."""

    title: str
    held_by: str
    amount_pence: int
    steps: list[Step]
    says: str


# Steps smaller than this part of the amount are told together, so that the picture stays readable.
_SMALL = Fraction(1, 100)


def stream_pictures(explanation: engine.Explanation) -> list[StreamPicture]:
    """A waterfall for each stream of a place's explanation, in whole pence."""
    return [
        StreamPicture(
            title=stream.title,
            held_by=stream.held_by,
            amount_pence=stream.amount_pence,
            steps=_steps(stream),
            says=_("How %(place)s comes to %(amount)s for: %(stream)s.")
            % {
                "place": explanation.name,
                "amount": pounds_short(stream.amount_pence),
                "stream": translated(stream.title).lower(),
            },
        )
        for stream in explanation.streams
    ]


def _steps(stream: engine.StreamExplanation) -> list[Step]:
    small_enough = stream.amount_pence * _SMALL
    told: list[Step] = []
    together = 0
    for step in stream.steps:
        if step.kind == "indicator" and abs(step.change_pence) < small_enough:
            together += step.change_pence
        else:
            told.append(Step(step_words(step), step.change_pence, _change(step.change_pence)))
    if together:
        # Before the cost and rounding steps would be truer to the order, but no sum depends on it.
        told.append(Step(_("Smaller differences together"), together, _change(together)))
    told.append(
        Step(_("What it gets"), stream.amount_pence, pounds_short(stream.amount_pence), total=True)
    )
    return told


def step_words(step: engine.Step) -> str:
    """What a step of a waterfall is called."""
    match step.kind:
        case "equal_per_head":
            return _("The same for each person everywhere")
        case "cost":
            return _("What the same help costs here")
        case "damping":
            return _("Limits on change")
        case "rounding":
            return _("Rounding")
        case _:
            return capfirst(translated(step.label))


def _change(pence: int) -> str:
    if pence < 0:
        return _("%(amount)s less") % {"amount": pounds_short(-pence)}
    return _("%(amount)s more") % {"amount": pounds_short(pence)}


@dataclass(frozen=True)
class MoneyBar:
    """Somebody's money this month: spent, planned, free."""

    parts: list[Part]
    says: str


def money_bar(money: MyMoney) -> MoneyBar | None:
    """One bar for this month. None while there is nothing to show."""
    if not money.left_pence and not money.spent_pence:
        return None
    parts = [
        (_("Free"), money.free_pence),
        (_("Planned this month"), min(money.planned_pence, money.left_pence)),
        (_("Spent this month"), money.spent_pence),
    ]
    says = _("%(left)s is in my budget, and %(free)s of it is free.") % {
        "left": pounds(money.left_pence),
        "free": pounds(money.free_pence),
    }
    return MoneyBar([Part(label, pence, pounds(pence)) for label, pence in parts], says)


@dataclass(frozen=True)
class MonthBars:
    """What went out, month by month."""

    rows: list[Bar]
    says: str


def month_bars(months: list[Month]) -> MonthBars | None:
    """A bar for what went out each month, the newest first. None while nothing did."""
    if not any(month.went_out for month in months):
        return None
    most = max(months, key=lambda month: month.went_out)
    says = _("Most went out in %(month)s: %(sum)s.") % {
        "month": date_format(most.first, "F Y"),
        "sum": pounds(most.went_out),
    }
    return MonthBars(
        [
            Bar(date_format(month.first, "F Y"), month.went_out, pounds(month.went_out))
            for month in months
        ],
        says,
    )
