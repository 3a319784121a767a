"""The parts of a person's record, and what somebody may be let see them for.

A consent names one part and one purpose, both from these lists. A purpose is chosen, not written: what is never
written cannot leak, and can be read in every language. A table of personal records belongs to exactly one part
(migration 0004); PostgreSQL knows the parts by the same words.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    ABOUT_ME = "about-me", _("About me")
    PLAN = "plan", _("My plan")
    NEEDS = "needs", _("My needs")
    BUDGET = "budget", _("My budget")
    SPENDING = "spending", _("My spending")
    CONTACT = "contact", _("How to reach me")
    ADDRESS = "address", _("Where I live")


# What anybody who may see a part may also see: the public id, what to call the person, their pronouns. Not a part
# that can be given.
NAME = "name"

HOLDS: dict[Part, Promise] = {
    Part.ABOUT_ME: _("My date of birth, and what helps me to understand and be understood."),
    Part.PLAN: _("What matters to me, and the support I have arranged."),
    Part.NEEDS: _("My conversation about what I need, in my words."),
    Part.BUDGET: _("How much money I have for support, and why it is this much."),
    Part.SPENDING: _("Whom I pay with it, and what for."),
    Part.CONTACT: _("How to write to me or call me, and what must never be sent."),
    Part.ADDRESS: _("My address, and the neighbourhood I live in."),
}


class Purpose(models.TextChoices):
    EVERYDAY = "everyday", _("To help me in everyday life")
    KNOW_ME = "know-me", _("To know me well if things go wrong")
    PLANNING = "planning", _("To think about my plan with me")
    MONEY = "money", _("To help me with my budget")
    HEALTH = "health", _("To look after my health with me")
    SPEAK_UP = "speak-up", _("To speak up for me")
