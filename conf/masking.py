"""Secrets made unreadable in what is printed."""

import re

MASK = "********"

# A password may hold slashes (AWS secret keys do); a bucket's name holds no colon.
_USERINFO = re.compile(r"(?<=://)(?:[^\s/:@]*:[^\s@]*|[^\s/@]*)@")
_SIGNED = re.compile(r"(?i)([?&][^=&\s]*(?:key|token|secret|signature|credential|password)[^=&\s]*=)[^&\s]+")


def masked(text: str) -> str:
    """`text` without the user and password of URLs and without signatures in their queries."""
    return _SIGNED.sub(rf"\g<1>{MASK}", _USERINFO.sub(f"{MASK}@", text))
