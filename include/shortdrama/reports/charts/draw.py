"""A chart of any kind as a picture."""

from shortdrama.reports.charts import bar_chart, range_chart, time_chart
from shortdrama.reports.charts.canvas import picture
from shortdrama.reports.page import BarChart, Chart, RangeChart, TimeChart


def draw(chart: Chart, coloured: bool) -> bytes | None:
    """A PNG of 552 pixels width in double density; None if the chart has nothing to show.

    With `coloured`, up is green and down is red; otherwise both have the colour of other marks.
    """
    match chart:
        case TimeChart() if any(one.points for one in chart.series):
            return picture(time_chart.drawing(chart, coloured))
        case BarChart() if chart.bars:
            return picture(bar_chart.drawing(chart, coloured))
        case RangeChart() if chart.ranges:
            return picture(range_chart.drawing(chart, coloured))
    return None
