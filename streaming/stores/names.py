"""Which names are pictures: the same answer for files and for S3 keys."""

import fnmatch
import re
from dataclasses import dataclass
from functools import lru_cache

#: As the setting name_patterns has them by default.
PICTURE_NAMES = ("*.jpg", "*.jpeg", "*.png", "*.webp", "*.gif", "*.bmp", "*.tif", "*.tiff")
#: Why a name that is neither hidden nor fits a pattern is skipped: counted, so that nobody looks for it in vain.
NO_PATTERN = "fits no name pattern"
DOTS = frozenset({".", ".."})  # segments of odd S3 keys, not hidden names
#: Where cleaning keeps files for a moment: hidden, whatever the settings say.
ASIDE = ".verger-clean"


@dataclass(frozen=True, slots=True)
class NamePatterns:
    """Patterns for base names, in any case; hidden names are left out, as Spark does.

    Hidden: a file, or any folder below the landing, that begins with `.`, or with `_` without a `=`.
    """

    patterns: tuple[str, ...] = PICTURE_NAMES
    hidden: bool = False

    def hides(self, name: str) -> bool:
        """Whether this one name, of a file or of a folder, is left out as hidden."""
        if self.hidden or name[:1] not in ("_", ".") or name in DOTS:
            return name == ASIDE
        return name[0] == "." or "=" not in name

    def matches(self, name: str) -> bool:
        """Whether a base name fits one of the patterns."""
        return _regex(self.patterns).match(name) is not None

    def takes(self, relative: str) -> bool:
        """Whether an object is taken; `relative` is its path below the landing, with `/` between names."""
        return self.matches(relative.rsplit("/", 1)[-1]) and not self.hides_path(relative)

    def hides_path(self, relative: str) -> bool:
        """Whether the object or a folder that it is in is left out as hidden."""
        return any(map(self.hides, relative.split("/")))


@lru_cache(maxsize=64)
def _regex(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, patterns)) or r"(?!)", re.IGNORECASE)
