"""`minis.catalog`: who is among TikTok's Minis and at what prices, as people saw it.

A file of our own schema: there is no public catalogue of Minis.
"""

from functools import partial

from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.sources.files.own_csv import parse
from shortdrama.sources.inbox import by_file

connector, prepare = by_file(CATALOG, partial(parse, dataset=CATALOG))
