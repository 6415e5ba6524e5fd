{#- `day` is the column that a model is kept by month by: only what was rewritten is tested. -#}
{% test unique_combination(model, columns, day=none) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ in_touched_months(day) if day else 'true' }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
