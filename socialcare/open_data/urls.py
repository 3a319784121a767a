from datetime import date

from django.urls import path, register_converter

from socialcare.open_data import views


class Day:
    """A day as 2027-04-01."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(Day, "open_data_day")

urlpatterns = [
    path("", views.index, name="open_data"),
    path("datapackage.json", views.package, name="open_data_package"),
    path("neighbourhoods.csv", views.neighbourhoods, name="open_data_neighbourhoods"),
    path("allocations/<open_data_day:period>.csv", views.allocations, name="open_data_allocations"),
    path("formulas/<slug:slug>-<int:version>.yaml", views.formula, name="open_data_formula"),
    path("conversation.yaml", views.conversation, name="open_data_conversation"),
    path("decisions.json", views.decisions, name="open_data_decisions"),
]
