"""What an assistant's query may name. The second lock, DuckDB's own, is tried without the first."""

from pathlib import Path

import duckdb
import pytest

from copies import question, write_copy
from mart_tables import contracts
from shortdrama.analysts.assistant.cookbook import recipes
from shortdrama.analysts.assistant.permitted import REFUSED_FUNCTIONS, NotPermitted, check
from shortdrama.analysts.assistant.worker import answered, locked


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    apps = "select * from (values (1, 'ReelShort'), (2, 'DramaBox')) as apps (app_id, app_name)"
    return write_copy(tmp_path_factory.mktemp("copy"), {"dim_app": apps, "dim_vendor": "select 1"})


@pytest.fixture(scope="module")
def connection(views: Path) -> duckdb.DuckDBPyConnection:
    return locked(question(views, ""))


READS = [
    "select 1",
    "from dim_app",
    "select * from \"DIM_APP\" where app_name like '%;%' -- ; drop",
    "select * from marts.dim_app",
    "select * from marts.main.dim_app as a inner join dim_app as b using (app_id)",
    "with a as (from dim_app), b as (from a) select * from b, a",
    "with recursive n as (select 1 as i union all select i + 1 from n where i < 9) from n",
    "select (select count(*) from dim_app) + 1",
    "select app_id from dim_app where exists (from dim_vendor) order by all limit 3",
    "from dim_app union all from dim_app",
    "describe dim_app",
    "summarize dim_app",
    "show tables",
    "pivot dim_app on app_name in ('ReelShort') using count(*)",
    "unpivot dim_app on app_id into name n value v",
    "select unnest(range(3)), i from generate_series(1, 2) as t (i)",
    "values (1), (2)",
    "select 'read_csv(''/etc/passwd'')'",
]


@pytest.mark.parametrize("query", READS)
def test_what_reads_marts_is_permitted(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    check(connection, query)
    assert connection.execute(f"from ({query}\n)").description


# What each would read or do. Those of the second list are stopped only by the first lock, since
# they do no harm to anybody but this process.
HARMFUL = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('{secret}')",
    "select content from read_blob('{secret}')",
    "select * from read_parquet('{secret}')",
    "select * from read_json('{secret}')",
    "select * from glob('/etc/*')",
    "from '{secret}'",
    'from "{secret}"',
    'select * from (with "{secret}" as (select 1) from "{secret}"), \'{secret}\'',
    "select * from parquet_metadata('{secret}')",
    "select * from sniff_csv('{secret}')",
    "select * from 's3://shortdrama/raw/appfigures/estimates/a.parquet'",
    "from read_parquet('s3://shortdrama/ops/ledger/*.json')",
    "from read_csv('https://example.org/a.csv')",
    "describe '{secret}'",
    "summarize '{secret}'",
    "from json_execute_serialized_sql(json_serialize_sql('from read_text(''{secret}'')'))",
    "with x as (insert into dim_app values (3, 'x') returning *) from x",
    "with x as (delete from dim_app returning *) from x",
    "select * from dim_app, lateral (select * from read_text('{secret}'))",
    "from duckdb_extensions()",
    "select getenv('PATH')",
    "from query('select * from read_text(''{secret}'')')",
    "from query_table('{secret}')",
    "copy dim_app to '{folder}/out.csv'",
    "copy (select 1) to '{folder}/out.parquet' (format parquet)",
    "export database '{folder}/out'",
    "attach '{folder}/other.duckdb' as other",
    "attach '{views}' as again",
    "install spatial",
    "load '{folder}/x.duckdb_extension'",
    "create secret s (type s3, key_id 'a', secret 'b')",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset allowed_paths",
    "set temp_directory = '{folder}'",
    "import database '{folder}'",
    "create table marts.t as select 1",
    "create view marts.v as select 1",
    "drop view marts.dim_app",
    "insert into dim_app values (3, 'x')",
    "delete from dim_app",
    "force checkpoint marts; select * from read_text('{secret}')",
]
REVEALING = [
    "from duckdb_settings()",
    "from duckdb_secrets()",
    "from duckdb_databases()",
    "select * from duckdb_views()",
    "from duckdb_temporary_files()",
    "select json_serialize_plan('from duckdb_settings()')",
    "select 1\x00; from duckdb_settings()",
    "show databases",
    "show all tables",
    "show tables from main",
    "show variables",
    "show threads",
    "from pg_timezone_names()",
    "select * exclude (value) from duckdb_settings()",
    "from dim_app union all (select name, value from duckdb_settings())",
    "from pragma_database_list",
    "from sqlite_master",
    "from pg_catalog.pg_settings",
    "from information_schema.tables",
    "select current_setting('allowed_paths')",
    "select 'allowed_paths'.current_setting()",
    "select system.main.current_setting('secret_directory')",
    "with pg_settings as (select 1) select * from (from pg_settings) as a, pg_settings as b",
    "with a as (with sqlite_master as (select 1) from sqlite_master) from sqlite_master",
    "select * from dim_app, (select * from (from duckdb_settings()))",
    "select (select max(value) from duckdb_settings())",
    "from dim_app where app_name in (select value from duckdb_settings())",
    "select list_transform([1], x -> (select max(value) from duckdb_settings()))",
    "describe from duckdb_settings()",
    "summarize duckdb_settings",
    "from temp.main.sqlite_master",
    "select pg_get_viewdef(view_oid) from range(99999) as t (view_oid)",
    "select system.pg_catalog.pg_get_viewdef(1)",
    "select get_block_size('marts')",
    "select write_log('x')",
    "select getvariable('x')",
    "call duckdb_settings()",
    "select 1; from dim_app",
    "select 1;; ; drop table x",
    "prepare p as select 1",
    "execute p",
    "set variable x = 1",
    "create temp table t as select 1",
    "create macro m() as 1",
    "create or replace temp macro dim_app() as table select 1",
    "begin transaction",
    "use memory",
    "explain analyze select 1",
    "pragma version",
    "pragma enable_profiling",
    "checkpoint",
    "pivot dim_app on app_name using count(*)",
    "",
    "-- nothing",
    "selec 1",
]


def filled(query: str, folder: Path, views: Path) -> str:
    secret = folder / "secret.csv"
    secret.write_text("password\nplanted to be found\n")
    return query.format(secret=secret, folder=folder, views=views)


@pytest.mark.parametrize("query", [*HARMFUL, *REVEALING])
def test_everything_else_is_refused(
    connection: duckdb.DuckDBPyConnection, query: str, tmp_path: Path, views: Path
) -> None:
    with pytest.raises(NotPermitted) as refused:
        check(connection, filled(query, tmp_path, views) if query in HARMFUL else query)
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize("query", HARMFUL)
def test_duckdb_refuses_what_is_harmful_even_if_it_were_let_through(
    connection: duckdb.DuckDBPyConnection, query: str, tmp_path: Path, views: Path
) -> None:
    before = {path: path.read_bytes() for path in views.parent.rglob("*") if path.is_file()}
    with pytest.raises(duckdb.Error) as refused:
        connection.execute(filled(query, tmp_path, views)).fetchall()
    assert "planted" not in str(refused.value)
    assert {path.name for path in tmp_path.iterdir()} == {"secret.csv"}
    assert {p: p.read_bytes() for p in views.parent.rglob("*") if p.is_file()} == before


def test_macros_of_duckdb_that_read_its_system_tables_are_refused(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A new version may bring more of them."""
    found = connection.execute(
        "select distinct function_name from duckdb_functions() where function_type = 'macro'"
        " and internal and macro_definition similar to '.*(duckdb_|pragma_)\\w+\\(.*'"
    ).fetchall()
    names = {name for (name,) in found}
    assert "pg_get_viewdef" in names
    assert names <= REFUSED_FUNCTIONS


def test_there_is_no_key_that_could_be_told(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute("from duckdb_secrets()").fetchall() == []


def test_all_questions_of_the_cookbook_are_permitted_and_answered(tmp_path: Path) -> None:
    marts = {
        mart: "select "
        + ", ".join(f"cast(null as {kind}) as {name}" for name, kind in kinds.items())
        for mart, kinds in contracts().items()
    }
    views = write_copy(tmp_path, marts)
    found = recipes()
    assert len(found) >= 43
    with locked(question(views, "")) as connection:
        for recipe in found.values():
            assert recipe.question.endswith("?")
            answer = answered(connection, question(views, recipe.sql))
            assert answer.refused is None, recipe.name
            assert answer.columns
