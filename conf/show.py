"""What `verger config` prints: each setting with its value and where that is from, and the AWS variables."""

import os

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from conf.load import Resolved
from conf.masking import MASK, masked
from conf.plain import plain
from conf.terminal import open_console

#: The only AWS variables whose values are no secrets and worth seeing.
_SHOWN = {
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_REQUEST_PAYER",
    "AWS_SERVER_SIDE_ENCRYPTION",
}


def print_config(resolved: Resolved) -> None:
    """Print the settings, then the AWS variables that are set, secrets masked."""
    console = open_console()
    console.print(_settings(resolved))
    console.print(_aws())


def _settings(resolved: Resolved) -> Table:
    table = _table("setting", "value", "from")
    for name, origin in resolved.origin.items():
        table.add_row(name, Text(masked(plain(getattr(resolved.settings, name)))), Text(masked(origin)))
    return table


def _aws() -> Table:
    table = _table("AWS variable", "value")
    for name in sorted(name for name in os.environ if name.startswith("AWS_")):
        table.add_row(name, Text(masked(os.environ[name]) if name in _SHOWN else MASK))
    if not table.row_count:
        table.add_row("none is set", "")
    return table


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
