"""Which connector brings which dataset."""

from functools import cache

from shortdrama.config import Settings
from shortdrama.datasets import Dataset
from shortdrama.lake.store import ObjectStore
from shortdrama.loads.listed import listed_products
from shortdrama.sources.appfigures import Products
from shortdrama.sources.appfigures_reports import Estimates, Ranks
from shortdrama.sources.connector import Connector
from shortdrama.sources.inbox import minis_files, workbooks
from shortdrama.sources.tiktok import Hashtags


def connector_for(dataset: Dataset, settings: Settings, store: ObjectStore) -> Connector:
    """The connector of a dataset, with its credentials."""
    # Read once: a load of products that is accepted meanwhile must not change what was planned.
    list_products = cache(lambda: listed_products(settings, store))
    match dataset.id:
        case "appfigures.products":
            return Products(settings.appfigures)
        case "appfigures.estimates":
            return Estimates(settings.appfigures, list_products)
        case "appfigures.ranks":
            return Ranks(settings.appfigures, list_products)
        case "tiktok.hashtags":
            return Hashtags(settings.tiktok)
        case "omdia.forecasts":
            return workbooks(store, dataset)
        case "minis.catalog" | "minis.search_interest":
            return minis_files(store, dataset)
    raise KeyError(f"no connector brings {dataset.id}")
