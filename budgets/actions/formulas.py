"""A formula's way from a proposal to the version that pays: proposed, put to the council, adopted or not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from budgets import formula as engine
from budgets import rules, whatif
from budgets.actions import what_ifs
from budgets.models import FormulaVersion, WhatIf
from governance import audit
from governance.actions import matters
from governance.models import Decision, Sphere, User
from neighbourhoods.models import Dataset
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed

POWER = "adopt-a-formula"


class FormulaNotAdoptable(DomainError):
    """The document cannot be adopted; `problems` lists why, each with its line and key."""

    def __init__(self, problems: list[engine.Problem]) -> None:
        super().__init__(
            "formula-not-adoptable", _("This formula cannot be adopted. Each reason is listed.")
        )
        self.problems = problems


def subject(slug: str, version: int) -> str:
    """What the council is asked: "formula:england:1"."""
    return f"formula:{slug}:{version}"


@transaction.atomic
def propose(*, nation: Sphere, text: str, background: str = "", by: User) -> FormulaVersion:
    """Proposes a formula document and puts it to the national council.

    It is tried over the nation's newest figures too, so that nothing is put to a vote that would take minutes to share by.

    Raises NotAllowed(may-not-raise), FormulaNotAdoptable with every problem, Conflict(version-exists).
    """
    rules.can_propose_formula(by, nation).require()
    try:
        formula = engine.load(text)
    except engine.FormulaInvalid as error:
        raise FormulaNotAdoptable(error.problems) from error
    figures = Dataset.objects.current(nation)
    areas = whatif.areas_of(figures) if figures else None
    if problems := engine.check(formula, adoptable=True, areas=areas):
        raise FormulaNotAdoptable(problems)
    # Two proposals at once take their numbers one after the other.
    Sphere.objects.select_for_update(no_key=True).get(pk=nation.pk)
    if FormulaVersion.objects.filter(
        nation=nation, sha256=formula.sha256, state=FormulaVersion.State.PROPOSED
    ).exists():
        raise Conflict("asked-already", _("This very document is before the council already."))
    latest = (
        FormulaVersion.objects.filter(nation=nation, slug=formula.slug)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    version = (latest or 0) + 1
    # A public record is in the country's language, whatever language its writer reads in.
    with translation.override(settings.LANGUAGE_CODE):
        question = _("Shall version %(version)d of the formula “%(title)s” share the pot?") % {
            "version": version,
            "title": formula.title,
        }
    matter = matters.raise_matter(
        power=POWER,
        sphere=nation,
        subject=subject(formula.slug, version),
        question=question,
        background=background or formula.summary,
        by=by,
    )
    proposed = FormulaVersion.objects.create(
        nation=nation,
        slug=formula.slug,
        version=version,
        title=formula.title,
        text=text,
        sha256=formula.sha256,
        contents={
            "indicators": [
                {"code": indicator.code, "class": indicator.indicator_class}
                for indicator in formula.indicators.values()
            ]
        },
        matter=matter,
        what_if=_who_would_gain(formula, nation, by=by),
        proposed_by=by,
    )
    audit.record(
        "formula.proposed",
        subject=proposed,
        by=by,
        sphere=nation,
        slug=formula.slug,
        version=version,
        sha256=formula.sha256,
    )
    return proposed


def _who_would_gain(formula: engine.Formula, nation: Sphere, *, by: User) -> WhatIf | None:
    """The question that the council should look at before it votes, or None while nothing is in force."""
    basis = whatif.basis_in_force(nation)
    if basis is None:
        return None
    return what_ifs.keep(formula=formula, pot_pence=basis.pot_pence, basis=basis, by=by)


@transaction.atomic
def settle(*, decision: Decision) -> FormulaVersion:
    """Gives effect to the council's decision about a formula; doing it again changes nothing.

    Raises NotAllowed(no-such-decision) when the decision was about something else.
    """
    version = (
        FormulaVersion.objects.select_for_update().filter(matter_id=decision.matter_id).first()
    )
    if version is None or decision.matter.power != POWER:
        raise NotAllowed("no-such-decision", _("That decision was not about a formula."))
    if version.state != FormulaVersion.State.PROPOSED:
        return version
    if decision.carried:
        version.state = FormulaVersion.State.ADOPTED
        version.adopted_at = timezone.now()
    else:
        version.state = FormulaVersion.State.REJECTED
    version.decision = decision
    version.save(update_fields=["state", "adopted_at", "decision"])
    audit.record(
        "formula.adopted" if decision.carried else "formula.rejected",
        subject=version,
        by=None,
        sphere=version.nation_id,
        decision=decision.public_id,
    )
    return version


@outbox.handler(f"decided:{POWER}")
def settle_when_decided(*, by: int | None, decision_id: int, **payload: Any) -> None:
    settle(decision=Decision.objects.select_related("matter").get(pk=decision_id))
