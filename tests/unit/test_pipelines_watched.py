"""Work that is watched: its value, or one failure that says what became of it."""

import threading
import time
from collections.abc import Callable

import pytest

from discovery.errors import DataError, DiscoveryError, EngineError
from discovery.protocols import NEVER, Deadline, Progress, silent
from pipelines.watched import one_by_one, side_by_side, watched


def raising(error: BaseException) -> Callable[[Progress], int]:
    """Work that ends with that error."""

    def work(told: Progress) -> int:
        raise error

    return work


def test_the_value_comes_back_and_progress_goes_out() -> None:
    """As if the work had been called."""
    heard: list[tuple[str, str, float | None]] = []

    def work(told: Progress) -> int:
        told("search", "half", 0.5)
        return 7

    assert 7 == watched(work, NEVER, lambda stage, message="", fraction=None: heard.append((stage, message, fraction)))
    assert [("search", "half", 0.5)] == heard


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ZeroDivisionError("by nought"), r"It failed with ZeroDivisionError at test_.*\.py:\d+: by nought\. .*report"),
        (RecursionError("too deep"), r"It failed with RecursionError at"),
        (SystemExit(3), r"It failed with SystemExit at"),
        (MemoryError(), r"It ran out of memory, and its work is lost\. Leave it out, or use fewer samples"),
    ],
)
def test_a_fault_is_one_failure_with_its_place(error: BaseException, message: str) -> None:
    """Whatever an engine raises, the others' work is not lost by it."""
    with pytest.raises(EngineError, match=message):
        watched(raising(error), NEVER, silent)


def test_an_error_for_the_user_is_raised_as_it_is() -> None:
    """Its message says more than ours could."""
    error = DataError("line 3")
    with pytest.raises(DiscoveryError) as caught:
        watched(raising(error), NEVER, silent)
    assert caught.value is error


def test_work_that_hangs_beyond_its_deadline_is_left_behind() -> None:
    """The failure says so, and what it says later is not passed on."""
    released, heard = threading.Event(), list[str]()

    def work(told: Progress) -> int:
        released.wait(60)
        told("late")
        return 1

    with pytest.raises(EngineError, match=r"It did not stop within 0\.1 s of its time, and was left behind"):
        watched(work, Deadline.after(0.05), lambda stage, message="", fraction=None: heard.append(stage), grace=0.1)
    released.set()
    time.sleep(0.05)
    assert [] == heard


def test_silence_without_a_deadline_is_given_up() -> None:
    """A deadlock has no other sign."""
    released = threading.Event()

    def work(told: Progress) -> int:
        released.wait(60)
        return 1

    with pytest.raises(EngineError, match=r"It gave no sign of life for 0\.1 s"):
        watched(work, NEVER, silent, patience=0.1)
    released.set()


def test_work_that_speaks_is_waited_for() -> None:
    """However long it takes in all."""

    def work(told: Progress) -> int:
        for _ in range(10):
            time.sleep(0.05)
            told("search")
        return 3

    assert 3 == watched(work, NEVER, silent, patience=5.0)


def test_works_go_on_side_by_side_and_answer_in_their_order() -> None:
    """Each of two waits for the other, which one after another could not."""
    meeting = threading.Barrier(2, timeout=30.0)

    def work(number: int) -> int:
        meeting.wait()
        return number

    assert [0, 1, 2, 3] == side_by_side([lambda number=number: work(number) for number in range(4)], 2)


def test_on_one_core_works_go_on_one_after_another() -> None:
    """In this thread."""
    here = threading.current_thread()
    assert [here, here] == side_by_side([threading.current_thread] * 2, 1)
    assert [] == side_by_side([], 4)


def test_an_error_of_one_work_is_raised() -> None:
    """As it would have been here; what has not begun is not."""
    begun = list[int]()

    def fails() -> None:
        raise ZeroDivisionError("by nought")

    def other() -> None:
        begun.append(1)
        time.sleep(0.3)

    with pytest.raises(ZeroDivisionError, match="by nought"):
        side_by_side([fails, other, other, other], 2)
    assert len(begun) < 3


def test_progress_of_several_threads_is_told_one_by_one() -> None:
    """Nothing that it tells is called while it is at work."""
    inside, most = [0], [0]

    def told(stage: str, message: str = "", fraction: float | None = None) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.01)
        inside[0] -= 1

    progress = one_by_one(told)
    side_by_side([lambda: progress("search", "at work", 0.5)] * 6, 3)
    assert [1] == most
