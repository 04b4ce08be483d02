"""How a process that decoded a picture ended, as the picture's row says it."""

import signal

from schemas.errors import PictureError

_TIMEOUTS = (signal.SIGALRM, signal.SIGXCPU)


def cause_of_death(code: int, timeout_s: float) -> PictureError:
    """`timeout` or `crashed`, from the exit code as subprocess tells it: negative for a signal."""
    if code in [-s for s in _TIMEOUTS]:
        return PictureError("timeout", f"not decoded after {timeout_s:g} s")
    if code == -signal.SIGKILL:
        return PictureError("crashed", "the system ended the process that decoded it, as it does when memory runs out")
    if code < 0:
        return PictureError("crashed", f"ended the process that decoded it: {_signal(-code)}")
    return PictureError("crashed", f"the process that decoded it ended with code {code}")


def _signal(number: int) -> str:
    try:
        return f"{signal.Signals(number).name} ({signal.strsignal(number)})"
    except ValueError:  # a real-time signal
        return f"signal {number}"
