from django.urls import path

from neighbourhoods.api import views

urlpatterns = [
    path("datasets/", views.Datasets.as_view(), name="datasets"),
    path("datasets/<slug:nation>/<slug:sha256>/", views.DatasetDetail.as_view(), name="dataset"),
    path(
        "datasets/<slug:nation>/<slug:sha256>/values/",
        views.IndicatorValues.as_view(),
        name="indicator_values",
    ),
]
