"""An S3 server; one Spark for all refits of this folder; and the features of the real pictures, computed once."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

import pytest
from rich.console import Console

from batch.spark import SparkOnDemand
from batch.stages import Stages
from conf.lake import Lake
from conf.settings import Settings
from tests.batch.featurizing import featurize_files
from tests.batch.lakes import append
from tests.streaming.conftest import bucket, s3, s3_url
from tests.streaming.landing.fakes import new_lake

__all__ = ["bucket", "s3", "s3_url"]


@pytest.fixture(scope="package")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkOnDemand]:
    """Starts when it is first called, and ends with the last test of this folder."""
    before = dict(os.environ)
    log = tmp_path_factory.mktemp("spark") / "spark.log"
    spark = SparkOnDemand(Settings(cores=2), log, Stages(Console(file=StringIO())))
    yield spark
    spark.end()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def fruit_lake(fruits: Path, weights: str, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The features of the 2,400 real pictures by the real model, in three files. For reading only."""
    lake = new_lake(tmp_path_factory.mktemp("fruits"))
    files = sorted((fruits / "images").glob("*/*.jpg"))
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        parts = [(weights, first + 1, files[first : first + 800]) for first in range(0, len(files), 800)]
        for rows in pool.map(featurize_files, *zip(*parts, strict=True)):
            append(lake, rows)
    return lake
