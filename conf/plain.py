"""A setting's value as a person would write it."""


def plain(value: object) -> str:
    """`value` as text that the environment takes back: lists with commas, truth in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
