"""May they? Bringing in areas changes what everybody's pages and every allocation rest on."""

from django.utils.translation import gettext_lazy as _

from governance import rules
from governance.models import Sphere, User
from socialcare.kernel.verdicts import YES, Verdict, no


def can_import_areas(user: User | None, nation: Sphere | None) -> Verdict:
    """The system itself (an operator at the command line) may; so may the nation's own stewards.

    A nation that is not there yet has no stewards: only the system can begin it.
    """
    if user is None:
        return YES
    if nation is not None and any(
        role.slug == "national-steward" for role in rules.roles_in(user, nation)
    ):
        return YES
    return no("may-not-import", _("Only the nation’s stewards bring in new figures about areas."))
