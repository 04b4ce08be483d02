"""A page that stands alone: one file, that asks nobody for anything and runs only what is meant to run."""

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_SHARED = Path(__file__).parent


def render(folder: Path, template: str, **values: Any) -> str:
    """The template of `folder` with `values`, all escaped; `conf/pages` has what templates share.

    What a script is to know goes in by the filter `tojson`, in which no `<`, `>`, `&` or quotation mark is left.
    """
    loader = FileSystemLoader([folder, _SHARED])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.get_template(template).render(**values)


def script(folder: Path, name: str) -> str:
    """A script of ours, as it is put between script tags. Raises ValueError if it would end there too early."""
    text = (folder / name).read_text("utf-8")
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError(f"{name} can't stand inside of a page")
    return text


def shared(name: str) -> str:
    """A file of `conf/pages`, such as `style.css`."""
    return script(_SHARED, name)


@lru_cache(maxsize=1)
def plotly_js() -> str:
    """Plotly's own script (5 MB), as its Python package brings it."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")


def hashed(text: str) -> str:
    """The source expression that lets a browser run exactly this script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
