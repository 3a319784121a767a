"""Read shapes of challenges: one's own with the answer, and what a member of a panel is shown. And where my rights stand."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.models import User
from people import challengeable, queries, rules, rules_advocacy, rules_asks, rules_challenges
from people.models import Challenge, PanelSeat
from people.models.challenges import Opinion
from people.models.consents import State
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Missing

# --- One's own ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What one member of the panel says. The person is not told who said it."""

    opinion: Opinion
    reasons: str


@dataclass(frozen=True)
class OwnChallenge:
    """A challenge as the person sees it. What the members say is there once there is an answer."""

    row: Challenge
    about: str
    words: str
    panel: int
    said: list[Said]

    @property
    def is_late(self) -> bool:
        return self.row.is_late(acting.today())

    @property
    def outcome(self) -> str:
        return str(Opinion(self.row.outcome).label) if self.row.outcome else ""

    @property
    def released(self) -> list[str]:
        return [str(Part(part).label) for part in self.row.released]


def own(challenge: Challenge) -> OwnChallenge:
    """The person's own view. Load it with its seats."""
    seats = list(challenge.seats.all())
    is_answered = challenge.state == Challenge.State.DECIDED
    said = [
        Said(Opinion(seat.opinion), seat.words(challenge)["reasons"])
        for seat in sorted(seats, key=lambda seat: seat.public_id)
        if is_answered and seat.opinion
    ]
    return OwnChallenge(
        row=challenge,
        about=challengeable.name_of(challenge.about_kind),
        words=challenge.words(challenge)["words"],
        panel=len(seats),
        said=said,
    )


def all_own(user: User) -> list[OwnChallenge]:
    """Everything `user` challenged, the newest first. Two queries."""
    rows = rules_challenges.own_challenges(user).prefetch_related("seats")
    return [own(row) for row in rows.order_by("-made_at", "-pk")]


def can_be_challenged(user: User, begins_with: str = "") -> list[tuple[str, str]]:
    """What `user` may choose: ("kind:id", words). What they came with is first, where it is there for them."""
    found: list[tuple[str, str]] = []
    kind, _colon, public_id = begins_with.partition(":")
    asks = rules_asks.own_asks(user).filter(state="closed").order_by("-closed_at")
    for code, about in ((kind, public_id), *(("answer", ask.pk) for ask in asks[:5])):
        name = f"{code}:{about}"
        if about and name not in dict(found):
            try:
                found.append((name, challengeable.describe(user, code, about)))
            except Missing:
                continue
    elsewhere = challengeable.ELSEWHERE
    return [*found, (f"{elsewhere}:", challengeable.describe(user, elsewhere, ""))]


# --- On a panel -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """What a member of the panel is shown: what was released, and nothing of who it is."""

    seat: PanelSeat
    about: str
    words: str
    # The record, where the person let the panel see parts of it.
    person_id: str

    @property
    def is_late(self) -> bool:
        return self.seat.challenge.is_late(acting.today())


def seats(user: User) -> list[PanelSeat]:
    """Where `user` sits now, the soonest promised first."""
    rows = rules_challenges.seats_of(user).select_related("challenge")
    return list(rows.order_by("challenge__decide_by", "pk"))


def heard(user: User, public_id: str) -> Heard | None:
    """The open challenge of that seat; None where `user` does not sit there."""
    seat = (
        rules_challenges.seats_of(user)
        .select_related("challenge")
        .filter(public_id=public_id)
        .first()
    )
    if seat is None:
        return None
    challenge = seat.challenge
    person = rules.people_visible_to(user).filter(pk=challenge.person_id).first()
    return Heard(
        seat=seat,
        about=challengeable.name_of(challenge.about_kind),
        words=challenge.words(challenge)["words"],
        person_id=person.public_id if person is not None else "",
    )


# --- My rights ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Right:
    """One right, where it stands for the reader, and the one thing to do about it."""

    code: str
    title: str | Promise
    promise: str | Promise
    stands: str
    words: str | Promise
    href: str


_CONTROL = gettext_lazy("I decide")
_INFORMATION = gettext_lazy("I know")
_ADVOCACY = gettext_lazy("Somebody speaks up with me")
_PEERS = gettext_lazy("Somebody who has been there")
_CHALLENGE = gettext_lazy("It can be looked at again")


def rights(user: User) -> list[Right]:
    """The five, in the order of the page."""
    live = {
        consent.user_id
        for consent in rules.consents_given_by(user)
        if consent.state_at(acting.now()) == State.LIVE
    }
    looks = rules.looks_at(user).count()
    open_challenges = rules_challenges.own_challenges(user).filter(state="open").count()
    speaking = rules_advocacy.own_requests(user).filter(
        state="accepted", ends_on__gt=acting.today()
    )
    helped = len(queries.needs_of(user))
    return [
        Right(
            "control",
            _CONTROL,
            gettext_lazy(
                "About my plan, my money and who sees my record. No office can take that from me."
            ),
            ngettext(
                "%(count)s person can see something of mine.",
                "%(count)s people can see something of mine.",
                len(live),
            )
            % {"count": len(live)},
            gettext_lazy("Choose who can see what"),
            reverse("who_can_see"),
        ),
        Right(
            "information",
            _INFORMATION,
            gettext_lazy(
                "What is written about me, who read it, and why I get what I get, in a way I understand."
            ),
            ngettext("Others looked %(count)s time.", "Others looked %(count)s times.", looks)
            % {"count": looks}
            + " "
            + (
                _("It is written down how to talk with me.")
                if helped
                else _("It is not written down yet how to talk with me.")
            ),
            gettext_lazy("Read who looked"),
            reverse("who_looked"),
        ),
        Right(
            "advocacy",
            _ADVOCACY,
            gettext_lazy("An advocate who is paid by nobody that decides about me. It is free."),
            _("An advocate speaks up with me.")
            if speaking.exists()
            else _("Nobody speaks up for me yet."),
            gettext_lazy("My advocate"),
            reverse("my_advocate"),
        ),
        Right(
            "peer-support",
            _PEERS,
            gettext_lazy("I can meet people who know it from their own life, if we both want to."),
            _("There is no list of them here yet. Ask, and somebody looks with you."),
            gettext_lazy("Ask to meet somebody"),
            reverse("ask_for_help", args=["me"]),
        ),
        Right(
            "challenge",
            _CHALLENGE,
            gettext_lazy(
                "Three people from elsewhere look at any decision about me again. I lose nothing meanwhile."
            ),
            ngettext(
                "%(count)s challenge of mine is open.",
                "%(count)s challenges of mine are open.",
                open_challenges,
            )
            % {"count": open_challenges}
            if open_challenges
            else _("No challenge of mine is open."),
            gettext_lazy("Challenge a decision"),
            reverse("challenge"),
        ),
    ]
