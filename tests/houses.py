"""Workbooks of three invented houses, none of them laid out like Omdia's."""

from datetime import date
from io import BytesIO

import openpyxl


def _saved(book: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def northwind(world: float = 10_800) -> bytes:
    """A wide table without regions or units of its own; the unit stands in the metric's label."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    cover = book.create_sheet("Cover")
    cover.append(["Northwind Research | Vertical video forecast"])
    cover.append(["Released on", date(2025, 11, 3)])
    cover["B2"].number_format = "d mmmm yyyy"
    sheet = book.create_sheet("Model output")
    sheet.append([None, "Market", "Indicator", "FY2024", "FY2025E/F", "FY2026E/F", "CAGR 24-26"])
    sheet.append([None, "Base case"])
    sheet.append([None, "Global", "Consumer spend (US$ million)", 7_900, world, 13_900, 0.33])
    sheet.append(
        [None, "Mainland China", "Consumer spend (US$ million)", 6_700, 9_000, 11_000, 0.28]
    )
    sheet.append([None, "USA", "Consumer spend (US$ million)", 600, 900, 1_450, 0.55])
    sheet.append([None, "High case"])
    sheet.append([None, "Global", "Consumer spend (US$ million)", 7_900, 14_000, 19_000, 0.55])
    return _saved(book)


NORTHWIND = """{
 "id": "northwind_2025",
 "publisher": "Northwind",
 "vendor": {"scope": "vertical video, consumer spend", "revenue_basis": "gross",
            "basis_evidence": "stated", "source": "Northwind's cover sheet"},
 "source_line": "Northwind Research.*",
 "publication_date_line": "Released on:?\\\\s*(.*)",
 "figure_sheets": [{"name": "Model output"}],
 "text_sheets": ["Cover"],
 "columns": {"country": ["Market"], "metric": ["Indicator"]},
 "fixed": {"segment": "Microdramas"},
 "ignored_columns": ["CAGR *"],
 "headings": {"Base case": {}, "High case": "skip"},
 "years": {"actual": ["FY{year}"], "estimate": ["FY{year}E"], "forecast": ["FY{year}E/F"]},
 "geographies": {"": {"Global": "World", "Mainland China": "CN", "USA": "US"}},
 "segments": {"Microdramas": "microdramas"},
 "metrics": {"Consumer spend (US$ million)": {"metric": "revenue", "unit": "USD",
   "value_basis": "gross", "basis_evidence": "stated", "unit_label": "US$ million"}},
 "units": {"US$m": {"unit": "USD", "scale": "1000000"}}
}"""


def hanhai() -> bytes:
    """A Chinese house: 亿美元, Chinese years and dates, several tables on one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "微短剧市场规模"
    sheet.append(["全球微短剧市场预测"])
    sheet.append(["来源：瀚海咨询"])
    sheet.append(["发布日期：2025年12月1日"])
    sheet.append(["版本：2025下半年"])
    sheet.append(["单位：亿美元"])
    sheet.append(["地区", "指标", "2024年", "2025年（预测）", "2026年（预测）"])
    sheet.append(["全球", "市场规模", 79, 108.5, 139])
    sheet.append(["中国", "市场规模", 67, 90, 110])
    sheet.append(["美国", "市场规模", 6, 9, 14.5])
    sheet.append(["注：不含广告收入。"])
    return _saved(book)


HANHAI = """{
 "id": "hanhai_2025",
 "publisher": "瀚海咨询",
 "vendor": {"scope": "微短剧, 不含广告", "source": "瀚海咨询"},
 "source_line": "来源[：:]\\\\s*瀚海咨询",
 "publication_date_line": "发布日期[：:]\\\\s*(.+)",
 "version_line": "版本[：:]\\\\s*(\\\\S+)",
 "unit_line": "单位[：:]\\\\s*(.+)",
 "date_forms": ["%Y年%m月%d日"],
 "figure_sheets": [{"name": "微短剧市场规模*"}],
 "columns": {"country": ["地区", "国家"], "metric": ["指标"]},
 "fixed": {"segment": "微短剧"},
 "years": {"actual": ["{year}年"], "forecast": ["{year}年（预测）"]},
 "not_published": ["—", "-", "暂无"],
 "geographies": {"": {"全球": "World", "中国": "CN", "美国": "US"}},
 "segments": {"微短剧": "microdramas"},
 "metrics": {"市场规模": {"metric": "revenue", "unit": "USD", "value_basis": "unknown",
   "basis_evidence": "n/a"}},
 "units": {"亿美元": {"unit": "USD", "scale": "100000000"}}
}"""


def prisma() -> bytes:
    """Years down the rows, countries across; dates for years; an optional sheet is missing."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Spend"
    sheet.append(["PRISMA MEDIA INTELLIGENCE"])
    sheet.append(["As of: 2026-01-20"])
    sheet.append(["In US$ billion"])
    sheet.append([])
    sheet.append(["Year", "Worldwide", "China", "United States", "Remarks"])
    for year, world, china, states in ((2024, 8.1, 6.9, 0.6), (2025, 11, 9.1, 0.9)):
        sheet.append([date(year, 12, 31), world, china, states, "as reported"])
        sheet.cell(sheet.max_row, 1).number_format = "yyyy"
    sheet.append(["2026 (f)", 14, 11, 1.5])
    return _saved(book)


PRISMA = """{
 "id": "prisma_2026",
 "publisher": "Prisma",
 "vendor": {"scope": "microdramas worldwide", "source": "Prisma"},
 "source_line": "PRISMA MEDIA INTELLIGENCE",
 "publication_date_line": "As of:\\\\s*(.+)",
 "unit_line": "In (US\\\\$ .+)",
 "figure_sheets": [{"name": "Spend"}, {"name": "Shares", "is_optional": true}],
 "columns": {"year": ["Year"]},
 "fixed": {"segment": "Microdramas", "metric": "Spend"},
 "figure_columns": {"Worldwide": {"country": "Worldwide"}, "China": {"country": "China"},
   "United States": {"country": "United States"}},
 "ignored_columns": ["Remarks"],
 "years": {"actual": ["{year}"], "forecast": ["{year} (f)"], "dates": "actual"},
 "geographies": {"": {"Worldwide": "World", "China": "CN", "United States": "US"}},
 "segments": {"Microdramas": "microdramas"},
 "metrics": {"Spend": {"metric": "revenue", "unit": "USD", "value_basis": "unknown",
   "basis_evidence": "n/a"}},
 "units": {"US$bn": {"unit": "USD", "scale": "1000000000"}}
}"""

HOUSES = {
    "northwind_2025": (northwind, NORTHWIND, 9),
    "hanhai_2025": (hanhai, HANHAI, 9),
    "prisma_2026": (prisma, PRISMA, 9),
}
"""Of each house its workbook, its layout, and how many figures the workbook has."""
