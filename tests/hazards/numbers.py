"""How numbers are shown: percent signs and number formats."""

from datetime import date

import xlwt

from hazards.editions import (
    F12,
    JAPAN,
    REVENUE_PART,
    Hazard,
    as_xls,
    csv_with,
    edited,
    part_edited,
    put,
    replaced,
)


def _set_zero(sheet: xlwt.Worksheet) -> None:
    sheet.write(JAPAN - 1, 5, 40, xlwt.easyxf(num_format_str='0"bn"'))


NUMBERS = (
    Hazard(
        "a share of 0.88 without percent format",
        lambda: edited(put("F9", 0.88, sheet="Shares")),
        refused="sheet 'Shares', cell F9: '0.88' in a row of % may be 0.88% or 88",
    ),
    Hazard(
        "a share of 1 without percent format",
        lambda: edited(put("F9", 1, sheet="Shares")),
        refused="cell F9: '1' in a row of % may be",
    ),
    Hazard(
        "a share of 0.88 in a CSV",
        lambda: csv_with("88%", "0.88"),
        "forecast.csv",
        refused="cell F6: '0.88' in a row of % may be",
    ),
    Hazard("a share typed as 88", lambda: edited(put("F9", 88, sheet="Shares"))),
    Hazard("a share typed as the text 88%", lambda: edited(put("F9", "88%", sheet="Shares"))),
    Hazard(
        "a percent sign that the format only prints",
        lambda: edited(put("F9", 88, '0"%"', sheet="Shares")),
    ),
    Hazard(
        "a share that the file's revenues contradict",
        lambda: edited(put("F9", 0.38, "0%", sheet="Shares")),
        refused=r"'Shares', cell F9: the share is 38.0%, but Revenue!F11 and Revenue!F9 make it 88",
    ),
    Hazard(
        "a share of more than the whole",
        lambda: edited(put("F10", 6200, "General", "Shares")),
        refused="cell F10: the share 6200% is more than the whole",
    ),
    Hazard(
        "a percentage in a row of dollars",
        lambda: edited(put("F12", 0.4, "0%")),
        refused="cell F12: the cell shows a percentage",
    ),
    Hazard(
        "a country larger than the world",
        lambda: edited(put("F12", 40_000)),
        refused=r"cell F12: JP in 2023 is 7.7 times the world's figure, which is in Revenue!F9",
    ),
    Hazard("thousands set off", lambda: edited(put("F12", 40.2, "#,##0.0")), japan=40.2),
    Hazard("brackets for negative numbers", lambda: edited(put("F12", 40, "#,##0_);(#,##0)"))),
    Hazard("colours in a format", lambda: edited(put("F12", 40, "[Blue]0;[Red]-0"))),
    Hazard("the row's own currency", lambda: edited(put("F12", 40, '"US$"#,##0'))),
    Hazard("the row's own unit", lambda: edited(put("F12", 40, '"US$" 0" million"'))),
    Hazard(
        "another currency in the format",
        lambda: edited(put("F12", 40, "[$€-2] #,##0")),
        refused=r"cell F12: the number format '\[\$€-2\] #,##0' shows '€40', but the row is in",
    ),
    Hazard(
        "another unit in the format",
        lambda: edited(put("F12", 40, '0.0"bn"')),
        refused="cell F12: .*shows '40.0bn', but the row is in 'US\\$m'",
    ),
    Hazard(
        "another unit in the format of an XLS",
        lambda: as_xls(_set_zero),
        "forecast.xls",
        refused="cell F12: .*shows '40bn', but the row is in 'US\\$m'",
    ),
    Hazard(
        "a text in place of the number",
        lambda: edited(put("F12", 40, '"n/a"')),
        refused="cell F12: .*shows the stored 40 as 'n/a'",
    ),
    Hazard(
        "a text beside the number",
        lambda: edited(put("F12", 40, '0" (est.)"')),
        refused=r"cell F12: .*shows '40 est\.'",
    ),
    Hazard(
        "a format that hides the number",
        lambda: edited(put("F12", 40, ";;;")),
        refused="cell F12: .*shows the stored 40 not at all",
    ),
    Hazard(
        "a format that scales the number",
        lambda: edited(put("F12", 40e6, "#,##0,,")),
        refused="cell F12: .*scaled down",
    ),
    Hazard(
        "a format that rounds to nothing",
        lambda: edited(put("F12", 0.04, "0")),
        refused="cell F12: .*shows the stored 0.04 as zero; show more decimals",
    ),
    Hazard(
        "a negative number without its sign",
        lambda: edited(put("F12", -40, "0;0")),
        refused="cell F12: .*with another sign",
    ),
    Hazard(
        "zero shown as a dash",
        lambda: edited(put("F12", 0, '0;-0;"-"')),
        refused="cell F12: .*shows the stored 0 as '-'",
    ),
    Hazard(
        "powers of ten",
        lambda: edited(put("F12", 40, "0.0E+00")),
        refused="cell F12: .*in powers of ten",
    ),
    Hazard(
        "a fraction", lambda: edited(put("F12", 40.5, "# ?/?")), refused="cell F12: .*'/' between"
    ),
    Hazard(
        "a condition in the format",
        lambda: edited(put("F12", 40, '[>=30]0"+";0')),
        refused=r"cell F12: .*depends on the condition",
    ),
    Hazard(
        "a date where a figure belongs",
        lambda: edited(put("F12", date(2025, 10, 14), "yyyy-mm-dd")),
        refused=r"cell F12: the cell shows a date \(2025-10-14\)",
    ),
    Hazard(
        "a sheet that hides zeros",
        lambda: part_edited(
            {
                REVENUE_PART: lambda text: text.replace(
                    "<sheetView ", '<sheetView showZeros="0" '
                ).replace(F12, F12.replace(">40<", ">0<"))
            }
        ),
        refused="cell F12: '0' is not shown, because the sheet hides zeros",
    ),
    Hazard(
        "a sheet that shows its formulas",
        lambda: part_edited(
            {REVENUE_PART: replaced("<sheetView ", '<sheetView showFormulas="1" ')}
        ),
        refused="sheet 'Revenue': the sheet shows formulas in place of their results",
    ),
)
