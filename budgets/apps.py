from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"

    def ready(self) -> None:
        """Loads the actions that do promised work, so that the outbox knows them in every process."""
        from budgets import challenges  # noqa: F401
        from budgets.actions import allocations, entitlements, formulas, pots, prices  # noqa: F401
