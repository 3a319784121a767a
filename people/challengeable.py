"""What can be challenged: each app registers the kinds of decisions about a person that it makes.

    register(Kind("award", _("What my budget is"), describe))

`describe(user, public_id)` says in a few words what was decided, or None where there is nothing of that kind that the
user may challenge. Whoever makes such decisions asks `people.rules_challenges.is_open(kind, public_id)` before anything
gets worse for the person: nothing is lost while a challenge is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.models import Decision, User
from people import rules_asks
from people.models import Ask, Conversation
from socialcare.kernel.errors import Missing


@dataclass(frozen=True)
class Kind:
    """`code` is kept with a challenge: it never changes its meaning."""

    code: str
    name: str | Promise
    describe: Callable[[User, str], str | None]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Makes a kind of decision open to challenge. Raises RuntimeError for a code that is taken."""
    if kind.code in _kinds and _kinds[kind.code] != kind:
        raise RuntimeError(f"two kinds of decision are called {kind.code}")
    _kinds[kind.code] = kind


def name_of(code: str) -> str:
    """What a kind is called; of one that is no longer registered, its code."""
    return str(_kinds[code].name) if code in _kinds else code


def describe(user: User, code: str, public_id: str) -> str:
    """What was decided, in a few words. Raises Missing(nothing-to-challenge)."""
    found = _kinds[code].describe(user, public_id) if code in _kinds else None
    if found is None:
        raise Missing("nothing-to-challenge", _("We cannot find what you want to challenge."))
    return found


def _answer(user: User, public_id: str) -> str | None:
    ask = rules_asks.own_asks(user).filter(pk=public_id, state=Ask.State.CLOSED).first()
    return None if ask is None else _("What came of what I asked for")


def _points(user: User, public_id: str) -> str | None:
    known = Conversation.objects.filter(undisputed_points__isnull=False, person__user=user)
    is_theirs = known.filter(public_id=public_id).exists()
    return _("The points for what I need") if is_theirs else None


def _decision(user: User, public_id: str) -> str | None:
    found = Decision.objects.filter(public_id=public_id).select_related("matter").first()
    return None if found is None else found.matter.question


def _elsewhere(user: User, public_id: str) -> str | None:
    return None if public_id else _("Something else that was decided about me")


ELSEWHERE = "elsewhere"
register(Kind("answer", gettext_lazy("What came of what I asked for"), _answer))
register(Kind("points", gettext_lazy("The points for what I need"), _points))
register(Kind("decision", gettext_lazy("What a body decided, as it touches me"), _decision))
register(Kind(ELSEWHERE, gettext_lazy("Something else that was decided about me"), _elsewhere))
