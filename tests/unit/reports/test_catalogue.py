import json
import re

from shortdrama.reports.catalogue import FOLDER, catalogue
from shortdrama.reports.weekly_brief import LOCALES

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def texts(locale: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / f"{locale}.json").read_text(encoding="utf-8"))
    return found


def test_every_locale_says_the_same_things() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LOCALES)
    assert texts("en").keys() == texts("zh").keys()
    assert all(text.strip() for locale in LOCALES for text in texts(locale).values())


def test_every_figure_in_one_locale_is_in_the_other() -> None:
    english, chinese = texts("en"), texts("zh")
    differing = {
        key
        for key in english
        if set(PLACEHOLDER.findall(english[key])) != set(PLACEHOLDER.findall(chinese[key]))
    }
    assert not differing


def test_a_thing_that_the_catalogue_does_not_know_gets_the_general_words() -> None:
    assert catalogue("en").text_or("as_of.minis.catalog", "as_of", day="today") == "as of today"
