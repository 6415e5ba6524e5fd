"""The process of a build on Spark: `python process.py REQUEST`, in Spark's own environment.

The request is a JSON file: the `statements` that make the sources, and dbt's `arguments`. Both use
one session. This imports nothing of the pipeline, which is not installed in that environment.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

# About pandas, which dbt does not use, and about Hive, which dbt asks for with each statement.
warnings.filterwarnings("ignore", category=FutureWarning)
warnings.filterwarnings("ignore", message="Failed to set spark.sql.catalogImplementation")

from dbt.cli.main import dbtRunner  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402


def main(request: dict[str, Any]) -> int:
    """Make the sources and run dbt on them; the process's exit code."""
    session = SparkSession.builder.getOrCreate()
    for statement in request["statements"]:
        session.sql(statement)
    result = dbtRunner().invoke(request["arguments"])
    if result.exception is not None:
        print(f"Encountered an error:\n{result.exception}")
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
