"""A price's way from a proposal to the version by which awards are made: proposed, put to the council, adopted or not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from budgets import formula as engine
from budgets import prices, rules, sharing
from budgets.cost_factors import of_result
from budgets.models import AllocationRun, CostFactor, PriceVersion
from governance import audit
from governance.actions import matters
from governance.levels import Level
from governance.models import Decision, Sphere, User
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed

POWER = "adopt-a-price"


class PriceNotAdoptable(DomainError):
    """The document cannot be adopted; `problems` lists why, each with its line and key."""

    def __init__(self, problems: list[engine.Problem]) -> None:
        super().__init__(
            "price-not-adoptable", _("This price cannot be adopted. Each reason is listed.")
        )
        self.problems = problems


def subject(slug: str, version: int) -> str:
    """What the council is asked: "price:england:1"."""
    return f"price:{slug}:{version}"


@transaction.atomic
def propose(*, nation: Sphere, text: str, background: str = "", by: User) -> PriceVersion:
    """Proposes a price document and puts it to the national council.

    Raises NotAllowed(may-not-raise), PriceNotAdoptable with every problem (a wage below its floor is one),
    Conflict(asked-already).
    """
    rules.can_propose_price(by, nation).require()
    try:
        price = prices.load(text)
    except engine.FormulaError as error:
        raise PriceNotAdoptable(error.problems) from error
    # Two proposals at once take their numbers one after the other.
    Sphere.objects.select_for_update(no_key=True).get(pk=nation.pk)
    if PriceVersion.objects.filter(
        nation=nation, sha256=price.sha256, state=PriceVersion.State.PROPOSED
    ).exists():
        raise Conflict("asked-already", _("This very document is before the council already."))
    latest = (
        PriceVersion.objects.filter(nation=nation, slug=price.slug)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    version = (latest or 0) + 1
    # A public record is in the country's language, whatever language its writer reads in.
    with translation.override(settings.LANGUAGE_CODE):
        question = _("Shall version %(version)d of the price “%(title)s” be what a point is worth?")
        question %= {"version": version, "title": price.title}
    matter = matters.raise_matter(
        power=POWER,
        sphere=nation,
        subject=subject(price.slug, version),
        question=question,
        background=background or price.summary,
        by=by,
    )
    proposed = PriceVersion.objects.create(
        nation=nation,
        slug=price.slug,
        version=version,
        title=price.title,
        text=text,
        sha256=price.sha256,
        since=price.since,
        price_pence=price.price_pence,
        wage_pence=price.wage_pence,
        wage_floor_pence=price.wage_floor.pence_an_hour,
        components={
            code: {"pence": component.pence, "most": component.most}
            for code, component in price.components.items()
        },
        matter=matter,
        proposed_by=by,
    )
    audit.record(
        "price.proposed",
        subject=proposed,
        by=by,
        sphere=nation,
        slug=price.slug,
        version=version,
        sha256=price.sha256,
    )
    return proposed


@transaction.atomic
def settle(*, decision: Decision) -> PriceVersion:
    """Gives effect to the council's decision about a price; doing it again changes nothing.

    Raises NotAllowed(no-such-decision) when the decision was about something else.
    """
    version = PriceVersion.objects.select_for_update().filter(matter_id=decision.matter_id).first()
    if version is None or decision.matter.power != POWER:
        raise NotAllowed("no-such-decision", _("That decision was not about a price."))
    if version.state != PriceVersion.State.PROPOSED:
        return version
    if decision.carried:
        version.state = PriceVersion.State.ADOPTED
        version.adopted_at = timezone.now()
    else:
        version.state = PriceVersion.State.REJECTED
    version.decision = decision
    version.save(update_fields=["state", "adopted_at", "decision"])
    audit.record(
        "price.adopted" if decision.carried else "price.rejected",
        subject=version,
        by=None,
        sphere=version.nation_id,
        decision=decision.public_id,
    )
    return version


@outbox.handler(f"decided:{POWER}")
def settle_when_decided(*, by: int | None, decision_id: int, **payload: Any) -> None:
    settle(decision=Decision.objects.select_related("matter").get(pk=decision_id))


@transaction.atomic
def keep_cost_factors(*, run: AllocationRun, result: engine.Result | None = None) -> int:
    """Keeps what the same help costs in each local system by `run`; doing it again keeps nothing. Returns how many.

    `result` is the run's own, where the caller has just worked it out. Runs that were posted before these were kept
    get theirs from the task `budgets.keep_cost_factors`.
    """
    AllocationRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if CostFactor.objects.filter(run=run).exists():
        return 0
    factors = of_result(result or sharing.posted_result(run.public_id))
    systems = Sphere.objects.filter(level=Level.LOCAL, code__in=factors).values_list("code", "pk")
    kept = CostFactor.objects.bulk_create(
        CostFactor(run=run, sphere_id=sphere_id, millionths=factors[code])
        for code, sphere_id in systems
    )
    if kept:
        audit.record(
            "cost-factors.kept", subject=run, by=None, sphere=run.pot.nation_id, systems=len(kept)
        )
    return len(kept)
