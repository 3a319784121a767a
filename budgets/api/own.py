"""Operations on one's own budget: the pages' own actions and rules, and as private as the pages.

What is answered here is about one person and is never kept. A payment still happens once: the Idempotency-Key that it
must have is kept with the payment itself, which answers for it.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from budgets import own_money
from budgets.actions import payments
from budgets.api import examples
from budgets.formula import format_decimal
from budgets.models import Entitlement, Payment
from people.models import Person
from people.rules import own_record
from socialcare.kernel.api import idempotency
from socialcare.kernel.api.fields import PenceField
from socialcare.kernel.api.permissions import WithinItsToken
from socialcare.kernel.api.schema import acts, describe, query, reads
from socialcare.kernel.api.views import Operation, tagged
from socialcare.kernel.errors import DomainError, Missing

TAG = "My budget"


class _Own(Operation):
    """For whoever is signed in, about their own budget."""

    is_public = False
    permission_classes = [IsAuthenticated, WithinItsToken]
    # Whether it takes an Idempotency-Key; elsewhere one would promise what is not kept.
    has_key = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.has_key and idempotency.HEADER in request.headers:
            raise DomainError(
                "no-idempotency-key-here",
                _("Send no Idempotency-Key here: what it answers is never kept."),
            )

    def person(self) -> Person:
        """The reader's own record. Raises Missing for who has none."""
        person = own_record(self.request.user)
        if person is None:
            raise Missing
        return person


# --- The budget -----------------------------------------------------------------------------------


class EntitlementSerializer(serializers.ModelSerializer):
    weekly_pence = PenceField()
    indicated_pence = PenceField(help_text="What the formula gives: never more than the award.")
    cost_factor = serializers.SerializerMethodField(
        help_text="What the same help costs where you live, beside the nation, to six decimals."
    )
    price = serializers.SerializerMethodField(help_text="What the award goes by.")
    extras = serializers.DictField(
        child=serializers.IntegerField(), help_text="Published components, so many of each a week."
    )

    class Meta:
        model = Entitlement
        fields = [
            "public_id",
            "points",
            "is_undisputed_part",
            "price",
            "cost_factor",
            "extras",
            "indicated_pence",
            "weekly_pence",
            "starts_on",
            "ends_on",
            "paid_until",
        ]

    def get_price(self, entitlement: Entitlement) -> str:
        price = entitlement.price
        return f"{price.slug} {price.version}"

    def get_cost_factor(self, entitlement: Entitlement) -> str:
        return format_decimal(entitlement.cost_factor, 6)


class BudgetSerializer(serializers.Serializer):
    account = serializers.CharField(
        allow_blank=True, help_text="The number that a health body needs to add money."
    )
    left_pence = PenceField()
    planned_pence = PenceField(help_text="Regular payments until the month ends.")
    spent_pence = PenceField(help_text="This month, less what came back.")
    held = serializers.CharField(allow_null=True, help_text="How it is held; null is: by yourself.")
    entitlement = EntitlementSerializer(allow_null=True)
    notices = serializers.ListField(child=serializers.CharField())


@describe(
    get=reads(
        "read_my_budget",
        "Read your budget",
        description="What is left, planned and spent, and what you are entitled to.",
        tag=TAG,
        answers=BudgetSerializer,
        example=examples.MY_BUDGET,
    )
)
class MyBudget(_Own):
    def get(self, request: Request) -> Response:
        money = own_money.money_of(self.person())
        told = {
            "account": money.account,
            "left_pence": money.left_pence,
            "planned_pence": money.planned_pence,
            "spent_pence": money.spent_pence,
            "held": money.holding.way if money.holding else None,
            "entitlement": money.entitlement,
            "notices": [notice.code for notice in money.notices],
        }
        return tagged(request, BudgetSerializer(told).data)


class LineSerializer(serializers.Serializer):
    on = serializers.DateField()
    kind = serializers.ChoiceField(choices=["entitlement", "health", "paid", "came-back"])
    who = serializers.CharField(source="words", allow_blank=True)
    what_for = serializers.CharField(allow_blank=True)
    pence = serializers.IntegerField(help_text="What came in (+) or went out (−).")


class BudgetStatementSerializer(serializers.Serializer):
    results = LineSerializer(many=True)


class StatementQuery(serializers.Serializer):
    first = serializers.DateField()
    until = serializers.DateField()


@describe(
    get=reads(
        "read_my_statement",
        "Read your statement",
        description="Every line from `first` until the day before `until`, the newest first.",
        tag=TAG,
        answers=BudgetStatementSerializer,
        example={"results": [examples.LINE]},
        parameters=[
            query("first", "The first day.", required=True, type="string", format="date"),
            query("until", "The first day after.", required=True, type="string", format="date"),
        ],
    )
)
class MyStatement(_Own):
    parameters = ("first", "until")

    def get(self, request: Request) -> Response:
        asked = StatementQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        lines = own_money.statement(self.person(), **asked.validated_data)
        return tagged(request, {"results": LineSerializer(lines, many=True).data})


# --- Paying ---------------------------------------------------------------------------------------


class PayeeSerializer(serializers.Serializer):
    public_id = serializers.CharField(source="row.public_id")
    name = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)


class PayeeListSerializer(serializers.Serializer):
    results = PayeeSerializer(many=True)


class AddPayeeSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=payments.LONGEST_WORDS)
    reference = serializers.CharField(
        max_length=payments.LONGEST_WORDS, required=False, allow_blank=True, default=""
    )


@describe(
    get=reads(
        "list_my_payees",
        "List whom you pay",
        tag=TAG,
        answers=PayeeListSerializer,
        example={"results": [examples.PAYEE]},
    ),
    post=acts(
        "add_payee",
        "Add somebody whom you pay",
        description="Their name and reference are sealed.",
        tag=TAG,
        takes=AddPayeeSerializer,
        sends=examples.ADD_PAYEE,
        answers=PayeeSerializer,
        example=examples.PAYEE,
        status=201,
        has_key=False,
    ),
)
class MyPayees(_Own):
    def get(self, request: Request) -> Response:
        found = own_money.payees(self.person())
        return tagged(request, {"results": PayeeSerializer(found, many=True).data})

    def post(self, request: Request) -> Response:
        sent = AddPayeeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with transaction.atomic():
            payee = payments.add_payee(person=self.person(), by=request.user, **sent.validated_data)
        paid = own_money.Paid(payee, **sent.validated_data)
        return Response(PayeeSerializer(paid).data, status=201)


class PaySerializer(serializers.Serializer):
    payee = serializers.CharField(max_length=12, help_text="The public id of the payee.")
    amount_pence = PenceField(min_value=1, max_value=payments.MOST_PENCE)
    what_for = serializers.CharField(
        max_length=payments.LONGEST_WORDS, required=False, allow_blank=True, default=""
    )


class PaymentSerializer(serializers.ModelSerializer):
    amount_pence = PenceField()
    payee = serializers.CharField(source="payee.public_id")

    class Meta:
        model = Payment
        fields = ["public_id", "payee", "amount_pence", "paid_on", "receipt"]


@describe(
    post=acts(
        "pay",
        "Pay somebody",
        description="At once, from your own budget, within what is in it. Nobody approves it. Sent again with the same "
        "Idempotency-Key, however much later, it pays nothing more.",
        tag=TAG,
        takes=PaySerializer,
        sends=examples.PAY,
        answers=PaymentSerializer,
        example=examples.PAYMENT,
        status=201,
        needs_key=True,
    )
)
class MyPayments(_Own):
    has_key = True

    def post(self, request: Request) -> Response:
        key = idempotency.key_of(request, required=True)
        sent = PaySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = sent.validated_data
        person = self.person()
        for payee in own_money.payees(person):
            if payee.row.public_id == asked["payee"]:
                payment = payments.pay(
                    person=person,
                    payee=payee.row,
                    amount_pence=asked["amount_pence"],
                    what_for=asked["what_for"],
                    request_key=f"api:{key}",
                    by=request.user,
                )
                return Response(PaymentSerializer(payment).data, status=201)
        raise Missing("no-such-payee", _("There is no such payee."))
