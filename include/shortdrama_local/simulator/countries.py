"""The countries of the model.

Shares are invented, except that the published country figures pin those of US, IN and ID (see
`calibration`); the remaining countries divide what is left in these proportions.
"""

from dataclasses import dataclass

CHINA = "CN"


@dataclass(frozen=True)
class Country:
    """A country: its weight in downloads and revenue, and how much of each is Apple's (0 to 1)."""

    code: str
    name: str
    region: str
    downloads: float
    revenue: float
    apple_downloads: float
    apple_revenue: float


def _country(row: str) -> Country:
    code, region, downloads, revenue, apple_downloads, apple_revenue, name = row.split(maxsplit=6)
    return Country(
        code=code,
        name=name,
        region=region,
        downloads=float(downloads),
        revenue=float(revenue),
        apple_downloads=float(apple_downloads),
        apple_revenue=float(apple_revenue),
    )


COUNTRIES = tuple(
    _country(row)
    for row in """
US anglo      8.80 45.7  0.55 0.66 United States
GB anglo      1.50  4.4  0.52 0.62 United Kingdom
CA anglo      1.10  3.4  0.55 0.62 Canada
AU anglo      0.80  3.3  0.56 0.66 Australia
NZ anglo      0.16  0.5  0.52 0.62 New Zealand
IE anglo      0.14  0.3  0.52 0.60 Ireland
DE europe     1.60  3.6  0.36 0.47 Germany
FR europe     1.50  2.4  0.38 0.50 France
ES europe     1.20  1.1  0.28 0.42 Spain
IT europe     1.30  1.2  0.30 0.44 Italy
NL europe     0.45  0.8  0.42 0.54 Netherlands
BE europe     0.25  0.4  0.40 0.52 Belgium
CH europe     0.20  0.7  0.52 0.63 Switzerland
AT europe     0.22  0.4  0.38 0.49 Austria
PT europe     0.30  0.3  0.28 0.42 Portugal
SE europe     0.24  0.5  0.53 0.63 Sweden
NO europe     0.16  0.4  0.57 0.65 Norway
DK europe     0.15  0.3  0.56 0.64 Denmark
FI europe     0.14  0.2  0.40 0.52 Finland
PL europe     1.10  0.5  0.14 0.28 Poland
CZ europe     0.30  0.2  0.22 0.35 Czechia
RO europe     0.60  0.3  0.20 0.34 Romania
HU europe     0.28  0.2  0.22 0.34 Hungary
GR europe     0.25  0.2  0.20 0.34 Greece
UA europe     0.60  0.1  0.22 0.35 Ukraine
JP east_asia  1.70  6.8  0.60 0.69 Japan
KR east_asia  1.30  2.6  0.30 0.40 South Korea
TW east_asia  0.70  2.1  0.48 0.60 Taiwan
HK east_asia  0.25  0.7  0.52 0.62 Hong Kong
SG east_asia  0.25  0.6  0.48 0.60 Singapore
IN south_asia 19.50 0.82 0.05 0.17 India
PK south_asia 2.60  0.1  0.04 0.14 Pakistan
BD south_asia 2.30  0.1  0.04 0.12 Bangladesh
LK south_asia 0.35  0.04 0.07 0.18 Sri Lanka
NP south_asia 0.50  0.05 0.07 0.18 Nepal
ID sea       13.60  2.3  0.07 0.20 Indonesia
PH sea        4.60  1.2  0.12 0.27 Philippines
TH sea        2.80  1.9  0.24 0.42 Thailand
VN sea        2.70  0.6  0.26 0.40 Vietnam
MY sea        1.40  1.0  0.24 0.42 Malaysia
KH sea        0.50  0.1  0.28 0.44 Cambodia
BR latam      7.60  2.6  0.13 0.30 Brazil
MX latam      5.20  2.4  0.18 0.36 Mexico
AR latam      1.60  0.4  0.12 0.27 Argentina
CO latam      2.20  0.5  0.14 0.30 Colombia
CL latam      0.80  0.4  0.20 0.36 Chile
PE latam      1.30  0.3  0.12 0.28 Peru
EC latam      0.80  0.2  0.13 0.28 Ecuador
GT latam      0.60  0.2  0.14 0.30 Guatemala
DO latam      0.60  0.2  0.24 0.40 Dominican Republic
TR mea        2.20  0.8  0.18 0.34 Türkiye
SA mea        1.00  1.3  0.40 0.56 Saudi Arabia
AE mea        0.60  0.9  0.40 0.56 United Arab Emirates
EG mea        1.90  0.2  0.10 0.24 Egypt
IL mea        0.30  0.5  0.34 0.48 Israel
MA mea        0.80  0.1  0.10 0.24 Morocco
DZ mea        0.90  0.1  0.06 0.16 Algeria
IQ mea        0.90  0.1  0.22 0.36 Iraq
ZA mea        1.00  0.4  0.18 0.34 South Africa
NG mea        1.60  0.2  0.08 0.20 Nigeria
KE mea        0.60  0.1  0.06 0.16 Kenya
CN china      0     0    1    1    China mainland
""".strip().splitlines()
)
"""Ex-China first, CN last. CN has no weight: its column is modelled apart, and Apple's alone."""

EX_CHINA = COUNTRIES[:-1]
CODES = tuple(country.code for country in COUNTRIES)
CHINA_INDEX = CODES.index(CHINA)

AFFINITY: dict[str, dict[str, float]] = {
    "global": {},
    "west": {"anglo": 3, "europe": 2, "south_asia": 0.3, "sea": 0.4, "mea": 0.5},
    "india": {"south_asia": 60, "anglo": 0.2, "europe": 0.1, "east_asia": 0.1, "latam": 0.05},
    "sea": {"sea": 6, "south_asia": 0.8, "anglo": 0.3, "europe": 0.2, "mea": 0.5},
    "east_asia": {"east_asia": 12, "anglo": 0.4, "europe": 0.2, "south_asia": 0.05, "mea": 0.1},
    "latam": {"latam": 8, "europe": 0.6, "south_asia": 0.1, "sea": 0.3},
}
"""How many times more than usual an app of that focus is taken up in a region; 1 if not named."""
