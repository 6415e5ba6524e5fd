{#- When this build began by the pipeline's clock, a UTC timestamp; of a build by hand now. -#}
{% macro built_at() -%}
    {%- set said = env_var('SHORTDRAMA_BUILT_AT', '') -%}
    cast({{ "'" ~ said ~ "'" if said else 'now()' }} as timestamp)
{%- endmacro %}
