"""The steps of a cluster on EC2: `python -m conf.emr.ec2.steps stream` prints them for `aws emr add-steps --steps`.

What holds for the whole cluster (Delta, node labels, log files) is in cluster.yaml; what Verger does, in the release's
own emr.toml.
"""

import json
from typing import Annotated, Any, Literal

import typer

Job = Literal["stream", "refit"]

_PYTHON = "./environment/bin/python"
_EVERY = {
    "spark.yarn.appMasterEnv.PYSPARK_PYTHON": _PYTHON,
    "spark.executorEnv.PYSPARK_PYTHON": _PYTHON,
    "spark.driver.cores": "2",
    "spark.driver.memory": "4g",
    "spark.driver.memoryOverhead": "4g",
    "spark.executor.cores": "2",
    "spark.executor.memory": "2g",
    "spark.executor.memoryOverhead": "2g",
    "spark.dynamicAllocation.enabled": "true",
    "spark.dynamicAllocation.minExecutors": "1",
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


def step(job: Job, name: str, release: str, region: str) -> dict[str, Any]:
    """A step as RunJobFlow and AddJobFlowSteps take it. `release`: `s3://<lake bucket>/releases/<version>`.

    The driver runs in the cluster. The stream's step ends only when the stream has been given up.
    """
    conf = _EVERY | (_FOR_EVER if job == "stream" else _ONCE)
    conf |= {
        "spark.archives": f"{release}/environment.tar.gz#environment",
        "spark.yarn.appMasterEnv.AWS_REGION": region,  # delta-rs and obstore know none by themselves
        "spark.executorEnv.AWS_REGION": region,
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
    name: Annotated[str, typer.Option(help="The service's name.")] = "verger",
) -> None:
    """Print the step as a JSON list."""
    if job not in ("stream", "refit"):
        raise typer.BadParameter("must be stream or refit", param_hint="job")
    typer.echo(json.dumps([step("stream" if job == "stream" else "refit", name, release.rstrip("/"), region)]))


if __name__ == "__main__":
    typer.run(_print)
