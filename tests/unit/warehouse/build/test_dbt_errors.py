"""dbt's errors, as it prints them (dbt 1.12)."""

from shortdrama.warehouse.build.dbt_errors import errors_of

RUN = """\
11:22:43  1 of 1 ERROR creating sql view model main.dim_app ......... [ERROR in 0.45s]
11:22:43
11:22:44  Completed with 1 error, 0 partial successes, and 0 warnings:
11:22:44
11:22:44  [ERROR]: in model dim_app (models/dim_app.sql)
11:22:44    Runtime Error in model dim_app (models/dim_app.sql)
  Binder Error: Referenced column "revenue" not found in FROM clause!

  LINE 5:     select revenue
11:22:44
11:22:44    compiled code at /home/warehouse/dbt/compiled/dim_app.sql
11:22:44
11:22:44  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
""".splitlines()


def test_the_summary_names_model_and_reason() -> None:
    assert errors_of(RUN) == [
        "model dim_app (models/dim_app.sql)",
        "  Runtime Error in model dim_app (models/dim_app.sql)",
        '  Binder Error: Referenced column "revenue" not found in FROM clause!',
        "  LINE 5:     select revenue",
    ]


def test_without_times_it_is_the_same() -> None:
    assert errors_of([line[10:] if line[:2] == "11" else line for line in RUN]) == errors_of(RUN)


def test_a_project_that_cannot_be_read_says_why() -> None:
    lines = [
        "11:22:43  Running with dbt=1.12.6",
        "11:22:44  [ERROR]: Encountered an error:",
        "Compilation Error",
        "  Model 'model.x' depends on a node named 'y' which was not found",
    ]
    assert errors_of(lines) == lines[2:]
    again = ["11:22:44  Encountered an error:", *lines[2:]]
    assert errors_of(lines + again) == lines[2:], "said once, although dbt_process repeats it"


def test_without_a_summary_the_last_lines_are_shown() -> None:
    assert errors_of([f"11:22:43  line {number}" for number in range(30)]) == [
        f"line {number}" for number in range(10, 30)
    ]


def test_of_silence_there_are_no_errors() -> None:
    assert errors_of([]) == []
