"""Why delta-rs can't reach a table, in one line: its own text is a tree with S3's whole answer in it."""

import re

_S3_ANSWER = re.compile(r"<Code>(.*?)</Code>.*?<Message>(.*?)</Message>", re.DOTALL)
_BRANCH = re.compile(r"\x1b\[[0-9;]*m|↳")
#: With RUST_BACKTRACE in the environment.
_TRACE = re.compile(r"\n\s*(?:stack )?backtrace:|\n\s*0: ", re.IGNORECASE)
_NO_KEYS = re.compile(r"IMDS|169\.254\.169\.254|credentials? provider|CredentialsNotLoaded", re.IGNORECASE)
_ASKED = re.compile(r"performing \w+ (https?://[^\s?]+)")
LONGEST = 200
NO_KEYS = (
    "no AWS credentials were found; tried AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, AWS_PROFILE, "
    "and the role of the container or the machine"
)


def reason(error: Exception) -> str:
    """S3's code and sentence if it answered, else the last cause and who was asked; nothing of what was signed."""
    text = _TRACE.split(_BRANCH.sub("", str(error)))[0]
    if answer := _S3_ANSWER.search(text):
        return f"{answer[1]}: {answer[2]}"[:LONGEST]
    if _NO_KEYS.search(text):
        return NO_KEYS
    causes = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
    asked = _ASKED.search(text)
    return f"{causes[-1]}{f', asking {asked[1]}' if asked else ''}"[:LONGEST]
