from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        """Loads what does promised work, so that the outbox knows it in every process."""
        from people import notices  # noqa: F401
        from people.actions import advocacy, challenges  # noqa: F401
