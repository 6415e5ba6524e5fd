{#- What `dbt source freshness` asks, with the build's clock instead of the engine's: a home with a
    frozen clock is as fresh as it was then. A source is loaded until the end of the newest day that
    its accepted loads cover, so a warning says what ops_freshness says. -#}
{% macro default__collect_freshness_custom_sql(source, loaded_at_query) %}
    {%- call statement('collect_freshness_custom_sql', fetch_result=True, auto_begin=False) -%}
        with loaded as (
            {{ loaded_at_query }}
        )

        select
            (select * from loaded) as max_loaded_at,
            {{ built_at() }} as snapshotted_at
    {%- endcall -%}
    {{ return(load_result('collect_freshness_custom_sql')) }}
{% endmacro %}
