"""Tables: every bad row is told at once; combined rows add up; the vintage follows the content."""

from __future__ import annotations

import gzip
import io
from decimal import Decimal

import pytest

from budgets.formula import AreasInvalid, AreaTable

GOOD = "code,name,parent,people\na,Ay,x,10\nb,Bee,x,20.5\nc,Cee,y,3\n"


def read(text, **columns):
    return AreaTable.from_csv(io.StringIO(text), **columns)


def problems(text, **columns):
    with pytest.raises(AreasInvalid) as refused:
        read(text, **columns)
    return [(p.line, p.key, p.code) for p in refused.value.problems]


def test_a_good_table_from_text_file_gzip_and_rows(tmp_path):
    columns = {"name": "name", "parent": "parent"}
    plain, packed = tmp_path / "t.csv", tmp_path / "t.csv.gz"
    plain.write_text("\ufeff" + GOOD, encoding="utf-8")
    packed.write_bytes(gzip.compress(GOOD.encode()))
    rows = [
        {"code": "a", "name": "Ay", "parent": "x", "people": 10},
        {"code": "b", "name": "Bee", "parent": "x", "people": Decimal("20.5")},
        {"code": "c", "name": "Cee", "parent": "y", "people": "3"},
    ]
    tables = [
        read(GOOD, **columns),
        AreaTable.from_csv(plain, **columns),
        AreaTable.from_csv(str(packed), **columns),
        AreaTable.from_rows(rows, **columns),
    ]
    for table in tables:
        assert table.codes == ("a", "b", "c")
        assert table.names == ("Ay", "Bee", "Cee")
        assert table.parents == ("x", "x", "y")
        assert table.column("people").numbers == [20, 41, 6]
        assert table.column("people").scale == 2
    assert len({table.sha256 for table in tables}) == 1
    assert read(GOOD.replace("20.5", "20.6"), **columns).sha256 != tables[0].sha256


def test_without_a_parent_column_there_is_one_level():
    assert read(GOOD).parents == ("", "", "")


def test_the_first_present_name_of_a_column_is_used():
    assert read(GOOD, code=["area", "code"]).column(["population", "people"]).numbers[0] == 20


def test_every_bad_row_is_told():
    text = "code,name,parent,people\na,Ay,x\na,Ay,x,1\n,No,x,1\na,Ay,y,1\n"
    assert problems(text, parent="parent") == [(2, "", "cells")]
    text = "code,name,parent,people\na,Ay,x,1\n,No,x,1\na,Ay,y,1\nd,Dee,,1\n"
    assert problems(text, parent="parent") == [
        (3, "code", "blank_code"),
        (4, "code", "duplicate_code"),
        (4, "parent", "broken_nesting"),
        (5, "parent", "blank_parent"),
    ]


def test_broken_tables():
    assert problems("code,code\na,b\n") == [(1, "code", "duplicate_column")]
    assert problems("code\n") == [(0, "", "no_rows")]
    assert problems("") == [(0, "", "no_rows")]
    assert problems("area\na\n") == [(1, "code", "missing_column")]
    assert problems('code\n"a\n') == [(2, "", "csv")]
    assert problems(GOOD, above=[("z", None)], parent="parent") == [(1, "z", "missing_column")]


def test_a_file_that_is_not_text(tmp_path):
    for number, content in enumerate([b"\xff\xfe\x00", b"\x1f\x8bnot really gzip"]):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(content)
        with pytest.raises(AreasInvalid) as refused:
            AreaTable.from_csv(path)
        assert refused.value.problems[0].code == "file"


@pytest.mark.parametrize(
    ("cell", "code"),
    [("", "blank"), ("-1", "negative"), ("many", "not_a_number"), ("1e3", "not_a_number"),
     ("nan", "not_a_number"), ("1,000", "not_a_number")],
)  # fmt: skip
def test_cells_a_formula_cannot_use(cell, code):
    table = read(f'code,people\na,5\nb,"{cell}"\n')
    with pytest.raises(AreasInvalid) as refused:
        table.column("people")
    assert [(p.line, p.key, p.code) for p in refused.value.problems] == [(3, "people", code)]


def test_blank_and_negative_only_where_allowed():
    table = read("code,people\na,\nb,-1.5\n")
    column = table.column("people", blank_is_zero=True, may_be_negative=True)
    assert (column.numbers, column.scale) == ([0, -3], 2)


def test_combined_rows_add_up_and_take_the_commonest_label():
    text = (
        "small,code,parent,people,kind\n"
        "1,a,x,10,town\n2,a,x,30,farm\n3,b,x,5,town\n4,a,x,10,town\n5,b,x,5,farm\n"
    )
    table = read(text, code="code", parent="parent", combine=True)
    assert table.codes == ("a", "b")
    assert table.column("people").numbers == [50, 10]
    assert list(table.labels("kind")) == ["town", "farm"]
    again = read(text, code="code", parent="parent", combine=True)
    assert list(again.labels("kind", weigh_by="people")) == ["farm", "farm"]
    assert problems(text.replace("4,a,x", "4,a,z"), parent="parent", combine=True) == [
        (5, "parent", "broken_nesting")
    ]


def test_rows_refuse_floats_and_uneven_keys():
    with pytest.raises(AreasInvalid) as refused:
        AreaTable.from_rows([{"code": "a", "people": 1.5}, {"code": "b"}])
    assert [p.code for p in refused.value.problems] == ["float", "row_keys"]


def test_several_levels_above():
    text = "code,district,region\na,d1,r\nb,d1,r\nc,d2,r\n"
    table = read(text, parent="district", above=[("region", None)])
    assert [level.codes for level in table.above] == [("d1", "d1", "d2"), ("r", "r", "r")]
    assert problems(
        text.replace("b,d1,r", "b,d1,s"), parent="district", above=[("region", None)]
    ) == [(3, "region", "broken_nesting")]
