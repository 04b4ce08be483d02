"""What is packed, once for the session."""

from pathlib import Path

import pytest

from tests.cluster.packed import packed


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory, fruits: Path) -> Path:
    """What `make package` writes, with the real weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERGER_WEIGHTS", str(fruits / "weights" / "mobilenet_v2_1.0_224_no_top.weights.h5"))
        return packed(tmp_path_factory.mktemp("dist"))
