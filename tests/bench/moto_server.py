"""A moto server in a process of its own: prints its address, and answers until it is killed."""

import threading

from tests.servers.moto import moto

if __name__ == "__main__":
    with moto() as server:
        print(server.endpoint, flush=True)
        threading.Event().wait()
