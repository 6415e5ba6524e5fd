"""What the commands of all rooms share: options, and the way to the lake."""

from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from shortdrama.config import settings

if TYPE_CHECKING:
    from shortdrama.lake.store import ObjectStore

Because = Annotated[str, typer.Option(help="Why; it is kept, and others will read it.")]
By = Annotated[str, typer.Option(default_factory=getuser, help="Who decides; you.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def open_store() -> "ObjectStore":
    """The lake; on one machine its server starts by itself."""
    # Imported here: boto3 takes long, and `--help` needs none of it.
    from shortdrama.embedded.stack import store_if_embedded
    from shortdrama.lake.store import ObjectStore

    store_if_embedded()
    return ObjectStore.of(settings().s3)
