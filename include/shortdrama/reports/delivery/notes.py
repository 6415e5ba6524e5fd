"""The short note that readers get when an edition is withheld at its deadline."""

from shortdrama.reports.delivery.due import Withheld
from shortdrama.reports.delivery.wording import COLONS, LANGUAGES, about, words
from shortdrama.reports.page import Answer, Footer, Page, Phrase, Point
from shortdrama.reports.reports import Period, Report
from shortdrama.reports.words.formats import LocaleName


def late_note(report: Report, period: Period, withheld: Withheld, locale: LocaleName) -> Page:
    """The note: what is late, why in one sentence, what happens next. No figures."""
    text, edition = words(locale).text, about(report, period, locale)
    return Page(
        language=LANGUAGES[locale],
        sender_name=text("sender"),
        subject=text("note.subject", **edition),
        preheader=text(f"note.why.{withheld.kind}"),
        banners=(),
        title=text("note.title", **edition),
        period=edition["days"],
        answer=Answer(
            claim=text("note.claim", **edition),
            context=text(f"note.why.{withheld.kind}"),
            points=(Point(text("note.next"), text("note.next.text")),),
            scope="",
        ),
        blocks=(),
        pipeline=None,
        footer=Footer(
            method="",
            facts=(Phrase(text("fact.edition"), detail=f"{report.id}/{period.label}"),),
            help=text("note.help"),
        ),
        colon=COLONS[locale],
    )
