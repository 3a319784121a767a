"""Paying from one's budget: once, again and again, and what comes back. The account is asked, and no officer.

Whom somebody pays and what for is sealed and in no trace. Each act holds the person's row first, so that two of them
see each other's money.
"""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from budgets.actions.settling import refusal_of
from budgets.models import Payee, Payment, StandingPayment
from governance import audit
from governance.models import User
from people import rules as people
from people.actions import records
from people.models import Person
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing

MOST_PENCE = 100_000_000  # in one payment: a million pounds
LONGEST_WORDS = 500  # characters
# A receipt is asked for where much money goes to somebody for the first time; never for little, and nobody collects it.
RECEIPT_FROM_PENCE = 50_000
BATCH = 200


def _amount(pence: int) -> int:
    if type(pence) is not int or not 0 < pence <= MOST_PENCE:
        raise DomainError("bad-amount", _("The amount must be at least a penny."))
    return pence


def _words(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_WORDS:
        raise DomainError("too-long", _("That is very long. Write it a little shorter."))
    return text


def _hold(person: Person, by: User) -> Person:
    """The person's row, held for something about their money. Writing words down is not agreeing to spend.

    Raises Missing(no-record) and NotAllowed(not-yours-to-decide, not-yet-yours-to-agree).
    """
    person = records.hold(person, part=Part.SPENDING, by=by)
    people.can_agree(by, person, Part.SPENDING).require()
    return person


@transaction.atomic
def add_payee(*, person: Person, name: str, reference: str = "", by: User) -> Payee:
    """Adds somebody whom the budget of `person` may pay: a name, and what their bank shall show. Both are sealed.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide), DomainError(no-name, too-long).
    """
    name, reference = _words(name), _words(reference)
    if not name:
        raise DomainError("no-name", _("Write whom you want to pay."))
    person = _hold(person, by)
    payee = Payee(person=person)
    payee.put(records.key_of(person), name=name, reference=reference)
    payee.save(force_insert=True)
    audit.record("payee.added", subject=payee, by=by)
    return payee


@transaction.atomic
def forget_payee(*, payee: Payee, by: User) -> None:
    """Takes a payee out of the list. What was paid stays in the statement. Raises Conflict(paid-regularly)."""
    _hold(payee.person, by)
    running = StandingPayment.objects.filter(payee=payee)
    if any(not standing.is_over for standing in running):
        raise Conflict("paid-regularly", _("Stop the regular payment first."))
    Payee.objects.filter(pk=payee.pk).update(is_kept=False)
    audit.record("payee.forgotten", subject=payee, by=by)


@transaction.atomic
def pay(
    *,
    person: Person,
    payee: Payee,
    amount_pence: int,
    what_for: str = "",
    request_key: str = "",
    by: User,
) -> Payment:
    """Pays `amount_pence` from the budget of `person`, now. The same `request_key` pays once, whatever is asked again.

    Raises Missing(no-record, no-such-payee), NotAllowed(not-yours-to-decide), DomainError(bad-amount, too-long),
    Conflict(overdraft, key-reused); nothing is paid then.
    """
    amount_pence, what_for = _amount(amount_pence), _words(what_for)
    person = _hold(person, by)
    payee = _own_payee(person, payee)
    if request_key:
        before = Payment.objects.filter(person=person, request_key=request_key).first()
        if before is not None:
            if (before.payee_id, before.amount_pence) != (payee.pk, amount_pence):
                raise Conflict("key-reused", _("You used this key for another payment."))
            return before
    is_first = not Payment.objects.filter(payee=payee, kind=Payment.Kind.PAID).exists()
    asks = is_first and amount_pence >= RECEIPT_FROM_PENCE
    payment = Payment(
        person=person,
        payee=payee,
        amount_pence=amount_pence,
        paid_on=acting.today(),
        receipt=Payment.Receipt.ASKED if asks else Payment.Receipt.NOT_ASKED,
        request_key=request_key,
        made_at=acting.now(),
    )
    return _settled(payment, person, what_for, verb="payment.made", by=by)


@transaction.atomic
def bring_back(*, payment: Payment, amount_pence: int, what_for: str = "", by: User) -> Payment:
    """Says that all or part of what was paid came back into the budget.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide), DomainError(bad-amount, too-long),
    Conflict(too-much-back).
    """
    amount_pence, what_for = _amount(amount_pence), _words(what_for)
    person = _hold(payment.person, by)
    back = Payment(
        person=person,
        kind=Payment.Kind.BACK,
        payee_id=payment.payee_id,
        of=payment,
        amount_pence=amount_pence,
        paid_on=acting.today(),
        made_at=acting.now(),
    )
    return _settled(back, person, what_for, verb="payment.came-back", by=by)


def _settled(payment: Payment, person: Person, what_for: str, *, verb: str, by: User) -> Payment:
    payment.put(records.key_of(person), what_for=what_for)
    payment.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT try_settle_payment(%s)", [payment.pk])
        (refusal,) = cursor.fetchone()
    if refusal is not None:
        raise refusal_of(refusal)
    audit.record(verb, subject=payment, by=by)
    return payment


@transaction.atomic
def keep_receipt(*, payment: Payment, by: User) -> None:
    """Says that there is a receipt. It is kept by whoever paid; nobody collects it."""
    _hold(payment.person, by)
    Payment.objects.filter(pk=payment.pk).update(receipt=Payment.Receipt.KEPT)
    audit.record("receipt.kept", subject=payment, by=by)


# --- Again and again ------------------------------------------------------------------------------


@transaction.atomic
def plan(
    *,
    person: Person,
    payee: Payee,
    amount_pence: int,
    every: str,
    starts_on: date,
    ends_on: date | None = None,
    what_for: str = "",
    by: User,
) -> StandingPayment:
    """Plans the same payment again and again, from `starts_on` until the day before `ends_on`.

    Raises Missing(no-record, no-such-payee), NotAllowed(not-yours-to-decide), DomainError(bad-amount, too-long, no-every,
    bad-days).
    """
    amount_pence, what_for = _amount(amount_pence), _words(what_for)
    if every not in StandingPayment.Every:
        raise DomainError("no-every", _("Choose how often."))
    if starts_on < acting.today() or (ends_on is not None and ends_on <= starts_on):
        raise DomainError("bad-days", _("Choose a first day that is still to come."))
    person = _hold(person, by)
    standing = StandingPayment(
        person=person,
        payee=_own_payee(person, payee),
        amount_pence=amount_pence,
        every=every,
        starts_on=starts_on,
        ends_on=ends_on,
        next_on=starts_on,
    )
    standing.put(records.key_of(person), what_for=what_for)
    standing.save(force_insert=True)
    audit.record("regular-payment.planned", subject=standing, by=by)
    return standing


@transaction.atomic
def stop(*, standing: StandingPayment, by: User) -> StandingPayment:
    """Ends a regular payment at once: what was paid stays paid. Doing it again changes nothing."""
    _hold(standing.person, by)
    standing = StandingPayment.objects.select_for_update().get(pk=standing.pk)
    if not standing.is_over:
        standing.ends_on = max(standing.starts_on, min(acting.today(), standing.next_on))
        standing.save(update_fields=["ends_on"])
        audit.record("regular-payment.stopped", subject=standing, by=by)
    return standing


def pay_standing() -> int:
    """Pays every regular payment that is due today, batch by batch. Returns how many. Doing it again pays nothing twice:
    each time has its number, and a number is paid once. One for which there is not enough waits."""
    paid = 0
    while (now_paid := _pay_once_round()) > 0:
        paid += now_paid
    return paid


def _pay_once_round() -> int:
    paid, after_day, after_id = 0, None, None
    while True:
        with acting_as(None), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tried, paid, last_day, last_id FROM pay_standing(%s, %s, %s, %s)",
                [acting.today(), BATCH, after_day, after_id],
            )
            tried, now_paid, after_day, after_id = cursor.fetchone()
        paid += now_paid
        if tried < BATCH:
            return paid


def _own_payee(person: Person, payee: Payee) -> Payee:
    found = Payee.objects.filter(pk=payee.pk, person=person, is_kept=True).first()
    if found is None:
        raise Missing("no-such-payee", _("There is no such payee."))
    return found
