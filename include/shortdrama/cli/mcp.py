"""The marts for assistants, on the command line."""

from typing import Annotated

import typer

from shortdrama.core.settings import settings


def mcp(
    snapshot: Annotated[
        str | None,
        typer.Option(metavar="ID|YYYY-MM-DD", help="Stay with it. Default: the newest, each time."),
    ] = None,
    seconds: Annotated[int, typer.Option(min=1, help="A question may take so long.")] = 20,
    memory_mb: Annotated[int, typer.Option(min=64, help="A question's memory, in MB.")] = 1024,
) -> None:
    """Serve the published marts to an assistant over the Model Context Protocol (MCP), on stdio.

    It reads nothing else of this machine or of the lake.
    """
    from shortdrama.analysts.assistant.ask import Limits
    from shortdrama.analysts.assistant.server import serve

    serve(settings(), snapshot, Limits(seconds=seconds, memory_mb=memory_mb))
