from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers

from afil_core.errors import AfilError
from afil_policy.data.batch import Observation
from afil_policy.encoders.pretrained import restoring
from afil_policy.instructions import INSTRUCTIONS
from afil_policy.instructions.base import InstructionEncoder

TASKS = ("lift the carrot", "pull the pot")


def told(task: list[int] | None, *instructions: str) -> Observation:
    positions = None if task is None else torch.tensor(task)
    count = 2 if task is None else len(task)
    return Observation({}, torch.zeros(count, 1, 3), task=positions, instructions=instructions)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny text encoder of a real class, with a tokenizer of words."""
    folder = tmp_path_factory.mktemp("text")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "lift", "pull", "the", "carrot", "pot"]
    (folder / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def text(folder: Path, tasks: tuple[str, ...] = TASKS) -> InstructionEncoder:
    torch.manual_seed(0)
    return INSTRUCTIONS.select("text", model=str(folder), width=4).build(tasks).eval()


def test_without_instructions_there_is_nothing_to_see() -> None:
    none = INSTRUCTIONS.select("ignored").build(())
    assert none(told(None)).shape == (2, none.size) == (2, 0)


def test_each_task_has_a_vector_of_its_own() -> None:
    encoder = INSTRUCTIONS.select("embedding", width=4).build(TASKS)
    found = encoder(told([0, 1, 0]))
    assert found.shape == (3, encoder.size)
    assert torch.equal(found[0], found[2])
    assert not torch.equal(found[0], found[1])


def test_an_instruction_of_no_demonstration_is_refused_with_those_there_are() -> None:
    encoder = INSTRUCTIONS.select("embedding").build(TASKS).eval()
    with pytest.raises(AfilError, match="fly away.*lift the carrot; pull the pot"):
        encoder(told([-1], "fly away"))
    for name in ("embedding", "text"):
        with pytest.raises(AfilError, match="with an instruction"):
            INSTRUCTIONS.select(name).build(())


@pytest.mark.parametrize("name", ["embedding", "text"])
def test_an_instruction_that_nobody_gave_is_a_sentence(folder: Path, name: str) -> None:
    options = {"model": str(folder)} if name == "text" else {}
    with pytest.raises(AfilError, match="needs an instruction"):
        INSTRUCTIONS.select(name, **options).build(TASKS)(told(None))


def test_text_is_read_by_the_frozen_model(folder: Path) -> None:
    encoder = text(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    inputs = tokenizer(TASKS[1], return_tensors="pt")
    expected = model(**inputs).last_hidden_state[0].mean(dim=0)
    torch.testing.assert_close(encoder(told([1])), encoder.layer(expected[None]))
    assert {name for name, _ in encoder.named_parameters()} == {"layer.weight", "layer.bias"}


def test_words_that_no_demonstration_had_are_read_when_they_come(folder: Path) -> None:
    encoder, same = text(folder), text(folder, ("pull the carrot", "x"))
    found = encoder(told([-1, 0], "pull the carrot", TASKS[0]))
    torch.testing.assert_close(found[0], same(told([0]))[0])
    torch.testing.assert_close(found[1], encoder(told([0]))[0])


def test_a_checkpoint_runs_without_the_language_model(folder: Path) -> None:
    encoder = text(folder)
    state = {f"encoder.instruction.{k}": v for k, v in encoder.state_dict().items()}
    selection = INSTRUCTIONS.select("text", model="/nowhere", width=4)
    with restoring(state):
        again = selection.build(TASKS).eval()
    again.load_state_dict(encoder.state_dict())
    assert torch.equal(again(told([1])), encoder(told([1])))
    with pytest.raises(AfilError, match="hf download /nowhere"):
        again(told([-1], "fly"))
