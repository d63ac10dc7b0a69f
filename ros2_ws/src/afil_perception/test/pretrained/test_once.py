import threading
import time

from afil_perception.pretrained.once import loaded_once


class Slow:
    def __init__(self) -> None:
        self.loads = 0

    @loaded_once
    def model(self) -> object:
        """The model."""
        self.loads += 1
        time.sleep(0.05)
        return object()


def test_threads_that_ask_at_once_get_the_same_model() -> None:
    slow, found = Slow(), []
    threads = [threading.Thread(target=lambda: found.append(slow.model)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slow.loads == 1 and len({id(model) for model in found}) == 1


def test_each_instance_has_its_own() -> None:
    assert Slow().model is not Slow().model
