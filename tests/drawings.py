"""What can be wrong with the labels of a drawn chart."""

from itertools import combinations

from shortdrama.reports.charts.canvas import Drawing
from shortdrama.reports.charts.style import WIDTH


def assert_readable(drawn: Drawing) -> None:
    """No label covers another or leaves the picture."""
    for one, other in combinations(drawn.labels, 2):
        assert not one.box.overlaps(other.box), (one.text, other.text)
    for box in (label.box for label in drawn.labels):
        assert box.left >= -1
        assert box.right <= WIDTH + 1
        assert box.top >= 0
        assert box.bottom <= drawn.height + 3  # below the letters a line is empty
