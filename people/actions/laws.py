"""Bringing in a nation's law about who decides for whom."""

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.levels import Level
from governance.models import Sphere
from people.law import LawFile
from people.models import Law, LawAge
from socialcare.kernel.errors import Missing


@transaction.atomic
def bring_in(*, file: LawFile) -> Law:
    """Makes `file` the law of its nation, in place of the one before; the same file again changes nothing.

    An operator's set-up command does this, as it does the import of places; nobody signed in may. From then on it counts
    for every authority in that nation. Raises Missing(no-such-nation).
    """
    nation = Sphere.objects.filter(level=Level.NATIONAL, code=file.nation).first()
    if nation is None:
        raise Missing("no-such-nation", _("There is no nation with that code here."))
    law = Law.objects.select_for_update().filter(nation=nation).first()
    if law is not None and law.sha256 == file.sha256:
        return law
    terms = {
        "sha256": file.sha256,
        "time_zone": file.time_zone,
        "leap_births_count_in_march": file.leap_births_count_in_march,
    }
    law, _made = Law.objects.update_or_create(nation=nation, defaults=terms)
    LawAge.objects.filter(law=law).delete()
    LawAge.objects.bulk_create(
        LawAge(law=law, what=age.what, starts_on=age.starts_on, years=age.years, source=age.source)
        for age in file.ages
    )
    audit.record("law.brought-in", subject=law, by=None, sphere=nation, sha256=file.sha256)
    return law
