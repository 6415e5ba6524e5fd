{#- On Spark a table is dropped before it is made, so a model that fails would leave nothing. These
    make the new table beside the old one, and put it in its place when it is complete. -#}

{% materialization table, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- set old = load_cached_relation(this) -%}
    {%- set made = target_relation if old is none else beside(this) -%}
    {% call statement('main') -%}
        {{ create_table_as(false, made, sql) }}
    {%- endcall %}
    {% if old is not none %}
        {% do adapter.drop_relation(old) %}
        {% do adapter.rename_relation(made, target_relation) %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Kept by month: the table has a partition per month of its `event_time`. Spark overwrites only
    partitions that get new rows, so a touched month that has become empty is dropped. -#}
{% materialization incremental, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- set old = load_cached_relation(this) -%}
    {%- set made = target_relation if old is none else beside(this) -%}
    {% call statement('main') -%}
        {{ create_table_by_month(made, month_added(sql)) }}
    {%- endcall %}
    {% if old is not none %}
        {% if should_full_refresh() or touched_spans() is none %}
            {#- Not renamed: catalogues differ in whether a partition goes along. -#}
            {% do adapter.drop_relation(old) %}
            {% do run_query(create_table_by_month(target_relation, 'select * from ' ~ made)) %}
        {% else %}
            {% do overwrite_months(made, target_relation) %}
        {% endif %}
        {% do adapter.drop_relation(made) %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro create_table_by_month(relation, query) -%}
    create table {{ relation }} partitioned by (kept_month)
    {{ comment_clause() }}
    as
    {{ query }}
{%- endmacro %}

{#- The model's query with the column of its partitions. -#}
{% macro month_added(sql) -%}
    {%- set query = sql -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
        {%- set query = get_select_subquery(sql) -%}
    {%- endif -%}
    select
        *,
        cast(date_trunc('month', {{ config.require('event_time') }}) as date) as kept_month
    from ({{ query }}) as model
{%- endmacro %}

{#- A table that no other build has a name for; what a killed build left does not matter. -#}
{% macro beside(relation) -%}
    {%- set name = relation.identifier ~ '__' ~ invocation_id.split('-')[0] -%}
    {%- do return(relation.incorporate(path={'identifier': name}, type='table')) -%}
{%- endmacro %}

{#- Put the months of a table into another one; touched months without rows are dropped there. -#}
{% macro overwrite_months(made, relation) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- do run_query(
        'insert overwrite table ' ~ relation ~ ' partition (kept_month) select '
        ~ columns | join(', ') ~ ' from ' ~ made
    ) -%}
    {%- set written = months_of(made) -%}
    {%- for month in months_of(relation) if month not in written -%}
        {%- for span in touched_spans() if span.split('/')[0] <= month < span.split('/')[1] -%}
            {%- do run_query(
                'alter table ' ~ relation ~ " drop partition (kept_month = '" ~ month ~ "')"
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- The months of a table, as `2025-09-01`. -#}
{% macro months_of(relation) -%}
    {%- set months = [] -%}
    {%- for partition in run_query('show partitions ' ~ relation).columns[0].values() -%}
        {%- do months.append(partition.split('=')[1]) -%}
    {%- endfor -%}
    {%- do return(months) -%}
{%- endmacro %}
