"""The same load with dlt in its default configuration; runs in an environment of its own.

Arguments: base URL, countries joined by commas, first and last day, endpoint, bucket. The keys of
S3 are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Prints seconds, peak memory and the folder.
"""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from time import perf_counter, process_time
from typing import Any

import dlt
from dlt.destinations import filesystem
from dlt.sources.helpers import requests


def load(base_url: str, countries: str, start: str, end: str, endpoint: str, bucket: str) -> str:
    """Load all countries into one table of Parquet files; its folder in the bucket."""

    @dlt.resource(name="estimates", write_disposition="replace")
    def estimates() -> Iterator[list[dict[str, Any]]]:
        for country in countries.split(","):
            params = {"start_date": start, "end_date": end, "countries": country, "format": "flat"}
            rows = requests.get(f"{base_url}reports/estimates", params=params).json()
            yield [{**row, "country_code": country} for row in rows]

    destination = filesystem(
        bucket_url=f"s3://{bucket}/dlt",
        credentials={
            "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
            "endpoint_url": endpoint,
        },
    )
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench", pipelines_dir=folder, destination=destination, dataset_name="bench"
        )
        pipeline.run(estimates(), loader_file_format="parquet").raise_on_failed_jobs()
    return f"s3://{bucket}/dlt/bench/estimates/*.parquet"


if __name__ == "__main__":
    started, began = perf_counter(), process_time()
    written = load(*sys.argv[1:])
    print(
        json.dumps(
            {
                "seconds": perf_counter() - started,
                "cpu_seconds": process_time() - began,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "files": written,
            }
        )
    )
