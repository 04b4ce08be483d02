"""Secrets made unreadable in what is printed."""

import os
import re

MASK = "********"
_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
#: Shorter ones are those of servers for tests, and would be found in words.
LEAST = 8

# A password may hold slashes (AWS secret keys do); a bucket's name holds no colon.
_USERINFO = re.compile(r"(?<=://)(?:[^\s/:@]*:[^\s@]*|[^\s/@]*)@")
_SIGNED = re.compile(r"(?i)([?&][^=&\s]*(?:key|token|secret|signature|credential|password)[^=&\s]*=)[^&\s]+")


def masked(text: str) -> str:
    """`text` without the user and password of URLs, signatures in their queries, and AWS's keys of this process."""
    for name in _SECRETS:
        if len(secret := os.environ.get(name, "").strip()) >= LEAST:
            text = text.replace(secret, MASK)
    return _SIGNED.sub(rf"\g<1>{MASK}", _USERINFO.sub(f"{MASK}@", text))
