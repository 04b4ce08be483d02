"""A file of weights is arrays: what else HDF5 can do is refused before anything is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import pytest

from streaming.featurize import plain_hdf5
from streaming.featurize.plain_hdf5 import check_plain

Making = Callable[[Any, Path], object]
ARRAY = np.arange(6, dtype=np.float32)


def view(file: Any, other: Path) -> None:
    layout = h5py.VirtualLayout((6,), np.float32)
    layout[:] = h5py.VirtualSource(str(other), "secret", (6,))
    file.create_virtual_dataset("a/view", layout)


def references(file: Any, _: Path) -> None:
    file["a/reference"] = np.array([file.ref], dtype=h5py.ref_dtype)


def texts(file: Any, _: Path) -> None:
    file["a/text"] = "words"


def plug_in(file: Any, _: Path) -> None:
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((6,))
    plan.set_filter(32_015, h5py.h5z.FLAG_OPTIONAL, ())
    h5py.h5d.create(file["a"].id, b"packed", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((6,)), plan)


def huge(file: Any, _: Path) -> None:
    file.create_dataset("a/huge", (2**40,), np.float32, chunks=(2**20,), compression="gzip")


def named_type(file: Any, _: Path) -> None:
    file["a/type"] = np.dtype(np.float32)


HOSTILE: dict[str, tuple[Making, str]] = {
    "external link": (lambda f, o: f.__setitem__("a/out", h5py.ExternalLink(str(o), "/secret")), "link"),
    "external link to a folder": (lambda f, _: f.__setitem__("out", h5py.ExternalLink("/etc", "/")), "link"),
    "soft link": (lambda f, _: f.__setitem__("a/soft", h5py.SoftLink("/b")), "link"),
    "array in another file": (
        lambda f, o: f.create_dataset("a/b", (6,), "f4", external=[(str(o), 0, 24)]),
        "another file",
    ),
    "view of another file": (view, "another file"),
    "references": (references, "no numbers"),
    "texts": (texts, "no numbers"),
    "plug-in": (plug_in, "plug-in"),
    "terabytes of zeros": (huge, "more than"),
    "named type": (named_type, "neither"),
}


def written(path: Path, make: Making | None = None) -> Path:
    with h5py.File(path.with_name("other.h5"), "w") as other:
        other["secret"] = ARRAY
    with h5py.File(path, "w") as file:
        file["a/weights"] = ARRAY
        file["b"] = ARRAY.astype(np.int64)
        file.create_dataset("c", data=ARRAY, chunks=True, compression="gzip", shuffle=True, fletcher32=True)
        if make:
            make(file, path.with_name("other.h5"))
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused(name: str, tmp_path: Path) -> None:
    make, why = HOSTILE[name]
    with h5py.File(written(tmp_path / "w.h5", make)) as file, pytest.raises(ValueError, match=why):
        check_plain(file)


def test_arrays_and_groups_are_plain_also_where_they_are_cyclic(tmp_path: Path) -> None:
    def again(file: Any, _: Path) -> None:
        file["a/up"] = file["/"]
        file["a/twice"] = file["b"]

    with h5py.File(written(tmp_path / "w.h5", again)) as file:
        check_plain(file)


def test_real_weights_are_plain(weights: Path) -> None:
    with h5py.File(weights) as file:
        check_plain(file)


def test_too_many_objects_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_hdf5, "MOST_OBJECTS", 3)
    with h5py.File(written(tmp_path / "w.h5")) as file, pytest.raises(ValueError, match="more than 3 objects"):
        check_plain(file)
