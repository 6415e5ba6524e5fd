"""`minis.catalog`: who is among TikTok's Minis and at what prices, as people saw it.

A file of our own schema: there is no public catalogue of Minis.
"""

from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.sources.inbox import by_file
from shortdrama.sources.minis.own_files import reader

connector, prepare = by_file(CATALOG, reader(CATALOG))
