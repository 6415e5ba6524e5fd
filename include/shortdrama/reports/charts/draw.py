"""A chart of any kind as a picture."""

from shortdrama.reports.charts import bar_chart, range_chart, time_chart
from shortdrama.reports.page import BarChart, Chart, RangeChart, TimeChart


def draw(chart: Chart, coloured: bool) -> bytes | None:
    """A PNG of 552 pixels width in double density; None if the chart has nothing to show.

    With `coloured`, up is green and down is red; otherwise both have the colour of other marks.
    """
    match chart:
        case TimeChart():
            has_any = any(one.points for one in chart.series)
            return time_chart.drawn(chart, coloured) if has_any else None
        case BarChart():
            return bar_chart.drawn(chart, coloured) if chart.bars else None
        case RangeChart():
            return range_chart.drawn(chart, coloured) if chart.ranges else None
