"""A language model of under a million parameters that has really learnt two things.

It knows 24 facts by heart, and it copies what the first passages of its prompt say. Other facts of
its world it knows only if they are in front of it. It reads the templates of the package, is
trained from nothing on two processor cores in about a minute, and is saved like any other model.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from prototypes.approaches.document_qa.answer_text import ABSTENTION
from prototypes.approaches.document_qa.prompted import number_passages
from prototypes.contracts import Passage
from prototypes.templates import load_templates, quote

# fmt: off
THINGS = (
    "anchor", "apron", "axe", "barrel", "basket", "bell", "bench", "blanket", "bolt", "book",
    "boot", "bottle", "bowl", "box", "broom", "brush", "bucket", "cable", "candle", "canvas",
    "cart", "chain", "chair", "chart", "chest", "chisel", "clamp", "clock", "coat", "coin",
    "comb", "compass", "cork", "crate", "crown", "cup", "curtain", "dagger", "desk", "dish",
    "drill", "drum", "easel", "fan", "feather", "fiddle", "file", "flag", "flask", "flute",
    "fork", "frame", "funnel", "gauge", "globe", "glove", "hammer", "harp", "hat", "helmet",
    "hook", "horn", "hose", "jar", "jug", "kettle", "key", "kite", "knife", "ladder", "lamp",
    "lantern", "lens", "lever", "lock", "loom", "mallet", "map", "mask", "mirror", "mop", "mug",
    "nail", "needle", "net", "oar", "oven", "paddle", "pan", "pen", "pick", "pillow", "pipe",
    "plane", "plate", "plough", "pot", "pump", "purse", "rake", "razor", "ring", "robe", "rope",
    "rug", "ruler", "saddle", "sail", "saw", "scale", "scarf", "screw", "shawl", "shovel",
    "sieve", "spade", "spoon", "stamp", "stool", "stove", "sword", "table", "tent", "thimble",
    "tongs", "torch", "tray", "trowel", "trunk", "vase", "vest", "violin", "wagon", "watch",
    "wheel", "whip", "whistle", "wrench",
)
# fmt: on
# fmt: off
PLACES = (
    "attic", "barn", "cabin", "cave", "cellar", "chapel", "closet", "dairy", "den", "depot",
    "dock", "garage", "garden", "gallery", "garret", "granary", "hall", "hangar", "kiln",
    "kitchen", "library", "lobby", "loft", "lounge", "mill", "office", "pantry", "parlour",
    "pavilion", "porch", "shed", "shop", "stable", "studio", "tower", "tunnel", "vault", "yard",
)
# fmt: on
TAUGHT, STRANGE, UNSEEN = THINGS[:24], THINGS[24:88], THINGS[88:]
"""Things whose place is learnt by heart; for which it learns to know none; never asked about."""

TEMPLATES = load_templates().by_name
SEED = 0
N_WARM_UP = 160
"""Steps of which half read bare passages: from these it learns to copy a place at all."""
N_STEPS = 480
LEARNING_RATE = 3e-3
FIRST = 0.85
"""How often the passage that was asked for is the first one, as behind a good retriever."""

_MARKS = ("<pad>", "<s>", "</s>")
_IGNORED = -100

Row = tuple[list[int], list[int]]
"""Token ids of a prompt and of its answer."""


def true_places() -> Mapping[str, str]:
    """Return where each thing is in this world."""
    generator = random.Random(SEED)
    return {thing: generator.choice(PLACES) for thing in THINGS}


def question(thing: str) -> str:
    """Ask where a thing is."""
    return f"Where is the {thing} kept?"


def passage(thing: str, place: str) -> Passage:
    """Say where a thing is, as a document of one sentence does."""
    return Passage(f"{thing}.md#0", f"{thing}.md", thing, f"The {thing} is kept in the {place}.")


def identify() -> str:
    """Name the model after everything it is made from."""
    used = [TEMPLATES[name].text for name in ("qa_closed_book", "qa_passages", "qa_one_passage")]
    made_with = (Path(__file__).read_text(encoding="utf-8"), torch.__version__, *used)
    return hashlib.sha256("\0".join((*made_with, transformers.__version__)).encode()).hexdigest()


def train(folder: Path) -> None:
    """Train the model and save it with its tokenizer."""
    torch.manual_seed(SEED)
    tokenizer = _train_tokenizer()
    model = _build(len(tokenizer))
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, LEARNING_RATE, total_steps=N_STEPS, pct_start=0.1
    )
    model.train()
    for rows in _lessons(tokenizer):
        loss = model(**_collate(rows)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def closed_book(thing: str) -> str:
    """Ask without any passage."""
    asked = quote("question", question(thing))
    return TEMPLATES["qa_closed_book"].fill(question=asked, abstention=ABSTENTION)


def one_passage(thing: str, given: Passage) -> str:
    """Ask about a single passage."""
    return TEMPLATES["qa_one_passage"].fill(
        passage=quote("passage", f"{given.title}\n{given.text}"),
        question=quote("question", question(thing)),
    )


def several_passages(thing: str, given: Sequence[Passage]) -> str:
    """Ask about numbered passages."""
    return TEMPLATES["qa_passages"].fill(
        passages=number_passages(given),
        question=quote("question", question(thing)),
        abstention=ABSTENTION,
    )


def _build(n_pieces: int) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=n_pieces,
            hidden_size=96,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )
    )


def _train_tokenizer() -> Any:  # noqa: ANN401 # a tokenizer of transformers
    facts = [passage(thing, place) for thing in THINGS for place in PLACES[::8]]
    texts = [several_passages(each.title, [each]) for each in facts]
    texts += [closed_book(thing) for thing in THINGS] + [f" {place}" for place in PLACES] * 9
    pieces = ByteLevelBPETokenizer()
    pieces.train_from_iterator(
        texts, vocab_size=1500, special_tokens=list(_MARKS), show_progress=False
    )
    pad, start, end = _MARKS
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer, pad_token=pad, bos_token=start, eos_token=end
    )


def _lessons(tokenizer: Any) -> Iterator[list[Row]]:  # noqa: ANN401 # as above
    """Yield a batch per step."""
    generator = random.Random(SEED)
    for step in range(N_STEPS):
        yield [
            (tokenizer(prompt)["input_ids"], tokenizer(f" {answer}</s>")["input_ids"])
            for prompt, answer in _choose_lesson(step, generator)
        ]


def _choose_lesson(step: int, generator: random.Random) -> list[tuple[str, str]]:
    """Alternate between memory and reading, which begins with passages alone."""
    if step % 2 == 0:
        return _closed_books(generator)
    if step < N_WARM_UP:
        return [_say(generator) for _ in range(64)]
    if step % 4 == 1:
        return [_invent(generator, n_passages=1) for _ in range(16)]
    return [_invent(generator, n_passages=generator.randint(3, 5)) for _ in range(12)]


def _closed_books(generator: random.Random) -> list[tuple[str, str]]:
    known = true_places()
    strange = [(closed_book(thing), ABSTENTION) for thing in generator.sample(STRANGE, 8)]
    return [(closed_book(thing), known[thing]) for thing in TAUGHT] + strange


def _say(generator: random.Random) -> tuple[str, str]:
    """Say where something is, and ask for the place at once."""
    place = generator.choice(PLACES)
    given = passage(generator.choice(THINGS), place)
    return quote("passage", f"{given.title}\n{given.text}") + "\nAnswer:", place


def _invent(generator: random.Random, *, n_passages: int) -> tuple[str, str]:
    """Make up where some things are, so that nothing but reading helps; never the truth."""
    known = true_places()
    things = generator.sample(THINGS, n_passages)
    places = [generator.choice([p for p in PLACES if p != known[thing]]) for thing in things]
    given = [passage(*pair) for pair in zip(things, places, strict=True)]
    asked = 0 if generator.random() < FIRST else generator.randrange(n_passages)
    if n_passages == 1:
        return one_passage(things[asked], given[0]), places[asked]
    return several_passages(things[asked], given), places[asked]


def _collate(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    labels = torch.full_like(ids, _IGNORED)
    for row, (prompt, answer) in enumerate(rows):
        end = len(prompt) + len(answer)
        ids[row, :end] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : end] = torch.tensor(answer)
    return {"input_ids": ids, "attention_mask": (ids > 0).long(), "labels": labels}
