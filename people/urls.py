from django.urls import include, path

from people.views import consents, others, record

urlpatterns = [
    path("", include("people.needs_urls")),
    path("", include("people.plan_urls")),
    path("home/record/", record.record, name="record"),
    path("home/record/about/", record.Introduce.as_view(), name="introduce"),
    path("home/record/contact/", record.SayHowToReach.as_view(), name="say_how_to_reach"),
    path("home/record/address/", record.KeepAddress.as_view(), name="keep_address"),
    path("home/record/communication/", record.RecordNeed.as_view(), name="record_need"),
    path(
        "home/record/communication/<slug:public_id>/",
        record.ReviewNeed.as_view(),
        name="review_need",
    ),
    path(
        "home/record/communication/<slug:public_id>/remove/",
        record.remove_need,
        name="remove_need",
    ),
    path("home/who-can-see/", consents.who_can_see, name="who_can_see"),
    path("home/who-can-see/give/", consents.GiveConsent.as_view(), name="give_consent"),
    path(
        "home/who-can-see/<slug:public_id>/change/",
        consents.ChangeConsent.as_view(),
        name="change_consent",
    ),
    path(
        "home/who-can-see/<slug:public_id>/stop/",
        consents.withdraw_consent,
        name="withdraw_consent",
    ),
    path(
        "home/who-can-see/<slug:public_id>/stop-everything/",
        consents.withdraw_all,
        name="withdraw_all",
    ),
    path("home/who-looked/", consents.who_looked, name="who_looked"),
    path("people/", others.people_who_let_me, name="people_who_let_me"),
    path("people/<slug:public_id>/", others.person, name="person"),
]
