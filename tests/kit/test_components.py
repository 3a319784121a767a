"""The pieces of a page: what each says, to eyes and to screen readers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.paginator import Paginator

from socialcare.kernel.templatetags.charts import Bar, Part, Step
from tests.kit.conftest import Render


def test_breadcrumbs_end_where_the_visitor_is(render: Render) -> None:
    page = render('{% breadcrumbs "Places" "/places/" "Barnsley" "/b/" name %}', name="<i>Here</i>")
    assert [a.attributes["href"] for a in page.all("a")] == ["/places/", "/b/"]
    assert page.one("li", **{"aria-current": "page"}).text == "<i>Here</i>"


def test_breadcrumbs_without_the_page_itself_are_refused(render: Render) -> None:
    with pytest.raises(ValueError, match="words of this page"):
        render('{% breadcrumbs "Places" "/places/" %}')


@pytest.mark.parametrize(
    ("address", "current"),
    [("/help/", "page"), ("/help/more/", "true"), ("/", None)],
)
def test_navigation_marks_where_the_visitor_is(
    render: Render, address: str, current: str | None
) -> None:
    page = render('{% navigation_item "/help/" "Help" %}', address)
    assert page.one("a").attributes.get("aria-current") == current


def test_a_single_page_has_no_pagination(render: Render) -> None:
    assert not render("{% pagination page %}", page=Paginator([1, 2], 5).page(1)).elements


def test_pagination_keeps_the_rest_of_the_query(render: Render) -> None:
    page = render(
        "{% pagination page %}",
        "/?sort=-name&page=9&q=a%26b",
        page=Paginator(range(100), 10).page(2),
    )
    assert page.one("a", rel="prev").attributes["href"] == "?sort=-name&q=a%26b&page=1"
    assert page.one("a", rel="next").attributes["href"] == "?sort=-name&q=a%26b&page=3"
    assert page.one("a", **{"aria-current": "page"}).text == "2"


@pytest.mark.parametrize(
    ("sort", "order", "href"),
    [
        ("name", "ascending", "?q=x&sort=-name"),
        ("-name", "descending", "?q=x&sort=name"),
        ("people", "none", "?q=x&sort=name"),
    ],
)
def test_a_heading_sorts(render: Render, sort: str, order: str, href: str) -> None:
    page = render('{% sort_heading "name" "Place" sort=sort %}', "/?q=x&page=3&sort=y", sort=sort)
    assert page.one("th").attributes["aria-sort"] == order
    assert page.one("a").attributes["href"] == href


def test_a_running_job_asks_again_and_can_be_refreshed_by_hand(render: Render) -> None:
    page = render('{% progress done=3 total=9 words="Sharing" poll="/p/" finished=False %}')
    assert (
        page.one("progress").attributes | {"value": "3", "max": "9"}
        == page.one("progress").attributes
    )
    assert page.one("div", class_="sc-progress__now").attributes["hx-get"] == "/p/"
    assert page.one(role="status").attributes["aria-live"] == "polite"
    assert page.one("a").text == "Refresh this page"


def test_a_finished_job_asks_no_more(render: Render) -> None:
    page = render('{% progress_now done=9 total=9 words="Done" poll="/p/" finished=True %}')
    assert "hx-get" not in page.one("div").attributes
    assert not page.all("a")


@pytest.mark.parametrize(
    "block",
    [
        "{% inset %}…{% endinset %}",
        "{% warning %}…{% endwarning %}",
        '{% details "More" %}…{% enddetails %}',
        '{% banner "Important" %}…{% endbanner %}',
        '{% empty_state "Nothing yet" "Start" "/s/" %}…{% endempty_state %}',
        "{% summary_list %}{% summary_row 'Name' words '/c/' 'Change' %}{% endsummary_list %}",
        "{% tag words %}{% button words %}{% button_link words '/' %}",
    ],
)
def test_words_inside_are_escaped(render: Render, block: str) -> None:
    page = render(block.replace("…", "{{ words }}"), words="<script>alert(1)</script>")
    assert not page.all("script")
    assert any("<script>alert(1)</script>" in element.text for element in page.elements)


BARS = [
    Bar("Royston", 1404, "£1,404"),
    Bar("Grimethorpe", 702, "£702", "/g/", highlight=True),
    Bar("Nowhere", Decimal(0), "£0"),
]


def test_bars_are_exact_thousandths_of_the_longest(render: Render) -> None:
    page = render('{% bar_chart rows says="S" label="Place" value="A head" %}', rows=BARS)
    grounds = page.all("rect", class_="sc-chart__ground")
    lengths = [r.attributes["width"] for r in page.all("rect") if r not in grounds]
    assert lengths == ["1000", "500", "0"]
    assert len(page.all("rect", class_="sc-chart__here")) == 1


def test_a_chart_says_what_it_shows_and_has_its_table(render: Render) -> None:
    page = render(
        '{% bar_chart rows says="Royston gets most." label="Place" value="£" %}', rows=BARS
    )
    drawing = page.one("div", role="img")
    assert page.one(id=drawing.attributes["aria-labelledby"]).text == "Royston gets most."
    assert [row.text for row in page.all("th", scope="row")] == [
        "Royston",
        "Grimethorpe",
        "Nowhere",
    ]
    assert [cell.text for cell in page.all("td")] == ["£1,404", "£702", "£0"]
    assert page.one("a").attributes["href"] == "/g/"
    page.one("details")


def test_a_waterfall_starts_each_step_where_the_last_ended(render: Render) -> None:
    steps = [
        Step("Equal share", 200, "£200"),
        Step("More need", 60, "£60 more"),
        Step("Lower costs", Fraction(-10), "£10 less"),
        Step("Gets", 0, "£250", total=True),
    ]
    page = render('{% waterfall steps says="S" label="L" value="V" %}', steps=steps)
    bars = [
        (r.attributes["class"], int(r.attributes["x"]), int(r.attributes["width"]))
        for r in page.all("rect")
        if "x" in r.attributes
    ]
    assert bars == [
        ("sc-chart__up", 0, 769),
        ("sc-chart__up", 769, 231),
        ("sc-chart__down", 961, 39),
        ("sc-chart__total", 0, 961),
    ]


def test_the_parts_of_a_stack_fill_it(render: Render) -> None:
    parts = [Part(str(n), n, str(n)) for n in (1, 1, 1, 4)]
    page = render('{% stacked_bar parts says="S" label="L" value="V" %}', parts=parts)
    bars = [r for r in page.all("rect") if "x" in r.attributes]
    ends = [int(r.attributes["x"]) + int(r.attributes["width"]) for r in bars]
    assert [int(r.attributes["x"]) for r in bars] == [0, *ends[:-1]]
    assert ends[-1] == 1000


@pytest.mark.parametrize("tag", ["bar_chart", "stacked_bar"])
@pytest.mark.parametrize("values", [[], [0, 0]])
def test_nothing_to_draw_is_no_error(render: Render, tag: str, values: list[int]) -> None:
    rows = [Part("a", value, "none") for value in values]
    kind = Bar if tag == "bar_chart" else Part
    render(
        f'{{% {tag} rows says="S" label="L" value="V" %}}',
        rows=[kind(row.label, row.value, row.words) for row in rows],
    ).one("table")


def test_what_cannot_be_drawn_honestly_is_refused(render: Render) -> None:
    with pytest.raises(ValueError, match="shorter than nothing"):
        render('{% bar_chart rows says="S" label="L" value="V" %}', rows=[Bar("a", -1, "minus 1")])
    with pytest.raises(ValueError, match="at most five"):
        render(
            '{% stacked_bar rows says="S" label="L" value="V" %}',
            rows=[Part(str(n), 1, "1") for n in range(6)],
        )
