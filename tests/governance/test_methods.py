"""Counting votes: a table of cases that a member could check by hand, and properties against a second, naive count."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.methods import NEEDS, Choice, Method, count

COUNTED = sorted(NEEDS)


def tally(votes_for: int, votes_against: int, abstentions: int) -> dict[Choice, int]:
    return {
        Choice.FOR: votes_for,
        Choice.AGAINST: votes_against,
        Choice.ABSTAIN: abstentions,
    }


@pytest.mark.parametrize(
    ("method", "roll", "votes", "quorate", "carried"),
    [
        # A majority is of the votes for and against; half the roll must take part.
        (Method.MAJORITY, 5, (3, 2, 0), True, True),
        (Method.MAJORITY, 5, (2, 2, 1), True, False),  # a tie keeps things as they are
        (Method.MAJORITY, 5, (0, 0, 5), True, False),
        (Method.MAJORITY, 5, (1, 0, 2), True, True),  # abstainers are present
        (Method.MAJORITY, 5, (2, 0, 0), False, False),
        (Method.MAJORITY, 4, (2, 0, 0), True, True),  # exactly half is a quorum
        (Method.MAJORITY, 1, (1, 0, 0), True, True),
        (Method.MAJORITY, 0, (0, 0, 0), False, False),
        # Two thirds of all members, not of those who came.
        (Method.SUPERMAJORITY, 6, (4, 2, 0), True, True),
        (Method.SUPERMAJORITY, 6, (3, 0, 0), True, False),
        (Method.SUPERMAJORITY, 5, (3, 2, 0), True, False),
        (Method.SUPERMAJORITY, 5, (4, 1, 0), True, True),
        (Method.SUPERMAJORITY, 0, (0, 0, 0), False, False),
        # Everybody means everybody.
        (Method.UNANIMOUS, 3, (3, 0, 0), True, True),
        (Method.UNANIMOUS, 3, (2, 0, 1), True, False),
        (Method.UNANIMOUS, 3, (2, 0, 0), False, False),
        (Method.UNANIMOUS, 0, (0, 0, 0), False, False),
        (Method.OWN, 1, (1, 0, 0), True, True),
        (Method.OWN, 1, (0, 1, 0), True, False),
        (Method.OWN, 1, (0, 0, 0), False, False),
        # One reasoned objection stops it; silence of everybody does not carry it.
        (Method.CONSENT, 5, (1, 0, 4), True, True),
        (Method.CONSENT, 5, (4, 1, 0), True, False),
        (Method.CONSENT, 5, (0, 0, 5), True, False),
        (Method.CONSENT, 5, (2, 0, 0), False, False),
        (Method.SORTITION, 12, (7, 5, 0), True, True),
        (Method.SORTITION, 12, (6, 6, 0), True, False),
    ],
)
def test_counts(
    method: Method, roll: int, votes: tuple[int, int, int], quorate: bool, carried: bool
) -> None:
    result = count(method, roll=roll, votes=tally(*votes))
    assert (result.quorate, result.carried) == (quorate, carried)
    assert (result.roll, result.votes_for, result.votes_against, result.abstentions) == (
        roll,
        *votes,
    )


def test_missing_choices_count_as_none() -> None:
    assert count(Method.MAJORITY, roll=2, votes={Choice.FOR: 2}).carried
    assert not count(Method.MAJORITY, roll=2, votes={}).quorate


def test_more_votes_than_members_is_refused() -> None:
    with pytest.raises(ValueError, match="more votes than members"):
        count(Method.MAJORITY, roll=2, votes=tally(2, 1, 0))


def test_a_ballot_is_not_counted_by_for_and_against() -> None:
    with pytest.raises(ValueError, match="not counted"):
        count(Method.BALLOT, roll=2, votes=tally(2, 0, 0))


# --- Against a second count, made member by member -------------------------------------------------

members = st.lists(st.sampled_from([*Choice, None]), max_size=40)


def by_hand(method: Method, roll: list[Choice | None]) -> bool:
    """Whether it is carried, reading each member's paper in turn, in whole numbers only."""
    present = [paper for paper in roll if paper is not None]
    if not roll or len(present) * 2 < len(roll):
        return False
    yes = [paper for paper in roll if paper == Choice.FOR]
    no = [paper for paper in roll if paper == Choice.AGAINST]
    if method in (Method.OWN, Method.UNANIMOUS):
        return all(paper == Choice.FOR for paper in roll)
    if method == Method.CONSENT:
        return any(yes) and not any(no)
    if method == Method.SUPERMAJORITY:
        return 3 * len(yes) >= 2 * len(roll)
    return len(yes) > len(no)


def counted(method: Method, roll: list[Choice | None]) -> bool:
    votes = {choice: roll.count(choice) for choice in Choice}
    return count(method, roll=len(roll), votes=votes).carried


@given(method=st.sampled_from(COUNTED), roll=members)
def test_agrees_with_a_count_by_hand(method: Method, roll: list[Choice | None]) -> None:
    assert counted(method, roll) == by_hand(method, roll)


@given(method=st.sampled_from(COUNTED), roll=members, data=st.data())
def test_one_more_vote_for_never_loses_it(
    method: Method, roll: list[Choice | None], data: st.DataObject
) -> None:
    if not roll or not counted(method, roll):
        return
    place = data.draw(st.integers(0, len(roll) - 1))
    assert counted(method, [*roll[:place], Choice.FOR, *roll[place + 1 :]])


@given(method=st.sampled_from(COUNTED), roll=members, data=st.data())
def test_nobodys_seat_on_the_roll_counts_for_more(
    method: Method, roll: list[Choice | None], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(roll))
    assert counted(method, roll) == counted(method, shuffled)


@given(method=st.sampled_from(COUNTED), roll=members)
def test_carried_needs_its_quorum(method: Method, roll: list[Choice | None]) -> None:
    result = count(method, roll=len(roll), votes={choice: roll.count(choice) for choice in Choice})
    present = sum(paper is not None for paper in roll)
    if result.carried:
        assert Fraction(present, len(roll)) >= NEEDS[method].quorum
