from django.urls import path

from people.api import asks, rights, views

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
    path("me/rights/", rights.Rights.as_view(), name="my_rights"),
    path("me/challenges/", rights.Challenges.as_view(), name="my_challenges"),
    path("me/challenges/<slug:public_id>/", rights.MyChallenge.as_view(), name="my_challenge"),
    path(
        "me/challenges/<slug:public_id>/withdraw/",
        rights.WithdrawChallenge.as_view(),
        name="withdraw_challenge",
    ),
    path("people/<slug:public_id>/", views.PersonDetail.as_view(), name="person"),
]
