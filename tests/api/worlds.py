"""Addresses of the API about things of the small England, and clients that use tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from governance.actions import tokens
from governance.models import User
from people.models import Person
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from tests.small_england import SmallEngland

V1 = "/api/v1/"


def token_of(user: User, *, scope: str = "write") -> str:
    """The secret of a new token of theirs."""
    ends_on = acting.today() + timedelta(days=30)
    return tokens.make(name="a test", scope=scope, ends_on=ends_on, by=user)[1]


def program_of(user: User, *, scope: str = "write") -> Client:
    """A program that acts for somebody by their token, with no session."""
    return Client(headers={"Authorization": f"Bearer {token_of(user, scope=scope)}"})


# About one person, for those who may see it.
PRIVATE = {
    "read_me",
    "read_my_budget",
    "read_my_statement",
    "list_my_payees",
    "read_my_data",
    "list_my_consents",
    "read_my_consent",
    "list_my_looks",
    "read_person",
    "list_my_asks",
    "read_my_ask",
    "read_my_rights",
    "list_my_challenges",
    "read_my_challenge",
    "read_my_conversation",
    "read_my_plan",
    "read_plan",
    "read_conversation",
    "list_what_ifs",
}


def reads(world: SmallEngland) -> dict[str, str]:
    """Operation → an address that answers it with something to see."""
    figures = {"nation": world.nation.code, "sha256": world.dataset.sha256}
    formula = {"nation": world.nation.code, "slug": world.formula.slug, "version": 1}
    decision, what_if = world.formula.decision, world.proposed_formula.what_if
    assert decision is not None
    assert what_if is not None
    with acting_as(world.people["councillor"]):
        other = Person.objects.get(user=world.people["councillor"]).public_id
    return {
        "list_spheres": reverse("api:spheres"),
        "read_sphere": reverse("api:sphere", args=[world.neighbourhood.code]),
        "list_powers": reverse("api:powers"),
        "read_power": reverse("api:power", args=["set-the-pot"]),
        "find_seat": reverse("api:seats")
        + f"?power=fund-a-project&sphere={world.neighbourhood.code}",
        "list_bodies": reverse("api:bodies"),
        "list_matters": reverse("api:matters"),
        "read_matter": reverse("api:matter", args=[world.ripe.public_id]),
        "list_decisions": reverse("api:decisions"),
        "read_decision": reverse("api:decision", args=[decision.public_id]),
        "list_datasets": reverse("api:datasets"),
        "read_dataset": reverse("api:dataset", kwargs=figures),
        "list_indicator_values": reverse("api:indicator_values", kwargs=figures)
        + f"?sphere={world.local.code}",
        "list_formulas": reverse("api:formulas"),
        "read_formula": reverse("api:formula", kwargs=formula),
        "read_formula_document": reverse("api:formula_document", kwargs=formula),
        "list_prices": reverse("api:prices"),
        "read_price": reverse(
            "api:price", args=[world.nation.code, world.price.slug, world.price.version]
        ),
        "list_pots": reverse("api:pots"),
        "read_pot": reverse("api:pot", args=[world.shared_pot.public_id]),
        "list_runs": reverse("api:runs"),
        "read_run": reverse("api:run", args=[world.run.public_id]),
        "list_allocations": reverse("api:allocations") + f"?run={world.run.public_id}",
        "read_explanation": reverse("api:explanation", args=[world.local.code]),
        "list_what_ifs": reverse("api:what_ifs"),
        "read_what_if": reverse("api:what_if", args=[what_if.public_id]),
        "list_what_if_changes": reverse("api:what_if_changes", args=[what_if.public_id]),
        "read_me": reverse("api:me"),
        "read_my_budget": reverse("api:my_budget"),
        "read_my_statement": reverse("api:my_statement") + "?first=2026-01-01&until=2100-01-01",
        "list_my_payees": reverse("api:my_payees"),
        "read_my_data": reverse("api:my_data"),
        "list_my_consents": reverse("api:my_consents"),
        "read_my_consent": reverse("api:my_consent", args=[world.consent.public_id]),
        "list_my_looks": reverse("api:my_looks"),
        "list_my_asks": reverse("api:my_asks"),
        "read_my_ask": reverse("api:my_ask", args=[world.waiting_ask.pk]),
        "read_my_rights": reverse("api:my_rights"),
        "list_my_challenges": reverse("api:my_challenges"),
        "read_my_challenge": reverse("api:my_challenge", args=[world.challenge.public_id]),
        "list_trusted_assessors": reverse("api:trusted_assessors"),
        "read_my_conversation": reverse("api:my_conversation"),
        "read_my_plan": reverse("api:my_plan"),
        "read_plan": reverse("api:plan_of", args=[other]),
        "read_conversation": reverse("api:conversation_of", args=[other]),
        "read_person": reverse("api:person", args=[world.consent.content_object.public_id]),
    }


def post(client: Client, address: str, body: Any = None, **headers: str) -> Any:
    """Sends JSON. Headers by name with underscores: `idempotency_key="…"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(address, {} if body is None else body, "application/json", headers=named)


def tag(client: Client, address: str) -> str:
    """The ETag of what is at an address now."""
    return str(client.get(address).headers["ETag"])
