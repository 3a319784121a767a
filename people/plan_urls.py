from django.urls import path

from people.views import plan, plan_of_others

urlpatterns = [
    path("home/plan/", plan.my_plan, name="my_plan"),
    path("home/plan/begin/", plan.begin_plan, name="begin_plan"),
    path("home/plan/agree/", plan.agree_plan, name="agree_plan"),
    path("home/plan/write/<slug:kind>/", plan.WriteSection.as_view(), name="write_section"),
    path("home/plan/goals/", plan.AddGoal.as_view(), name="add_goal"),
    path("home/plan/goals/<slug:public_id>/", plan.ChangeGoal.as_view(), name="change_goal"),
    path("home/plan/support/", plan.AddArrangement.as_view(), name="add_arrangement"),
    path(
        "home/plan/support/<slug:public_id>/",
        plan.ChangeArrangement.as_view(),
        name="change_arrangement",
    ),
    path("home/plan/remove/<slug:public_id>/", plan.remove_from_plan, name="remove_from_plan"),
    path("home/plan/versions/<int:number>/", plan.plan_version, name="plan_version"),
    path(
        "home/plan/versions/<int:before>/beside/<int:after>/",
        plan.compare_plan,
        name="compare_plan",
    ),
    path("home/plan/print/", plan.print_plan, name="print_plan"),
    path("home/plan/one-page/", plan.one_page, name="one_page"),
    path(
        "home/plan/comments/<slug:public_id>/",
        plan.ReplyToComment.as_view(),
        name="reply_to_comment",
    ),
    path(
        "plans/comments/<slug:public_id>/take-out/",
        plan_of_others.take_out_comment,
        name="take_out_comment",
    ),
    path("people/<slug:public_id>/plan/", plan_of_others.PlanOf.as_view(), name="plan_of"),
]
