# The one image of the team's stack: Airflow, the pipeline and the simulator.
FROM python:3.11-slim-bookworm

# For builders behind a mirror; without them pip and uv ask the public registry.
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX

RUN useradd --create-home --uid 50000 shortdrama \
    && install --directory --owner=shortdrama --group=shortdrama \
        /opt/shortdrama \
        /opt/shortdrama/home \
        /opt/shortdrama/airflow \
        /opt/shortdrama/airflow/auth \
        /opt/shortdrama/airflow/logs

ENV VIRTUAL_ENV=/opt/venv \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/shortdrama/airflow \
    SHORTDRAMA_HOME=/opt/shortdrama/home

WORKDIR /opt/shortdrama

# pip refuses the extras in the hashed set, uv takes them: pip only fetches uv.
RUN python -m venv "$VIRTUAL_ENV" && pip install --no-cache-dir uv==0.13.9

# Requirements change seldom, code often: a change of code rebuilds only what follows the next COPY.
COPY requirements.txt ./
RUN uv pip install --no-cache --compile-bytecode --require-hashes --requirement requirements.txt

# Installed in place, because dags/, dbt_project/ and expectations/ lie beside the package.
COPY --chown=shortdrama:shortdrama . .
RUN uv pip install --no-cache --no-deps --no-build-isolation --editable .

USER 50000

# DuckDB looks for extensions in the home of whoever runs it; nothing is downloaded.
RUN python -c 'from duckdb_extensions import import_extension; import_extension("httpfs")'

CMD ["airflow", "version"]
