"""Records a person's decision against a gate, with the reason, and starts a build of the marts.

It runs only by hand. `decision` and `subject`:
- `accept_load`: a load that its gate refused counts from now on; the subject is the load's id.
- `revoke_load`: a load that counts is taken out again, finally; the subject is the load's id.
- `accept_marts`: the build whose mart gate is red is published with exactly the findings that it
  has now; the subject is the build's id, as the gate names it.

`because` is kept, and shown in the snapshot and in the report, with the name of the person who
triggered this. The command line does the same: `shortdrama gate accept`, `shortdrama load revoke`.

**A task is red**
- `decide`: the message says why this decision is not possible, and what to do. Nothing was changed.

Clearing is safe: the same decision again changes nothing.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag, get_current_context, task

from shortdrama.orchestration.alerts import ATTENDED
from shortdrama.orchestration.assets import GATE_DECISIONS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.forms import FILLED


@dag(
    schedule=None,
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=["manual"],
    doc_md=__doc__,
    tags=["gates"],
    dagrun_timeout=timedelta(minutes=30),
    params={
        "decision": Param(type="string", enum=["accept_load", "accept_marts", "revoke_load"]),
        "subject": Param(**FILLED, description="The load's id, or the build's"),
        "because": Param(**FILLED, description="Why; kept, and shown in snapshot and report"),
    },
    **ATTENDED,
)
def gate_decision() -> None:
    """One decision about one subject."""

    @task(outlets=[GATE_DECISIONS])
    @classed()
    def decide() -> str:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.decisions import decided

        context = get_current_context()
        return decided(
            context["params"],
            context["dag_run"].triggering_user_name,
            settings(),
            ObjectStore.of(settings().s3),
        )

    decide()


gate_decision()
