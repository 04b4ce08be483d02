"""The stream's job on EMR Serverless: found by its name, ended with grace, started anew."""

import math
import time
from dataclasses import dataclass
from typing import Any

from conf.emr.aws import pages
from conf.emr.change_set import Say
from conf.emr.jobs import RELEASE_TAG, REQUEST_TAG, Request, client_token
from conf.errors import FailedError

POLL_S = 5.0
#: EMR takes a while to give back what a job had, after the job's own grace.
_RELEASE_S = 180
_ENDED = frozenset({"SUCCESS", "FAILED", "CANCELLED"})


@dataclass(frozen=True)
class Run:
    """A run of the stream's job. `request` is the digest of what it was started with; "" where that is not known."""

    id: str
    state: str
    release: str = ""
    request: str = ""


@dataclass(frozen=True)
class StreamJob:
    """The stream's job of one application. `grace_s`: seconds that a run gets for its batch."""

    emr: Any
    application: str
    name: str
    grace_s: int

    def active(self) -> list[Run]:
        """Its runs that have not ended: none or one, if nobody else starts any."""
        return [self._described(run) for run in self._runs() if run["state"] not in _ENDED]

    def end(self, runs: list[Run], say: Say) -> None:
        """Cancel runs and return when they have ended: each lets its batch finish, or it is done by the next.

        Raises:
            FailedError: one does not end in time.
        """
        for run in runs:
            if run.state != "CANCELLING":
                say(f"ending {self.name}, job run {run.id}, within {self.grace_s} s")
                self.emr.cancel_job_run(
                    applicationId=self.application, jobRunId=run.id, shutdownGracePeriodInSeconds=self.grace_s
                )
        for run in runs:
            self._wait_for(run)

    def start(self, request: Request) -> str:
        """Start the job; returns the id of its run. Asked again after a lost answer, EMR starts no second one."""
        latest = max(self._runs(), key=lambda run: run["createdAt"], default={"id": ""})
        started = self.emr.start_job_run(**request, clientToken=client_token(request, latest["id"]))
        return str(started["jobRunId"])

    def _runs(self) -> list[dict[str, Any]]:
        """All runs of this name that EMR still knows."""
        found = pages(self.emr.list_job_runs, "jobRuns", applicationId=self.application, mode="STREAMING")
        return [run for run in found if run.get("name") == self.name]

    def _described(self, run: dict[str, Any]) -> Run:
        tags = self._get(run["id"]).get("tags", {})
        return Run(run["id"], run["state"], tags.get(RELEASE_TAG, ""), tags.get(REQUEST_TAG, ""))

    def _wait_for(self, run: Run) -> None:
        state = ""
        for _ in range(math.ceil((self.grace_s + _RELEASE_S) / POLL_S)):
            state = self._get(run.id)["state"]
            if state in _ENDED:
                return
            time.sleep(POLL_S)
        raise FailedError(
            f"the stream's job run {run.id} has not ended after {self.grace_s + _RELEASE_S} s ({state}), and no other "
            "was started: look at it in EMR's console, and deploy again when it has ended."
        )

    def _get(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.emr.get_job_run(applicationId=self.application, jobRunId=run)["jobRun"]
        return found


def stop_application(emr: Any, application: str) -> None:
    """Stop an application, as EMR wants it before it is changed; its next job starts it. Returns when it is stopped.

    Raises:
        FailedError: it does not stop in time.
    """
    if _is_stopped(emr, application):
        return
    emr.stop_application(applicationId=application)
    for _ in range(math.ceil(_RELEASE_S / POLL_S)):
        if _is_stopped(emr, application):
            return
        time.sleep(POLL_S)
    raise FailedError(f"the application {application} has not stopped after {_RELEASE_S} s: deploy again when it has.")


def _is_stopped(emr: Any, application: str) -> bool:
    return emr.get_application(applicationId=application)["application"]["state"] in {"STOPPED", "CREATED"}
