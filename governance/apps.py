from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        """Loads what has to be known in every process: actions that do promised work, and receivers."""
        from governance import notices, receivers  # noqa: F401
        from governance.actions import matters, sessions  # noqa: F401
