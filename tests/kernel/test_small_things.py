"""Public ids, errors and verdicts."""

import pytest

from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.public_ids import ALPHABET, LENGTH, new_public_id
from socialcare.kernel.verdicts import YES, no


def test_public_ids_are_long_random_and_readable_aloud() -> None:
    ids = {new_public_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(public_id) == LENGTH for public_id in ids)
    assert {letter for public_id in ids for letter in public_id} == set(ALPHABET)
    assert len(ALPHABET) == 32
    assert not set(ALPHABET) & set("ilou")
    assert len(ALPHABET) ** LENGTH == 2**60


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DomainError("code", "Words."), 400),
        (NotAllowed("code", "Words."), 403),
        (Missing("code", "Words."), 404),
        (Conflict("code", "Words."), 409),
    ],
)
def test_errors_carry_a_code_for_machines_and_a_sentence_for_people(
    error: DomainError, status: int
) -> None:
    assert (error.status, error.code, error.message, str(error)) == (
        status,
        "code",
        "Words.",
        "Words.",
    )


def test_what_is_missing_says_no_more_than_that() -> None:
    assert (Missing().code, Missing().message) == ("missing", "We cannot find that.")


def test_a_verdict_says_why() -> None:
    YES.require()
    assert YES
    verdict = no("no-mandate", "You hold no mandate here.")
    assert not verdict
    with pytest.raises(NotAllowed) as refused:
        verdict.require()
    assert (refused.value.code, refused.value.message) == (
        "no-mandate",
        "You hold no mandate here.",
    )
