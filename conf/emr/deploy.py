"""`verger deploy` and `verger rollback`: a release put in use. Safe to run again after any interruption."""

from pathlib import Path

from rich.console import Console

from conf.emr.aws import aws_sentences, connect
from conf.emr.history import release_before
from conf.emr.jobs import grace_s, release_uri
from conf.emr.parameters import parameters
from conf.emr.release_settings import check_deployable, release_settings
from conf.emr.releases import SETTINGS, TEMPLATE, read_package, read_text, text_item
from conf.emr.rollout import Release, Rollout
from conf.emr.settings import emr_settings
from conf.emr.stack import Wanted, read_stack, template
from conf.errors import UserError
from conf.load import Resolved


def run_deploy(resolved: Resolved, console: Console, dist: Path, version: str | None, *, dry_run: bool) -> None:
    """Put the package in `dist` in use: upload it, make the stack fit, run the stream and the refit from it.

    What is as it should be is left alone. A `dry_run` only reads.

    Raises:
        UserError: something is to be mended first: settings, package, keys, rights, the state of the stack.
        FailedError: AWS could not do a step; those before it stay, and another deployment goes on from there.
    """
    emr = emr_settings(resolved.emr, resolved.config)
    package = read_package(dist, version, image=emr.image)
    check_deployable(resolved, model=package.model)
    grace_s(resolved.settings)
    with aws_sentences():
        rollout = Rollout(connect(), console, dry_run)
        body, wanted = template(), parameters(resolved.settings, emr)
        stack = read_stack(rollout.aws.cloudformation, emr.name) or rollout.create(Wanted(emr.name, body, wanted))
        if stack is None:  # a dry run, and what follows depends on what the stack makes
            rollout.step(f"upload release {package.version}, set up the refit's schedule and start the stream")
            return
        outputs = stack.outputs()
        text = release_settings(resolved, outputs, package.version)
        texts = (text_item(TEMPLATE, body), text_item(SETTINGS, text))
        rollout.upload(stack, package.version, (*package.items, *texts))
        rollout.note(stack, package.version)
        rollout.put_in_use(stack, Release(package.version, text, body))
        rollout.say(f"to look at it: verger status --config {release_uri(outputs, package.version)}/{SETTINGS}")


def run_rollback(resolved: Resolved, console: Console, *, dry_run: bool) -> None:
    """Put the release before the one in use in use, with its own settings and template.

    Raises:
        UserError: there is no stack or no earlier release, and as `run_deploy`.
        FailedError: as `run_deploy`.
    """
    emr = emr_settings(resolved.emr, resolved.config)
    with aws_sentences():
        rollout = Rollout(connect(), console, dry_run)
        stack = read_stack(rollout.aws.cloudformation, emr.name)
        if stack is None:
            raise UserError(f"there is no stack {emr.name} to roll back: make it with `verger deploy`.")
        s3, bucket, current = rollout.aws.s3, stack.outputs().lake_bucket, stack.parameters.get("Release", "")
        before = release_before(s3, bucket, current)
        rollout.say(f"from release {current} back to {before}")
        text, body = (read_text(s3, bucket, before, name) for name in (SETTINGS, TEMPLATE))
        rollout.put_in_use(stack, Release(before, text, body))
