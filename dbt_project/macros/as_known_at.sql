{#- Which rows of fct_app_estimates_versions were valid at a UTC instant, a SQL expression. -#}
{% macro as_known_at(instant) -%}
    not is_vanished
    and known_from_at <= {{ instant }}
    and (known_to_at is null or known_to_at > {{ instant }})
{%- endmacro %}
