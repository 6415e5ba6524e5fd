{#- The vendor's worldwide total is in the same table as the countries; never add it to them. -#}
{% macro geography_level(country_code) -%}
    case when {{ country_code }} = '{{ var("world_country_code") }}' then 'world' else 'country' end
{%- endmacro %}

{#- The name of a geography in reports: World for the vendor's worldwide total, else the code. -#}
{% macro geography_name(country_code) -%}
    case
        when {{ country_code }} = '{{ var("world_country_code") }}' then 'World'
        else {{ country_code }}
    end
{%- endmacro %}

{#- The level of a geography of the report marts; only countries have names of two letters. -#}
{% macro report_geography_level(geography) -%}
    case
        when {{ geography }} = 'World' then 'world'
        when {{ geography }} = 'World ex-China' then 'world_ex_china'
        when {{ geography }} = 'Other' then 'other'
        when length({{ geography }}) = 2 then 'country'
        else 'region'
    end
{%- endmacro %}
