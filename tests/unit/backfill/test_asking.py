"""Wrong input is refused before the first call, with what to do instead."""

from datetime import date
from typing import Any

import pytest

from backfills import COUNTRIES, TODAY, days
from shortdrama.backfill.asking import backfillable, checked
from shortdrama.core.errors import BackfillRefused

RIGHT: dict[str, Any] = {
    "dataset": "appfigures.estimates",
    "start": date(2025, 1, 1),
    "end": date(2025, 12, 31),
    "countries": (),
    "policy": "missing",
    "reason": "the first year",
}


def asking(**changes: Any) -> Any:
    return checked(**(RIGHT | changes), known=COUNTRIES, today=TODAY)


def test_what_is_right_is_kept_as_it_was_asked() -> None:
    asked = asking(countries=("us", "ZZ", "US "), reason="  the first year ")
    assert asked.window == days("2025-01-01", "2025-12-31")
    assert (asked.countries, asked.reason) == (("ZZ", "US"), "the first year")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"end": date(2024, 12, 31)}, "ends on 2024-12-31, before it starts.*swap the two dates"),
        ({"end": TODAY}, "not over yet.*The last day that can be pulled is 2026-02-24"),
        ({"end": date(2030, 1, 1)}, "not over yet"),
        ({"start": date(2023, 12, 31)}, "has no data before 2024-01-01.*start it on 2024-01-01"),
        ({"countries": ("US", "XX")}, "not asked for XX.*ZZ, US, BR.*setting `countries`"),
        ({"countries": ("",)}, "not asked for"),
        ({"reason": " \n"}, 'needs its reason.*--because "…"'),
        ({"dataset": "tiktok.hashtags"}, "only says how things are now.*appfigures.estimates"),
        ({"dataset": "omdia.forecasts"}, "comes as files.*shortdrama inbox put omdia FILE"),
        ({"dataset": "appfigures.sales"}, "no dataset is called 'appfigures.sales'.*estimates"),
    ],
)
def test_what_is_wrong_is_refused_with_what_to_do(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(BackfillRefused, match=f"(?s){says}"):
        asking(**wrong)


def test_only_datasets_with_a_past_can_be_backfilled() -> None:
    assert [dataset.id for dataset in backfillable()] == [
        "appfigures.estimates",
        "appfigures.ranks",
    ]
