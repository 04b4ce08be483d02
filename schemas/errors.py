"""Why a picture has no features: the codes in `features.error_code`, and the exception that carries one."""

from typing import Literal, get_args

from schemas.text import printable

ErrorCode = Literal[
    "empty",
    "too_large",
    "too_many_pixels",
    "not_an_image",
    "unsupported",
    "truncated",
    "changed",
    "gone",
    "forbidden",
    "archived",
    "unreachable",
    "timeout",
    "crashed",
    "bad_output",
    "forgotten",
]
MEANINGS: dict[ErrorCode, str] = {
    "empty": "zero bytes",
    "too_large": "more bytes than `max_image_bytes`, `max_metadata_bytes`, or frames than `max_image_frames`",
    "too_many_pixels": "past `max_image_pixels` or `max_aspect_ratio`, or more than fit `worker_memory`; told from the "
    "header, nothing is decoded",
    "not_an_image": "the content is no picture, whatever its name says",
    "unsupported": "a picture, but of a format or kind that is not read",
    "truncated": "data is missing or damaged: what is there would have to be padded",
    "changed": "overwritten before it was read; the next version has a row of its own",
    "gone": "deleted before it was read",
    "forbidden": "no permission to read it",
    "archived": "in a storage class that must be restored first",
    "unreachable": "the store did not answer, or answered with a fault of its own",
    "timeout": "reading it took longer than `fetch_timeout_s`, or decoding it longer than `picture_timeout_s`",
    "crashed": "decoding it ended its process or took more than `worker_memory`, or a bug of ours met it; see the log",
    "bad_output": "the model's output is not finite",
    "forgotten": "somebody asked that nothing be known of it any more (`verger forget`)",
}
ERROR_CODES: tuple[ErrorCode, ...] = get_args(ErrorCode)

#: What a forgotten picture is called, with the seq of its announcement behind it, in `features` and ledger.
FORGOTTEN = "forgotten:"

#: Worth another attempt: announced again with back-off, rejected only when the attempts run out.
TRANSIENT: frozenset[ErrorCode] = frozenset({"forbidden", "unreachable", "timeout"})


class PictureError(Exception):
    """A picture that can't be featured: becomes a row with `code` and `detail`, never a traceback."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        """`detail` is for a person; it is cut to one line of printable text, 300 characters at most."""
        self.code = code
        self.detail = printable(" ".join(detail.split()))[:300]
        super().__init__(code, self.detail)
