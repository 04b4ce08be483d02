"""The `verger` command: one short function per subcommand."""

import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

import typer

from conf.errors import FailedError, UserError
from conf.help.group import HelpfulGroup
from conf.lake import Lake
from conf.load import Resolved
from conf.locations import is_s3
from conf.logs import configure_logs
from conf.options import taken, taken_file, takes_settings
from conf.outside import outside_in_sentences
from conf.s3 import unset_empty
from conf.show import print_config
from conf.terminal import open_console, tolerate_encodings
from conf.whole_file import as_target, save

app = typer.Typer(
    name="verger",
    cls=HelpfulGroup,
    help="Fruit pictures in, MobileNetV2 features out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


@app.command()
@takes_settings
def config(resolved: Resolved) -> None:
    """Print each setting with its value and where it comes from, secrets masked."""
    print_config(resolved)


@app.command()
@takes_settings
def stream(
    resolved: Resolved,
    drain: Annotated[bool, typer.Option("--drain", help="End when nothing is pending any more.")] = False,
    discover: Annotated[
        Literal["list", "events"] | None, typer.Option(help="How new pictures are found; events need VERGER_QUEUE.")
    ] = None,
) -> None:
    """Turn each picture that lands into a row of features, until Ctrl-C or SIGTERM."""
    from streaming.run import run_stream

    settings = resolved.settings if discover is None else resolved.settings.model_copy(update={"discover": discover})
    run_stream(settings, open_console(), drain=drain)


@app.command()
@takes_settings
def refit(
    resolved: Resolved,
    full: Annotated[bool, typer.Option("--full", help="Compute everything anew, not only what changed.")] = False,
) -> None:
    """Refit the PCA over all current features, publish it and draw it; for every night, beside the stream."""
    from batch.run import run_refit
    from streaming.thumbnails import Thumbnails

    run_refit(resolved.settings, open_console(), full=full, thumbnails=Thumbnails(resolved.settings))


@app.command()
@takes_settings
def report(
    resolved: Resolved,
    refit_id: Annotated[str | None, typer.Option("--refit", metavar="ID", help="Which; the latest one.")] = None,
    out: Annotated[str | None, typer.Option(help="Where to, instead of the lake's reports/: a path or s3://.")] = None,
) -> None:
    """Draw the page of a refit once more: one HTML file, for any browser."""
    from batch.report.run import run_report
    from streaming.thumbnails import Thumbnails

    where = None if out is None else taken_file("--out", out)
    run_report(resolved.settings, open_console(), Thumbnails(resolved.settings), refit_id, where)


@app.command()
@takes_settings
def dashboard(
    resolved: Resolved,
    host: Annotated[str, typer.Option(help="Address to serve at; 0.0.0.0: every one of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve at; 0: any that is free.")] = 8787,
) -> None:
    """Serve a page that shows the lake as it is now, until Ctrl-C; beside a stream or without one."""
    from streaming.dashboard.serve import run_dashboard

    run_dashboard(resolved.settings, open_console(), host, port)


@app.command()
@takes_settings
def status(
    resolved: Resolved, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """Count what was discovered, featured, rejected and waits, and say whether all is well; exit 1 if not."""
    from streaming.show import print_status
    from streaming.status import read_status

    found = read_status(Lake(resolved.settings.lake))
    print_status(found, open_console(), as_json=as_json)
    if found.problems:
        raise typer.Exit(1)


@app.command()
@takes_settings
def show(
    resolved: Resolved,
    picture: Annotated[str, typer.Argument(metavar="PATH", help="In the landing, or whole: a URI or a file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    neighbours: Annotated[int, typer.Option(min=0, help="How many of the nearest pictures are named.")] = 5,
) -> None:
    """Print all that is known about one picture: versions, rows, timings, errors, the nearest pictures."""
    from streaming.showing.facts import read_facts
    from streaming.showing.show import print_facts

    print_facts(read_facts(resolved.settings, picture, neighbours), open_console(), as_json=as_json)


@app.command()
@takes_settings
def export(
    resolved: Resolved,
    out: Annotated[str, typer.Option(help="The Parquet file to write: a path or s3://.")] = "features.parquet",
) -> None:
    """Write path, label and features of the current pictures to a Parquet file, as the notebook had them."""
    from streaming.reading.export import run_export

    run_export(resolved.settings, open_console(), taken_file("--out", out))


@app.command()
@takes_settings
def compare(
    resolved: Resolved,
    theirs: Annotated[str, typer.Argument(metavar="OLD", help="Parquet with path and features: a path or s3://.")],
    tolerance: Annotated[float, typer.Option(min=0, help="Most that a picture may differ, relatively.")] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare our features with those that another program wrote; exit 1 if they differ."""
    from streaming.reading.compare import run_compare
    from streaming.reading.show import print_comparison

    console = open_console()
    found = run_compare(resolved.settings, console, taken("OLD", theirs))
    print_comparison(found, tolerance, console, as_json=as_json)
    if not found.agrees(tolerance):
        raise typer.Exit(1)


@app.command()
@takes_settings
def audit(
    resolved: Resolved,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    sample: Annotated[int, typer.Option(min=0, help="Pictures whose bytes are compared with their rows.")] = 100,
    settle: Annotated[
        float, typer.Option(min=0, max=1e7, help="Seconds that a listing of the landing may take.")
    ] = 600.0,
    drained: Annotated[bool, typer.Option("--drained", help="Nothing may wait, as after `stream --drain`.")] = False,
) -> None:
    """Recompute the law from tables, landing and bytes, with none of the stream's code; exit 1 if it is broken."""
    from streaming.audit.run import Extent
    from streaming.audit.run import audit as audited
    from streaming.audit.show import print_audit

    console = open_console()
    found = audited(resolved.settings, Extent(sample, settle, drained), console)
    print_audit(found, console, as_json=as_json)
    if not found.law_holds:
        raise FailedError(f"the law is broken in {found.lake}")


@app.command()
@takes_settings
def doctor(
    resolved: Resolved, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False
) -> None:
    """Check all that a stream needs, from Java to its metrics, and say what to mend; exit 1 if there is something."""
    from streaming.doctor.run import examine, print_checks

    checks = examine(resolved.settings)
    print_checks(checks, open_console(), as_json=as_json)
    if not all(check.well for check in checks):
        raise typer.Exit(1)


@app.command()
@takes_settings
def clean(resolved: Resolved) -> None:
    """Move, delete or tag the pictures that have had their row for long enough: one pass, as clean_source says."""
    from streaming.cleaning.run import run_clean

    run_clean(resolved.settings, open_console())


@app.command()
@takes_settings
def replay(  # noqa: PLR0913  (a parameter for each option)
    resolved: Resolved,
    *,
    code: Annotated[str | None, typer.Option(help="Those rejected with this error code.")] = None,
    path: Annotated[str | None, typer.Option(metavar="PATTERN", help="Whole paths, as a shell pattern.")] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL_ID", help="Those whose row is of this model.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DATES, help="Those with a row from then on, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DATES, help="Those with a row before then, UTC.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
) -> None:
    """Have pictures featured again, beside new ones: those that fit all that is given."""
    from streaming.requests.commands import run_replay

    asked = {"code": code, "path": path, "model": model, "since": since, "until": until, "everything": everything}
    run_replay(resolved.settings, open_console(), asked, dry_run=dry_run)


@app.command()
@takes_settings
def forget(
    resolved: Resolved,
    path: Annotated[str, typer.Option(metavar="PATTERN", help="Whole paths, as a shell pattern.")],
    only_list: Annotated[bool, typer.Option("--list", help="Only print which are still in the landing.")] = False,
) -> None:
    """Take all that is known of pictures out of the lake; beside a stream, at its next start."""
    from streaming.requests.commands import run_forget

    run_forget(resolved.settings, open_console(), path, only_list=only_list)


@app.command()
@takes_settings
def deploy(
    resolved: Resolved,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
    release: Annotated[str | None, typer.Option(help="Name of this release; the version of the wheel.")] = None,
    dist: Annotated[Path, typer.Option(help="The folder that `make package` wrote to.")] = Path("dist"),
) -> None:
    """Put a package in use on EMR Serverless: upload it, make or update the stack, restart the stream."""
    from conf.emr.deploy import run_deploy

    run_deploy(resolved, open_console(), dist, release, dry_run=dry_run)


@app.command()
@takes_settings
def rollback(
    resolved: Resolved,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
) -> None:
    """Go back to the release before the one that is in use, with its settings."""
    from conf.emr.deploy import run_rollback

    run_rollback(resolved, open_console(), dry_run=dry_run)


@app.command()
@takes_settings
def register(resolved: Resolved) -> None:
    """Register the lake's tables in the stack's Glue database, for Athena and others."""
    from conf.emr.register import run_register

    run_register(resolved, open_console())


@app.command()
@takes_settings
def convert(
    resolved: Resolved, out: Annotated[str, typer.Argument(help="The file to write, such as model.zip.")]
) -> None:
    """Convert the weights to a file that `weights` takes where there is no TensorFlow, such as on a cluster."""
    from streaming.featurize.weights import packed_model

    if is_s3(where := taken("OUT", out)):
        raise UserError(f"{out} can't be written: convert writes a file; copy it to S3 then, such as with `aws s3 cp`.")
    target = as_target(Path(where))
    content = packed_model(resolved.settings.weights, resolved.settings.weights_sha256)
    try:
        save(content, target)
    except OSError as error:
        raise UserError(f"{out} can't be written: {error.strerror}; name another file.") from error


@app.command()
@takes_settings
def upgrade(resolved: Resolved) -> None:
    """Bring the tables of a lake to this release's schema versions; take a backup first."""
    from conf.upgrading import run_upgrade

    run_upgrade(Lake(resolved.settings.lake), open_console())


@app.command()
@takes_settings
def demo(
    resolved: Resolved,
    folder: Annotated[Path, typer.Option(help="Where the demo's landing and lake go; made anew.")] = Path("demo"),
) -> None:
    """Draw a few hundred fruits and some broken files, stream them, refit the PCA, and show what came out."""
    from batch.run import run_refit
    from streaming.demo.run import run_demo
    from streaming.thumbnails import Thumbnails

    console = open_console()
    settings = run_demo(resolved, folder, console)
    if settings is not None:
        console.print("\nNow what runs every night beside the stream, the refit of the PCA:")
        run_refit(settings, console, full=False, thumbnails=Thumbnails(settings))


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"verger {version('verger')}")
        except PackageNotFoundError:
            typer.echo("verger, not installed")
        raise typer.Exit


@app.callback()
def _verger(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Fruit pictures in, MobileNetV2 features out."""


def main() -> None:
    """Run the command; what the user can mend is one sentence on stderr, exit code 2; what failed is exit code 1."""
    configure_logs()
    tolerate_encodings()
    unset_empty()
    try:
        with outside_in_sentences():
            app()
    except UserError as error:
        typer.echo(f"verger: {error}", err=True)
        sys.exit(2)
    except FailedError as error:
        typer.echo(f"verger: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
