"""The answer to a what-if in sentences and charts. Draws what `budgets.whatif` worked out; asks the database nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.whatif import Change, Comparison, Decile, rounded
from socialcare.kernel.money import pounds
from socialcare.kernel.templatetags.charts import Bar
from socialcare.kernel.templatetags.figures import pounds_short

MOST_BARS = 6  # gainers, and as many losers
MOST_RANKS = 5


@dataclass(frozen=True)
class Picture:
    """Bars on both sides of nothing, and the sentence that they show."""

    says: str
    bars: list[Bar]


def changed(pence: Fraction | int) -> str:
    """ "£3.1 million more", "£950 less", "the same"."""
    if not pence:
        return _("the same")
    words = _("%(amount)s more") if pence > 0 else _("%(amount)s less")
    return words % {"amount": pounds_short(max(pence, -pence))}


def finding(answer: Comparison) -> str:
    """What somebody should know if they read only one thing."""
    if not answer.by_neighbourhood.gain and not answer.by_neighbourhood.lose:
        return _("Nothing would change. Every place would get what it gets now, to the penny.")
    ordered = sorted(answer.local, key=lambda change: (-change.change_pence, change.name))
    first, last = ordered[0], ordered[-1]
    sentences = []
    if first.change_pence > 0:
        sentences.append(
            _("%(place)s would get %(amount)s more, the largest gain.")
            % {"place": first.name, "amount": pounds_short(first.change_pence)}
        )
    if last.change_pence < 0:
        sentences.append(
            _("%(place)s would get %(amount)s less, the largest loss.")
            % {"place": last.name, "amount": pounds_short(-last.change_pence)}
        )
    tally = answer.by_local
    sentences.append(
        ngettext(
            "Of %(places)d local system %(gain)d would gain and %(lose)d would lose.",
            "Of %(places)d local systems %(gain)d would gain and %(lose)d would lose.",
            tally.places,
        )
        % {"places": tally.places, "gain": tally.gain, "lose": tally.lose}
    )
    return " ".join(sentences)


def largest(answer: Comparison) -> Picture | None:
    """The local systems that gain and lose most. None when none does."""
    ordered = sorted(answer.local, key=lambda change: (-change.change_pence, change.name))
    up = [each for each in ordered if each.change_pence > 0][:MOST_BARS]
    down = [each for each in ordered if each.change_pence < 0][-MOST_BARS:]
    if not up and not down:
        return None
    bars = [Bar(each.name, each.change_pence, changed(each.change_pence)) for each in [*up, *down]]
    return Picture(_("The local systems with the largest gains and losses."), bars)


def tenths(answer: Comparison) -> Picture | None:
    """The tenths of people by need, the greatest need first, in money a head. None when none of them changes."""
    if not any(each.change_pence for each in answer.deciles):
        return None
    says = _("For each person in the tenth where need is greatest: %(change)s.") % {
        "change": _a_head(answer.deciles[-1])
    }
    return Picture(
        says,
        [
            Bar(_tenth(each), each.change_a_head or 0, _a_head(each))
            for each in reversed(answer.deciles)
        ],
    )


def _a_head(decile: Decile) -> str:
    """To the penny: a head, pounds would hide most changes."""
    pence = rounded(decile.change_a_head or Fraction())
    if not pence:
        return _("the same")
    words = _("%(amount)s more") if pence > 0 else _("%(amount)s less")
    return words % {"amount": pounds(abs(pence))}


def _tenth(decile: Decile) -> str:
    match decile.number:
        case 10:
            return _("Tenth 10, the greatest need")
        case 1:
            return _("Tenth 1, the least need")
        case number:
            return _("Tenth %(number)d") % {"number": number}


@dataclass(frozen=True)
class UpsAndDowns:
    """The local systems whose rank moves most; ranks are by money a head."""

    up: Sequence[Change]
    down: Sequence[Change]


def ups_and_downs(answer: Comparison) -> UpsAndDowns:
    ordered = sorted(answer.local, key=lambda change: (-change.ranks_up, change.name))
    return UpsAndDowns(
        up=[each for each in ordered if each.ranks_up > 0][:MOST_RANKS],
        down=[each for each in reversed(ordered) if each.ranks_up < 0][:MOST_RANKS],
    )
