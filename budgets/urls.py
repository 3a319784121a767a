from django.urls import path, register_converter

from budgets.views import explain, money, own, places, prices, what_if


class FileName:
    """The two files of a run."""

    regex = "local|neighbourhoods"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FileName, "run_file")

urlpatterns = [
    path("home/money/", own.my_money, name="my_money"),
    path("home/money/begin/", own.begin, name="begin_budget"),
    path("home/money/why/", own.why, name="my_money_why"),
    path("home/money/statement/", own.statement, name="my_statement"),
    path("home/money/statement.csv", own.statement_csv, name="my_statement_csv"),
    path("home/money/held/", own.ChooseHolding.as_view(), name="choose_holding"),
    path("home/money/pay/", own.PayWhom.as_view(), name="pay_whom"),
    path("home/money/pay/<slug:public_id>/", own.PayPayee.as_view(), name="pay_payee"),
    path(
        "home/money/pay/<slug:public_id>/regular/", own.PlanRegular.as_view(), name="plan_regular"
    ),
    path("home/money/pay/<slug:public_id>/forget/", own.forget_payee, name="forget_payee"),
    path("home/money/regular/<slug:public_id>/stop/", own.stop_regular, name="stop_regular"),
    path("home/money/payments/<slug:public_id>/back/", own.BringBack.as_view(), name="bring_back"),
    path("home/money/payments/<slug:public_id>/receipt/", own.keep_receipt, name="keep_receipt"),
    path("find/", places.find, name="find"),
    path("places/", places.places, name="places"),
    path("places.csv", places.places_csv, name="places_csv"),
    path("places/<slug:code>.csv", places.place_csv, name="place_csv"),
    path("places/<slug:code>/", places.place, name="place"),
    path("places/<slug:code>/why/", explain.explain, name="explain"),
    path("places/<slug:code>/why.json", explain.explain_json, name="explain_json"),
    path("money/", money.money, name="money"),
    path("money/pots/propose/", money.ProposePot.as_view(), name="propose_pot"),
    path("money/pots/<slug:public_id>/", money.pot, name="pot"),
    path("money/pots/<slug:public_id>/share/", money.ShareOut.as_view(), name="share_out"),
    path("money/runs/", money.Runs.as_view(), name="runs"),
    path("money/runs/<slug:public_id>/", money.run, name="run"),
    path("money/runs/<slug:public_id>/progress/", money.run_progress, name="run_progress"),
    path("money/runs/<slug:public_id>/<run_file:name>.csv", money.run_file, name="run_file"),
    path("money/formulas/", money.formula_list, name="formulas"),
    path("money/formulas/propose/", money.ProposeFormula.as_view(), name="propose_formula"),
    path("money/formulas/<slug:slug>/<int:version>/", money.formula, name="formula"),
    path(
        "money/formulas/<slug:slug>/<int:version>/document.yaml",
        money.formula_document,
        name="formula_document",
    ),
    path("money/prices/", prices.price_list, name="prices"),
    path("money/prices/propose/", prices.ProposePrice.as_view(), name="propose_price"),
    path("money/prices/<slug:slug>/<int:version>/", prices.price, name="price"),
    path(
        "money/prices/<slug:slug>/<int:version>/document.yaml",
        prices.price_document,
        name="price_document",
    ),
    path("money/what-if/", what_if.AskByNumbers.as_view(), name="ask_what_if"),
    path("money/what-if/document/", what_if.AskByDocument.as_view(), name="ask_by_document"),
    path(
        "money/what-if/of/<slug:public_id>/",
        what_if.formula_in_question,
        name="formula_in_question",
    ),
    path("money/what-if/<slug:public_id>/", what_if.what_if, name="what_if"),
    path("money/what-if/<slug:public_id>/places/", what_if.what_if_places, name="what_if_places"),
    path(
        "money/what-if/<slug:public_id>/<run_file:name>.csv",
        what_if.what_if_file,
        name="what_if_file",
    ),
    path(
        "money/what-if/<slug:public_id>/document.yaml",
        what_if.what_if_document,
        name="what_if_document",
    ),
    path(
        "money/what-if/<slug:public_id>/propose/",
        what_if.ProposeWhatIf.as_view(),
        name="propose_what_if",
    ),
]
