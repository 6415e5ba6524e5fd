"""The ordinary loads of every dataset, by its id."""

from ordinary import editions, estimates, hashtags, products, ranks
from ordinary.loads import Ordinary

ORDINARY: dict[str, Ordinary] = {
    "appfigures.estimates": estimates.load,
    "appfigures.products": products.load,
    "appfigures.ranks": ranks.load,
    "tiktok.hashtags": hashtags.load,
    "omdia.forecasts": editions.forecasts,
    "minis.catalog": editions.minis_catalog,
    "minis.search_interest": editions.search_interest,
}
