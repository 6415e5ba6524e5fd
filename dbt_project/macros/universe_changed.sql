{#- Whether the reviewed file took an app of int_apps in after the first of two periods began. -#}
{% macro was_added(app, previous_start_on, period_end_on) -%}
    (
        not {{ app }}.is_never_in
        and {{ app }}.in_from_on > {{ previous_start_on }}
        and {{ app }}.in_from_on <= {{ period_end_on }}
    )
{%- endmacro %}

{#- Whether the reviewed file took it out before the second of two periods ended. -#}
{% macro was_removed(app, previous_start_on, period_end_on) -%}
    (
        not {{ app }}.is_never_in
        and {{ app }}.in_to_on < {{ period_end_on }}
        and {{ app }}.in_to_on >= {{ previous_start_on }}
    )
{%- endmacro %}
