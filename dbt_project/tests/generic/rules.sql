{#- The rules for every row of a model, in one query: one row for each broken rule. The rules are
    dbt's tests of the same names; each of those would be a node that costs more than its query.
    `relationships` looks up each value once, where dbt's own test joins every row. -#}
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
