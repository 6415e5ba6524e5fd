import pytest

from shortdrama.reports.words.publishers import publisher_name
from shortdrama.reports.words.sources import source_name


@pytest.mark.parametrize(
    ("publisher", "english", "chinese"),
    [
        ("STORYMATRIX PTE. LTD.", "StoryMatrix", "点众科技"),
        ("StoryMatrix Pte Ltd", "StoryMatrix", "点众科技"),
        ("SHORTTV LIMITED", "ShortTV", "九州文化"),
        ("SKYWORK AI PTE. LTD.", "Skywork AI", "昆仑万维"),
        ("Crazy Maple Studio, Inc.", "Crazy Maple Studio", "枫叶互动"),
        ("UNHEARD OF DRAMA CO., LTD.", "Unheard OF Drama", "Unheard OF Drama"),
        ("KT", "KT", "KT"),
        ("Ltd.", "Ltd.", "Ltd."),
        ("北京某某科技有限公司", "北京某某科技有限公司", "北京某某科技有限公司"),
        ("", "", ""),
        ("  ", "", ""),
    ],
)
def test_publishers_lose_legal_suffixes_and_capitals(
    publisher: str, english: str, chinese: str
) -> None:
    shown = (publisher_name(publisher, "en").strip(), publisher_name(publisher, "zh").strip())
    assert shown == (english, chinese)


def test_a_source_without_reviewed_words_is_not_told_in_english_to_chinese_readers() -> None:
    assert source_name("Some Paper of 2026", "en", "reported") == "Some Paper of 2026"
    assert source_name("Some Paper of 2026", "zh", "报道") == "报道"
    reviewed = "AMZ123 article of 2026-01-11 (TK Observer)"
    assert source_name(reviewed, "zh", "报道") == "TK观察（AMZ123），2026年1月11日"
