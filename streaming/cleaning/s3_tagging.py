"""Tagging an object as done, for a lifecycle rule of the bucket to move or delete: S3's cheap way."""

from typing import Any

#: What a lifecycle rule must filter by: `verger=done`.
TAG = {"Key": "verger", "Value": "done"}


def tag(client: Any, bucket: str, key: str, found: dict[str, Any]) -> bool:
    """Add TAG to the version that the HEAD answer `found` is of; False if it is not the latest any more.

    Its other tags stay. In a bucket with versions the version's id says which is meant. Else S3 has no condition for
    tags: the object is looked at again afterwards, and if it was overwritten in between, TAG is taken off the new
    one. What can't be mended: that one has lost tags of its own, and if this is killed just then it keeps TAG. Safe
    to repeat.
    """
    where = {"Bucket": bucket, "Key": key}
    if found.get("VersionId", "null") != "null":
        where["VersionId"] = found["VersionId"]
    tags = _tags(client, where)
    if TAG not in tags:
        _put(client, where, [*_others(tags), TAG])
    if "VersionId" in where or _same(client.head_object(**where), found):
        return True
    overwritten = _tags(client, where)
    if TAG not in tags and TAG in overwritten:
        _put(client, where, _others(overwritten))
    return False


def _tags(client: Any, where: dict[str, str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get_object_tagging(**where)["TagSet"]
    return found


def _put(client: Any, where: dict[str, str], tags: list[dict[str, str]]) -> None:
    if tags:
        client.put_object_tagging(**where, Tagging={"TagSet": tags})
    else:
        client.delete_object_tagging(**where)


def _others(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    return [tag for tag in tags if tag["Key"] != TAG["Key"]]


def _same(now: dict[str, Any], before: dict[str, Any]) -> bool:
    return bool(now["ETag"] == before["ETag"] and now["LastModified"] == before["LastModified"])
