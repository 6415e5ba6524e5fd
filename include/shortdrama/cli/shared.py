"""What the commands share: options, consoles, and access to the lake."""

import sys
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from shortdrama.core import machine
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.lake.store import ObjectStore

out = Console()
err = Console(stderr=True)

MAX_WIDTH = 80

Because = Annotated[str, typer.Option(help="Why. It is kept, and others will read it.")]
By = Annotated[str, typer.Option(default_factory=getuser, help="Who decides. Default: you.")]
Json = Annotated[bool, typer.Option("--json", help="Output for machines.")]


def can_answer() -> bool:
    """Whether a person sits at a terminal."""
    return sys.stdin.isatty()


def open_store() -> "ObjectStore":
    """The lake; on one machine its server starts by itself."""
    # Imported here: boto3 takes long, and `--help` needs none of it.
    from shortdrama.lake.store import ObjectStore

    machine.ensure_store()
    return ObjectStore.of(settings().s3)
