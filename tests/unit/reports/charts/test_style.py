import pytest
from PIL import ImageColor

from shortdrama.reports.charts.style import (
    FONT_SIZE,
    GROUNDS,
    INK,
    INKS,
    TONES,
    WIDTH,
    direction_ink,
    tone_ink,
)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in ImageColor.getrgb(colour)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ink_stands_out_on_a_light_and_on_a_dark_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 3


@pytest.mark.parametrize("ground", GROUNDS)
def test_letters_have_nearly_all_the_contrast_that_both_grounds_allow(ground: str) -> None:
    most = contrast(*GROUNDS) ** 0.5
    assert contrast(INK, ground) >= 0.98 * most


def test_letters_have_eleven_pixels_on_a_phone() -> None:
    assert FONT_SIZE * 358 / WIDTH >= 11


def test_without_colours_up_and_down_look_alike() -> None:
    assert tone_ink("up", coloured=False) == tone_ink("down", coloured=False) == TONES["main"]
    assert direction_ink("up", coloured=False) == direction_ink("down", coloured=False)
    assert direction_ink("up", coloured=True) != direction_ink("down", coloured=True)
