from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"

    def ready(self) -> None:
        """Loads the actions that do promised work, so that the outbox knows them in every process."""
        from budgets.actions import allocations, formulas, pots, prices  # noqa: F401
