"""One place to break."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old`, which is once in `file`, becomes `new`; then `test` fails. `case`: its number in the list of cases."""

    case: int
    broken: str
    file: str
    old: str
    new: str
    test: str

    def broken_text(self, text: str) -> str:
        """The file's text with the one place changed. Raises ValueError if it is not there just once."""
        if text.count(self.old) != 1:
            raise ValueError(f"case {self.case}: what is to be broken is {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)
