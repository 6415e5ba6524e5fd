import json
import re
from typing import get_args

import pytest

from shortdrama.reports.words.catalogue import FOLDER, catalogue
from shortdrama.reports.words.formats import LocaleName

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LOCALES: tuple[LocaleName, ...] = get_args(LocaleName)
SUBJECTS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.json")})

pytestmark = pytest.mark.parametrize("subject", SUBJECTS)


def texts(subject: str, locale: str) -> dict[str, str]:
    file = FOLDER / f"{subject}.{locale}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_every_locale_says_the_same_things(subject: str) -> None:
    assert texts(subject, "en").keys() == texts(subject, "zh").keys()
    every = (text for locale in LOCALES for text in texts(subject, locale).values())
    assert all(text.strip() for text in every)


def test_every_figure_in_one_locale_is_in_the_other(subject: str) -> None:
    english, chinese = texts(subject, "en"), texts(subject, "zh")
    differing = {
        key
        for key in english
        if set(PLACEHOLDER.findall(english[key])) != set(PLACEHOLDER.findall(chinese[key]))
    }
    assert not differing


def test_a_thing_that_the_catalogue_does_not_know_gets_the_general_words(subject: str) -> None:
    words = catalogue("en", subject)
    known = next(iter(texts(subject, "en")))
    assert words.text_or("no such key", known) == texts(subject, "en")[known]
