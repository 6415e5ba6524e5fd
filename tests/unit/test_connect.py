"""The package itself: light to import."""

import subprocess
import sys


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, shortdrama; print(len([m for m in sys.modules if m.split('.')[0] in "
    code += "('duckdb', 'boto3', 'pydantic', 'airflow', 'requests')]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "0\n"
