"""TikTok Minis: what there is, at what prices, and what a drama needs to earn its cost."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from shortdrama.reports.facts.breakeven import Assumption, Needed
from shortdrama.reports.facts.minis import Catalogue, Minis
from shortdrama.reports.page import Figure, Lines, Phrase, Range, RangeChart
from shortdrama.reports.words.voice import Voice


def landscape(voice: Voice, found: Minis, *, has_bands: bool = False) -> Lines:
    """Apps, leaders and prices, each as far as a source says it; prices may be in a chart."""
    said = discount(voice, found.now) if has_bands else prices(voice, found.now)
    lines = [supply(voice, found), leaders(voice, found), said]
    return Lines(
        voice.t("minis.title"),
        tuple(Phrase(voice.alone(line)) for line in lines if line),
        note=voice.t("minis.note", day=voice.f.day(found.now.as_of_on)),
    )


def supply(voice: Voice, found: Minis) -> str:
    """How many dramas and games there are, and how many there were."""
    now, before = found.now, found.before
    if now.drama_apps is None and now.game_apps is None:
        return ""
    text = voice.t(
        "minis.apps", dramas=_counted(voice, now.drama_apps), games=_counted(voice, now.game_apps)
    )
    if before is None or before.drama_apps is None or before.game_apps is None:
        return text
    return text + voice.in_brackets(
        voice.t(
            "minis.apps.before",
            dramas=before.drama_apps,
            games=before.game_apps,
            month=voice.f.month(before.month_start_on),
        )
    )


def as_of(voice: Voice, found: Minis, lead: str) -> str:
    """What a point about Minis begins with: who says it, and as of when."""
    return voice.t("minis.asof", lead=lead, day=voice.f.day(found.now.as_of_on))


def dated(voice: Voice, found: Minis) -> str:
    """The same with who says it and as of when; nothing if nobody counted."""
    text = supply(voice, found)
    if not text:
        return ""
    return voice.t("minis.dated", day=voice.f.day(found.now.as_of_on), text=text)


def leaders(voice: Voice, found: Minis) -> str:
    """Which leaders are in Minis, which are said to be absent, and of which nobody says it."""
    absent, present = found.those("absent"), found.those("present")
    parts = []
    if present:
        parts.append(voice.t("minis.present", apps=voice.f.listed(present)))
    if absent:
        key = "minis.absent" if found.is_certain else "minis.absent.class"
        parts.append(voice.t(key, apps=voice.f.listed(absent)))
    if unknown := found.those("unknown"):
        parts.append(voice.t("minis.unknown", apps=voice.f.listed(unknown)))
    return voice.t("semicolon").join(parts)


def prices(voice: Voice, now: Catalogue) -> str:
    """What viewers pay for a series and for a month, and what the subscription's discount is."""
    parts = []
    if now.unlock_price_low_usd is not None:
        price = _span(voice, now.unlock_price_low_usd, now.unlock_price_high_usd)
        key = "minis.unlock.more" if now.unlock_price_has_lower_bound else "minis.unlock"
        parts.append(voice.t(key, price=price))
    if now.monthly_price_low_usd is not None:
        price = _span(voice, now.monthly_price_low_usd, now.monthly_price_high_usd)
        parts.append(voice.t("minis.month", price=price))
    parts.append(discount(voice, now))
    return voice.t("semicolon").join(part for part in parts if part)


def discount(voice: Voice, now: Catalogue) -> str:
    """How much cheaper a subscription is inside TikTok."""
    if not now.discount_high_ratio:
        return ""
    return voice.t("minis.discount", percent=voice.f.whole_pct(100 * now.discount_high_ratio))


def price_bands(voice: Voice, now: Catalogue) -> Figure | None:
    """The price of a series and of a month on one scale."""
    bands = [
        ("unlock", now.unlock_price_low_usd, now.unlock_price_high_usd,
         bool(now.unlock_price_has_lower_bound)),
        ("month", now.monthly_price_low_usd, now.monthly_price_high_usd, False),
    ]  # fmt: skip
    ranges, said = [], []
    for key, low, high, is_open in bands:
        if low is None:
            continue
        price = _span(voice, low, high)
        label = voice.t("minis.and_more", price=price) if is_open else price
        name = voice.t(f"minis.band.{key}")
        ranges.append(Range(name, low, None if is_open else (high or low), label))
        said.append(voice.t(f"minis.priced.{key}", price=label))
    if not ranges:
        return None
    prices_said = voice.t("enumeration").join(said)
    return Figure(
        name="prices",
        title=voice.t("minis.prices.title", list=prices_said),
        alt=voice.t("minis.prices.alt", list=prices_said),
        chart=RangeChart(tuple(ranges), _steps(voice, ranges)),
    )


def _steps(voice: Voice, ranges: Sequence[Range]) -> tuple[tuple[Decimal, str], ...]:
    """Zero, the half and the whole of a round sum above all prices."""
    highest = max(one.high or one.low for one in ranges)
    step = Decimal(10) * max((highest / 20).to_integral_value(ROUND_CEILING), Decimal(1))
    return tuple((place * step, voice.f.usd_price(place * step)) for place in range(3))


def break_even(
    voice: Voice, rows: Sequence[Needed], assumed: Sequence[Assumption]
) -> Figure | None:
    """From the best to the worst combination of assumptions, per model and in its own unit."""
    ranges = tuple(one for row in rows if (one := needed_range(voice, row)) is not None)
    if not ranges:
        return None
    first = next(row for row in rows if row.best is not None)
    said = voice.t("semicolon").join(
        voice.t("sized", name=one.name, revenue=one.label) for one in ranges
    )
    return Figure(
        name="breakeven",
        title=voice.t("breakeven.title", need=needed_span(voice, first)),
        alt=voice.t("breakeven.alt", list=said),
        chart=RangeChart(ranges, decades(voice, ranges), is_log=True),
        note=voice.sentences([voice.t("breakeven.note"), assumptions(voice, assumed)]),
    )


def assumptions(voice: Voice, rows: Sequence[Assumption]) -> str:
    """What the models assume, by who stands behind it."""
    said = []
    for certainty in ("published", "partly", "guessed"):
        names = [_assumed(voice, row) for row in rows if row.certainty == certainty]
        if names:
            said.append(voice.t(f"assumed.{certainty}", list=voice.t("semicolon").join(names)))
    return voice.sentences(said)


def _assumed(voice: Voice, row: Assumption) -> str:
    low, high = (
        voice.f.whole_pct(100 * end) if row.unit == "ratio" else voice.f.usd_round(end)
        for end in (row.low, row.high)
    )
    if voice.locale == "zh":
        low = low.removesuffix("美元") if high.endswith("美元") else low
    key = f"assumption.{row.assumption_id}"
    name = voice.t(key) if voice.has(key) else row.assumption_id
    return voice.t("assumed.one", name=name, low=low, high=high)


def needed_range(voice: Voice, row: Needed) -> Range | None:
    """A model's range; open at the top where no number is enough at worst.

    A scale of powers of ten has no zero, so that none is drawn as one.
    """
    if row.best is None:
        return None
    return Range(
        name=voice.t(f"needed.{row.revenue_model}"),
        low=Decimal(max(row.best, 1)),
        high=None if row.worst is None else Decimal(row.worst),
        label=needed_span(voice, row),
        tone="estimate",
    )


def needed_span(voice: Voice, row: Needed) -> str:
    """`5.9K to 60K`, or `at least 5.9K`."""
    low = voice.f.about(row.best or 0)
    if row.worst is None:
        return voice.t("at_least", low=low)
    return voice.t("span", low=low, high=voice.f.about(row.worst))


def needed_sentence(voice: Voice, row: Needed, key: str = "needed.said") -> str:
    """What a model needs, with its base scenario."""
    text = voice.t(f"{key}.{row.revenue_model}", span=needed_span(voice, row))
    if row.base is None:
        return text
    return text + voice.in_brackets(voice.t("needed.base", base=voice.f.about(row.base)))


def needed_lines(voice: Voice, rows: Sequence[Needed]) -> Lines | None:
    """The same in words, with the assumption that moves each model most."""
    texts = []
    for row in rows:
        if row.best is None:
            continue
        parts = [needed_sentence(voice, row)]
        if row.moved_assumption:
            key = f"assumption.{row.moved_assumption}"
            what = voice.t(key) if voice.has(key) else row.moved_assumption
            parts.append(voice.t("needed.moved", assumption=what))
        texts.append(voice.sentence(parts))
    return Lines(voice.t("needed.title"), tuple(map(Phrase, texts))) if texts else None


def decades(voice: Voice, ranges: Sequence[Range]) -> tuple[tuple[Decimal, str], ...]:
    """Powers of ten from below the smallest to above the largest end."""
    lowest = min(one.low for one in ranges if one.low > 0)
    highest = max(one.high or one.low for one in ranges)
    power, ticks = lowest.adjusted(), []
    while Decimal(10) ** power < 10 * highest:
        ticks.append(Decimal(10) ** power)
        power += 1
    shown = ticks[:: 1 if len(ticks) <= 5 else 2]
    return tuple((tick, voice.f.count(tick)) for tick in shown)


def _span(voice: Voice, low: Decimal, high: Decimal | None) -> str:
    if high is None or high == low:
        return voice.f.usd_price(low)
    if voice.locale == "zh":
        return voice.t("span", low=voice.f.decimal(low, 0), high=voice.f.usd_price(high))
    return voice.t("span", low=voice.f.usd_price(low), high=voice.f.usd_price(high))


def _counted(voice: Voice, count: int | None) -> str:
    return voice.t("missing") if count is None else str(count)
