"""Shapes of a needs conversation, a support plan and what others say about it, and of what is sent to change them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from governance.api.serializers import PlaceSerializer, plain
from people import rights
from people.actions import comments, conversations, plans
from people.models import (
    Arrangement,
    Conversation,
    PlanComment,
    PlanSection,
    SupportPlan,
    TrustedAssessor,
)
from people.needs_queries import Asked, Talk, Theirs
from people.plan_queries import Comment, Plan


class TrustedAssessorSerializer(serializers.ModelSerializer):
    """A line of the public register."""

    scope = PlaceSerializer(help_text="The local system that registered them.")
    kind = serializers.ChoiceField(choices=plain(TrustedAssessor.Kind))

    class Meta:
        model = TrustedAssessor
        fields = [
            "public_id",
            "name",
            "kind",
            "organisation",
            "scope",
            "interests",
            "starts_on",
            "ends_on",
        ]


# --- A conversation -------------------------------------------------------------------------------


class TheirsSerializer(serializers.Serializer):
    """What an assessor says about one outcome."""

    answer = serializers.CharField()
    points = serializers.IntegerField()
    reason = serializers.CharField(help_text="May be empty where they say the same.")


class SaidSerializer(serializers.Serializer):
    """What was said about one outcome, or one cause."""

    outcome = serializers.CharField()
    is_cause = serializers.BooleanField()
    answer = serializers.CharField(help_text="Empty where words alone were said.")
    points = serializers.IntegerField()
    what_helps = serializers.CharField()
    what_would_be_good = serializers.CharField()
    first_assessor = TheirsSerializer(allow_null=True)
    second_assessor = TheirsSerializer(allow_null=True)
    undisputed_points = serializers.IntegerField(allow_null=True)
    settled_points = serializers.IntegerField(allow_null=True)


class ConversationSerializer(serializers.Serializer):
    """A needs conversation. `undisputed_points` count as soon as they are there; `points` once it is settled."""

    public_id = serializers.CharField(source="row.public_id")
    state = serializers.ChoiceField(source="row.state", choices=plain(Conversation.State))
    done_with = serializers.ChoiceField(
        source="row.done_with", choices=plain(Conversation.DoneWith)
    )
    begun_at = serializers.DateTimeField(source="row.begun_at")
    instrument = serializers.CharField(source="row.instrument_code")
    version = serializers.CharField(source="row.instrument_version")
    sha256 = serializers.CharField(source="row.instrument_sha256")
    points = serializers.IntegerField(source="row.points", allow_null=True)
    undisputed_points = serializers.IntegerField(source="row.undisputed_points", allow_null=True)
    settled_by = serializers.CharField(
        source="row.settled_by", help_text="agreement, second-opinion, or empty."
    )
    agreed_at = serializers.DateTimeField(source="row.agreed_at", allow_null=True)
    answers = SaidSerializer(many=True)


def _theirs(theirs: Theirs | None) -> dict[str, Any] | None:
    if theirs is None:
        return None
    code = theirs.answer.code if theirs.answer else ""
    return {"answer": code, "points": theirs.points, "reason": theirs.reason}


def _answer(asked: Asked) -> dict[str, Any]:
    row: Any = asked.row
    return {
        "outcome": row.outcome,
        "is_cause": asked.is_cause,
        "answer": row.answer,
        "points": row.points,
        "what_helps": asked.what_helps,
        "what_would_be_good": asked.what_would_be_good,
        "first_assessor": _theirs(asked.first),
        "second_assessor": _theirs(asked.second),
        "undisputed_points": row.undisputed_points,
        "settled_points": row.settled_points,
    }


def shape_of_conversation(talk: Talk) -> dict[str, Any]:
    """What ConversationSerializer takes. What was left out is not there."""
    said = [_answer(asked) for asked in talk.asked if asked.row is not None]
    return {"row": talk.row, "answers": said}


class BeginConversationSerializer(serializers.Serializer):
    done_with = serializers.ChoiceField(
        choices=plain(Conversation.DoneWith), default=Conversation.DoneWith.ALONE.value
    )


def _words(longest: int, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, **options)


class AnswerSentSerializer(serializers.Serializer):
    outcome = _words(40, help_text="The code of an outcome or a cause of the instrument.")
    answer = _words(20, required=False, allow_blank=True, default="")
    what_helps = _words(conversations.LONGEST_WORDS, required=False, allow_blank=True, default="")
    what_would_be_good = _words(
        conversations.LONGEST_WORDS, required=False, allow_blank=True, default=""
    )


# --- A plan ---------------------------------------------------------------------------------------


class SectionSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=plain(PlanSection.Kind))
    words = serializers.CharField()


class GoalSerializer(serializers.Serializer):
    public_id = serializers.CharField(source="row.public_id")
    words = serializers.CharField()
    right = serializers.CharField(source="row.right", help_text="“UNCRPD 19”, or empty.")


class ArrangementSerializer(serializers.Serializer):
    """Some support in the plan."""

    public_id = serializers.CharField(source="row.public_id")
    kind = serializers.ChoiceField(source="row.kind", choices=plain(Arrangement.Kind))
    tag = serializers.CharField(
        source="row.tag", help_text="nursing, mental-health, end-of-life, or empty."
    )
    what_for = serializers.CharField()
    who = serializers.CharField()
    minutes_a_week = serializers.IntegerField(source="row.minutes_a_week", allow_null=True)
    weekly_pence = serializers.IntegerField(source="row.weekly_pence", allow_null=True)
    starts_on = serializers.DateField(source="row.starts_on", allow_null=True)
    ends_on = serializers.DateField(
        source="row.ends_on", allow_null=True, help_text="The first day without it."
    )


class CommentSerializer(serializers.Serializer):
    """What somebody said beside the plan, and what the person answered."""

    public_id = serializers.CharField(source="row.public_id")
    kind = serializers.ChoiceField(source="row.kind", choices=plain(PlanComment.Kind))
    known_as = serializers.CharField(help_text="What you call them, or their public name.")
    is_mine = serializers.BooleanField()
    is_professional = serializers.BooleanField(source="row.is_professional")
    said_at = serializers.DateTimeField(source="row.said_at")
    words = serializers.CharField()
    reply = serializers.CharField(help_text="May be empty.")


class PlanSerializer(serializers.Serializer):
    """One version of a support plan."""

    public_id = serializers.CharField(source="row.public_id")
    number = serializers.IntegerField(source="row.number")
    state = serializers.ChoiceField(source="row.state", choices=plain(SupportPlan.State))
    begun_at = serializers.DateTimeField(source="row.begun_at")
    agreed_at = serializers.DateTimeField(source="row.agreed_at", allow_null=True)
    sections = SectionSerializer(many=True)
    goals = GoalSerializer(many=True)
    support = ArrangementSerializer(many=True)
    comments = CommentSerializer(many=True)


def shape_of_comment(comment: Comment) -> dict[str, Any]:
    """What CommentSerializer takes."""
    return {
        "row": comment.row,
        "known_as": comment.name,
        "is_mine": comment.is_mine,
        "words": comment.words,
        "reply": comment.reply,
    }


def shape_of_plan(plan: Plan, said: list[Comment]) -> dict[str, Any]:
    """What PlanSerializer takes. A part that was left out is not there."""
    return {
        "row": plan.row,
        "sections": [
            {"kind": kind.value, "words": words} for kind, words in plan.sections.items() if words
        ],
        "goals": plan.goals,
        "support": plan.arrangements,
        "comments": [shape_of_comment(each) for each in said],
    }


class SectionSentSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=plain(PlanSection.Kind))
    words = _words(plans.LONGEST_SECTION, allow_blank=True)


class GoalSentSerializer(serializers.Serializer):
    words = _words(plans.LONGEST_WORDS)
    right = serializers.ChoiceField(choices=list(rights.rights()), required=False, default="")


class SupportSentSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=plain(Arrangement.Kind))
    what_for = _words(plans.LONGEST_WORDS)
    who = _words(plans.LONGEST_WORDS, required=False, allow_blank=True, default="")
    tag = serializers.ChoiceField(
        choices=[each for each in plain(Arrangement.Tag) if each[0]], required=False, default=""
    )
    minutes_a_week = serializers.IntegerField(
        min_value=0, max_value=plans.MOST_MINUTES, required=False
    )
    weekly_pence = serializers.IntegerField(min_value=0, max_value=plans.MOST_PENCE, required=False)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False, help_text="The first day without it.")


class CommentSentSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=plain(PlanComment.Kind))
    words = _words(comments.LONGEST)
