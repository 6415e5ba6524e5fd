# Two images of the team's stack.
#   production   Airflow and the pipeline
#   local        the same, and the sources' simulator, which production does not have
FROM python:3.11-slim-bookworm AS base

# For builders behind a mirror; without them pip and uv ask the public registry.
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX

RUN useradd --create-home --uid 50000 shortdrama \
    && install --directory --owner=shortdrama --group=shortdrama \
        /opt/shortdrama/home \
        /opt/shortdrama/home/alerts \
        /opt/shortdrama/airflow \
        /opt/shortdrama/airflow/logs

ENV VIRTUAL_ENV=/opt/venv \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/shortdrama/airflow \
    SHORTDRAMA_HOME=/opt/shortdrama/home

WORKDIR /opt/shortdrama

# pip refuses the extras in the hashed set, uv takes them: pip only fetches uv.
RUN python -m venv "$VIRTUAL_ENV" && pip install --no-cache-dir uv==0.13.9

# Requirements change rarely, code often: a change of code rebuilds only what follows the next COPY.
# --no-deps: the file is the whole set, without a package of dbt that is only a downloader.
COPY requirements.txt ./
RUN uv pip install --no-cache --compile-bytecode --no-deps --require-hashes --requirement requirements.txt


FROM base AS production

# The code belongs to root: whoever takes over a task can change neither DAGs nor the pipeline.
# Installed in place, because dags/, dbt_project/ and expectations/ are next to the package.
COPY pyproject.toml ./
COPY docker docker
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
COPY include/airflow_local_settings.py include/
COPY include/shortdrama include/shortdrama
RUN uv pip install --no-cache --no-deps --no-build-isolation --editable . \
    && python -m compileall -q dags include

USER 50000

# DuckDB looks for extensions in its user's home; nothing is downloaded.
RUN python -c 'from duckdb_extensions import import_extension; import_extension("httpfs")'

CMD ["airflow", "version"]


FROM production AS local

USER 0

COPY requirements-local.txt ./
RUN uv pip install --no-cache --compile-bytecode --no-deps --require-hashes --requirement requirements-local.txt
COPY include/shortdrama_local include/shortdrama_local
RUN uv pip install --no-cache --no-deps --no-build-isolation --editable include/shortdrama_local

USER 50000

CMD ["shortdrama", "--help"]
