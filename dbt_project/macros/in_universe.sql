{#- Whether an app of int_apps counts as a short-drama app on a day. -#}
{% macro in_universe(app, day) -%}
    not {{ app }}.is_never_in
    and ({{ app }}.in_from_on is null or {{ day }} >= {{ app }}.in_from_on)
    and ({{ app }}.in_to_on is null or {{ day }} <= {{ app }}.in_to_on)
{%- endmacro %}
