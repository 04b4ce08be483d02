"""Whether an HDF5 file holds arrays of its own and nothing else: HDF5 can also name other files, and code to load."""

from collections.abc import Iterator
from typing import Any

#: MobileNetV2 has 14 MB in some 300 objects.
MOST_BYTES, MOST_OBJECTS = 256 * 2**20, 10_000
#: Deflate, shuffle and Fletcher32, which HDF5 brings itself; for any other it would look for a library.
_FILTERS = frozenset({1, 2, 3})


def check_plain(file: Any) -> None:
    """Raises ValueError for what weights don't need in the `h5py.File`, before any array is read.

    Links to other files or paths, arrays that lie in other files or are views of such, references, other types than
    numbers, filters that are loaded as plug-ins, and more bytes than any MobileNetV2 has.
    """
    import h5py  # type: ignore[import-untyped]

    size = 0
    for name, item in _walk(file):
        if isinstance(item, h5py.Dataset):
            _check_array(name, item)
            size += item.size * item.dtype.itemsize
        elif not isinstance(item, h5py.Group):
            raise ValueError(f"{name} is neither an array nor a group")
        if size > MOST_BYTES:
            raise ValueError(f"its arrays have more than {MOST_BYTES:,} bytes")


def _walk(file: Any) -> Iterator[tuple[str, Any]]:
    """Everything below the root, each object once."""
    import h5py

    pending, seen = [("", file)], set[int]()
    while pending:
        path, group = pending.pop()
        for name in group:
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise ValueError(f"{path}/{name} is a link to another place or file")
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if len(seen) > MOST_OBJECTS:
                raise ValueError(f"it has more than {MOST_OBJECTS:,} objects")
            yield f"{path}/{name}", item
            if isinstance(item, h5py.Group):
                pending.append((f"{path}/{name}", item))


def _check_array(name: str, array: Any) -> None:
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} holds no numbers, but {array.dtype}")
    if array.external or array.is_virtual:
        raise ValueError(f"{name} lies in another file")
    plan = array.id.get_create_plist()
    if not {plan.get_filter(i)[0] for i in range(plan.get_nfilters())} <= _FILTERS:
        raise ValueError(f"{name} is packed in a way that HDF5 would load a plug-in for")
