"""Money that is not the pound: how it is declared, stored once, written and read."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from governance.models import Sphere
from neighbourhoods import queries
from neighbourhoods.area_files import CountryInvalid, load
from neighbourhoods.models import Dataset, NationalCurrency
from socialcare.kernel import money
from socialcare.kernel.errors import DomainError
from socialcare.kernel.money import POUND, Currency
from socialcare.kernel.templatetags import figures
from tests import worlds

EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "another-country"
CROWN = Currency(code="XTW", symbol="Ŧ", digits=3, major="crowns", minor="bits")
YEN = Currency(code="JPY", symbol="¥", digits=0, major="yen")
KRONA = Currency(code="SEK", symbol="kr", digits=2, major="kronor", minor="öre", symbol_after=True)
ALL = (POUND, CROWN, YEN, KRONA)


# --- Written and read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "amount", "long", "short"),
    [
        (CROWN, 1_234_567, "Ŧ1,234.567", "Ŧ1,235"),
        (CROWN, -5, "minus Ŧ0.005", "minus Ŧ0"),
        (CROWN, 2_460_000_000_000, "Ŧ2,460,000,000.000", "Ŧ2.5 billion"),
        (YEN, 1_234, "¥1,234", "¥1,234"),
        (YEN, 999_999, "¥999,999", "¥999,999"),
        (YEN, 1_000_000, "¥1,000,000", "¥1.0 million"),
        (KRONA, 123_456, "1,234.56\u00a0kr", "1,235\u00a0kr"),
        (KRONA, -123_456_789, "minus 1,234,567.89\u00a0kr", "minus 1.2 million\u00a0kr"),
    ],
)
def test_sums(currency: Currency, amount: int, long: str, short: str) -> None:
    assert figures.pounds(amount, currency) == long
    assert figures.pounds_short(amount, currency) == short
    with money.override(currency):
        assert (figures.pounds(amount), figures.pounds_short(amount)) == (long, short)
        assert figures.per_head(Fraction(amount) * 3, 3) == short
    assert money.in_use() == POUND


@given(st.sampled_from(ALL), st.integers(min_value=0, max_value=10**18))
def test_what_is_written_reads_back(currency: Currency, amount: int) -> None:
    assert money.pence_from_pounds(money.pounds(amount, currency), currency) == amount
    assert money.pence_from_pounds(currency.plain(amount), currency) == amount


@pytest.mark.parametrize(
    ("currency", "text"),
    [(CROWN, "£5.000"), (CROWN, "5.00"), (YEN, "5.00"), (KRONA, "kr 5.00"), (POUND, "5.000")],
)
def test_another_moneys_way_of_writing_is_refused(currency: Currency, text: str) -> None:
    with pytest.raises(DomainError) as refused:
        money.pence_from_pounds(text, currency)
    assert refused.value.code == "not-money"
    assert "1,250" in refused.value.message


# --- Declared -------------------------------------------------------------------------------------


def declare(folder: Path, currency: object) -> Path:
    document = yaml.safe_load((EXAMPLE / "country.yaml").read_text(encoding="utf-8"))
    document["currency"] = currency
    path = folder / "country.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


GOOD = {"code": "XTW", "symbol": "Ŧ", "digits": 3, "major": "crowns", "minor": "bits"}


def test_the_example_and_england_declare_their_money(tmp_path: Path) -> None:
    assert load(EXAMPLE / "country.yaml").currency == CROWN
    assert load(declare(tmp_path, GOOD)).currency == CROWN
    assert load(declare(tmp_path, {"code": "GBP"})).currency is POUND
    assert load(declare(tmp_path, {})).currency is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code": "xtw"}, "three capital letters"),
        ({"symbol": "1"}, "the symbol has"),
        ({"symbol": "-"}, "the symbol has"),
        ({"symbol": "a b"}, "the symbol has"),
        ({"symbol": ""}, "the symbol has"),
        ({"digits": "3"}, "digits is a whole number"),
        ({"digits": 5}, "digits is a whole number"),
        ({"digits": True}, "digits is a whole number"),
        ({"digits": 0}, "leave it out when digits is 0"),
        ({"minor": ""}, "give minor"),
        ({"major": ""}, "give major"),
        ({"major": "m" * 41}, "give major"),
        ({"symbol_after": "perhaps"}, "symbol_after is yes or no"),
        ({"name": "crown"}, "name is not known here"),
        ({"code": "GBP"}, "GBP is built in"),
    ],
)
def test_a_declaration_that_cannot_be_used_says_why(
    tmp_path: Path, changes: dict[str, object], fault: str
) -> None:
    with pytest.raises(CountryInvalid) as refused:
        load(declare(tmp_path, GOOD | changes))
    assert any(fault in each for each in refused.value.faults)


# --- Stored ---------------------------------------------------------------------------------------


def bring_in(*, country: Path | None = None, extra: str = "", folder: Path) -> int:
    """Imports Tirwyn, with a changed first row if `extra` renames it. Returns the exit status."""
    areas = folder / "areas.csv"
    text = (EXAMPLE / "areas.csv").read_text(encoding="utf-8")
    areas.write_text(text.replace("Aberlas", extra) if extra else text, encoding="utf-8")
    try:
        call_command(
            "import_areas", areas, country=country or EXAMPLE / "country.yaml",
            stdout=io.StringIO(), stderr=io.StringIO(),
        )  # fmt: skip
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.mark.django_db
def test_a_newer_file_cannot_change_the_money(tmp_path: Path) -> None:
    assert bring_in(folder=tmp_path) == 0
    other = declare(tmp_path, GOOD | {"digits": 2})
    assert bring_in(country=other, extra="Aberlas Fawr", folder=tmp_path) == 1
    tirwyn = Sphere.objects.get(code="TW")
    assert queries.currency_of(tirwyn) == CROWN
    assert Dataset.objects.filter(nation=tirwyn).count() == 1
    assert not Sphere.objects.filter(name="Aberlas Fawr").exists()
    # Silent about money, or saying the same, it comes in.
    assert bring_in(country=declare(tmp_path, {}), extra="Aberlas Fawr", folder=tmp_path) == 0
    assert bring_in(extra="Aberlas Fach", folder=tmp_path) == 0
    assert queries.currency_of(Sphere.objects.get(code="TW")) == CROWN


@pytest.mark.django_db
def test_a_nation_that_has_counted_in_pounds_goes_on_in_pounds(tmp_path: Path) -> None:
    worlds.nation(code="TW", name="Tirwyn")
    assert bring_in(folder=tmp_path) == 1
    assert bring_in(country=declare(tmp_path, {"code": "GBP"}), folder=tmp_path) == 0
    assert queries.currency_of(Sphere.objects.get(code="TW")) is POUND


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE neighbourhoods_nationalcurrency SET digits = 2",
        "DELETE FROM neighbourhoods_nationalcurrency",
    ],
)
def test_the_database_keeps_it(tmp_path: Path, change: str) -> None:
    bring_in(folder=tmp_path)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert NationalCurrency.objects.get().digits == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"code": "xt1"}, {"symbol": "5"}, {"symbol": "a b"}, {"symbol": ""}, {"digits": 5}, {"major": ""},
        {"minor": ""}, {"digits": 0},
    ],
)  # fmt: skip
def test_the_database_refuses_money_that_cannot_be_read(changes: dict[str, object]) -> None:
    row = NationalCurrency.row(worlds.nation(), CROWN)
    for name, value in changes.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    assert NationalCurrency.objects.count() == 0
