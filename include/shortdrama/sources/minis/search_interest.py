"""`minis.search_interest`: how much is searched for Minis, as people read it.

A file of our own schema: there is no public catalogue of Minis.
"""

from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.sources.inbox import by_file
from shortdrama.sources.minis.own_files import reader

connector, prepare = by_file(SEARCH_INTEREST, reader(SEARCH_INTEREST))
