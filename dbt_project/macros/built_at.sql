{#- When this build began by the pipeline's clock, a UTC timestamp; for a build by hand, now.
    It is read while nodes run, as in touched_spans. -#}
{% macro built_at() -%}
    {%- set said = env_var('SHORTDRAMA_BUILT_AT', '') if execute else '' -%}
    cast({{ "'" ~ said ~ "'" if said else 'now()' }} as timestamp)
{%- endmacro %}
