{#- Replaces dbt's own test, which joins every row of a fact with its parent: this one looks up each
    value once. -#}
{% test relationships(model, column_name, to, field) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} is not null
except
select {{ field }}
from {{ to }}
{% endtest %}
