"""Pages on which people see and spend their own budget. There is no page on which anybody spends another's."""

from __future__ import annotations

from datetime import date
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from budgets import own_money, queries, rules
from budgets.actions import entitlements, holdings, payments
from budgets.days import occurrence
from budgets.models import Entitlement, Payee, Payment, StandingPayment
from budgets.own_forms import (
    SOMEBODY_NEW,
    BackForm,
    HoldingForm,
    HowMuchForm,
    RegularForm,
    WhomForm,
)
from budgets.views.pictures import money_bar, month_bars
from governance.models import User
from governance.pages import SignedInActionView
from neighbourhoods.queries import currency_of
from people.models import Conversation, Person
from people.rules import own_record
from socialcare.kernel import acting
from socialcare.kernel.errors import DomainError, Missing
from socialcare.kernel.money import activate


def _own(user: User) -> Person:
    """The reader's own record; the page is written in their nation's money. Raises Missing for who has none."""
    person = own_record(user)
    if person is None:
        raise Missing
    _in_their_money()
    return person


def _in_their_money() -> None:
    nation = queries.the_nation()
    if nation is not None:
        activate(currency_of(nation))


@never_cache
@require_safe
@login_required
def my_money(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    found = own_money.money_of(_own(user))
    agreed = Conversation.objects.filter(person=found.person, state=Conversation.State.AGREED)
    return render(
        request,
        "own_money/my_money.html",
        {
            "money": found,
            "picture": money_bar(found),
            "may_begin": found.entitlement is None and agreed.exists(),
        },
    )


@never_cache
@require_POST
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """The award follows from the agreed points; asking for it makes it now."""
    user: Any = request.user
    conversation = get_object_or_404(
        Conversation.objects.filter(person=_own(user), state=Conversation.State.AGREED)
    )
    entitlements.award(conversation=conversation, by=user)
    messages.success(request, _("Your budget begins. The first money comes within the hour."))
    return redirect("my_money")


@never_cache
@require_safe
@login_required
def why(request: HttpRequest) -> HttpResponse:
    """Why this much, line by line: points, price, place, and who adopted it."""
    user: Any = request.user
    awards = (
        Entitlement.objects.filter(person=_own(user))
        .select_related("price__matter", "person", "conversation")
        .order_by("-starts_on", "-pk")
    )
    told = [own_money.why(award) for award in awards[:10]]
    return render(request, "own_money/why.html", {"awards": told})


# --- The statement --------------------------------------------------------------------------------


def _period(request: HttpRequest) -> tuple[date, date]:
    """The last twelve months, or the month that the address names."""
    today = acting.today()
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
        return first, own_money.month_after(first)
    except (ValueError, OverflowError):
        return occurrence(today.replace(day=1), "month", -11), own_money.month_after(today)


@never_cache
@require_safe
@login_required
def statement(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    person = _own(user)
    first, until = _period(request)
    lines = own_money.statement(person, first=first, until=until)
    months = own_money.months(lines)
    # A year of lines is too long to read: the newest month's are shown, and each other's behind its name.
    shown = [line for line in lines if line.on >= months[0].first] if months else []
    context = {"lines": shown, "months": months, "picture": month_bars(months)}
    return render(request, "own_money/statement.html", context)


@never_cache
@require_safe
@login_required
def statement_csv(request: HttpRequest) -> HttpResponse:
    """The same lines as a file, in whole pence."""
    user: Any = request.user
    person = _own(user)
    first, until = _period(request)
    text = own_money.as_csv(own_money.statement(person, first=first, until=until))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-money.csv"'
    return response


# --- Paying, in three steps -----------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class _OnOwnMoney(SignedInActionView):
    @cached_property
    def person(self) -> Person:
        return _own(self.by)

    def get_form(self, form_class: Any = None) -> Any:
        """What people type is read in their nation's money."""
        _in_their_money()
        return super().get_form(form_class)


class PayWhom(_OnOwnMoney):
    """Step 1: whom."""

    template_name = "own_money/pay_whom.html"
    form_class = WhomForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "payees": own_money.payees(self.person)}

    def act(self, form: WhomForm) -> str:
        sent = form.cleaned_data
        if sent["payee"] != SOMEBODY_NEW:
            return reverse("pay_payee", args=[sent["payee"]])
        payee = payments.add_payee(
            person=self.person, name=sent["name"], reference=sent["reference"], by=self.by
        )
        return reverse("pay_payee", args=[payee.public_id])


class _ToPayee(_OnOwnMoney):
    @cached_property
    def payee(self) -> own_money.Paid:
        for paid in own_money.payees(self.person):
            if paid.row.public_id == self.kwargs["public_id"]:
                return paid
        raise Missing

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(payee=self.payee, **kwargs)


class PayPayee(_ToPayee):
    """Steps 2 and 3: how much, then look again and pay. What was typed travels in the form and is kept nowhere."""

    template_name = "own_money/pay_payee.html"
    form_class = HowMuchForm

    def get_initial(self) -> dict[str, Any]:
        return {"key": token_hex(16)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(left_pence=own_money.left_of(self.person), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if not form.cleaned_data["sure"]:
            context = self.get_context_data(form=form, sent=form.cleaned_data)
            return render(self.request, "own_money/pay_check.html", context)
        return super().form_valid(form)

    def act(self, form: HowMuchForm) -> str:
        sent = form.cleaned_data
        payments.pay(
            person=self.person,
            payee=self.payee.row,
            amount_pence=sent["amount_pence"],
            what_for=sent["what_for"],
            request_key=f"page:{sent['key']}",
            by=self.by,
        )
        messages.success(self.request, _("It is paid."))
        return reverse("my_money")

    def refused(self, form: Any, error: DomainError) -> None:
        # They look again before they pay another amount.
        form.data = form.data.copy()
        form.data["sure"] = ""
        form.add_error("amount_pence", error.message)


class PlanRegular(_ToPayee):
    template_name = "own_money/plan_regular.html"
    form_class = RegularForm

    def act(self, form: RegularForm) -> str:
        payments.plan(person=self.person, payee=self.payee.row, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("The regular payment is planned."))
        return reverse("my_money")

    def refused(self, form: Any, error: DomainError) -> None:
        form.add_error("starts_on" if error.code == "bad-days" else None, error.message)


def _one(rows: Any, person: Person, public_id: str) -> Any:
    return get_object_or_404(rows.select_related("person"), person=person, public_id=public_id)


@never_cache
@require_POST
@login_required
def stop_regular(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap: it can be planned again."""
    user: Any = request.user
    payments.stop(standing=_one(StandingPayment.objects.all(), _own(user), public_id), by=user)
    messages.success(request, _("The regular payment has stopped."))
    return redirect("my_money")


@never_cache
@require_POST
@login_required
def forget_payee(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    payments.forget_payee(payee=_one(Payee.objects.all(), _own(user), public_id), by=user)
    messages.success(request, _("They are taken off your list."))
    return redirect("pay_whom")


class BringBack(_OnOwnMoney):
    """Money that was paid came back, all or part of it."""

    template_name = "own_money/bring_back.html"
    form_class = BackForm

    @cached_property
    def payment(self) -> Payment:
        paid = Payment.objects.filter(kind=Payment.Kind.PAID)
        found: Payment = _one(paid, self.person, self.kwargs["public_id"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(payment=self.payment, **kwargs)

    def act(self, form: BackForm) -> str:
        payments.bring_back(payment=self.payment, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("It is back in your budget."))
        return reverse("my_money")


@never_cache
@require_POST
@login_required
def keep_receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    payments.keep_receipt(payment=_one(Payment.objects.all(), _own(user), public_id), by=user)
    messages.success(request, _("Good. Keep it where you find it again."))
    return redirect("my_statement")


class ChooseHolding(_OnOwnMoney):
    template_name = "own_money/choose_holding.html"
    form_class = HoldingForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ways": rules.ways_to_hold(self.by, self.person)}

    def act(self, form: HoldingForm) -> str:
        holdings.choose(person=self.person, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("Your budget is held the way you chose."))
        return reverse("my_money")

    def refused(self, form: Any, error: DomainError) -> None:
        form.add_error("holder" if error.code == "no-holder" else "way", error.message)
