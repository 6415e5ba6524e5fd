"""Writes the brief in the words of a locale: every sentence and every figure."""

from datetime import datetime
from decimal import Decimal

from shortdrama.reports.brief import (
    CHART_WEEKS,
    CountryRow,
    DatasetState,
    Forecast,
    LeaderboardRow,
    MarketFigures,
    WeeklyBrief,
)
from shortdrama.reports.checks import checks
from shortdrama.reports.periods import IsoWeek
from shortdrama.reports.wording import (
    ChartWording,
    Phrase,
    Section,
    Table,
    Tile,
    Wording,
    direction,
)
from shortdrama.reports.words.catalogue import catalogue
from shortdrama.reports.words.old_formats import Formats, LocaleName


def worded(brief: WeeklyBrief, locale: LocaleName) -> Wording:
    """The brief in a locale's words and number formats."""
    return _Writer(brief, locale).wording()


class _Writer:
    """Has what every sentence needs: the brief, the words and the formats."""

    def __init__(self, brief: WeeklyBrief, locale: LocaleName) -> None:
        self._brief = brief
        self._words = catalogue(locale, "brief")
        self._formats = Formats(locale, missing=self._words.text("missing"))
        self._week = IsoWeek.parse(brief.week.label).number
        self._scope = {
            "geography": self._words.text("geography"),
            "vendor": brief.basis.vendor,
        }

    def wording(self) -> Wording:
        t, week = self._words.text, self._brief.week
        is_sample = self._brief.snapshot.is_sample
        return Wording(
            language=t("language"),
            subject=self._subject(),
            preheader=self._preheader(),
            sample=t("sample") if is_sample else None,
            title=t("title", week=self._week),
            period=self._formats.days(week.starts_on, week.ends_on),
            scope=t("scope", **self._scope),
            tiles=self._tiles(),
            quarter=self._quarter(self._brief.quarter),
            chart=self._chart(),
            leaderboard=self._leaderboard(),
            countries=self._countries(),
            forecast=self._forecast(self._brief.forecast),
            reconciliation=self._reconciliation(),
            freshness=self._freshness(),
            checks=checks(self._brief, self._words, self._formats),
            footer=self._footer(),
        )

    def _subject(self) -> str:
        revenue = self._formats.usd(self._brief.week.revenue_usd)
        subject = self._words.text("subject", week=self._week, revenue=revenue)
        if self._brief.snapshot.is_sample:
            return self._words.text("subject.sample", subject=subject)
        return subject

    def _preheader(self) -> str:
        week, f = self._brief.week, self._formats
        return self._words.text(
            "preheader",
            revenue=f.usd(week.revenue_usd),
            revenue_growth=f.growth(week.revenue_growth_pct),
            downloads=f.compact(week.downloads),
            downloads_growth=f.growth(week.downloads_growth_pct),
            apps=f.count(week.active_apps),
            **self._scope,
        )

    def _tiles(self) -> tuple[Tile, ...]:
        week, f, t = self._brief.week, self._formats, self._words.text

        def tile(key: str, value: str, text: str, change: Decimal | int | None) -> Tile:
            phrase = Phrase(t("kpi.growth", growth=text), direction(change))
            return Tile(t(f"kpi.{key}"), value, phrase)

        revenue, downloads = week.revenue_growth_pct, week.downloads_growth_pct
        per_download = week.revenue_per_download_growth_pct
        return (
            tile("revenue", f.usd(week.revenue_usd), f.growth(revenue), revenue),
            tile("downloads", f.compact(week.downloads), f.growth(downloads), downloads),
            tile(
                "apps",
                f.count(week.active_apps),
                f.change(week.active_apps_change),
                week.active_apps_change,
            ),
            tile(
                "per_download",
                f.usd_exact(week.revenue_per_download_usd),
                f.growth(per_download),
                per_download,
            ),
        )

    def _quarter(self, quarter: MarketFigures | None) -> Section:
        f, t = self._formats, self._words.text
        if quarter is None:
            return Section("", (Phrase(t("quarter.none")),))
        return Section(
            t("quarter.title", period=quarter.label),
            (
                Phrase(t("quarter.apps", apps=f.count(quarter.active_apps))),
                self._grown("quarter.downloads", quarter.downloads, quarter.downloads_growth_pct),
                self._grown("quarter.revenue", quarter.revenue_usd, quarter.revenue_growth_pct),
            ),
        )

    def _grown(self, key: str, value: Decimal | int, growth_pct: Decimal | None) -> Phrase:
        f = self._formats
        named = {"downloads": f.compact(value), "revenue": f.usd(Decimal(value))}
        text = self._words.text(key, **named)
        return Phrase(text, direction(growth_pct), detail=f.growth(growth_pct))

    def _chart(self) -> ChartWording:
        f, t, weeks = self._formats, self._words.text, self._brief.chart
        highest = max(week.revenue_usd for week in weeks)
        bars = tuple(
            (
                week.starts_on.isoformat(),
                f.usd(week.revenue_usd),
                week.revenue_usd / highest if highest else Decimal(0),
            )
            for week in weeks
        )
        figures = ", ".join(f"{label} {value}" for label, value, _ in bars)
        return ChartWording(
            t("chart.title"),
            t("chart.note", weeks=CHART_WEEKS, **self._scope),
            t("chart.alt", figures=figures, **self._scope),
            bars,
        )

    def _leaderboard(self) -> Table:
        names = ("rank", "app", "revenue", "share", "movement")
        most = max((row.revenue_usd for row in self._brief.leaderboard), default=Decimal(0))
        rows = tuple(self._app(row, most) for row in self._brief.leaderboard)
        return self._table("leaderboard", names, rows)

    def _app(self, row: LeaderboardRow, most: Decimal) -> tuple[Phrase, ...]:
        return (
            Phrase(str(row.rank)),
            Phrase(row.app_name, detail=row.publisher or ""),
            Phrase(self._formats.compact(row.revenue_usd, like=most)),
            Phrase(self._formats.share(row.share_pct)),
            self._movement(row),
        )

    def _movement(self, row: LeaderboardRow) -> Phrase:
        if row.rank_change:
            arrow = "▲" if row.rank_change > 0 else "▼"
            return Phrase(f"{arrow} {abs(row.rank_change)}", direction(row.rank_change))
        text = self._words.text(f"movement.{row.movement or 'unknown'}")
        return Phrase(text, "up" if row.movement == "entrant" else "flat")

    def _countries(self) -> Table:
        names = ("rank", "country", "revenue", "share", "growth")
        most = max((row.revenue_usd for row in self._brief.countries), default=Decimal(0))
        rows = tuple(
            self._country(rank, row, most)
            for rank, row in enumerate(self._brief.countries, start=1)
        )
        return self._table("countries", names, rows)

    def _country(self, rank: int, row: CountryRow, most: Decimal) -> tuple[Phrase, ...]:
        f = self._formats
        return (
            Phrase(str(rank)),
            Phrase(f.country(row.country_code)),
            Phrase(f.compact(row.revenue_usd, like=most)),
            Phrase(f.share(row.share_pct)),
            Phrase(f.growth(row.revenue_growth_pct), direction(row.revenue_growth_pct)),
        )

    def _table(
        self, key: str, names: tuple[str, ...], rows: tuple[tuple[Phrase, ...], ...]
    ) -> Table:
        t = self._words.text
        return Table(
            title=t(f"{key}.title", rows=len(rows)),
            note=t(f"{key}.note", **self._scope),
            headings=tuple(t(f"{key}.{name}") for name in names),
            rows=rows,
            none=t(f"{key}.none"),
        )

    def _forecast(self, forecast: Forecast | None) -> Section:
        t = self._words.text
        if forecast is None:
            return Section(t("forecast.title"), (Phrase(t("forecast.none")),))
        lines = [self._forecast_figures(forecast)]
        if forecast.fast is not None:
            ratio = self._formats.ratio(forecast.fast.ratio)
            published = self._formats.day(forecast.fast.fast_published_on)
            year = forecast.fast.year
            lines.append(t("forecast.fast", year=year, ratio=ratio, published=published))
        lines.append(self._forecast_caveat(forecast))
        return Section(t("forecast.title"), tuple(map(Phrase, lines)))

    def _forecast_figures(self, forecast: Forecast) -> str:
        t = self._words.text
        figures = " · ".join(
            t(
                "forecast.figure",
                year=figure.year,
                kind=t(f"forecast.kind.{figure.value_kind}"),
                value=self._formats.usd(figure.value_usd),
            )
            for figure in forecast.figures
        )
        return t("forecast.figures", figures=figures)

    def _forecast_caveat(self, forecast: Forecast) -> str:
        t, newest = self._words.text, forecast.figures[-1]
        return t(
            "forecast.caveat",
            publisher=forecast.publisher,
            published=self._formats.day(forecast.published_on),
            basis=self._words.text_or(f"forecast.basis.{newest.value_basis}", "forecast.basis"),
            evidence=self._words.text_or(f"evidence.{newest.basis_evidence}", "evidence"),
        )

    def _reconciliation(self) -> Section:
        t, result = self._words.text, self._brief.reconciliation
        suffix = ".sample" if self._brief.snapshot.is_sample else ""
        line = t("reconciliation.line", compared=result.compared, **result.model_dump())
        return Section(t(f"reconciliation.title{suffix}"), (Phrase(line),))

    def _freshness(self) -> Section:
        datasets = sorted(self._brief.snapshot.datasets.items())
        return Section(
            self._words.text("freshness.title"),
            tuple(
                Phrase(
                    self._words.dataset(name),
                    detail=self._dataset_state(name, state),
                )
                for name, state in datasets
            ),
        )

    def _dataset_state(self, name: str, state: DatasetState) -> str:
        f, t = self._formats, self._words.text
        parts = []
        if state.as_of is not None:
            parts.append(self._words.text_or(f"as_of.{name}", "as_of", day=f.day(state.as_of)))
        parts.append(self._accepted(state.accepted_at))
        if state.refused_since:
            parts.append(t("freshness.refused"))
        return " · ".join(parts)

    def _accepted(self, accepted_at: datetime | None) -> str:
        f, t = self._formats, self._words.text
        if accepted_at is None:
            return t("freshness.none")
        days = (self._brief.made_at.date() - accepted_at.date()).days
        key = "freshness.accepted_age" if days > 0 else "freshness.accepted"
        return t(key, day=f.day(accepted_at.date()), age=f.age(days))

    def _footer(self) -> Section:
        f, t, facts = self._formats, self._words.text, self._brief.snapshot
        evidence = t(f"evidence.{self._brief.basis.evidence}")
        edition = f"weekly_brief/{self._brief.week.label}"
        made = t("footer.instant", instant=f.instant(facts.created_at))
        as_of = f.day(self._brief.as_of) if self._brief.as_of else t("missing")
        return Section(
            t("footer.basis", evidence=evidence, **self._scope),
            (
                Phrase(t("footer.edition"), detail=edition),
                Phrase(t("footer.snapshot"), detail=facts.snapshot_id),
                Phrase(t("footer.made"), detail=made),
                Phrase(t("footer.as_of"), detail=as_of),
            ),
            note=t("footer.help"),
        )
