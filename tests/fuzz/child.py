"""Processes that take pictures and answer: they may crash or hang, and are made anew."""

import contextlib
import faulthandler
import multiprocessing
import os
import resource
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

#: What a worker may take of memory, in address space: the model and TensorFlow reserve some.
ADDRESS_SPACE = 8 << 30


class Serve(Protocol):
    """What runs in the child."""

    def __call__(self, pipe: "Connection[Any, Any]", /) -> None:
        """Answer what comes until the pipe is closed."""


@dataclass(frozen=True)
class Lost:
    """There is no answer: "crash" with the exit code, or "hang" with the seconds waited."""

    how: str
    detail: str


class Child:
    """One process at a time; `ask` starts another one after the last one was lost."""

    def __init__(self, serve: Serve, timeout_s: float) -> None:
        self._serve, self._timeout_s = serve, timeout_s
        self._spawn = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = self._spawn.Pipe()
        self._process = self._spawn.Process(target=self._serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()  # it is ready: what it loads is not counted as a picture's time

    def ask(self, question: Any) -> Any:
        """Its answer, or Lost."""
        try:
            self._pipe.send(question)
            if self._pipe.poll(self._timeout_s):
                return self._pipe.recv()
            lost = Lost("hang", f"{self._timeout_s:g} s")
        except (EOFError, OSError):
            self._process.join(10)
            lost = Lost("crash", f"exit code {self._process.exitcode}")
        self.close()
        self._start()
        return lost

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def featurizing(pipe: "Connection[Any, Any]", /) -> None:
    """Bytes in, the fields of the worker's row out, with the peak of memory in KiB."""
    from conf.settings import Settings
    from streaming.featurize.limits import Limits
    from streaming.featurize.memory import give_memory_back
    from streaming.featurize.model import load_model
    from streaming.featurize.rows import featurize_one
    from streaming.featurize.weights import resolve_model

    settings = Settings()
    limits = Limits(
        settings.max_image_bytes, settings.max_image_pixels, settings.image_formats, settings.exif_orientation
    )
    resolved = resolve_model("demo")
    model = load_model(resolved.tflite, resolved.model_id)
    give_memory_back()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    faulthandler.enable()
    pipe.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            row = asdict(featurize_one(pipe.recv(), model, limits, "fuzzed"))
            row["features"] = None if row["features"] is None else len(row["features"])
            pipe.send(row | {"rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss})


def judging(pipe: "Connection[Any, Any]", /) -> None:
    """Bytes and a format in, the complaints of other decoders out."""
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "TF_ENABLE_ONEDNN_OPTS": "0"}
    import tensorflow as tf

    from tests.fuzz.oracle import complaints

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    pipe.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            pipe.send(complaints(*pipe.recv()))
