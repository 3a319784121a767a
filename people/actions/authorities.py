"""Saying that one may lawfully decide for somebody, and what a registrar, the person and the holder make of it.

Nothing opens before a registrar confirmed the evidence. An order ends or limits it at once, and with it whatever the
holder let others see in the person's name. Nobody confirms their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.levels import Level
from governance.models import Sphere, User
from people import rules
from people.models import AuthorityEntry, LegalAuthority, Person, PersonKey
from people.models.authority import LONGEST, TRANSITIONS
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

Kind = LegalAuthority.Kind
State = LegalAuthority.State
Evidence = AuthorityEntry.Evidence

# Which evidence shows which kind of authority.
EVIDENCE_FOR: dict[str, frozenset[str]] = {
    Kind.PARENTAL: frozenset(
        {Evidence.BIRTH, Evidence.ADOPTION, Evidence.AGREEMENT, Evidence.ORDER}
    ),
    Kind.CARE_ORDER: frozenset({Evidence.ORDER}),
    Kind.OWN_DECISION: frozenset({Evidence.TALKED}),
    Kind.ATTORNEY: frozenset({Evidence.LASTING_POWER}),
    Kind.DEPUTY: frozenset({Evidence.ORDER}),
    Kind.BEST_INTERESTS: frozenset({Evidence.CAPACITY}),
    Kind.ASKED: frozenset({Evidence.TALKED}),
}
# Held whole, over every part, until an order says otherwise.
WHOLE = frozenset({Kind.PARENTAL, Kind.CARE_ORDER})
# They rest on how old the child is.
BY_AGE = WHOLE
FOR_A_TIME = frozenset({Kind.BEST_INTERESTS, Kind.ASKED})
# What a decision in somebody's best interests has to say (Mental Capacity Act 2005 s.1(3), s.4(6)–(7)).
BEST_INTERESTS_WORDS = ("decision", "support", "consulted", "reasons")
LONGEST_WORDS = 4000  # characters


@transaction.atomic
def claim(
    *,
    person_id: int,
    kind: str,
    parts: Collection[str],
    put_to: Sphere,
    evidence: str,
    words: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    reasons: Mapping[str, str] | None = None,
    by: User,
) -> LegalAuthority:
    """Puts to the registrar of `put_to` that `by` may decide for that person about `parts`, with the evidence for it.

    `words` say where the evidence is (a number, an office). A decision in somebody's best interests says which
    `decision` it is, what `support` was tried, who was `consulted` and the `reasons`, for one part and a year at most.
    It opens nothing yet. The caller knows the person by their code (`find`); they may not see the record.

    Raises DomainError(no-kind, no-parts, not-that-evidence, bad-dates, no-reasons, too-long, no-local-system,
    not-your-own) and Conflict(claimed-already).
    """
    terms = _checked_terms(kind, parts, evidence, starts_on, ends_on)
    said = _checked_words(kind, words, reasons or {})
    if put_to.level != Level.LOCAL:
        raise DomainError(
            "no-local-system", _("Choose the local system whose registrar checks it.")
        )
    try:
        with transaction.atomic():
            authority = LegalAuthority.objects.create(
                person_id=person_id,
                holder=by,
                kind=kind,
                put_to=put_to,
                recorded_at=acting.now(),
                **terms,
            )
    except IntegrityError as error:
        if "authority_once" in str(error):
            raise Conflict(
                "claimed-already", _("You have put that to a registrar already.")
            ) from error
        message = _("That is your own code. Nobody holds authority over themself.")
        raise DomainError("not-your-own", message) from error
    _write(authority, evidence, _key(person_id), by=by, **said)
    audit.record("authority.recorded", subject=authority, by=by, kind=kind)
    return authority


def find(*, code: str, by: User) -> int:
    """The id of the person whose code that is, for `claim`. Raises Missing(unknown-code)."""
    plain = "".join(code.lower().replace("-", "").split())
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_with_code(%s)", [plain])
        found: int | None = cursor.fetchone()[0]
    if found is None:
        raise Missing("unknown-code", _("This is nobody’s code. Ask them to read it out again."))
    return found


@transaction.atomic
def confirm(
    *,
    authority: LegalAuthority,
    born_on: date | None = None,
    words: str = "",
    by: User,
) -> LegalAuthority:
    """Confirms that the evidence shows it; from then on it holds, on its days and at its ages.

    What rests on a child's age needs the date of birth as the evidence has it, which becomes the record's. A disputed
    one is confirmed again the same way, without it. Raises NotAllowed(not-the-registrar, not-your-own),
    Missing(no-authority), Conflict(not-now, birthday-differs) and DomainError(no-birthday).
    """
    authority = _held(authority)
    rules.can_register(by, authority).require()
    _require(authority, State.CONFIRMED)
    changed = ["state", "confirmed_by"]
    if authority.state == State.RECORDED and authority.kind in BY_AGE:
        authority.ends_on = _end_by_age(authority, born_on)
        changed.append("ends_on")
    authority.confirmed_by = authority.confirmed_by or by
    return _move(authority, State.CONFIRMED, changed, words=words, by=by)


def _end_by_age(authority: LegalAuthority, born_on: date | None) -> date:
    if born_on is None:
        raise DomainError("no-birthday", _("Write the date of birth as the evidence has it."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT confirm_birthday(%s, %s)", [authority.pk, born_on])
        ends_on: date | None = cursor.fetchone()[0]
    if ends_on is None:
        raise Conflict(
            "birthday-differs",
            _(
                "The record has another date of birth, or this person is grown up. Look at the evidence again."
            ),
        )
    return min(ends_on, authority.ends_on or ends_on)


@transaction.atomic
def refuse(*, authority: LegalAuthority, words: str, by: User) -> LegalAuthority:
    """Says that the evidence does not show it. Raises NotAllowed, Missing, Conflict(not-now), DomainError(no-reasons)."""
    authority = _held(authority)
    rules.can_register(by, authority).require()
    _require(authority, State.REFUSED)
    return _move(authority, State.REFUSED, ["state"], words=_reason(words), by=by)


@transaction.atomic
def dispute(*, authority: LegalAuthority, words: str, by: User) -> LegalAuthority:
    """The person, or the registrar for somebody who told them, says that it is not so.

    It goes on, marked as disputed, until the registrar or a court has looked: else anybody could stop a parent by
    disputing. But how to reach the person and where they live close at once. Where there is danger, the registrar ends
    or limits it at once. Raises NotAllowed(not-yours-to-dispute), Missing(no-authority), Conflict(not-now) and
    DomainError(no-reasons).
    """
    authority = _held(authority)
    rules.can_dispute(by, authority).require()
    _require(authority, State.DISPUTED)
    return _move(authority, State.DISPUTED, ["state"], words=_reason(words), by=by)


@transaction.atomic
def limit(
    *,
    authority: LegalAuthority,
    to: Collection[str],
    ends_on: date | None = None,
    evidence: str = Evidence.ORDER,
    words: str,
    by: User,
) -> LegalAuthority:
    """Leaves the holder only the parts `to`, or a sooner end, by an order. It counts at the next request.

    Raises NotAllowed(not-the-registrar), Missing(no-authority), Conflict(not-now) and DomainError(no-parts, bad-dates,
    no-reasons).
    """
    authority = _held(authority)
    rules.can_register(by, authority).require()
    _require(authority, State.LIMITED)
    if not to or not set(to) <= set(authority.parts):
        raise DomainError("no-parts", _("Choose some of the parts that they hold now."))
    if ends_on is not None:
        if not acting.today() < ends_on <= (authority.ends_on or ends_on):
            raise DomainError("bad-dates", _("It can only end sooner."))
        authority.ends_on = ends_on
    authority.parts = [part.value for part in Part if part in set(to)]
    changed = ["state", "parts", "ends_on"]
    return _move(authority, State.LIMITED, changed, words=_reason(words), evidence=evidence, by=by)


@transaction.atomic
def end(
    *, authority: LegalAuthority, words: str = "", evidence: str = Evidence.NONE, by: User
) -> LegalAuthority:
    """Ends it at once: the registrar by an order, the holder who lays it down, or the person who had asked.

    Whatever the holder let others see in the person's name ends with it. The registrar says why. Raises
    NotAllowed(not-yours-to-end), Missing(no-authority), Conflict(not-now) and DomainError(no-reasons).
    """
    authority = _held(authority)
    rules.can_end(by, authority).require()
    _require(authority, State.ENDED)
    said = _reason(words) if rules.can_register(by, authority) else words
    return _move(authority, State.ENDED, ["state"], words=said, evidence=evidence, by=by)


# --- What they have in common ---------------------------------------------------------------------


def _held(authority: LegalAuthority) -> LegalAuthority:
    found = LegalAuthority.objects.select_for_update().filter(pk=authority.pk).first()
    if found is None:
        raise Missing("no-authority", _("There is no such authority."))
    return found


def _require(authority: LegalAuthority, step: str) -> None:
    if step not in TRANSITIONS[authority.state]:
        raise Conflict("not-now", _("That cannot be done in the state that it is in."))


def _move(
    authority: LegalAuthority,
    state: str,
    changed: list[str],
    *,
    words: str,
    evidence: str = Evidence.NONE,
    by: User,
) -> LegalAuthority:
    if len(words) > LONGEST_WORDS:
        raise DomainError("too-long", _("Write it shorter."))
    # Before the step: whoever ends what they hold has no more to do with the key.
    key = _key(authority.person_id)
    authority.state = state
    authority.save(update_fields=changed)
    _write(authority, evidence, key, words=words.strip(), by=by)
    audit.record(f"authority.{state}", subject=authority, by=by)
    return authority


def _write(
    authority: LegalAuthority, evidence: str, key: PersonKey, *, by: User, **words: str
) -> None:
    entry = AuthorityEntry(
        authority=authority,
        person_id=authority.person_id,
        state=authority.state,
        evidence=evidence,
        by=by,
        at=acting.now(),
    )
    entry.put(key, **words)
    entry.save(force_insert=True)


def _key(person_id: int) -> PersonKey:
    """The person's key. Their row cannot be held by whoever only brings evidence: two at once make one key."""
    key = PersonKey.objects.filter(person_id=person_id).first()
    if key is None:
        try:
            with transaction.atomic():
                key = PersonKey.made_for(Person(pk=person_id))
                key.save(force_insert=True)
        except IntegrityError:
            key = PersonKey.objects.get(person_id=person_id)
    return key


def _reason(words: str) -> str:
    if not words.strip():
        raise DomainError("no-reasons", _("Write why, in a sentence."))
    return words


def _checked_words(kind: str, words: str, reasons: Mapping[str, str]) -> dict[str, str]:
    said = {"words": words.strip(), **{name: text.strip() for name, text in reasons.items()}}
    wanted = BEST_INTERESTS_WORDS if kind == Kind.BEST_INTERESTS else ()
    if set(reasons) - set(wanted) or not all(said.get(name) for name in wanted):
        raise DomainError(
            "no-reasons",
            _("Write which decision it is, what support was tried, who was asked, and why."),
        )
    if any(len(text) > LONGEST_WORDS for text in said.values()):
        raise DomainError("too-long", _("Write it shorter."))
    return said


def _checked_terms(
    kind: str, parts: Collection[str], evidence: str, starts_on: date | None, ends_on: date | None
) -> dict[str, object]:
    if kind not in EVIDENCE_FOR:
        raise DomainError("no-kind", _("Choose by what right you may decide."))
    if kind in WHOLE:
        parts = Part.values
    one_only = kind == Kind.BEST_INTERESTS
    if not parts or not set(parts) <= set(Part.values) or (one_only and len(set(parts)) > 1):
        raise DomainError("no-parts", _("Choose what it is about."))
    if evidence not in EVIDENCE_FOR[kind]:
        raise DomainError("not-that-evidence", _("Choose the evidence that shows this."))
    starts_on = starts_on or acting.today()
    if ends_on is not None and ends_on <= starts_on:
        raise DomainError("bad-dates", _("It must end after it starts."))
    if kind in FOR_A_TIME and (ends_on is None or ends_on > starts_on + LONGEST):
        raise DomainError("bad-dates", _("Choose a last day within a year."))
    return {
        "parts": [part.value for part in Part if part in set(parts)],
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
