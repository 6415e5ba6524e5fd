{#- What the two engines write differently; each macro says what it gives on both. -#}

{#- The items of a list, a row each; none for null and for an empty list. -#}
{% macro item_of(list) -%}
    {{ return(adapter.dispatch('item_of')(list)) }}
{%- endmacro %}

{% macro default__item_of(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro spark__item_of(list) -%}
    explode({{ list }})
{%- endmacro %}

{#- The day of the week, 1 for Monday to 7 for Sunday. -#}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday')(day)) }}
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    cast(extract(isodow from {{ day }}) as int)
{%- endmacro %}

{% macro spark__iso_weekday(day) -%}
    cast(extract(dayofweek_iso from {{ day }}) as int)
{%- endmacro %}

{#- A list of structs as JSON text, with these fields (types by name); null for null. -#}
{% macro json_of(list, fields) -%}
    {{ return(adapter.dispatch('json_of')(list, fields)) }}
{%- endmacro %}

{% macro default__json_of(list, fields) -%}
    {%- set typed = [] -%}
    {%- for name, type in fields.items() -%}
        {%- do typed.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    cast(to_json(cast({{ list }} as struct({{ typed | join(', ') }})[])) as {{ type_string() }})
{%- endmacro %}

{% macro spark__json_of(list, fields) -%}
    {%- set named = [] -%}
    {%- for name, type in fields.items() -%}
        {%- do named.append("'" ~ name ~ "', cast(item." ~ name ~ ' as ' ~ type ~ ')') -%}
    {%- endfor -%}
    {#- Without the zeros at the end of decimals, which DuckDB does not write. -#}
    regexp_replace(
        to_json(
            transform({{ list }}, item -> named_struct({{ named | join(', ') }})),
            map('ignoreNullFields', 'false')
        ),
        '([.][0-9]*?[1-9]|[.]0)0+([,}])',
        '$1$2'
    )
{%- endmacro %}
