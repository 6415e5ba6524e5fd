"""The first files about TikTok Minis, made only from published facts.

Two of the thirteen drama apps are known by name and get a row each. The other eleven are one row
with their number, and so are all games: eleven invented names would look like eleven observed apps.
Prices are published for the market, so they have a row of their own that counts no app. What is not
published is an empty cell. The same facts give the same bytes.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from shortdrama.core.settings import PUBLISHED_FIGURES
from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.datasets.model import WORLD, Dataset

NAMED = ("SnackShort", "StardustTV Minis")
"""The drama apps that the fact `tm-2025-dramas` names in its note."""

FREE_EPISODES = (8, 10)
"""From the note of `tm-unlock-price`."""

KINDS = {"minis_drama_apps": "drama", "minis_game_apps": "game"}

Fact = Mapping[str, str]
Cells = dict[str, object]


def minis_facts() -> dict[str, Fact]:
    """The facts about Minis, by id."""
    with PUBLISHED_FIGURES.open(encoding="utf-8", newline="") as file:
        return {
            fact["fact_id"]: fact
            for fact in csv.DictReader(file)
            if fact["fact_id"].startswith("tm-")
        }


def write_minis_files(folder: Path) -> list[Path]:
    """Write the catalogue and the search interest into the folder."""
    facts = minis_facts()
    published_on = facts["tm-2025-dramas"]["published_on"]
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write(folder / f"minis_catalog_{published_on}.csv", CATALOG, _catalog(facts)),
        _write(
            folder / f"minis_search_interest_{published_on}.csv",
            SEARCH_INTEREST,
            _search_interest(facts),
        ),
    ]


def _catalog(facts: Mapping[str, Fact]) -> list[Cells]:
    rows = [_terms(facts)]
    for fact in facts.values():
        kind = KINDS.get(fact["metric"])
        if kind is None:
            continue
        names = NAMED if fact["fact_id"] == "tm-2025-dramas" else ()
        rows += [_named(fact, kind, name) for name in names]
        rows.append(
            _offer(fact, f"unnamed-{kind}s", kind, "count_only")
            | {"apps": int(fact["value"]) - len(names)}
        )
    return rows


def _named(fact: Fact, kind: str, name: str) -> Cells:
    if name not in fact["note"]:
        raise ValueError(f"{PUBLISHED_FIGURES.name}: {fact['fact_id']} no longer names {name}")
    mini_app_id = name.lower().replace(" ", "-")
    return _offer(fact, mini_app_id, kind, "named") | {"apps": 1, "app_name": name}


def _terms(facts: Mapping[str, Fact]) -> Cells:
    unlock = facts["tm-unlock-price"]
    return _offer(unlock, "drama-market", "drama", "market_terms") | {
        "free_episodes_min": FREE_EPISODES[0],
        "free_episodes_max": FREE_EPISODES[1],
        "unlock_price_usd": unlock["value"],
        "unlock_price_is_lower_bound": unlock["is_lower_bound"],
        "monthly_price_low_usd": facts["tm-monthly-low"]["value"],
        "monthly_price_high_usd": facts["tm-monthly-high"]["value"],
        "discount_ratio": facts["tm-discount"]["value"],
    }


def _offer(fact: Fact, mini_app_id: str, kind: str, evidence: str) -> Cells:
    return {
        "snapshot_on": fact["period"],
        "market": WORLD,
        "mini_app_id": mini_app_id,
        "kind": kind,
        "evidence": evidence,
        **_reference(fact),
    }


def _search_interest(facts: Mapping[str, Fact]) -> list[Cells]:
    growth, views = facts["tm-search-growth"], facts["tm-hashtag-views"]
    start, end = growth["period"].split("/")
    return [
        {
            "window_start_on": start,
            "window_end_on": end,
            "market": WORLD,
            "subject": growth["scope"],
            "growth_ratio": growth["value"],
            "growth_is_lower_bound": growth["is_lower_bound"],
            "compared_with": "mid-December 2025",
            "in_top_100": "false",
            **_reference(growth),
        },
        {
            "window_start_on": views["period"],
            "window_end_on": views["period"],
            "market": WORLD,
            "subject": views["scope"],
            "hashtag_views": views["value"],
            "hashtag_views_is_lower_bound": views["is_lower_bound"],
            **_reference(views),
        },
    ]


def _reference(fact: Fact) -> Cells:
    return {
        "published_on": fact["published_on"],
        "source": f"{fact['vendor']}; {fact['source']}",
    }


def _write(path: Path, dataset: Dataset, rows: Iterable[Cells]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in dataset.columns])
        writer.writeheader()
        writer.writerows(rows)
    return path
