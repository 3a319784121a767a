"""Lending power down or up the tree, for a time, and ending the loan. PostgreSQL checks every one of these rules again."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance import audit, powers, rules
from governance.models import Decision, LoanOfPower, Sphere, User
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed

# What the decisions behind a loan were asked, so that a decision about one loan cannot carry another.
LEND = "lend"
ACCEPT = "accept"
ASSENT = "assent"


def subject(purpose: str, *, power: str, home: Sphere, borrower: Sphere) -> str:
    """The subject of the matter that asks for a loan: "lend:fund-a-project:<home>:<borrower>"."""
    return f"{purpose}:{power}:{home.public_id}:{borrower.public_id}"


def is_about_a_loan(asked: str, *purposes: str) -> bool:
    """Whether a matter's subject asks for a loan of power: for one of `purposes`, or for any."""
    return asked.partition(":")[0] in (purposes or (LEND, ACCEPT, ASSENT))


def _carried(decision: Decision, *, at: Sphere, asked: str) -> None:
    matter = decision.matter
    if not decision.carried or matter.seat_id != at.pk or matter.subject != asked:
        raise NotAllowed("no-such-decision", _("There is no decision that allows this loan."))


def _create(loan: LoanOfPower, *, verb: str, by: User) -> LoanOfPower:
    power = powers.get(loan.power)
    if power.core:
        raise DomainError("core-power", _("This power belongs to the person and is never lent."))
    if loan.home.level != power.home:
        raise DomainError("not-its-home", _("A power is lent by the sphere where it is at home."))
    if not loan.reasons.strip():
        raise DomainError("no-reasons", _("Say why the power should move."))
    try:
        with transaction.atomic():
            loan.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "loan-refused",
            _("The rules for lending power, or another loan in those days, stand against this."),
        ) from error
    audit.record(
        verb,
        subject=loan,
        by=by,
        sphere=loan.home,
        power=loan.power,
        borrower=loan.borrower.public_id,
    )
    return loan


@transaction.atomic
def devolve(
    *,
    power: str,
    home: Sphere,
    borrower: Sphere,
    reasons: str,
    consent: Decision,
    acceptance: Decision,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: User,
) -> LoanOfPower:
    """Lends `power` down from `home` to `borrower`, which has accepted it.

    Raises NotAllowed(may-not-carry-out, no-such-decision), DomainError(core-power, not-its-home, no-reasons) and
    Conflict(loan-refused).
    """
    _require_office(by, power, home)
    asked = partial(subject, power=power, home=home, borrower=borrower)
    _carried(consent, at=home, asked=asked(LEND))
    _carried(acceptance, at=borrower, asked=asked(ACCEPT))
    loan = LoanOfPower(
        kind=LoanOfPower.Kind.DEVOLUTION,
        power=power,
        home=home,
        borrower=borrower,
        reasons=reasons,
        consent=consent,
        assent=acceptance,
        starts_on=starts_on or acting.today(),
        ends_on=ends_on,
    )
    return _create(loan, verb="loan.devolved", by=by)


@transaction.atomic
def reserve(
    *,
    power: str,
    home: Sphere,
    borrower: Sphere,
    ground: str,
    reasons: str,
    ends_on: date,
    starts_on: date | None = None,
    consent: Decision | None = None,
    assent: Decision | None = None,
    by: User,
) -> LoanOfPower:
    """Lends `power` up from `home` to `borrower` until `ends_on`, at most a year.

    With the consent of the body that loses it; or, for a breach of rights alone, without it but with the assent of
    the national panel, for three months, and not again for two years. Raises as `devolve` does.
    """
    _require_office(by, power, borrower)
    asked = partial(subject, power=power, home=home, borrower=borrower)
    if consent is not None:
        _carried(consent, at=home, asked=asked(LEND))
    if assent is not None:
        _carried(assent, at=_nation(borrower), asked=asked(ASSENT))
        if assent.matter.body is None or assent.matter.body.kind != "panel":
            raise NotAllowed("no-such-decision", _("Only the national panel gives this assent."))
    loan = LoanOfPower(
        kind=LoanOfPower.Kind.RESERVATION,
        power=power,
        home=home,
        borrower=borrower,
        ground=ground,
        reasons=reasons,
        consent=consent,
        assent=assent,
        starts_on=starts_on or acting.today(),
        ends_on=ends_on,
    )
    return _create(loan, verb="loan.reserved", by=by)


@transaction.atomic
def end(*, loan: LoanOfPower, by: User) -> LoanOfPower:
    """Brings a power home today. Raises NotAllowed(may-not-end) and Conflict(ended-already)."""
    rules.can_end_loan(by, loan).require()
    loan = LoanOfPower.objects.select_for_update().get(pk=loan.pk)
    today = acting.today()
    if loan.ends_on is not None and loan.ends_on <= today:
        raise Conflict("ended-already", _("This loan has ended."))
    loan.ends_on = max(today, loan.starts_on)
    loan.save(update_fields=["ends_on"])
    audit.record("loan.ended", subject=loan, by=by, sphere=loan.home_id, power=loan.power)
    return loan


def _nation(sphere: Sphere) -> Sphere:
    return sphere.ancestors()[-1]


def _require_office(user: User, power: str, sphere: Sphere) -> None:
    if not rules.holds_office(user, power, sphere):
        raise NotAllowed(
            "may-not-carry-out", _("Only those in office there can carry out this loan.")
        )
