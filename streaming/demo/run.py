"""`verger demo`: draws pictures, streams them into a table, shows what came out."""

import shutil
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conf.errors import SettingsError
from conf.lake import Lake
from conf.load import Resolved
from conf.settings import Settings
from schemas.features import FEATURE_COUNT, FEATURES
from streaming.demo.broken import draw_broken
from streaming.demo.pictures import draw_pictures
from streaming.featurize.weights import WeightsError, resolve_model
from streaming.run import run_stream

PER_LABEL, SEED = 24, 1
#: Marks a folder as the demo's own: only such a one is emptied.
MARK = ".verger-demo"


def run_demo(resolved: Resolved, folder: Path, console: Console) -> Settings | None:
    """Stream 240 drawn pictures and ten broken files from `folder`/landing into `folder`/lake, from the start.

    Returns the settings of that lake; None if it was stopped.

    Raises:
        UserError, StreamError: as `run_stream`; SettingsError if `folder` holds something else.
    """
    _empty(folder)
    landing, lake = folder / "landing", folder / "lake"
    drawn = draw_pictures(landing, per_label=PER_LABEL, seed=SEED)
    hints = draw_broken(landing / "Broken")
    console.print(f"drew {drawn} pictures and {len(hints)} broken files into {landing}", highlight=False)
    places = {"landing": str(landing.resolve()), "lake": str(lake.resolve())}
    settings = _with_weights(resolved.settings.model_copy(update=places), console)
    drained = run_stream(settings, console, drain=True)
    _show(Lake(settings.lake), hints, console)
    return settings if drained else None


def _empty(folder: Path) -> None:
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise SettingsError(f"--folder {folder} holds something that is not the demo's: name an empty folder")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARK).touch()
    except OSError as error:
        raise SettingsError(f"--folder {folder} can't be made: {error.strerror}; name another one") from error


def _with_weights(settings: Settings, console: Console) -> Settings:
    """Real weights where Keras can have them; else, here and nowhere else, the demo's."""
    if settings.weights != "auto":
        return settings
    try:
        resolve_model("auto", sha256=settings.weights_sha256)
    except WeightsError as error:
        console.print(f"no ImageNet weights here, so the demo makes up its own: {error}", highlight=False, markup=False)
        return settings.model_copy(update={"weights": "demo", "weights_sha256": ""})
    return settings


def _show(lake: Lake, hints: dict[str, str], console: Console) -> None:
    columns = ["path", "label", "status", "error_code", "error_detail"]
    table = lake.open(FEATURES)
    rows = table.to_pyarrow_dataset().to_table(columns=columns).to_pylist() if table else []
    labels = Counter(row["label"] for row in rows if row["status"] == "ok")
    console.print(f"\n{labels.total()} pictures with {FEATURE_COUNT:,} features each:")
    console.print("  " + ", ".join(f"{label} {count}" for label, count in sorted(labels.items())), highlight=False)
    rejected = Table("file", "what it is", "error_code", "error_detail", title="rejected, with the reason why")
    for row in sorted(rows, key=lambda row: str(row["path"])):
        if row["status"] != "ok":
            name = Path(row["path"]).name
            rejected.add_row(*(escape(str(v)) for v in (name, hints.get(name), row["error_code"], row["error_detail"])))
    console.print(rejected)
    uri = lake.uri(FEATURES.name)
    console.print("The table is Delta; read it with whatever you like, for example:", highlight=False)
    console.print(f"  .venv/bin/python -c \"import deltalake; print(deltalake.DeltaTable('{uri}').to_pandas())\"",
                  highlight=False, soft_wrap=True)  # fmt: skip
