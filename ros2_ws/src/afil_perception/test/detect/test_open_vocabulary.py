"""The real classes of transformers on tiny random weights, loaded as real ones are."""

import numpy as np
import pytest
import torch

from afil_core.errors import AfilError
from afil_perception.describe import Phrase
from afil_perception.detect import DETECTORS, Detection, Detector
from afil_perception.detect.caption import captions

NAMES = ("mm_grounding_dino", "grounding_dino", "owlv2")
GROUNDING = NAMES[:2]
SIZES = [(120, 160), (160, 120), (97, 131), (64, 200), (480, 640)]
CUP, POT = Phrase(text="red cup", role="target"), Phrase(text="pot", role="reference")


def threshold(name: str, value: float) -> dict[str, float]:
    if name == "owlv2":
        return {"threshold": value}
    return {"box_threshold": value, "text_threshold": 0.0}


@pytest.fixture
def build(checkpoint):
    def made(name: str, **options: object) -> Detector:
        return DETECTORS.select(name, model=str(checkpoint(name)), **options).build()

    return made


def picture(size: tuple[int, int], box: tuple[int, int, int, int]) -> np.ndarray:
    image = np.full((*size, 3), 30, np.uint8)
    image[box[1] : box[3], box[0] : box[2]] = (250, 30, 30)
    return image


def red_box(pixels: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """Where a prepared image is red: center and size, as fractions of its valid part."""
    scaled = (pixels - pixels[:, 2, 2].view(3, 1, 1))[0]
    rows, columns = torch.nonzero(scaled > 0.5 * scaled.max(), as_tuple=True)
    height, width = int(valid.any(1).sum()), int(valid.any(0).sum())
    x0, x1 = columns.min() / width, (columns.max() + 1) / width
    y0, y1 = rows.min() / height, (rows.max() + 1) / height
    return torch.stack([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0])


def plant(detector: Detector, logits) -> None:
    """Let the model see the red box: its first query has the box that is in the pixels."""

    def hook(module, args, kwargs, output):
        pixels = kwargs["pixel_values"]
        mask = kwargs.get("pixel_mask", torch.ones(pixels[:, 0].shape))
        output.logits.fill_(-20.0)
        output.pred_boxes.fill_(0.5)
        for k in range(len(pixels)):
            output.pred_boxes[k, 0] = red_box(pixels[k], mask[k])
            logits(output.logits[k, 0], kwargs["input_ids"])
        return output

    detector.loaded.model.register_forward_hook(hook, with_kwargs=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES)
def test_a_box_lands_where_it_is_in_the_image(build, name: str, size) -> None:
    detector = build(name)
    height, width = size
    box = (width // 4, height // 8, width // 2, height - height // 5)

    def confident(row: torch.Tensor, ids: torch.Tensor) -> None:
        row[0 if name == "owlv2" else slice(1, 7)] = 3.0

    plant(detector, confident)
    other = (width // 2, height // 2, width - 3, height - 2)
    found = detector.detect([picture(size, box), picture(size, other)], [CUP, POT])
    cell = max(size) / 90  # a pixel of the prepared image
    for (item,), expected in zip(found, (box, other), strict=True):
        assert item.phrase == "red cup"
        assert item.score == pytest.approx(torch.tensor(3.0).sigmoid().item(), abs=1e-5)
        np.testing.assert_allclose(item.box, expected, atol=1.5 * cell)


@pytest.mark.parametrize("name", NAMES)
def test_real_weights_run_in_batches_and_images_do_not_mix(build, name: str) -> None:
    detector = build(name, **threshold(name, 0.0), nms_iou=1.0, max_candidates=40)
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 255, (120, 160, 3), dtype=np.uint8) for _ in range(2)]
    together = detector.detect(images, [CUP, POT])
    alone = [detector.detect([image], [CUP, POT])[0] for image in images]
    for many, one in zip(together, alone, strict=True):
        assert len(many) == len(one) > 0
        for a, b in zip(many, one, strict=True):
            assert a.score == pytest.approx(b.score, abs=1e-3)
            x0, y0, x1, y1 = a.box
            assert 0 <= x0 < x1 <= 160 and 0 <= y0 < y1 <= 120


@pytest.mark.parametrize("name", NAMES)
def test_nothing_below_the_threshold_comes_out(build, name: str) -> None:
    images = [np.random.default_rng(1).integers(0, 255, (120, 160, 3), dtype=np.uint8)]
    all_of = build(name, **threshold(name, 0.0), nms_iou=1.0).detect(images, [CUP, POT])[0]
    scores = sorted((d.score for d in all_of), reverse=True)
    limit = (scores[0] + scores[-1]) / 2
    some = build(name, **threshold(name, limit), nms_iou=1.0).detect(images, [CUP, POT])[0]
    assert 0 < len(some) < len(all_of) and min(d.score for d in some) >= limit
    assert build(name, **threshold(name, 1.0)).detect(images, [CUP, POT]) == [[]]


@pytest.mark.parametrize("name", NAMES)
def test_no_image_and_no_phrase_find_nothing(build, name: str) -> None:
    detector = build(name)
    assert detector.detect([], [CUP]) == []
    assert detector.detect([np.zeros((8, 8, 3), np.uint8)], []) == [[]]


def spans(tokenizer, *texts: str, max_tokens: int = 64):
    phrases = [Phrase(text=t, role="target") for t in texts]
    return captions(phrases, tokenizer, max_tokens)


@pytest.mark.parametrize("name", GROUNDING)
@pytest.mark.parametrize(
    ("lit", "phrase"),
    [
        ({0: 0.9}, "traffic light"),  # all of the first, by whole phrase
        ({1: 0.9}, "traffic sign"),
        ({0: 0.5, 1: 0.9}, "traffic sign"),  # both, the one that goes better
    ],
)
def test_a_box_has_one_of_the_phrases_whatever_its_tokens_say(build, name, lit, phrase) -> None:
    detector = build(name)
    wanted = [Phrase(text=t, role="target") for t in ("traffic light", "traffic sign")]
    (line,) = captions(wanted, detector.loaded.processor.tokenizer, 64)

    def logits(row: torch.Tensor, ids: torch.Tensor) -> None:
        assert tuple(ids[0].tolist()) == line.ids
        row[line.spans[1][0] - 1] = 9.0  # the full stop between: no phrase of its own
        row[0] = 9.0
        for index, probability in lit.items():
            row[list(line.spans[index])] = torch.tensor(probability).logit()

    plant(detector, logits)
    (found,) = detector.detect([picture((120, 160), (40, 30, 80, 70))], wanted)
    assert [d.phrase for d in found] == [phrase]
    assert found[0].score == pytest.approx(max(lit.values()), abs=1e-5)


@pytest.mark.parametrize("name", GROUNDING)
def test_tokens_below_the_text_threshold_do_not_count(build, name: str) -> None:
    detector = build(name, box_threshold=0.1, text_threshold=0.25)

    def logits(row: torch.Tensor, ids: torch.Tensor) -> None:
        row[1:7] = torch.tensor(0.2).logit()  # all of "red cup"
        row[8] = torch.tensor(0.5).logit()  # one letter of "pot"

    plant(detector, logits)
    (found,) = detector.detect([picture((120, 160), (40, 30, 80, 70))], [CUP, POT])
    assert [d.phrase for d in found] == ["pot"]


def test_each_token_of_a_line_knows_its_phrase(build) -> None:
    tokenizer = build("grounding_dino").loaded.processor.tokenizer
    (line,) = spans(tokenizer, "red cup", "pot")
    tokens = tokenizer.convert_ids_to_tokens(list(line.ids))
    assert [tokens[k] for k in line.spans[0]] == ["r", "##e", "##d", "c", "##u", "##p"]
    assert [tokens[k] for k in line.spans[1]] == ["p", "##o", "##t"]
    assert tokens[0] == "[CLS]" and tokens[-2:] == [".", "[SEP]"]


def test_what_the_model_reads_is_what_its_own_processor_would_make_of_it(build) -> None:
    tokenizer = build("grounding_dino").loaded.processor.tokenizer
    (line,) = spans(tokenizer, "red cup", "pot")
    assert list(line.ids) == tokenizer("red cup. pot.")["input_ids"]


def test_phrases_that_do_not_fit_one_line_are_read_in_several(build) -> None:
    detector = build("grounding_dino")
    tokenizer = detector.loaded.processor.tokenizer
    texts = [letter * 9 for letter in "abcdefghij"]
    lines = spans(tokenizer, *texts, max_tokens=32)
    assert sum(len(line.spans) for line in lines) == 10 and len(lines) > 1
    assert [line.first for line in lines] == [0, 3, 6, 9]
    assert all(len(line.ids) <= 32 for line in lines)
    phrases = [Phrase(text=t, role="target") for t in texts]
    (found,) = detector.detect([np.zeros((64, 64, 3), np.uint8)], phrases)
    assert isinstance(found, list)


def test_a_phrase_longer_than_a_line_is_a_sentence(build) -> None:
    tokenizer = build("grounding_dino").loaded.processor.tokenizer
    with pytest.raises(AfilError, match="name the object in a few words"):
        spans(tokenizer, "a" * 70)


def test_duplicates_of_a_phrase_are_suppressed_and_other_phrases_are_not() -> None:
    from afil_perception.detect.found import OpenVocabularyConfig, detections

    box = [10.0, 10.0, 50.0, 50.0]
    boxes = torch.tensor([box, [11.0, 10.0, 50.0, 50.0], box, [60.0, 60.0, 300.0, 90.0]])
    found = detections(
        boxes, torch.tensor([0.5, 0.9, 0.4, 0.3]), torch.tensor([0, 0, 1, 0]), [CUP, POT],
        (100, 200), OpenVocabularyConfig(model="m"),
    )  # fmt: skip
    assert [(d.phrase, round(d.score, 2)) for d in found] == [
        ("red cup", 0.9),
        ("pot", 0.4),
        ("red cup", 0.3),
    ]
    assert found[2] == Detection("red cup", found[2].score, (60.0, 60.0, 200.0, 90.0))


@pytest.mark.parametrize("name", NAMES)
def test_weights_name_their_licence(name: str) -> None:
    kind = type(DETECTORS.select(name).build())
    assert kind.weights and all(w.license for w in kind.weights)
    assert DETECTORS.select(name).config.model == kind.weights[0].model


@pytest.mark.parametrize("name", NAMES)
def test_weights_of_half_the_size_find_the_same(build, name: str) -> None:
    image = np.random.default_rng(2).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    options = {**threshold(name, 0.0), "nms_iou": 1.0}
    found = [
        build(name, dtype=d, **options).detect([image], [CUP])[0] for d in ("bfloat16", "auto")
    ]
    assert found[0] and abs(len(found[0]) - len(found[1])) <= 2
