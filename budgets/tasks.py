"""The budget's timed work: paying what is due. Each makes one domain call and may run at any time, twice or late."""

from celery import shared_task

from budgets.actions import entitlements, payments, prices
from budgets.models import AllocationRun
from socialcare.kernel.acting import acting_as


@shared_task(name="budgets.pay_entitlements")
def pay_entitlements() -> None:
    entitlements.pay_due()


@shared_task(name="budgets.pay_standing")
def pay_standing() -> None:
    payments.pay_standing()


@shared_task(name="budgets.keep_cost_factors")
def keep_cost_factors() -> None:
    """For runs that were posted before cost factors were kept."""
    with acting_as(None):
        waiting = list(
            AllocationRun.objects.filter(
                state=AllocationRun.State.POSTED, cost_factors=None
            ).select_related("pot")
        )
        for run in waiting:
            prices.keep_cost_factors(run=run)
