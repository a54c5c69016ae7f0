"""One consultation and one trial, made by hand, that every test of the report renders."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.evidence.prices import Price
from advisor.evidence.sample_files import Answered
from advisor.report.builder import build_report
from advisor.schema.answers import Answers, Project
from advisor.schema.explanation import (
    Beliefs,
    EqualWeights,
    Explanation,
    FailedTest,
    Finding,
    Robustness,
    SilentRule,
    SourceLeftOut,
    SufficientReason,
    TippingPoint,
    WhyNot,
)
from advisor.schema.recommendation import (
    Companion,
    DisputedPoint,
    Flip,
    Notice,
    RankedApproach,
    Reason,
    Recommendation,
    VariantChoice,
    VetoHit,
)
from advisor.schema.report import Report
from advisor.schema.rule import (
    ApproachInfo,
    Criterion,
    Expectation,
    Leaf,
    Level,
    Rule,
    RuleBase,
    Source,
)
from advisor.vocabulary import Approach, Grade, Status
from prototypes.contracts import Approach as ArmApproach
from prototypes.contracts import Task
from prototypes.results import (
    ArmResult,
    Comparison,
    DataSummary,
    ExperimentResult,
    Interval,
    Latency,
    Measured,
    NotRun,
    Outcome,
    SampleResult,
    TrialProtocol,
    TrialResult,
    Verdict,
)

HOSTILE = "<script>alert(1)</script> \"'> [bold]b[/bold] | a `b` \u202egnp.exe {{ 7 * 7 }} *x*"

PRICES = (
    Price(
        id="machine_hour",
        usd=0.1,
        what="A small cloud machine, per hour",
        source="A price list",
        where="https://prices.example/machines",
        date=date(2026, 6, 17),
    ),
)


@pytest.fixture
def rule_base() -> RuleBase:
    """Three questions and four sources."""
    return RuleBase(
        approaches=(_info(Approach.RAG, "Search a body of text and answer from what is found."),),
        criteria=(
            _criterion("data_volatility", "How often does the knowledge change?", "static weekly"),
            _criterion("labeled_examples", "How many labelled examples exist?", "none thousands"),
            _criterion("training_compute", "What can you train on?", "none one_gpu"),
        ),
        sources=(
            _source("ovadia-2023", "Ovadia et al.", 2023, "arXiv:2312.05934"),
            _source("barnett-2024", "Barnett et al.", 2024, "doi:10.1145/3644815.3644945"),
            _source("anthropic-2024", "Anthropic", 2024, "https://www.anthropic.com/news/x"),
            _source("D1", "Froodl", 2025, "founding document 001.txt"),
        ),
        groups=(),
        claims=(),
        rules=(_rule(),),
        vetoes=(),
        companions=(),
        variants=(),
        version="0123456789",
    )


@pytest.fixture
def answers() -> Answers:
    """What the advice below was made from."""
    return Answers(
        project=Project(name="Help centre assistant", description="Answers customers."),
        answers={"data_volatility": "weekly", "labeled_examples": "none"},
    )


@pytest.fixture
def recommendation() -> Recommendation:
    """A clear recommendation of RAG with one approach ruled out."""
    return Recommendation(
        recommended=Approach.RAG,
        leading=Approach.RAG,
        ranking=[_rag(), _prompting(), _hybrid(), _fine_tune()],
        companions=[
            Companion(technique="few_shot", because="examples fit into the prompt", sources=["D1"])
        ],
        variants={"rag": "hybrid_search"},
        variant_reasons={
            "rag": VariantChoice(
                choice="hybrid_search",
                because="names and codes have to be found",
                rule="VA001",
                sources=["anthropic-2024"],
            )
        },
        unanswered=["training_compute"],
        next_questions=["training_compute"],
        flips=[Flip(change={"data_volatility": "static"}, winner=Approach.PROMPTING)],
        disputed=[
            DisputedPoint(
                rule="KN001",
                statement="Retrieval suits knowledge that changes",
                for_sources=["ovadia-2023"],
                against_sources=["barnett-2024"],
            )
        ],
        same_decision_probability=0.94,
        winner_distribution_method="exact",
        settled=False,
        notices=[
            Notice(
                notice="evaluation_first",
                title="Not yet: write an evaluation set first",
                advice="Collect fifty real requests with the answers you would accept.",
                because="there is too little to measure success with",
                rule="NT001",
                sources=["ovadia-2023"],
            )
        ],
        explanation=_explanation(),
        robustness=_robustness(),
        rules_version="0123456789",
    )


@pytest.fixture
def trial() -> TrialResult:
    """Three arms on 78 questions, one not run, and a verdict that confirms RAG."""
    return TrialResult(
        task=Task.DOCUMENT_QA,
        primary_metric="exact_match",
        n_test=78,
        arms=[
            _arm("baseline", ArmApproach.BASELINE, 0.32, p95=1.4, p50=0.61),
            _arm("rag", ArmApproach.RAG, 0.71, p95=31.0, p50=22.5),
            _arm("hybrid", ArmApproach.HYBRID, 0.69, p95=33.0, p50=24.0),
        ],
        not_run=[
            NotRun(
                name="prompting",
                approach=ArmApproach.PROMPTING,
                title="closed book: a language model answers from what it knows",
                reason="no language model was named",
                enable="--generator MODEL",
            )
        ],
        comparisons=[
            Comparison(
                arm="hybrid",
                against="rag",
                metric="exact_match",
                difference=-0.02,
                low=-0.06,
                high=0.018,
                p_value=0.4531,
                n_only_arm_right=2,
                n_only_against_right=4,
            )
        ],
        verdict=Verdict(
            outcome=Outcome.CONFIRMED,
            approach=ArmApproach.RAG,
            arm="rag",
            because="Rag reaches 71.0 % exact match and no rival is more than 2 points better.",
        ),
        experiments=_experiments(),
        first_shares={ArmApproach.RAG: 0.8, ArmApproach.HYBRID: 0.2},
        data=_data(),
        protocol=_protocol(),
    )


@pytest.fixture
def samples() -> Answered:
    """Four questions: all right, arms disagree, all wrong, and one that cannot be answered."""
    scores = {"baseline": (0, 1, 0, 0), "rag": (1, 0, 0, 1), "hybrid": (1, 1, 0, 1)}
    return {
        arm: tuple(_sample(f"q{n}", score, arm=arm) for n, score in enumerate(each))
        for arm, each in scores.items()
    }


@pytest.fixture
def report(
    rule_base: RuleBase,
    answers: Answers,
    recommendation: Recommendation,
    trial: TrialResult,
    samples: Answered,
) -> Report:
    """The whole consultation, worded, with every figure there is."""
    held = trial.model_copy(update={"experiments": [*trial.experiments, _freshness()]})
    return build_report(
        rule_base, answers, recommendation, trial=held, prices=PRICES, samples=samples
    )


@pytest.fixture
def hostile_text() -> str:
    """A text that attacks every format a report is rendered in."""
    return HOSTILE


@pytest.fixture
def hostile(rule_base: RuleBase, recommendation: Recommendation, trial: TrialResult) -> Report:
    """A report in which every text that comes from outside is an attack, some of 100 kB."""
    names = {arm.name: f"{HOSTILE}{n}" for n, arm in enumerate(trial.arms)}
    arms = [
        arm.model_copy(update={"name": names[arm.name], "title": HOSTILE, "notes": [HOSTILE]})
        for arm in trial.arms
    ]
    not_run = [trial.not_run[0].model_copy(update={"reason": HOSTILE, "enable": HOSTILE})]
    attacked = trial.model_copy(
        update={
            "arms": arms,
            "not_run": not_run,
            "comparisons": [],
            "data": trial.data.model_copy(update={"refused": [HOSTILE]}),
        }
    )
    criteria = [one.model_copy(update={"question": HOSTILE}) for one in rule_base.criteria]
    sources = [one.model_copy(update={"title": HOSTILE}) for one in rule_base.sources]
    rules = rule_base.model_copy(update={"criteria": tuple(criteria), "sources": tuple(sources)})
    said = Answers(project=Project(name=HOSTILE, description=HOSTILE + "x" * 100_000))
    answered = {
        name: tuple(
            _sample(f"q{n}", 0, arm=HOSTILE + "&<" * (500 if n else 50_000)) for n in range(400)
        )
        for name in names.values()
    }
    return build_report(rules, said, recommendation, trial=attacked, samples=answered)


def _sample(identifier: str, score: float, *, arm: str) -> SampleResult:
    return SampleResult(
        id=identifier,
        input=f"What happens in case {identifier}? {HOSTILE if len(arm) > 9 else ''}",
        targets=["the right thing"],
        unanswerable=identifier == "q3",
        output="the right thing" if score else f"what {arm} says",
        confidence=0.5,
        citations=["doc#1"] if arm == "rag" else [],
        retrieved=[],
        scores={"exact_match": float(score)},
    )


def _info(approach: Approach, summary: str) -> ApproachInfo:
    return ApproachInfo(id=approach, title=approach.label, summary=summary, strengths=(), costs=())


def _criterion(identifier: str, question: str, levels: str) -> Criterion:
    return Criterion(
        id=identifier,
        topic="The knowledge",
        ordered=True,
        question=question,
        help="",
        levels=tuple(
            Level(id=level, label=level.replace("_", " ").capitalize(), example="")
            for level in levels.split()
        ),
    )


def _rule() -> Rule:
    return Rule(
        id="SV001",
        name="answers-are-due-at-once",
        title="Answers are due at once",
        rationale="A search takes time.",
        when=Leaf.model_validate({"criterion": "data_volatility", "is": "weekly"}),
        grade=Grade.C,
        weights={},
        experiment="latency_cost",
        expects=Expectation(
            quantity="latency", approach=Approach.HYBRID, better_than=(Approach.RAG,)
        ),
    )


def _experiments() -> list[ExperimentResult]:
    """The hybrid takes 1.5 ms more than RAG."""
    times = {"baseline": 0.7, "rag": 23.0, "hybrid": 24.5}
    return [
        ExperimentResult(
            experiment="latency_cost",
            measured=[
                Measured(quantity="mean_ms", arm=arm, value=ms, low=ms - 0.2, high=ms + 0.2, n=50)
                for arm, ms in times.items()
            ],
            differences=[
                Comparison(
                    arm="hybrid",
                    against="rag",
                    metric="mean_ms",
                    difference=1.5,
                    low=1.1,
                    high=1.9,
                    p_value=0.001,
                )
            ],
        )
    ]


def _freshness() -> ExperimentResult:
    """Retrieval is right again once it is indexed anew."""
    shares = {"before": 0.8, "not_updated": 0.1, "updated": 0.7}
    measured = [
        Measured(
            quantity=f"right_on_changed_{time}",
            arm="rag",
            value=share,
            low=share - 0.1,
            high=share + 0.1,
            n=40,
        )
        for time, share in shares.items()
    ]
    taken = Measured(quantity="update_seconds", arm="rag", value=3.2, low=3.2, high=3.2, n=1)
    return ExperimentResult(experiment="freshness", measured=[*measured, taken])


def _source(identifier: str, authors: str, year: int, where: str) -> Source:
    title = f"A study by {authors}"
    return Source(id=identifier, authors=authors, year=year, title=title, where=where, kind="paper")


def _explanation() -> Explanation:
    changes = Finding(rule="KN001", because="the knowledge changes every week")
    fits = Finding(rule="KN008", because="the text fits into the prompt")
    static = FailedTest(criterion="data_volatility", found="weekly", needed=["static", "monthly"])
    return Explanation(
        sufficient=SufficientReason(
            answers={"data_volatility": "weekly"}, method="smallest", scope="all"
        ),
        n_flips={1: 1, 2: 4, 3: 0},
        tipping_points=[
            TippingPoint(finding=changes, multiplier=0.0, winner=Approach.PROMPTING),
            TippingPoint(finding=fits, multiplier=1.27, winner=Approach.PROMPTING),
        ],
        n_without_tipping_point=1,
        sources_left_out=[
            _left_out("D1", changes=True),
            _left_out("ovadia-2023", changes=True),
            _left_out("barnett-2024", changes=False),
        ],
        equal_weights=EqualWeights(tallies={}, winners=[Approach.RAG], agrees=True),
        why_not=[
            WhyNot(
                approach=Approach.PROMPTING,
                status=Status.ALLOWED,
                behind_db=8.2,
                against=[],
                silent=[SilentRule(finding=fits, db=6.0, failed=[static])],
            )
        ],
        why_ask=[],
    )


def _left_out(source: str, *, changes: bool) -> SourceLeftOut:
    winner = Approach.PROMPTING if changes else Approach.RAG
    return SourceLeftOut(
        source=source, rules=["KN001"], winner=winner, margin_db=0.4, changes_winner=changes
    )


def _robustness() -> Robustness:
    return Robustness(
        n_draws=10_000,
        rank_acceptability={
            Approach.RAG: [0.79, 0.2, 0.01, 0.0],
            Approach.PROMPTING: [0.2, 0.7, 0.1, 0.0],
        },
        pairwise={Approach.RAG: {Approach.PROMPTING: 0.81, Approach.HYBRID: 0.9}},
        beliefs=[
            Beliefs(
                approach=approach, first_rank=0.1, confidence=None, sentence=sentence, beliefs=[]
            )
            for approach, sentence in (
                (Approach.RAG, "RAG comes first in 79% of the draws."),
                (Approach.PROMPTING, "For prompting to win one would have to believe in it."),
            )
        ],
        priorities=["cost", "latency"],
    )


def _reason(rule: str, db: float, because: str, **details: object) -> Reason:
    return Reason.model_validate(
        {"rule": rule, "db": db, "because": because, "sources": ["D1"], **details}
    )


def _ranked(approach: Approach, score: float, support: float, **details: object) -> RankedApproach:
    values = {"status": Status.ALLOWED, "reasons": [], "against": [], **details}
    return RankedApproach.model_validate(
        {
            "approach": approach,
            "score_db": score,
            "support": support,
            "rank_acceptability": support,
            **values,
        }
    )


def _rag() -> RankedApproach:
    changes = _reason(
        "KN001",
        6.4,
        "the knowledge changes every week",
        sources=["ovadia-2023", "D1"],
        opposed_by=["barnett-2024"],
        answers={"data_volatility": "weekly"},
        grade="B",
    )
    labels = _reason("DT001", 3.1, "there is little to train on", grade="A")
    slow = _reason("SV001", -2.2, "every answer waits for a search")
    return _ranked(Approach.RAG, 9.4, 0.79, reasons=[labels, changes], against=[slow])


def _prompting() -> RankedApproach:
    against = _reason("KN002", -1.6, "the model cannot know last week's articles")
    return _ranked(Approach.PROMPTING, 1.2, 0.12, against=[against])


def _hybrid() -> RankedApproach:
    veto = VetoHit(
        veto="VT002",
        because="nothing can be trained",
        sources=["D1"],
        is_open=True,
        missing=["training_compute"],
    )
    return _ranked(Approach.HYBRID, -1.0, 0.08, status=Status.CONDITIONAL, vetoes=[veto])


def _fine_tune() -> RankedApproach:
    veto = VetoHit(
        veto="VT001", because="there is no labelled example", sources=["D1"], is_open=False
    )
    return _ranked(Approach.FINE_TUNE, -9.6, 0.0, status=Status.EXCLUDED, vetoes=[veto])


def _arm(name: str, approach: ArmApproach, quality: float, *, p50: float, p95: float) -> ArmResult:
    return ArmResult(
        name=name,
        approach=approach,
        title=f"what {name} is made of",
        feasible=True,
        cites=True,
        metrics={
            "exact_match": Interval(value=quality, low=quality - 0.1, high=quality + 0.09),
            "recall_at_5": Interval(value=0.934, low=0.921, high=0.946),
        },
        latency_ms=Latency(p50=p50, p95=p95, n_queries=50),
        throughput_per_second=143.2,
        fit_seconds=41.7,
        predict_seconds=1.2,
        cost_per_1000=0.00123,
        size_mb=4.31,
        notes=["fitted on the whole corpus"],
    )


def _data() -> DataSummary:
    return DataSummary(
        n_train=120,
        n_validation=40,
        n_test=78,
        n_documents=48,
        n_passages=2067,
        n_labels=0,
        n_unanswerable_test=8,
        n_duplicates_removed=3,
        n_conflicting_labels=0,
        n_test_seen_in_train=0,
        test_was_given=False,
        n_synthetic_test=0,
        refused=["questions.jsonl, line 17: no field 'question'"],
    )


def _protocol() -> TrialProtocol:
    return TrialProtocol(
        seed=0,
        margin=0.02,
        n_bootstrap=10_000,
        encoder="all-MiniLM-L6-v2",
        encoder_sha256="53aa51172d14",
        precision="bfloat16",
        threads=2,
        test_sha256="9f2c41d07b",
        data_fingerprint="6b7e90aa11",
        machine_hour_usd=0.1,
        versions={"torch": "2.8.0", "python": "3.12.3"},
        limits={"latency_ms": 500.0, "must_cite": True, "offline": False},
    )
