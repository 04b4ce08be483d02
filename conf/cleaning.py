"""Whether what is set about cleaning the landing fits together."""

from typing import Literal

from conf.locations import inside, is_s3, normalised
from conf.masking import masked

CleanSource = Literal["off", "move", "delete", "tag"]


def archive(value: str) -> str:
    """A place to move to, in one spelling; empty for none. Raises ValueError for what is no place."""
    return value and normalised(value)


def check_cleaning(clean_source: CleanSource, clean_to: str, landing: str, lake: str) -> None:
    """Raises ValueError, a sentence, for settings that contradict each other."""
    if clean_source == "tag" and not is_s3(landing):
        raise ValueError(
            f"clean_source = 'tag' needs a landing in S3, and landing = {masked(landing)!r} is a folder, whose files "
            "have no tags: set clean_source to delete or move"
        )
    if clean_to and clean_source in ("delete", "tag"):
        raise ValueError(
            f"clean_to = {masked(clean_to)!r} is where pictures are moved to, and clean_source = {clean_source!r} "
            "moves none: set clean_source to move, or leave clean_to out"
        )
    if clean_source != "move":
        return
    if not clean_to:
        raise ValueError("clean_source = 'move' needs clean_to: set it to a folder or s3://bucket/prefix/")
    if is_s3(clean_to) != is_s3(landing):
        raise ValueError(
            f"clean_to = {masked(clean_to)!r} and landing = {masked(landing)!r} must both be folders or both be in S3"
        )
    for name, place in (("landing", landing), ("lake", lake)):
        if inside(clean_to, place) or inside(place, clean_to):
            raise ValueError(
                f"clean_to = {masked(clean_to)!r} and {name} = {masked(place)!r} are the same or one is inside the "
                "other: set clean_to to a place apart"
            )
