{#- `day` is the day or month of a model that is kept by month: only what was rewritten is tested. -#}
{% test unique_combination(model, columns, day=none) %}
select {{ columns | join(', ') }}
from {{ model }}
{% if day %}where {{ in_touched_months(day) }}{% endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
