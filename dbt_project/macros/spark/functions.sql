{#- dbt's own macros where the adapter's version does not say the same as DuckDB's. -#}

{#- On dates only. The adapter's version raises an error for a null, where DuckDB gives a null. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}
    {%- if datepart in months -%}
        add_months({{ from_date_or_timestamp }}, cast(({{ interval }}) * {{ months[datepart] }} as int))
    {%- else -%}
        date_add({{ from_date_or_timestamp }}, cast(({{ interval }}) * {{ {'day': 1, 'week': 7}[datepart] }} as int))
    {%- endif -%}
{%- endmacro %}

{#- Days only, for the same reason. -#}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart != 'day' -%}
        {{ exceptions.raise_compiler_error('datediff on Spark counts days, not ' ~ datepart) }}
    {%- endif -%}
    date_diff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}

{#- The adapter's version has no order. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    listagg({{ measure }}, {{ delimiter_text }}) within group ({{ order_by_clause }})
{%- endmacro %}
