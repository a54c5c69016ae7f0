"""RAG-Sequence and RAG-Token against transformers' own, with the same random parameters."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    DPRConfig,
    DPRQuestionEncoder,
    LlamaConfig,
    LlamaForCausalLM,
    RagConfig,
    RagSequenceForGeneration,
    RagTokenForGeneration,
)

from prototypes.models.marginal_decoding import (
    Marginal,
    Search,
    decode,
    log_likelihood,
    score_outputs,
)
from prototypes.models.prompt_reading import PromptReading, pad_prompts

pytestmark = pytest.mark.usefixtures("one_thread")

N_DOCS, VOCABULARY, PAD, END = 3, 40, 1, 2
PROMPTS = [[5, 6, 7, 8, 9], [5, 6, 11], [5, 6, 30, 31, 32, 33, 34]]
DOC_SCORES = torch.tensor([[1.2, 0.1, -0.7]])
OUTPUTS = [[7, 12, 33, END], [20, 21, END], [9, 8, 7, 6, 5, 4, END]]


@pytest.fixture(scope="module")
def bart() -> Any:  # noqa: ANN401 # a model of transformers
    """Return a random sequence-to-sequence model with pronounced preferences."""
    torch.manual_seed(0)
    configuration = BartConfig(
        vocab_size=VOCABULARY,
        d_model=16,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
        init_std=0.8,
        forced_eos_token_id=None,
    )
    return BartForConditionalGeneration(configuration).eval()


@pytest.fixture(scope="module")
def llama() -> Any:  # noqa: ANN401 # a model of transformers
    """Return a random causal model."""
    torch.manual_seed(0)
    configuration = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        initializer_range=0.8,
    )
    return LlamaForCausalLM(configuration).eval()


def published(kind: Any, generator: Any) -> Any:  # noqa: ANN401 # models of transformers
    """Wrap a generator as the published model does, with an encoder that is never asked."""
    encoder = DPRQuestionEncoder(
        DPRConfig(
            vocab_size=VOCABULARY,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
        )
    )
    configuration = RagConfig.from_question_encoder_generator_configs(
        encoder.config, generator.config, n_docs=N_DOCS, bos_token_id=0, eos_token_id=END
    )
    return kind(config=configuration, question_encoder=encoder, generator=generator).eval()


def read(model: Any, prompts: list[list[int]]) -> PromptReading:  # noqa: ANN401 # as above
    """Read prompts as the arms do."""
    left = not model.config.is_encoder_decoder
    return PromptReading(model, pad_prompts(prompts, pad=PAD, left=left))


def context() -> dict[str, torch.Tensor]:
    """Lay out the prompts as transformers wants them."""
    padded = pad_prompts(PROMPTS, pad=PAD, left=False)
    return {
        "context_input_ids": padded.token_ids,
        "context_attention_mask": padded.mask,
        "doc_scores": DOC_SCORES,
    }


@pytest.mark.parametrize(
    ("marginal", "kind"),
    [(Marginal.SEQUENCE, RagSequenceForGeneration), (Marginal.TOKEN, RagTokenForGeneration)],
)
@torch.inference_mode()
def test_log_likelihoods_are_those_of_transformers(
    marginal: Marginal,
    kind: Any,  # noqa: ANN401 # as above
    bart: Any,  # noqa: ANN401 # as above
) -> None:
    """Outputs of several lengths, scored together, agree to 1e-4."""
    model = published(kind, bart)
    labels = [torch.tensor([[END, *output]]) for output in OUTPUTS]
    expected = [-float(model(**context(), labels=each, n_docs=N_DOCS).loss) for each in labels]

    scores = score_outputs(read(bart, PROMPTS), OUTPUTS)
    prior = DOC_SCORES[0].log_softmax(dim=0)
    actual = [float(log_likelihood(each, prior, marginal=marginal)) for each in scores]

    assert actual == pytest.approx(expected, abs=1e-4)


@torch.inference_mode()
def test_greedy_rag_token_writes_what_transformers_writes(bart: Any) -> None:  # noqa: ANN401 # as above
    """Width 1 follows the likeliest token of the mixture."""
    model = published(RagTokenForGeneration, bart)
    (expected,) = model.generate(**context(), num_beams=1, max_new_tokens=8, n_docs=3).tolist()

    answer = decode(
        read(bart, PROMPTS),
        DOC_SCORES[0].log_softmax(dim=0),
        marginal=Marginal.TOKEN,
        search=Search(width=1, max_tokens=8, ends=frozenset({END, PAD})),
    )

    assert list(answer.tokens) == expected[1 : 1 + len(answer.tokens)]
    assert sum(answer.shares) == pytest.approx(1)


@torch.inference_mode()
def test_thorough_decoding_finds_at_least_what_transformers_finds(bart: Any) -> None:  # noqa: ANN401 # as above
    """The best candidate of all passages' beams, under all passages."""
    model = published(RagSequenceForGeneration, bart)
    prior = DOC_SCORES[0].log_softmax(dim=0)
    (theirs,) = model.generate(
        **context(),
        num_beams=4,
        num_return_sequences=1,
        max_new_tokens=6,
        length_penalty=0.0,
        n_docs=3,
    ).tolist()
    (scores,) = score_outputs(read(bart, PROMPTS), [[each for each in theirs[1:] if each != PAD]])

    ours = decode(
        read(bart, PROMPTS),
        prior,
        marginal=Marginal.SEQUENCE,
        search=Search(width=4, max_tokens=6, ends=frozenset({END})),
    )

    assert ours.log_likelihood >= float(log_likelihood(scores, prior, marginal=Marginal.SEQUENCE))


@pytest.mark.parametrize("marginal", list(Marginal))
@torch.inference_mode()
def test_causal_model_agrees_with_the_formulas(marginal: Marginal, llama: Any) -> None:  # noqa: ANN401 # as above
    """Padding, positions and memory change nothing against one plain pass per passage."""
    prior = DOC_SCORES[0].log_softmax(dim=0)
    plain = []
    for prompt in PROMPTS:
        row = torch.tensor([[*prompt, *OUTPUTS[2]]])
        log_probs = llama(row).logits[0].log_softmax(dim=-1)[len(prompt) - 1 : -1]
        plain.append(log_probs.gather(1, torch.tensor(OUTPUTS[2])[:, None])[:, 0])
    by_passage = torch.stack(plain)
    if marginal is Marginal.SEQUENCE:
        expected = (prior.exp() * by_passage.sum(1).exp()).sum().log()
    else:
        expected = (prior.exp()[:, None] * by_passage.exp()).sum(0).log().sum()

    scores = score_outputs(read(llama, PROMPTS), OUTPUTS)[2]

    assert float(log_likelihood(scores, prior, marginal=marginal)) == pytest.approx(
        float(expected), abs=1e-4
    )


@pytest.mark.parametrize("marginal", list(Marginal))
@torch.inference_mode()
def test_wide_search_finds_the_likeliest_of_all_answers(marginal: Marginal, llama: Any) -> None:  # noqa: ANN401 # as above
    """With every beam kept, no answer of up to two tokens is likelier than the one found."""
    prior = DOC_SCORES[0].log_softmax(dim=0)
    others = [token for token in range(VOCABULARY) if token != END]
    every = [[END], *([token, END] for token in others)]
    scores = score_outputs(read(llama, PROMPTS), every)
    best = max(float(log_likelihood(each, prior, marginal=marginal)) for each in scores)

    search = Search(width=VOCABULARY, max_tokens=2, ends=frozenset({END}))
    answer = decode(read(llama, PROMPTS), prior, marginal=marginal, search=search)

    longer = answer.tokens[-1] != END
    assert longer or answer.log_likelihood == pytest.approx(best, abs=1e-4)
    assert answer.log_likelihood >= best - 1e-4
