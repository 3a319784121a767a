"""Asking for help, and answering those who asked. Nobody is refused: there is no action that says no to an ask."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance import audit, notices
from governance.levels import Level
from governance.models import Sphere, User
from people import notices as people_notices
from people import promises, rules, rules_asks
from people.actions import persons
from people.codes import hash_of, new_code
from people.models import Ask, Person, SafeContact
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed

LONGEST_WORDS = 2000  # characters
LONGEST = 500


@dataclass(frozen=True)
class Made:
    """An ask, and the code to come back with: None for somebody who asked signed in."""

    ask: Ask
    code: str | None


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def make(
    *,
    neighbourhood: Sphere,
    for_whom: str,
    talk: str,
    name: str,
    channel: str,
    reach: str,
    say: str = "",
    never: str = "",
    words: str = "",
    how: str = Ask.How.ONLINE,
    by: User | None,
) -> Made:
    """Keeps what somebody asks for, and promises a day by which somebody talks with them.

    Signed in, `by` asks for themself and their record begins if they have none. With `how` other than online, `by`
    wrote down the words of somebody else, and the ask belongs to whoever holds the code. `by` is None for somebody
    without an account.

    Raises DomainError(not-a-neighbourhood, no-name, no-reach, no-channel, no-way, too-long) and NotAllowed(sign-in-to-help).
    """
    if neighbourhood.level != Level.NEIGHBOURHOOD:
        raise DomainError("not-a-neighbourhood", _("Choose a neighbourhood."))
    texts = {"name": name, "reach": reach, "say": say, "never": never, "words": words}
    texts = {key: text.strip() for key, text in texts.items()}
    _check(texts, for_whom=for_whom, talk=talk, channel=channel, how=how)
    is_helped = how != Ask.How.ONLINE
    if is_helped and by is None:
        raise NotAllowed("sign-in-to-help", _("Sign in to write down what somebody else asks for."))
    person = None if by is None or is_helped else _record_of(by, texts["name"])
    code = new_code() if person is None else None
    ask = Ask(
        person=person,
        neighbourhood=neighbourhood,
        for_whom=for_whom,
        talk=talk,
        channel=channel,
        how=how,
        entered_by=by if is_helped else None,
        code_hash=hash_of(code) if code else None,
        asked_at=acting.now(),
        answer_by=promises.current().due(promises.ASK, on=acting.today()),
    )
    ask.make_key()
    ask.put(ask, **texts)
    ask.save(force_insert=True)
    # What somebody does for themself is kept with their record and not with the ask: the trail has no row security,
    # and whoever answers leaves their own traces on the ask.
    audit.record("ask.made", subject=person or ask, by=by, how=how)
    for mandate in rules_asks.answering_in(neighbourhood):
        notices.tell(mandate.user, about=f"ask:{ask.public_id}")
    return Made(ask, code)


def _record_of(by: User, name: str) -> Person:
    return rules.own_record(by) or persons.begin(preferred_name=name, by=by)


def _check(texts: dict[str, str], *, for_whom: str, talk: str, channel: str, how: str) -> None:
    if not texts["name"]:
        raise DomainError("no-name", _("Tell us what to call you."))
    if not texts["reach"]:
        raise DomainError("no-reach", _("Write where or through whom to reach you."))
    if channel not in SafeContact.Channel:
        raise DomainError("no-channel", _("Choose how we may reach you."))
    if for_whom not in Ask.ForWhom or talk not in Ask.Talk or how not in Ask.How:
        raise DomainError("no-way", _("Choose how you want to talk."))
    longest = {key: LONGEST_WORDS if key == "words" else LONGEST for key in texts}
    if any(len(text) > longest[key] for key, text in texts.items()):
        raise DomainError(
            "too-long", _("Write a little less. There is time for more when we talk.")
        )


@transaction.atomic
def claim(*, code: str, by: User) -> Ask:
    """Makes what somebody asked without an account their own. The code opens nothing any more.

    Raises Missing(no-record, no-such-code).
    """
    own = rules.own_record(by)
    if own is None:
        raise Missing("no-record", _("You have no record yet."))
    public_id = _call("claim_ask", code)
    if public_id is None:
        raise Missing("no-such-code", _("We know no such code. Check each letter."))
    ask = Ask.objects.get(pk=public_id)
    audit.record("ask.claimed", subject=own, by=by)
    return ask


@transaction.atomic
def withdraw(*, ask: Ask, by: User) -> Ask:
    """Takes back what `by` asked for. Raises Missing(no-such-ask) and Conflict(over-already)."""
    found = (
        rules_asks.own_asks(by)
        .select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=ask.pk)
        .first()
    )
    if found is None:
        raise Missing("no-such-ask")
    _move(found, Ask.State.WITHDRAWN)
    found.closed_at = acting.now()
    found.save(update_fields=["state", "closed_at"])
    audit.record("ask.withdrawn", subject=found.person or found, by=by)
    return found


@transaction.atomic
def withdraw_by_code(*, code: str) -> None:
    """Takes back what was asked without an account. Raises Missing(no-such-code)."""
    public_id = _call("withdraw_ask", code)
    if public_id is None:
        raise Missing("no-such-code", _("We know no such code. Check each letter."))
    audit.record("ask.withdrawn", subject=Ask(pk=public_id), by=None)


def _call(function: str, code: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [hash_of(code)])
        found: str | None = cursor.fetchone()[0]
    return found


# --- Answering ------------------------------------------------------------------------------------


def _held(ask: Ask, by: User) -> Ask:
    """The ask as it now stands, locked. Raises NotAllowed(does-not-answer) and Missing(no-such-ask)."""
    rules_asks.can_answer(by).require()
    found = rules_asks.to_answer(by).select_for_update(of=("self",)).filter(pk=ask.pk).first()
    if found is None:
        raise Missing("no-such-ask")
    return found


def _move(ask: Ask, state: Ask.State) -> None:
    if state not in Ask.TRANSITIONS[ask.state]:
        raise Conflict("over-already", _("That cannot be done with it any more."))
    ask.state = state


@transaction.atomic
def note_read(*, ask: Ask, by: User) -> None:
    """Leaves a trace that `by` read it, which whoever asked can see."""
    audit.record("ask.read", subject=ask, by=by)


@transaction.atomic
def take(*, ask: Ask, by: User) -> Ask:
    """From now on only `by` reads it. Raises what answering raises, and NotAllowed(taken-already)."""
    ask = _held(ask, by)
    rules_asks.can_take(by, ask).require()
    if ask.state == Ask.State.WAITING:
        _move(ask, Ask.State.TAKEN)
    ask.taken_by = by
    ask.save(update_fields=["state", "taken_by"])
    audit.record("ask.taken", subject=ask, by=by)
    _tell_asker(ask, "ask-taken")
    return ask


@transaction.atomic
def hand_on(*, ask: Ask, to: User, by: User) -> Ask:
    """Gives it to a colleague who answers asks there; `by` reads it no more.

    Raises what answering raises, NotAllowed(not-yours-to-answer) and DomainError(no-colleague).
    """
    ask = _held(ask, by)
    rules_asks.can_go_on(by, ask).require()
    if not ask.is_open:
        raise Conflict("over-already", _("That cannot be done with it any more."))
    if not rules_asks.colleagues(by, ask).filter(pk=to.pk).exists():
        raise DomainError("no-colleague", _("Choose somebody who answers asks there."))
    ask.taken_by = to
    ask.save(update_fields=["taken_by"])
    audit.record("ask.handed-on", subject=ask, by=by, to=to.pk)
    notices.tell(to, about=f"ask-handed:{ask.public_id}:{by.pk}")
    return ask


@transaction.atomic
def mark_talked(*, ask: Ask, by: User) -> Ask:
    """`by` has talked with whoever asked. Raises what answering raises, NotAllowed and Conflict(over-already)."""
    ask = _held(ask, by)
    rules_asks.can_go_on(by, ask).require()
    _move(ask, Ask.State.TALKED)
    ask.talked_at = acting.now()
    ask.save(update_fields=["state", "talked_at"])
    audit.record("ask.talked", subject=ask, by=by)
    return ask


@transaction.atomic
def close(*, ask: Ask, answer: str, by: User) -> Ask:
    """Says in plain words what happened next: what was found, with whom. Whoever asked reads it.

    Raises what answering raises, NotAllowed(not-yours-to-answer), DomainError(no-answer, too-long) and
    Conflict(over-already) where nobody has talked with them yet.
    """
    answer = answer.strip()
    if not answer:
        raise DomainError("no-answer", _("Write what happened next."))
    if len(answer) > LONGEST_WORDS:
        raise DomainError("too-long", _("Write a little less."))
    ask = _held(ask, by)
    rules_asks.can_go_on(by, ask).require()
    _move(ask, Ask.State.CLOSED)
    ask.closed_at = acting.now()
    ask.put(ask, **{**ask.words(ask), "answer": answer})
    ask.save(update_fields=["state", "closed_at", "sealed"])
    audit.record("ask.closed", subject=ask, by=by)
    _tell_asker(ask, "ask-closed")
    return ask


def _tell_asker(ask: Ask, what: str) -> None:
    """Leaves word for whoever asked. Whoever answers never sees their record, nor their account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_that_asked(%s)", [ask.pk])
        user_id = cursor.fetchone()[0]
    people_notices.tell(user_id, about=f"{what}:{ask.pk}")


def forget_old() -> int:
    """Deletes asks that ended three months ago and belong to nobody. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_old_asks()")
        return int(cursor.fetchone()[0])
