from django.urls import include, path

from people.views import advocacy, asks, authority, consents, others, record, rights

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
    path("home/record/crisis/", record.StateInAdvance.as_view(), name="state_in_advance"),
    path("home/record/support/", record.AgreeOnSupport.as_view(), name="agree_on_support"),
    path("home/record/support/<slug:public_id>/end/", record.end_support, name="end_support"),
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
    # The same for somebody else, by whoever may: each is missing to everybody who may not.
    path("people/<slug:person>/about/", record.Introduce.as_view(), name="introduce_for"),
    path(
        "people/<slug:person>/contact/",
        record.SayHowToReach.as_view(),
        name="say_how_to_reach_for",
    ),
    path("people/<slug:person>/address/", record.KeepAddress.as_view(), name="keep_address_for"),
    path(
        "people/<slug:person>/communication/", record.RecordNeed.as_view(), name="record_need_for"
    ),
    path(
        "people/<slug:person>/communication/<slug:public_id>/",
        record.ReviewNeed.as_view(),
        name="review_need_for",
    ),
    path(
        "people/<slug:person>/communication/<slug:public_id>/remove/",
        record.remove_need,
        name="remove_need_for",
    ),
    path("people/<slug:person>/who-can-see/", consents.who_can_see_for, name="who_can_see_for"),
    path(
        "people/<slug:person>/who-can-see/give/",
        consents.GiveConsent.as_view(),
        name="give_consent_for",
    ),
    path(
        "people/<slug:person>/who-can-see/<slug:public_id>/change/",
        consents.ChangeConsent.as_view(),
        name="change_consent_for",
    ),
    path(
        "people/<slug:person>/who-can-see/<slug:public_id>/stop/",
        consents.withdraw_consent,
        name="withdraw_consent_for",
    ),
    path(
        "people/<slug:person>/who-can-see/<slug:public_id>/stop-everything/",
        consents.withdraw_all,
        name="withdraw_all_for",
    ),
    path("home/who-decides/", authority.who_decides, name="who_decides"),
    path("home/who-decides/claim/", authority.Claim.as_view(), name="claim_authority"),
    path("home/who-decides/begin/", authority.BeginFor.as_view(), name="begin_for"),
    path(
        "home/who-decides/<slug:public_id>/dispute/",
        authority.Dispute.as_view(),
        name="dispute_authority",
    ),
    path("home/who-decides/<slug:public_id>/end/", authority.End.as_view(), name="end_authority"),
    path("evidence/", authority.evidence, name="evidence"),
    path("evidence/<slug:public_id>/", authority.Weigh.as_view(), name="weigh_evidence"),
    path("home/asks/", asks.my_asks, name="my_asks"),
    path("home/asks/<slug:public_id>/take-back/", asks.withdraw_ask, name="withdraw_ask"),
    path(
        "home/invitations/<slug:public_id>/end/", asks.revoke_invitation, name="revoke_invitation"
    ),
    path("advocates/", advocacy.advocates, name="advocates"),
    path("home/advocate/", advocacy.my_advocate, name="my_advocate"),
    path("home/advocate/ask/", advocacy.AskAdvocate.as_view(), name="ask_advocate"),
    path(
        "home/advocate/<slug:public_id>/let-see/",
        advocacy.LetAdvocateSee.as_view(),
        name="let_advocate_see",
    ),
    path("home/advocate/<slug:public_id>/end/", advocacy.end_advocacy, name="end_advocacy"),
    path("advocacy/", advocacy.asked_as_advocate, name="asked_as_advocate"),
    path("advocacy/<slug:public_id>/", advocacy.answer_advocacy, name="answer_advocacy"),
    path("home/rights/", rights.my_rights, name="my_rights"),
    path("home/challenges/", rights.my_challenges, name="my_challenges"),
    path("home/challenges/new/", rights.MakeChallenge.as_view(), name="challenge"),
    path(
        "home/challenges/<slug:public_id>/take-back/",
        rights.withdraw_challenge,
        name="withdraw_challenge",
    ),
    path("panel/", rights.panel, name="panel"),
    path("panel/<slug:public_id>/", rights.Hear.as_view(), name="hear"),
    path("asks/", asks.people_who_asked, name="people_who_asked"),
    path("asks/how-soon/", asks.how_soon, name="how_soon"),
    path("asks/<slug:public_id>/", asks.ask, name="ask"),
    path("asks/<slug:public_id>/take/", asks.take_ask, name="take_ask"),
    path("asks/<slug:public_id>/talked/", asks.talked_about_ask, name="talked_about_ask"),
    path("asks/<slug:public_id>/hand-on/", asks.HandOn.as_view(), name="hand_on_ask"),
    path("asks/<slug:public_id>/close/", asks.CloseAsk.as_view(), name="close_ask"),
]
