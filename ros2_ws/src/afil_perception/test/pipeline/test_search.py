from afil_core.saliency import KeyObject
from afil_perception.clips import Loss
from afil_perception.pipeline.frames import LostFrame, SeenFrame
from afil_perception.pipeline.search import Search


def thing(number: int, phrase: str, x: float) -> KeyObject:
    return KeyObject(number, phrase, 0.9, (x, 0.0, x + 10, 10.0))


def frame(index: int, *objects: KeyObject) -> SeenFrame:
    return SeenFrame(index, index * 100, (20, 90), objects)


class Asked:
    def __init__(self, *items: SeenFrame | LostFrame) -> None:
        self.items = items
        self.phrases: list[tuple[str, ...]] = []

    def __call__(self, phrases):
        self.phrases.append(phrases)
        return iter(self.items)


def test_what_is_found_is_added_from_the_frame_on_with_an_identity_of_its_own() -> None:
    track = Asked(*(frame(k, thing(1, "lid", 50)) for k in range(4)))
    search = Search(track, ["pot"])
    frames = [frame(k, thing(1, "pot", 0)) for k in range(4)]
    assert search.merged(frames[0]) == frames[0]
    (lid,) = search.look(["lid", "pot"], frames[1])
    assert track.phrases == [("lid",)] and lid.phrase == "lid" and lid.id != 1
    assert [o.id for o in search.merged(frames[2]).objects] == [1, lid.id]
    assert search.look(["lid"], frames[2]) == [] and len(track.phrases) == 1


def test_what_is_there_already_under_another_phrase_is_not_added() -> None:
    track = Asked(frame(0, thing(1, "cup", 1)), frame(1, thing(1, "cup", 60)))
    search = Search(track, [])
    assert search.look(["cup"], frame(0, thing(1, "mug", 0))) == []
    assert len(search.merged(frame(1, thing(1, "mug", 0))).objects) == 1


def test_frames_that_the_search_could_not_read_are_passed_over() -> None:
    track = Asked(LostFrame(0, Loss("broken", "torn")), frame(2, thing(1, "lid", 50)))
    search = Search(track, [])
    assert search.look(["lid"], frame(1)) == []
    assert len(search.merged(frame(2)).objects) == 1 and search.merged(frame(3)).objects == ()
