"""An audit on a terminal, or as JSON."""

import json
from dataclasses import asdict

from rich.console import Console

from conf.terminal import print_pairs, print_sentence
from streaming.audit.run import Audit


def print_audit(audit: Audit, console: Console, *, as_json: bool) -> None:
    """Print what was counted, a line a number, and a sentence for each kind of breach."""
    if as_json:
        console.file.write(json.dumps(asdict(audit) | {"law_holds": audit.law_holds}, indent=2) + "\n")
        return
    print_pairs(console, _lines(audit))
    for finding in audit.findings:
        print_sentence(console, f"! {finding.sentence()}")


def _lines(audit: Audit) -> list[tuple[str, str]]:
    young = f", {audit.young:,} of them too new to be announced" if audit.young else ""
    return [
        ("lake", audit.lake),
        ("announcements", f"{audit.announcements:,}"),
        (
            "object versions",
            f"{audit.versions:,}: ok {audit.ok:,}, rejected {audit.rejected:,}, pending {audit.pending:,}",
        ),
        ("objects", f"{audit.objects:,} in the landing{young}"),
        ("read again", f"{audit.compared:,} pictures, their bytes compared with their rows"),
        ("audited in", f"{audit.seconds:.1f} s"),
        ("the law", "holds" if audit.law_holds else "IS BROKEN"),
    ]
