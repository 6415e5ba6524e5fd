import pytest
from PIL import ImageColor

from shortdrama.reports.charts.style import (
    BRIGHTER,
    FONT_SIZE,
    GROUNDS,
    INKS,
    RULE,
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


def brightened(colour: str) -> str:
    parts = [min(255, round(part * BRIGHTER)) for part in ImageColor.getrgb(colour)]
    return "#" + "".join(f"{part:02X}" for part in parts)


def test_no_ink_would_do_for_letters_on_both_grounds() -> None:
    assert contrast(*GROUNDS) ** 0.5 < 4.5


@pytest.mark.parametrize("ink", sorted({*INKS} - {RULE}))
def test_letters_stand_out_on_white_and_brightened_on_the_dark_ground(ink: str) -> None:
    light, dark = GROUNDS
    assert contrast(ink, light) >= 4.5
    assert contrast(brightened(ink), dark) >= 4.5
    assert contrast(ink, dark) >= 3.5


def test_letters_have_twelve_pixels_on_a_phone() -> None:
    assert FONT_SIZE * 358 / WIDTH >= 12


def test_without_colours_up_and_down_look_alike() -> None:
    assert tone_ink("up", coloured=False) == tone_ink("down", coloured=False) == TONES["main"]
    assert direction_ink("up", coloured=False) == direction_ink("down", coloured=False)
    assert direction_ink("up", coloured=True) != direction_ink("down", coloured=True)
