"""The steps of a cluster on EC2: `python -m conf.emr.ec2.steps stream` prints them for `aws emr add-steps --steps`.

What holds for the whole cluster (node labels, log files) is in cluster.yaml; what Verger does, in the release's
own emr.toml; how big driver and executors are, in that file's `[emr]`, as on EMR Serverless.
"""

import json
from typing import Annotated, Any, Literal

import typer

from conf.emr.settings import EmrSettings, emr_settings
from conf.emr.spark_submit import sizes
from conf.load import load_settings
from conf.settings import Settings

Job = Literal["stream", "refit"]

_PYTHON = "./environment/bin/python"
_EVERY = {
    "spark.yarn.appMasterEnv.PYSPARK_PYTHON": _PYTHON,
    "spark.executorEnv.PYSPARK_PYTHON": _PYTHON,
    "spark.yarn.am.nodeLabelExpression": "ON_DEMAND",
    "spark.yarn.rolledLog.includePattern": "spark[.]log.*",  # as cluster.yaml names them
}
#: A driver that dies is started anew, on another node if need be; five times in an hour is an illness. What is older
#: than an hour is forgotten, else a stream that runs for a year would end at its fifth spot executor.
_FOR_EVER = {
    "spark.yarn.maxAppAttempts": "5",
    "spark.yarn.am.attemptFailuresValidityInterval": "1h",
    "spark.executor.failuresValidityInterval": "1h",
    "spark.executor.maxNumFailures": "20",
}
_ONCE = {"spark.yarn.maxAppAttempts": "2"}


def step(job: Job, settings: Settings, emr: EmrSettings, release: str, region: str) -> dict[str, Any]:
    """A step as RunJobFlow and AddJobFlowSteps take it. `release`: `s3://<lake bucket>/releases/<version>`.

    The driver runs in the cluster. The stream's step ends only when the stream has been given up.
    """
    name, executors = emr.name, emr.stream_executors if job == "stream" else emr.refit_executors
    conf = _EVERY | sizes(settings, emr, executors) | (_FOR_EVER if job == "stream" else _ONCE)
    conf |= {
        "spark.archives": f"{release}/environment.tar.gz#environment",
        "spark.yarn.appMasterEnv.AWS_REGION": region,  # delta-rs and obstore know none by themselves
        "spark.executorEnv.AWS_REGION": region,
        "spark.yarn.appMasterEnv.VERGER_METRICS": "stdout",
        "spark.yarn.appMasterEnv.VERGER_METRICS_NAME": name,
    }
    flags = [flag for key, value in conf.items() for flag in ("--conf", f"{key}={value}")]
    verger = [f"{release}/entry.py", job, "--config", f"{release}/emr.toml"]
    return {
        "Name": f"{name}-{job}",
        "ActionOnFailure": "CONTINUE",  # the cluster and its other steps stay
        "HadoopJarStep": {
            "Jar": "command-runner.jar",
            "Args": ["spark-submit", "--deploy-mode", "cluster", "--name", f"{name}-{job}", *flags, *verger],
        },
    }


def _print(
    job: Annotated[str, typer.Argument(help="stream or refit.")],
    release: Annotated[str, typer.Option(help="The release's folder: s3://<lake bucket>/releases/<version>.")],
    region: Annotated[str, typer.Option(help="The region of the cluster.")],
    config: Annotated[
        str, typer.Option(help="The settings file that the release was deployed with.")
    ] = "conf/emr.toml",
) -> None:
    """Print the step as a JSON list."""
    if job not in ("stream", "refit"):
        raise typer.BadParameter("must be stream or refit", param_hint="job")
    loaded = load_settings(config)
    emr = emr_settings(loaded.emr, loaded.config)
    typer.echo(
        json.dumps([step("stream" if job == "stream" else "refit", loaded.settings, emr, release.rstrip("/"), region)])
    )


if __name__ == "__main__":
    typer.run(_print)
