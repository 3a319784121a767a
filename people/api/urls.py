from django.urls import path

from people.api import asks, rights, views
from people.api import needs_and_plans as planning

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
    path("trusted-assessors/", planning.TrustedAssessors.as_view(), name="trusted_assessors"),
    path("me/conversation/", planning.MyConversation.as_view(), name="my_conversation"),
    path(
        "me/conversation/answers/",
        planning.AnswerMyConversation.as_view(),
        name="answer_my_conversation",
    ),
    path("me/plan/", planning.MyPlan.as_view(), name="my_plan"),
    path("me/plan/sections/", planning.WriteSection.as_view(), name="write_section"),
    path("me/plan/goals/", planning.AddGoal.as_view(), name="add_goal"),
    path("me/plan/support/", planning.AddSupport.as_view(), name="add_support"),
    path("me/plan/agree/", planning.AgreePlan.as_view(), name="agree_plan"),
    path("people/<slug:public_id>/plan/", planning.PlanOf.as_view(), name="plan_of"),
    path(
        "people/<slug:public_id>/plan/comments/",
        planning.CommentOnPlan.as_view(),
        name="comment_on_plan",
    ),
    path(
        "people/<slug:public_id>/conversation/",
        planning.ConversationOf.as_view(),
        name="conversation_of",
    ),
    path("people/<slug:public_id>/", views.PersonDetail.as_view(), name="person"),
]
