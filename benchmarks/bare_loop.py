"""The least that pull and conform can be: a loop without checks, retries, records or limits.

For each country one request, zstd at level 1, one PUT; then DuckDB reads all answers with the
types it is told and writes one Parquet object, through the same S3.
"""

import pyarrow as pa
import requests

from shortdrama.core.settings import S3Settings
from shortdrama.lake import duck
from shortdrama.lake.store import s3_client


def run(base_url: str, countries: list[str], s3: S3Settings, days: tuple[str, str]) -> str:
    """Load all countries; the address of the Parquet object."""
    client, codec = s3_client(s3), pa.Codec("zstd", compression_level=1)
    session = requests.Session()
    params = {"start_date": days[0], "end_date": days[1], "format": "flat"}
    for country in countries:
        answer = session.get(
            f"{base_url}reports/estimates", params={**params, "countries": country}, timeout=60
        )
        body = codec.compress(answer.content, asbytes=True)
        client.put_object(Bucket=s3.bucket, Key=f"bare/{country}.json.zst", Body=body)
    target = f"s3://{s3.bucket}/bare.parquet"
    with duck.connect(s3) as connection:
        connection.execute(
            f"""
            copy (
                select
                    product_id,
                    regexp_extract(filename, '(..).json.zst$', 1) as country_code,
                    cast(start_date as date) as estimated_on,
                    downloads,
                    revenue,
                    'USD' as currency
                from read_json(
                    's3://{s3.bucket}/bare/*.json.zst', format = 'array', filename = true,
                    columns = {{
                        product_id: 'BIGINT', start_date: 'TIMESTAMP', downloads: 'BIGINT',
                        revenue: 'DECIMAL(18, 2)'
                    }}
                )
            ) to '{target}' (format parquet, compression zstd)
            """  # noqa: S608 - the benchmark's own names
        )
    return target
