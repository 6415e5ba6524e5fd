"""`minis.search_interest`: how much is searched for Minis, as people read it.

A file of our own schema: there is no public catalogue of Minis.
"""

from functools import partial

from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.sources.files.own_csv import parse
from shortdrama.sources.inbox import by_file

connector, prepare = by_file(SEARCH_INTEREST, partial(parse, dataset=SEARCH_INTEREST))
