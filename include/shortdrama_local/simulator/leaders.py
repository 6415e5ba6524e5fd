"""Apps that exist, by name.

Publishers, focus, launch months and stores are approximations. Monthly revenue and downloads of
July 2025 stand here only where nothing is published, and are invented; published ones come from
`calibration`. Apps of China have no ex-China figures at all.
"""

from dataclasses import dataclass

from shortdrama_local.simulator.months import parse_month


@dataclass(frozen=True)
class Leader:
    """A real app. `revenue` in USD and `downloads` are those of July 2025; None if published."""

    name: str
    publisher: str
    focus: str
    launched: int
    stores: str
    revenue: float | None
    downloads: float | None


def _millions(text: str) -> float | None:
    return None if text == "published" else float(text) * 1e6


def _leader(row: str) -> Leader:
    name, publisher, focus, launched, stores, revenue, downloads = (
        cell.strip() for cell in row.split("|")
    )
    return Leader(
        name=name,
        publisher=publisher,
        focus=focus,
        launched=parse_month(launched),
        stores=stores,
        revenue=_millions(revenue),
        downloads=_millions(downloads),
    )


LEADERS = tuple(
    _leader(row)
    for row in """
ReelShort   | Crazy Maple Studio      | west      | 2022-08 | both   | published | 11.5
DramaBox    | STORYMATRIX PTE. LTD.   | global    | 2023-04 | both   | published | published
NetShort    | NETSTORY PTE. LTD.      | global    | 2024-08 | both   | published | 9.0
GoodShort   | New Reading Technology  | global    | 2023-09 | both   | published | 4.6
DramaWave   | SKYWORK AI PTE. LTD.    | global    | 2024-10 | both   | published | 6.8
ShortMax    | SHORTTV LIMITED         | global    | 2023-09 | both   | published | 3.4
Kuku TV     | Mebigo Labs             | india     | 2024-11 | both   | 0.85      | 10.9
FlickReels  | FARSUN PTE. LTD.        | global    | 2024-04 | both   | 6.2       | 3.9
FreeReels   | SKYWORK AI PTE. LTD.    | sea       | 2025-02 | both   | 0.6       | 4.5
Melolo      | Poligon                 | sea       | 2024-11 | both   | 0.3       | 5.5
MoboReels   | MOBOREADER TECHNOLOGY   | global    | 2023-06 | both   | 3.9       | 1.6
DreameShort | STARY PTE. LTD.         | west      | 2024-02 | both   | 3.6       | 1.5
My Drama    | Holywater               | west      | 2024-04 | both   | 3.4       | 1.2
StardustTV  | Stardust TV             | global    | 2024-06 | both   | 3.3       | 1.9
TopShort    | TOPSHORT                | east_asia | 2023-11 | both   | 2.2       | 0.8
FlexTV      | YUDER PTE. LTD.         | west      | 2023-01 | both   | 2.1       | 0.9
RapidTV     | RapidTV                 | latam     | 2024-09 | both   | 1.9       | 1.4
Kalos TV    | Kalos TV                | west      | 2023-05 | both   | 1.6       | 0.7
Vigloo      | SpoonLabs               | east_asia | 2024-07 | both   | 1.4       | 0.8
SnackShort  | SnackShort              | west      | 2024-12 | both   | 1.3       | 1.2
Sereal+     | Sereal                  | sea       | 2023-08 | both   | 1.1       | 0.5
PlayletTV   | PlayletTV               | latam     | 2023-12 | both   | 0.9       | 0.5
BUMP        | emole                   | east_asia | 2023-01 | apple  | 0.7       | 0.25
Quick TV    | ShareChat               | india     | 2025-03 | google | 0.1       | 2.2
Story TV    | Eloelo                  | india     | 2025-01 | google | 0.1       | 2.0
Bullet      | Bullet                  | india     | 2025-05 | both   | 0.08      | 0.9
""".strip().splitlines()
)

CHINA_ONLY = (
    ("红果免费短剧", "北京臻鼎科技有限公司"),
    ("河马剧场", "海南云漫网络科技有限公司"),
    ("星芽短剧", "杭州星芽科技有限公司"),
    ("繁花剧场", "繁花剧场"),
    ("番茄短剧", "番茄短剧"),
    ("喜番免费短剧", "喜番短剧"),
    ("围观短剧", "围观短剧"),
)
"""Names of the mainland, largest first; publishers approximate."""
