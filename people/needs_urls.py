from django.urls import path

from people.views import assessing, needs

urlpatterns = [
    path("home/conversation/", needs.MyConversation.as_view(), name="my_conversation"),
    path("home/conversation/about/<slug:question>/", needs.SayAbout.as_view(), name="say_about"),
    path(
        "home/conversation/about/<slug:question>/take-out/",
        needs.take_out_answer,
        name="take_out_answer",
    ),
    path("home/conversation/assessor/", needs.AskAssessor.as_view(), name="ask_assessor"),
    path("home/conversation/agree/", needs.agree_points, name="agree_points"),
    path(
        "home/conversation/take-back/",
        needs.take_back_conversation,
        name="take_back_conversation",
    ),
    path("home/conversation/another-look/", needs.AnotherLook.as_view(), name="another_look"),
    path("home/assessing/", assessing.assessing, name="assessing"),
    path("home/assessing/<slug:public_id>/", assessing.Assess.as_view(), name="assess"),
    path(
        "home/assessing/<slug:public_id>/no/",
        assessing.decline_assessment,
        name="decline_assessment",
    ),
    path("home/assessing/looks/<slug:public_id>/", assessing.Review.as_view(), name="review"),
    path("assessors/", needs.assessors, name="assessors"),
    path(
        "people/<slug:public_id>/conversation/",
        assessing.conversation_of,
        name="conversation_of",
    ),
]
