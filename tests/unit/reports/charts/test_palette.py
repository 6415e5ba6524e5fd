from io import BytesIO

import numpy as np
import pytest
import vl_convert
from PIL import Image, ImageColor

from shortdrama.reports.charts.palette import with_palette
from shortdrama.reports.charts.style import INK, MAIN, UP


def png_of(pixels: np.ndarray) -> bytes:
    written = BytesIO()
    Image.fromarray(pixels.astype(np.uint8), "RGBA").save(written, "png")
    return written.getvalue()


def pixels_of(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGBA"))


def as_vl_convert_cuts(ink: str, alpha: int) -> list[int]:
    return [*(min(part, alpha) for part in ImageColor.getrgb(ink)), alpha]


@pytest.mark.parametrize("ink", [INK, MAIN, UP])
@pytest.mark.parametrize("alpha", [89, 128, 192, 240])
def test_a_half_transparent_pixel_gets_the_colour_that_was_meant(ink: str, alpha: int) -> None:
    cut = np.full((4, 6, 4), as_vl_convert_cuts(ink, alpha))
    assert tuple(pixels_of(with_palette(png_of(cut)))[0, 0]) == (*ImageColor.getrgb(ink), alpha)


def test_opaque_and_empty_pixels_stay_in_their_places() -> None:
    pixels = np.zeros((3, 5, 4))
    pixels[1, 2] = [1, 2, 3, 255]
    assert (pixels_of(with_palette(png_of(pixels))) == pixels).all()


def test_the_same_pixels_make_the_same_bytes_without_a_trace_of_the_time() -> None:
    png = png_of(np.random.default_rng(1).choice([0, 255], (40, 40, 4)))
    small = with_palette(png)
    assert small == with_palette(png)
    assert b"tIME" not in small
    assert b"tEXt" not in small


def test_a_picture_of_too_many_colours_is_kept_as_it_is() -> None:
    many = np.random.default_rng(1).integers(0, 255, (32, 32, 4))
    assert with_palette(png_of(many)) == png_of(many)


def test_vl_convert_still_needs_this() -> None:
    """If this fails, vl-convert draws transparent colours as they are: remove `_as_meant`."""
    mark = {"type": "rect", "fill": MAIN, "fillOpacity": 0.35}
    spec = {
        "data": {"values": [{}]}, "mark": mark, "width": 20, "height": 20, "padding": 0,
        "background": "transparent", "autosize": "none", "config": {"view": {"stroke": None}},
        "encoding": {side: {"value": 20 * ("2" in side)} for side in ("x", "x2", "y", "y2")},
    }  # fmt: skip
    drawn = pixels_of(vl_convert.vegalite_to_png(spec, allowed_base_urls=[]))[10, 10]
    assert [int(part) for part in drawn] == pytest.approx(as_vl_convert_cuts(MAIN, 89), abs=1)
