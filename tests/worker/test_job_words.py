"""What a job for the queue may hold: a word of the code, and numbers."""

import pytest

from application.ports import Job


@pytest.mark.parametrize(
    "word",
    [
        "",
        "expire",
        "Message.overdue",
        "a." + "b" * 60,
        "mwila@example.test",
        "+260971234567",
        "a b",
    ],
)
def test_a_job_can_hold_nothing_but_numbers_and_a_word_of_the_code(word: str) -> None:
    with pytest.raises(ValueError, match="plain word"):
        Job(word)
    with pytest.raises(ValueError, match="numbers"):
        Job("message.overdue", (word,))  # type: ignore[arg-type]
