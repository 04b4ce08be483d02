"""What a command makes of errors that are not its own."""

import pytest
from deltalake.exceptions import DeltaError

from conf.errors import FailedError
from conf.outside import outside_in_sentences

TREE = """Generic S3 error
  \x1b[31m↳\x1b[0m Error performing GET http://127.0.0.1:1/soak?list-type=2 in 1.2ms
    \x1b[31m↳\x1b[0m <Error><Code>InternalError</Code><Message>as the test wants it</Message></Error>"""


@pytest.mark.parametrize("kind", [OSError, DeltaError])
def test_a_store_that_fails_amid_a_command_is_one_sentence(kind: type[Exception]) -> None:
    with pytest.raises(FailedError) as told, outside_in_sentences():
        raise kind(TREE)
    assert str(told.value) == "the lake's store failed: InternalError: as the test wants it; try again"


@pytest.mark.parametrize("bug", [OSError(9, "Bad file descriptor"), KeyError("x")])
def test_what_may_be_our_bug_stays_as_it_is(bug: Exception) -> None:
    with pytest.raises(type(bug)) as found, outside_in_sentences():
        raise bug
    assert found.value is bug
