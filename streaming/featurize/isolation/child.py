"""The process that a suspect picture is decoded in: `python -m streaming.featurize.isolation.child FD`.

It ends with the worker that started it (the pipe's end), or with the picture that ends it; it holds no credentials.
"""

import sys
from multiprocessing.connection import Connection

from streaming.featurize.isolation.bounds import alarm, bound_cpu, prepare_process
from streaming.featurize.isolation.messages import READY, receive_order, send_result
from streaming.featurize.memory import give_memory_back
from streaming.featurize.model import Featurizer
from streaming.featurize.rows import featurize_one


def main(fd: int) -> None:
    """Answer each picture (its path, its bytes, its hash) with its row, until the pipe ends."""
    give_memory_back()
    with Connection(fd) as worker:
        tflite, limits, bounds = receive_order(worker)
        model = Featurizer(tflite)
        prepare_process(bounds.memory)
        worker.send_bytes(READY)
        while True:
            try:
                path, data, digest = (worker.recv_bytes() for _ in range(3))
            except EOFError:
                return
            bound_cpu(bounds.timeout_s)
            with alarm(bounds.timeout_s):
                result = featurize_one(data, model, limits, path.decode(), digest.decode())
            send_result(worker, result)


if __name__ == "__main__":
    main(int(sys.argv[1]))
