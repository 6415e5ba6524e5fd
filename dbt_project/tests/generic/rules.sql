{#- What every row of a model keeps to, in one query: a row for each rule that is broken. The rules
    are dbt's tests of those names, of which each would be a node that costs more than its query;
    `relationships` looks each value up once, where dbt's own joins every row. -#}
{% test rules(model, unique=[], not_null=[], accepted_values={}, relationships={}) %}
    {%- set queries = [] -%}
    {%- if unique -%}
        {%- set rows -%}
            select {{ unique | join(', ') }} from {{ model }}
            group by {{ unique | join(', ') }} having count(*) > 1
        {%- endset -%}
        {%- do queries.append(broken_rule('unique', unique, rows)) -%}
    {%- endif -%}
    {%- for column in not_null -%}
        {%- set rows -%}
            select {{ column }} from {{ model }} where {{ column }} is null
        {%- endset -%}
        {%- do queries.append(broken_rule('not_null', [column], rows)) -%}
    {%- endfor -%}
    {%- for column, values in accepted_values.items() -%}
        {%- set rows -%}
            select {{ column }} from {{ model }}
            where {{ column }} not in ('{{ values | join("', '") }}')
        {%- endset -%}
        {%- do queries.append(broken_rule('accepted_values', [column], rows)) -%}
    {%- endfor -%}
    {%- for column, parent in relationships.items() -%}
        {%- set rows -%}
            select {{ column }} from {{ model }} where {{ column }} is not null
            except
            select {{ parent.field }} from {{ parent.to }}
        {%- endset -%}
        {%- do queries.append(broken_rule('relationships', [column], rows)) -%}
    {%- endfor -%}
    {{ queries | join('\nunion all\n') }}
{% endtest %}
