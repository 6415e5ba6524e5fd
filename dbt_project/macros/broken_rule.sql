{#- For the test `rules`: a rule, how many rows break it, and one of them; no row if none does. -#}
{% macro broken_rule(rule, columns, rows) -%}
    {%- set texts, string = [], dbt.type_string() -%}
    {%- for column in columns -%}
        {%- do texts.append("coalesce(cast(" ~ column ~ " as " ~ string ~ "), 'null')") -%}
    {%- endfor -%}
    select
        '{{ rule }}: {{ columns | join(", ") }}' as rule,
        cast(count(*) as bigint) as times,
        min({{ texts | join(" || ', ' || ") }}) as example
    from ({{ rows }}) as broken
    having count(*) > 0
{%- endmacro %}
