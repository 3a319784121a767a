"""The levels at which a decision can belong, from the person up."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    PERSON = "person", _("Person")
    FAMILY = "family", _("Family")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    LOCAL = "local", _("Local system")
    NATIONAL = "national", _("Nation")

    @property
    def height(self) -> int:
        """0 for the person, higher for levels further away from them."""
        return list(Level).index(self)


# What everybody may see. Person and family spheres are personal records.
PUBLIC_LEVELS = (Level.NEIGHBOURHOOD, Level.LOCAL, Level.NATIONAL)
