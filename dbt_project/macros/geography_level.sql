{#- The vendor's worldwide total lies beside the countries and is never added to them. -#}
{% macro geography_level(country_code) -%}
    case when {{ country_code }} = '{{ var("world_country_code") }}' then 'world' else 'country' end
{%- endmacro %}
