import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pages import LOCALES, LocaleName, page, renamed, without_pictures
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.layout.render import render
from shortdrama.reports.page import Figure
from shortdrama.reports.rendered import Rendered

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onerror="alert(1)" x="',
    "direction": '#short"drama\u202egnp',
    "formula": "=cmd|' /C calc'!A1",
    "endless": "x" * 300,
    "endless Chinese": "剧" * 300,
    "emoji": "🔥👨‍👩‍👧 Drama",
    "half": "half \ud83d",
    "no width": "a\u200bb\u200d\ufeffc",
    "lines": "one\ntwo\r\nBcc: eve@example.org",
    "template": "{{7*7}}{% raw %}${7*7}",
    "entity": "&lt;b&gt; &#60;script&#62;",
    "comment": "--><!--[if mso]><script>",
    "style": "</style><style>*{display:none}",
    "cid": '"cid:revenue.png"',
    "Arabic": "مسلسل قصير",
    "blank": " \u3164 ",
}


def tags(rendered: Rendered) -> Counter[str]:
    found = re.findall(r"<[!/]?[a-z-]+", rendered.html)
    return Counter(tag for tag in found if "nobr" not in tag)  # a name may have figures


@cache
def ordinary(locale: LocaleName) -> Rendered:
    return render(without_pictures(renamed(page(locale), "Name")))


def assert_harmless(rendered: Rendered, usual: Rendered, language: str) -> None:
    """No name brings markup, formulas, lines or directions of its own."""
    assert not tags(rendered) - tags(usual)
    for form in (rendered.html, rendered.text, rendered.subject, rendered.sender_name):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]", form)
    assert "\n" not in rendered.subject
    assert "49" not in rendered.subject
    columns = Columns.of(language)
    assert max(map(columns.count, rendered.text.splitlines())) <= WIDTH
    for sheet in load_workbook(BytesIO(rendered.workbook)):
        for row in sheet:
            assert all(cell.data_type != "f" for cell in row)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_harmless_in_every_form(locale: LocaleName, name: str) -> None:
    hostile = render(without_pictures(renamed(page(locale), name)))
    assert_harmless(hostile, ordinary(locale), page(locale).language)


@given(st.text(st.characters(exclude_categories=()), max_size=80), st.sampled_from(LOCALES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_name_is_harmless(name: str, locale: LocaleName) -> None:
    hostile = render(without_pictures(renamed(page(locale), name)))
    assert_harmless(hostile, ordinary(locale), page(locale).language)


def test_braces_are_written_as_they_are() -> None:
    rendered = render(without_pictures(renamed(page("en"), "{{7*7}}")))
    assert "{{7*7}}" in rendered.html
    assert "{{7*7}}" in rendered.text
    assert rendered.subject.startswith("{{7*7}} ")


DIGEST = """
import hashlib
from pages import page
from shortdrama.reports.layout.render import render

made = render(page("zh"))
parts = [made.html.encode(), made.text.encode(), made.workbook, made.standalone]
parts += [picture.png for picture in made.pictures]
print([hashlib.sha256(part).hexdigest() for part in parts])
"""


@pytest.mark.integration
def test_two_other_processes_make_the_same_bytes() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]  # fmt: skip
    assert printed[0] == printed[1]
    assert printed[0].count("'") == 2 * 10


@pytest.mark.parametrize("locale", LOCALES)
def test_an_edition_is_complete(locale: LocaleName) -> None:
    rendered = render(page(locale))
    assert rendered.language == {"en": "en", "zh": "zh-CN"}[locale]
    assert rendered.subject == page(locale).subject
    assert rendered.sender_name == page(locale).sender_name
    names = [picture.name for picture in rendered.pictures]
    assert names == [f"{b.name}.png" for b in page(locale).blocks if isinstance(b, Figure)]
    assert all(f'src="cid:{name}"' in rendered.html for name in names)
    assert b"cid:" not in rendered.standalone
    assert rendered.workbook.startswith(b"PK")


def test_a_figure_with_nothing_to_show_has_words_only() -> None:
    rendered = render(without_pictures(page("en")))
    assert rendered.pictures == ()
    assert "<img" not in rendered.html
    assert "Net revenue rose from" in rendered.html


@pytest.mark.parametrize("name", ["", "Re venue", "../x", "剧", 'a"b'])
def test_a_figure_needs_a_name_that_a_file_may_have(name: str) -> None:
    figure = next(block for block in page("en").blocks if isinstance(block, Figure))
    with pytest.raises(ValueError, match="figure"):
        render(replace(page("en"), blocks=(replace(figure, name=name),)))


def test_two_figures_of_one_name_are_refused() -> None:
    figure = next(block for block in page("en").blocks if isinstance(block, Figure))
    with pytest.raises(ValueError, match="two of this name"):
        render(replace(page("en"), blocks=(figure, figure)))


@pytest.mark.integration
def test_who_asks_what_is_due_loads_no_library_for_charts() -> None:
    script = (
        "import sys; import shortdrama.reports.layout.render, shortdrama.reports.layout.message\n"
        "print([name for name in ('altair', 'vl_convert', 'PIL', 'numpy') if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert loaded.stdout.strip() == "[]"
