from django.urls import path

from budgets.api import formulas, money, own, prices, what_ifs

urlpatterns = [
    path("me/budget/", own.MyBudget.as_view(), name="my_budget"),
    path("me/budget/statement/", own.MyStatement.as_view(), name="my_statement"),
    path("me/payees/", own.MyPayees.as_view(), name="my_payees"),
    path("me/payments/", own.MyPayments.as_view(), name="my_payments"),
    path("formulas/", formulas.Formulas.as_view(), name="formulas"),
    path("formulas/check/", formulas.CheckFormula.as_view(), name="check_formula"),
    path(
        "formulas/<slug:nation>/<slug:slug>/<int:version>/",
        formulas.FormulaDetail.as_view(),
        name="formula",
    ),
    path(
        "formulas/<slug:nation>/<slug:slug>/<int:version>/document/",
        formulas.FormulaDocument.as_view(),
        name="formula_document",
    ),
    path("prices/", prices.Prices.as_view(), name="prices"),
    path(
        "prices/<slug:nation>/<slug:slug>/<int:version>/",
        prices.PriceDetail.as_view(),
        name="price",
    ),
    path("pots/", money.Pots.as_view(), name="pots"),
    path("pots/<slug:public_id>/", money.PotDetail.as_view(), name="pot"),
    path("runs/", money.Runs.as_view(), name="runs"),
    path("runs/<slug:public_id>/", money.RunDetail.as_view(), name="run"),
    path("allocations/", money.Allocations.as_view(), name="allocations"),
    path("explanations/<slug:code>/", money.Explanation.as_view(), name="explanation"),
    path("what-ifs/", what_ifs.WhatIfs.as_view(), name="what_ifs"),
    path("what-ifs/<slug:public_id>/", what_ifs.WhatIfDetail.as_view(), name="what_if"),
    path(
        "what-ifs/<slug:public_id>/changes/",
        what_ifs.WhatIfChanges.as_view(),
        name="what_if_changes",
    ),
]
