from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        """Loads the actions that do promised work, so that the outbox knows them in every process."""
        from governance.actions import matters  # noqa: F401
