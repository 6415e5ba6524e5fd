{#- Whether a period can be compared: every day is there and settled. A period that is not complete
    yet would seem to fall. -#}
{% macro is_whole(period) -%}
    ({{ period }}.completeness_ratio = 1 and {{ period }}.maturity = 'settled')
{%- endmacro %}

{#- A share, 0-100. Null without a total, and if the total is so small that the share says nothing
    (it would not fit the column either). -#}
{% macro share_pct(part, whole) -%}
    case
        when {{ whole }} > 0 and abs({{ part }}) <= 100 * {{ whole }}
            then cast(100.0 * {{ part }} / nullif({{ whole }}, 0) as decimal(9, 4))
    end
{%- endmacro %}

{#- A change in percent of the base. Null without a base, or if the base is almost zero. -#}
{% macro change_pct(current_value, previous_value) -%}
    case
        when {{ previous_value }} > 0 and abs({{ current_value }}) <= 100000 * {{ previous_value }}
            then
                cast(
                    100.0 * ({{ current_value }} - {{ previous_value }})
                    / nullif({{ previous_value }}, 0) as decimal(12, 4)
                )
    end
{%- endmacro %}
