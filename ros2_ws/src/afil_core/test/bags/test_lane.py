"""Where a bag's chunks are written: nothing is lost without a word."""

import pytest

from afil_core.bags.lane import Background


@pytest.mark.parametrize("error", [OSError, MemoryError])
def test_what_fails_once_and_all_that_comes_after_it_is_kept_for_the_end(error):
    done, fails = [], [error]

    def work(number):
        if number == 1 and fails:
            raise fails.pop()
        done.append(number)

    lane = Background()
    for number in range(4):
        lane.put(lambda number=number: work(number), 10)
    while lane.error is None:
        pass
    assert lane.backlog == 30
    lane.finish()
    assert done == [0, 1, 2, 3] and lane.error is None
