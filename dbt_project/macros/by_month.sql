{#- The spans of whole months that this build rewrites, `first day/day after the last`; none if it
    rewrites all. The warehouse runner sets them in the environment, and they are read while nodes
    run. With a dbt variable, dbt would parse everything again after each change; with a variable of
    the environment that is read while parsing, it would parse the models that read it. -#}
{% macro touched_spans() -%}
    {%- set said = env_var('SHORTDRAMA_TOUCHED_DAYS', 'all') if execute else 'all' -%}
    {%- do return(none if said == 'all' else said.split()) -%}
{%- endmacro %}

{#- Whether a day is in a month that this build rewrites. They are plain comparisons, so that a scan
    skips row groups of other months. -#}
{% macro in_touched_months(day) -%}
    {%- set spans = touched_spans() -%}
    {%- if spans is none -%}
        true
    {%- elif not spans -%}
        false
    {%- else -%}
        {%- set conditions = [] -%}
        {%- for span in spans -%}
            {%- set start, end = span.split('/') -%}
            {%- do conditions.append(
                day ~ " >= cast('" ~ start ~ "' as date) and "
                ~ day ~ " < cast('" ~ end ~ "' as date)"
            ) -%}
        {%- endfor -%}
        ({{ conditions | join(' or ') }})
    {%- endif -%}
{%- endmacro %}

{#- Incremental strategy `by_month`: the touched months are deleted and written again, so that a
    month that has become empty is empty. The model selects only these months; its `event_time` is
    the column with the day. -#}
{% macro get_incremental_by_month_sql(arg_dict) %}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | join(', ') -%}
    delete from {{ arg_dict.target_relation }}
    where {{ in_touched_months(config.require('event_time')) }};

    insert into {{ arg_dict.target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict.temp_relation }}
{% endmacro %}

{#- The rows that a generic test checks: for a model that is kept by month, the months that this
    build writes. The others were tested when they were written, and a key with a day is unique over
    all months if it is unique in each. -#}
{% macro default__get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where')] if config.get('where') else [] -%}
    {%- set tested = graph.nodes[model.attached_node] if execute else none -%}
    {%- if tested and tested.config.incremental_strategy == 'by_month' -%}
        {%- do conditions.append(in_touched_months(tested.config.event_time)) -%}
    {%- endif -%}
    {%- if conditions -%}
        {%- do return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ')
            ~ ') dbt_subquery') -%}
    {%- endif -%}
    {%- do return(relation) -%}
{%- endmacro %}
