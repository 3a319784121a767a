from django.urls import path

from people.api import asks, views

urlpatterns = [
    path("me/consents/", views.Consents.as_view(), name="my_consents"),
    path("me/consents/<slug:public_id>/", views.Consent.as_view(), name="my_consent"),
    path(
        "me/consents/<slug:public_id>/change/",
        views.ChangeConsent.as_view(),
        name="change_consent",
    ),
    path(
        "me/consents/<slug:public_id>/withdraw/",
        views.WithdrawConsent.as_view(),
        name="withdraw_consent",
    ),
    path("me/looks/", views.Looks.as_view(), name="my_looks"),
    path("me/asks/", asks.Asks.as_view(), name="my_asks"),
    path("me/asks/<slug:public_id>/", asks.MyAsk.as_view(), name="my_ask"),
    path("me/asks/<slug:public_id>/withdraw/", asks.WithdrawAsk.as_view(), name="withdraw_ask"),
    path("people/<slug:public_id>/", views.PersonDetail.as_view(), name="person"),
]
