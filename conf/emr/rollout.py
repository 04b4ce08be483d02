"""The steps that put a release in use, each told before it is done, or only told."""

from dataclasses import dataclass

from rich.console import Console

from conf.emr.aws import Aws
from conf.emr.change_set import Change, apply
from conf.emr.history import followed, history, write_history
from conf.emr.jobs import (
    REQUEST_TAG,
    Request,
    grace_s,
    job_name,
    refit_request,
    schedule_input,
    stream_request,
    tagged,
)
from conf.emr.parameters import parameters
from conf.emr.releases import SETTINGS, TEMPLATE, Item, checksums, upload
from conf.emr.settings import emr_settings
from conf.emr.stack import Outputs, Stack, Wanted, check_parameters, differences, read_stack
from conf.emr.stream_job import StreamJob, stop_application
from conf.errors import FailedError, UserError
from conf.load import resolved
from conf.sources import from_text


@dataclass(frozen=True)
class Release:
    """What is put in use: a version, the text of its settings file with the stack's values, and its template."""

    version: str
    text: str
    template: str


@dataclass(frozen=True)
class Rollout:
    """Does steps, or with `dry` only says what they would do: then nothing is written anywhere."""

    aws: Aws
    console: Console
    dry: bool

    def say(self, line: str) -> None:
        """Print a line as it is: brackets in it are no markup."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def step(self, what: str) -> bool:
        """Tell a step; returns whether to do it."""
        self.say(f"would {what}" if self.dry else what)
        return not self.dry

    def create(self, wanted: Wanted) -> Stack | None:
        """Make the stack, without a release; None in a dry run."""
        check_parameters(self.aws.cloudformation, wanted)
        if not self.step(f"create the stack {wanted.name}"):
            return None
        apply(self.aws.cloudformation, wanted, create=True, say=self.say, before=lambda _: None)
        return read_stack(self.aws.cloudformation, wanted.name)

    def upload(self, stack: Stack, version: str, items: tuple[Item, ...]) -> None:
        """Put those files into the release's folder that are not there, or differ; the last of `items` last.

        Raises:
            UserError: the release is in use, and its package would become another one below the running jobs.
        """
        bucket = stack.outputs().lake_bucket
        there = checksums(self.aws.s3, bucket, version, items)
        for item in items:
            replaced = there[item.name] not in {None, item.sha256} and item.name not in {SETTINGS, TEMPLATE}
            if replaced and stack.parameters.get("Release") == version:
                raise UserError(
                    f"release {version} is in use with another {item.name}: give this package a new version in "
                    f"pyproject.toml, or deploy it as --release {version}-2, say."
                )
        for item in items:
            what = f"upload {item.name} ({item.size / 1e6:.1f} MB) to release {version}"
            if there[item.name] != item.sha256 and self.step(what):
                upload(self.aws.s3, bucket, version, item)

    def note(self, stack: Stack, version: str) -> None:
        """Write down which release it follows, as long as it is not in use: where a rollback from it goes."""
        s3, bucket = self.aws.s3, stack.outputs().lake_bucket
        current = stack.parameters.get("Release", "")
        if current == version:
            return
        known = history(s3, bucket)
        releases = followed(known, current, version)
        if releases != known and self.step(f"note that release {version} follows {current or 'none'}"):
            write_history(s3, bucket, releases)

    def put_in_use(self, stack: Stack, release: Release) -> None:
        """Make stack, schedule and stream those of a release that is uploaded. What is so already is left alone."""
        layer = from_text(release.text, SETTINGS)
        settings, emr = resolved([layer]).settings, emr_settings(layer.emr, SETTINGS)
        outputs, version = stack.outputs(), release.version
        request = tagged(stream_request(settings, emr, outputs, version), version, settings)
        job = StreamJob(self.aws.emr, outputs.stream_application_id, job_name(emr, "stream"), grace_s(settings))
        refit = schedule_input(refit_request(settings, emr, outputs, version))
        values = parameters(settings, emr) | {"Release": version, "RefitJob": refit}
        updates = self._update(stack.name, Wanted(stack.name, release.template, values), stack, job)
        if not self._restart(job, request, version) and not updates:
            self.say(f"release {version} is in use, and nothing is to be done")

    def _update(self, name: str, wanted: Wanted, stack: Stack, job: StreamJob) -> bool:
        found = differences(self.aws.cloudformation, stack, wanted)
        if found and self.step(f"update the stack {name}: {', '.join(found)}"):
            try:
                apply(
                    self.aws.cloudformation,
                    wanted,
                    create=False,
                    say=self.say,
                    before=lambda changes: self._make_way(changes, stack.outputs(), job),
                )
            except FailedError as error:  # perhaps after the stream has made way
                if job.active():
                    raise
                raise FailedError(f"{error} No stream runs now: mend that and deploy again to start it.") from error
        return bool(found)

    def _make_way(self, changes: list[Change], outputs: Outputs, job: StreamJob) -> None:
        """Applications are changed only while they are stopped. The refit's first: it may have to be waited for."""
        changed = [_application(change) for change in changes]
        if outputs.refit_application_id in changed:
            stop_application(self.aws.emr, outputs.refit_application_id)
        if outputs.stream_application_id in changed:
            self.say("the stream's application is changed: the stream ends now, and starts when that is done")
            job.end(job.active(), self.say)
            stop_application(self.aws.emr, outputs.stream_application_id)

    def _restart(self, job: StreamJob, request: Request, version: str) -> bool:
        """Returns whether the stream has to be started anew; unless it is a dry run, it is then."""
        running = job.active()
        if [run.request for run in running if run.state != "CANCELLING"] == [request["tags"][REQUEST_TAG]]:
            return False
        ending = ", ".join(f"job run {run.id} of release {run.release or 'unknown'}" for run in running)
        if self.step(f"start {job.name} with release {version}{f' in the place of {ending}' if ending else ''}"):
            job.end(running, self.say)
            self.say(f"{job.name} is started as job run {job.start(request)}")
        return True


def _application(change: Change) -> str | None:
    """The id of the application that a change goes beyond the tags of, if it does."""
    is_one = change["ResourceType"] == "AWS::EMRServerless::Application" and change["Action"] == "Modify"
    return change.get("PhysicalResourceId") if is_one and change.get("Scope") != ["Tags"] else None
