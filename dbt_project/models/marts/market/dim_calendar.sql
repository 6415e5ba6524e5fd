select
    days.date_on,
    cast(extract(year from days.date_on) as int) as calendar_year,
    {{ iso_weekday('days.date_on') }} as iso_weekday,
    weeks.period_start_on as week_start_on,
    weeks.period_end_on as week_end_on,
    weeks.period_label as week_label,
    months.period_start_on as month_start_on,
    months.period_end_on as month_end_on,
    months.period_label as month_label,
    quarters.period_start_on as quarter_start_on,
    quarters.period_end_on as quarter_end_on,
    quarters.period_label as quarter_label
from {{ ref('int_calendar_days') }} as days
{% for period_kind in ['week', 'month', 'quarter'] %}
    inner join {{ ref('int_period_days') }} as {{ period_kind }}s
        on
            {{ period_kind }}s.period_kind = '{{ period_kind }}'
            and days.date_on = {{ period_kind }}s.date_on
{% endfor %}
