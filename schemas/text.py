"""Text that others chose, such as a picture's name, before a person or a log sees it."""


def printable(text: str) -> str:
    """`text` on one line that moves no cursor and changes no colour or direction.

    White space becomes spaces; other control characters, and what is left of names that are not UTF-8, U+FFFD.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)
