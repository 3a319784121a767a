"""Bringing in the rules of retention, and erasing a record as they allow."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import Sphere, User
from people import queries
from people.actions.records import own
from people.models import RetentionRule
from people.retention import RetentionFile
from socialcare.kernel.errors import Conflict, Missing


@transaction.atomic
def bring_in(*, file: RetentionFile) -> int:
    """Brings in a nation's rules, and returns how many are new. A rule that is there already stays as it is.

    Raises Missing(no-nation).
    """
    nation = Sphere.objects.filter(code=file.nation, level="national").first()
    if nation is None:
        raise Missing("no-nation", _("There is no such nation. Bring its places in first."))
    new = 0
    for rule in file.rules:
        _row, is_new = RetentionRule.objects.get_or_create(
            nation=nation,
            code=rule.code,
            starts_on=rule.starts_on,
            defaults={
                "title": rule.title,
                "basis": rule.basis,
                "after": rule.after,
                "years": rule.years,
                "is_hold": rule.is_hold,
                "source": rule.source,
            },
        )
        new += is_new
    if new:
        audit.record("retention.brought-in", subject=nation, by=None, sphere=nation, rules=new)
    return new


@transaction.atomic
def erase(*, by: User) -> None:
    """Erases the record of `by` for ever: the key to all its words, and everything that says who it is about.

    What others may check without knowing who it was stays: numbers, days and ids. Raises Missing(no-record) and
    Conflict(held) where a rule holds it, with the rule's own words, or (no-rules) where nobody brought any in.
    """
    person = own(by)
    held = queries.holds_on_own_record()
    if held:
        raise Conflict("held", " ".join(hold.in_words for hold in held))
    audit.record("person.erased", subject=person, by=by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_own_record()")
        [is_erased] = cursor.fetchone()
    if not is_erased:
        raise Conflict(
            "no-rules",
            _("Nobody has said yet how long records are kept here. Ask whoever runs this."),
        )
