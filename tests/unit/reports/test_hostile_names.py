"""Names from data reach the page unchanged: layouts escape them, sentences do not read them."""

import duckdb
import pytest

from report_editions import edition
from shortdrama.reports.page import Page, Table
from shortdrama.reports.words.formats import LocaleName
from tracing import texts

NAMES = [
    "{0.__class__}",
    "{name}",
    "{}",
    "100%s %(app)s %d",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "two\nlines\r\nBcc: x@example.org",
    "=cmd|' /C calc'!A0",
    "a" * 300,
    "$name ${name} \\1 &amp; \"quotes\" 'too'",
    "",
    " ",
    "短剧\u0000",
]


def everything(page: Page) -> str:
    return "\n".join(text for _, text in texts(page)) + str(page.sheets)


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_an_app_may_be_called_anything(
    report_marts: duckdb.DuckDBPyConnection, name: str, locale: LocaleName
) -> None:
    for kind in ("weekly", "monthly"):
        report_marts.execute(
            f"update marts.rpt_app_leaderboard_{kind} set app_name = ?, publisher = ?"
            " where app_name = 'ReelShort'",
            [name, name],
        )
    for report_id in ("weekly_brief", "monthly_report"):
        page = edition(report_marts, report_id, locale)
        if report_id == "weekly_brief":
            verb = " added " if locale == "en" else " +"
            assert page.answer.points[0].text.startswith(f"{name}{verb}")
        leaders = next(block for block in page.blocks if isinstance(block, Table))
        assert leaders.rows[0][1].text == name
        assert not name.strip() or name not in page.subject


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_a_hashtag_may_be_called_anything(
    report_marts: duckdb.DuckDBPyConnection, name: str, locale: LocaleName
) -> None:
    report_marts.execute(
        "update marts.rpt_hashtag_momentum set hashtag_name = ? where hashtag_name = 'flickreels'",
        [name],
    )
    page = edition(report_marts, "minis_pulse", locale)
    assert page.answer.points[1].text.startswith(f"#{name} ")


@pytest.mark.parametrize("name", NAMES)
def test_people_and_reasons_may_be_anything(
    report_marts: duckdb.DuckDBPyConnection, name: str
) -> None:
    """A decision's reason is typed by a person; a long one is cut."""
    who = name.strip() or "x"
    decision = {
        "kind": "load_accepted",
        "subject": "load",
        "dataset": "appfigures.estimates",
        "by": who,
        "at": "2025-09-25T10:00:00+00:00",
        "because": who,
    }
    page = edition(report_marts, "weekly_brief", "en", overrides=[decision])
    assert page.pipeline is not None
    (line,) = [line.text for line in page.pipeline.lines if "approved" in line.text]
    assert f": {who} approved" in line
    assert len(line) < 560
