"""The API's addresses. What is not here is a problem with status 404, not a page."""

from django.urls import include, path, re_path

from socialcare.api import views
from socialcare.api.document import Document
from socialcare.kernel.api.views import Unknown

app_name = "api"

v1 = [
    path("", include("governance.api.urls")),
    path("", include("neighbourhoods.api.urls")),
    path("", include("budgets.api.urls")),
    path("", include("people.api.urls")),
    path("me/", views.Me.as_view(), name="me"),
    path("me/data/", views.MyData.as_view(), name="my_data"),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("schema/", Document.as_view(), name="schema"),
    path("docs/", views.docs, name="docs"),
    re_path(r"", Unknown.as_view(schema=None), name="unknown"),
]
