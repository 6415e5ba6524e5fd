"""The catalogue: which apps exist when, on which stores, and how large they are by nature.

How many apps are active in a month follows the published counts; which generated app is launched
or withdrawn when, and every generated name, is invented.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from shortdrama_local.simulator.hashing import key_of, uniform
from shortdrama_local.simulator.leaders import CHINA_ONLY, LEADERS, Leader
from shortdrama_local.simulator.months import (
    CATALOGUE_END,
    MODEL_START,
    day_in,
    month_of,
    months_of_quarter,
    parse_month,
)

APPLE, GOOGLE = "apple", "google_play"
STOREFRONTS = {APPLE: "apple:ios", GOOGLE: "google_play"}
STORES = (APPLE, GOOGLE)
_STORES_OF = {"both": (APPLE, GOOGLE), "apple": (APPLE,), "google": (GOOGLE,)}

TAIL_RANKS = 250
"""Generated apps get a place between 0 (large) and this on the power law of the tail."""

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FOCUSES = ("global", "west", "west", "sea", "latam", "east_asia", "global", "west", "india", "sea")

_FIRST_WORDS = """
Amber Aurora Blush Bolt Bonbon Breeze Candy Cherry Clover Comet Coral Crush Dawn Dazzle Dusk Echo
Ember Fable Feather Flare Glimmer Hazel Honey Iris Ivory Jolly Juno Kite Lotus Lucky Luna Lush
Mango Maple Mellow Mint Misty Moon Muse Neon Nova Opal Orbit Peach Pixel Plum Poppy Prism Quill
Rosy Ruby Silk Spark Starry Sugar Swift Tango Tulip Velvet Vivid Willow Zest
"""
_SECOND_WORDS = ("Reels", "Shorts", "Drama", "TV", "Theater", "Clips", "Series", "Story", "Box")
_CHINESE_WORDS = ("晨星", "云朵", "南风", "青柠", "银杏", "蓝鲸", "月牙", "暖阳", "山海", "小鹿")
_CHINESE_ENDINGS = ("短剧", "剧场", "微剧", "追剧")


@dataclass(frozen=True)
class Product:
    """An app on one store. `index` is its place in the catalogue's arrays."""

    index: int
    id: int
    store: str
    vendor_identifier: str
    app: "App"


@dataclass(frozen=True)
class App:
    """A unified app: one app over its stores.

    `rank` is its place on the tail's power law, None for leaders. `withdrawn_on` is its last day
    with estimates.
    """

    index: int
    id: str
    name: str
    publisher: str
    focus: str
    stores: tuple[str, ...]
    released_on: date
    withdrawn_on: date | None = None
    rank: float | None = None
    leader: Leader | None = None
    sells_in_china: bool = False
    is_china_only: bool = False

    @property
    def key(self) -> int:
        """The app's key for hashing."""
        return key_of(self.id)


def active_apps_by_month(published: dict[str, int]) -> Iterator[tuple[int, int, int]]:
    """Month, apps active in it, and apps launched in it, from the start to the catalogue's end.

    Pinned: the counts of 2024Q1 (as a union), June and July 2025, and the union of 2025Q3. The rest
    is interpolated: the launches of August and September are what the union has beyond July.
    """
    early = months_of_quarter("2024Q1")
    june, july = parse_month("2025-06"), parse_month("2025-07")
    active = published["2024Q1"] - 6
    for month in range(MODEL_START, CATALOGUE_END + 1):
        before = active
        if month == MODEL_START:
            launched = active
        elif month in early:
            active, launched = active + 3, 3
        elif month <= june:
            active += round((published["2025-06"] - active) / (june - month + 1))
            launched = active - before + 1
        elif month == july:
            active, launched = published["2025-07"], 5
        elif month <= july + 2:
            launched = (published["2025Q3"] - published["2025-07"]) // 2
            active += launched - 8
        else:
            active, launched = active + 2, 3
        yield month, active, launched


def catalogue(published: dict[str, int]) -> tuple[App, ...]:
    """All apps, launched or not yet, in the order of their launches; China's own come last."""
    names = _generated_names()
    leaders = sorted(LEADERS, key=lambda leader: leader.launched)
    apps: list[App] = []
    living: list[int] = []
    for month, active, launched in active_apps_by_month(published):
        for index in _leaving(apps, living, month, len(living) + launched - active):
            living.remove(index)
            last = day_in(month - 1, 0.3 + 0.7 * float(uniform(apps[index].key, 7)[0]))
            apps[index] = replace(apps[index], withdrawn_on=last)
        for _ in range(launched):
            due = leaders and leaders[0].launched <= month
            index = len(apps)
            apps.append(
                _leader_app(index, leaders.pop(0), month)
                if due
                else _generated_app(index, next(names), month)
            )
            living.append(index)
    return (*apps, *_china_apps(len(apps)))


def products_of(apps: tuple[App, ...]) -> tuple[Product, ...]:
    """The apps' products; ids are 12 digits and distinct."""
    pairs = ((app, store) for app in apps for store in app.stores)
    return tuple(
        Product(
            index=index,
            id=_product_id(app, store),
            store=store,
            vendor_identifier=_vendor_identifier(app, store),
            app=app,
        )
        for index, (app, store) in enumerate(pairs)
    )


def _leaving(apps: list[App], living: list[int], month: int, number: int) -> list[int]:
    """Generated apps to withdraw before a month: rather small ones, none of the last months."""
    settled = [
        apps[index]
        for index in living
        if apps[index].leader is None and month_of(apps[index].released_on) < month - 3
    ]
    settled.sort(key=lambda app: float(uniform(app.key, 5)[0]) * (app.rank or 0))
    return [app.index for app in settled[len(settled) - number :]]


def _leader_app(index: int, leader: Leader, month: int) -> App:
    return App(
        index=index,
        id=_unified_id(leader.name),
        name=leader.name,
        publisher=leader.publisher,
        focus=leader.focus,
        stores=_STORES_OF[leader.stores],
        released_on=day_in(leader.launched if month == MODEL_START else month, 0.4),
        leader=leader,
    )


def _generated_app(index: int, name: str, month: int) -> App:
    size, day, focus, stores, china = uniform(key_of(name), range(5))
    # Apps that were there when the model starts are older than it.
    launched = month - int(size * 18) if month == MODEL_START else month
    return App(
        index=index,
        id=_unified_id(name),
        name=name,
        publisher=f"{name.split()[0]} Interactive" if name.isascii() else f"{name[:2]}科技",
        focus=_FOCUSES[int(focus * len(_FOCUSES))],
        stores=_STORES_OF["apple" if stores < 0.10 else "google" if stores > 0.78 else "both"],
        released_on=day_in(launched, 0.75 * float(day)),
        rank=float(size) * TAIL_RANKS,
        sells_in_china=bool(china < 0.05) and stores <= 0.78,
    )


def _china_apps(first_index: int) -> Iterator[App]:
    for place, (name, publisher) in enumerate(CHINA_ONLY):
        yield App(
            index=first_index + place,
            id=_unified_id(name),
            name=name,
            publisher=publisher,
            focus="global",
            stores=(APPLE,),
            released_on=day_in(MODEL_START - 3 * place, 0.2),
            rank=float(4 * place),
            sells_in_china=True,
            is_china_only=True,
        )


def _generated_names() -> Iterator[str]:
    """Invented names in a scrambled order; about one in twelve is Chinese."""
    names = [" ".join(words) for words in product(_FIRST_WORDS.split(), _SECOND_WORDS)]
    names += ["".join(words) for words in product(_CHINESE_WORDS, _CHINESE_ENDINGS)]
    return iter(sorted(names, key=key_of))


def _unified_id(name: str) -> str:
    key = key_of(f"unified {name}")
    return "ua_" + "".join(_BASE62[key // 62**place % 62] for place in range(6))


def _product_id(app: App, store: str) -> int:
    return 300_000_000_000 + key_of(f"{store} {app.id}") % 100_000_000_000


def _vendor_identifier(app: App, store: str) -> str:
    if store == APPLE:
        return str(6_000_000_000 + key_of(f"store {app.id}") % 800_000_000)
    slug = "".join(letter for letter in app.name.lower() if letter.isascii() and letter.isalnum())
    return f"com.{slug or 'app' + app.id[3:].lower()}.app"
