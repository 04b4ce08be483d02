"""Pictures that a decoder with bugs (decoder/simplejpeg.py) does not survive; to any other they are fine."""

from pathlib import Path

DECODER = Path(__file__).parent / "decoder"


def hostile_picture(jpeg: bytes, bug: str, log: Path, name: str = "") -> bytes:
    """`jpeg` with a comment that sets off `bug`. `log`: gets a line for each process that decodes it."""
    comment = f"verger-test {bug} {log}\0{name}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def visits(log: Path) -> list[str]:
    """`<bug> worker` or `<bug> child` for each time that a hostile picture was decoded."""
    return log.read_text().splitlines() if log.exists() else []
