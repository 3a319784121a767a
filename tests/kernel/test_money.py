"""Money is whole pence, written and read for people, never through a binary float."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcare.kernel.errors import DomainError
from socialcare.kernel.money import pence_from_pounds, pounds


@pytest.mark.parametrize(
    ("pence", "text"),
    [
        (0, "£0.00"),
        (5, "£0.05"),
        (123456, "£1,234.56"),
        (-5, "minus £0.05"),
        (-123456, "minus £1,234.56"),
        (29_000_000_000_00, "£29,000,000,000.00"),
        (9_007_199_254_740_993, "£90,071,992,547,409.93"),  # beyond what a float keeps apart
    ],
)
def test_pounds(pence: int, text: str) -> None:
    assert pounds(pence) == text


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("0", 0),
        ("1250", 125000),
        ("1,250.00", 125000),
        (" £ 1,234.56 ", 123456),
        ("0.05", 5),
        ("90071992547409.93", 9_007_199_254_740_993),
    ],
)
def test_pence(text: str, pence: int) -> None:
    assert pence_from_pounds(text) == pence


@pytest.mark.parametrize(
    "text",
    [
        *("", "£", "-5", "1.5", "1.234", "1,23", "12,34.00", "1e3", "ten", "1.00 2.00", "1250p"),
        *(".50", "5.", "1,2345", "nan", "£££5", "1 250"),
    ],
)
def test_what_is_not_money_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        pence_from_pounds(text)
    assert refused.value.code == "not-money"


@given(st.integers(min_value=0, max_value=10**18))
def test_what_is_written_reads_back(pence: int) -> None:
    assert pence_from_pounds(pounds(pence)) == pence


@given(st.text())
def test_whatever_is_typed_is_pence_or_refused(text: str) -> None:
    try:
        pence = pence_from_pounds(text)
    except DomainError:
        return
    assert pence_from_pounds(pounds(pence)) == pence >= 0
