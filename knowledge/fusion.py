"""How the measurements become one calibrated probability, learned from the library itself.

Every ask line is put as a question with itself left out; so are topic-labelled example lines, letters
composed of several of them, and lines that are not ours. First a ranking weight per measurement is learned,
then a calibration of the winner, then the thresholds for answering, offering a choice, and passing.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from knowledge.features import NAMES
from knowledge.index import KINDS, Index, Row, RowKind
from knowledge.learned import shares
from knowledge.vectors import Array

WANTED_PRECISION = 0.75  # mean worth of answers given without a choice, on the calibration questions
# Below this the first case is wrong too often to be told as the answer; three to choose from are not.
LEAST_ANSWER = 0.58
FOREIGN_COST = 1.0  # how bad offering cases to a foreign line is, against not offering the right one
LIMITS = {RowKind.ASK: 900, RowKind.TOPIC: 850, RowKind.NEGATIVE: 400}
LETTERS = 160
PENALTY = 1e-3
TEMPER = 0.8  # slope of the log odds: other people's questions bear out less than our own lines promise
SAME_LINE = 8.0  # log odds for a text that is itself an ask line
SAY = 0.8  # how much the lines of a topic's cases say about the topic, beside the topic classifiers, where one is near
FAINTLY = 0.05  # the same where none is near: which of them is then the least far says nothing
NEAR = (0.2, 0.5)  # n-gram likeness of the nearest line: at the first none is near, from the second on one is
FAINT = -12.0  # log odds below which a topic's cases all fit equally badly
NEIGHBOUR = 0.8  # what another case of the right topic is worth
CALIBRATED = 4  # candidates per question that the calibration learns from


@dataclass(frozen=True)
class Question:
    """A known text: rows to leave out, and the case or topic that is right ('' = nothing is)."""

    text: str
    rows: tuple[int, ...]
    case: str
    topic: str


@dataclass(frozen=True)
class Fusion:
    """Learned numbers. All weights are zero or more: no measurement can speak against a case it fits.

    A case's log odds are those of its topic plus its own among the cases of the topic, where `rank` weighs the columns
    of RANKED. Those of the topic come from the topic classifiers, which learn from many more lines of many manners than
    a case has, and by SAY from how well the topic's cases fit: all of it would drown the classifiers, none of it loses
    lines that a case knows nearly word for word. `calibration` weighs the columns of `evidence`; thresholds are
    probabilities.
    """

    rank: tuple[float, ...]
    calibration: tuple[float, ...]
    intercept: float
    answer: float
    choose: float

    def scores(self, measured: Array, topics: Array) -> Array:
        """One ranking score a case; differences are log odds between cases of one question.

        `topics`: the position of each case's topic.
        """
        within = measured[:, : len(RANKED)] @ np.array(self.rank)
        within = within - within.max()
        fit = np.log(np.bincount(topics, weights=np.exp(within)) + 1e-9)[topics]
        of_topic = measured[:, NAMES.index("topic")] + _say(measured) * np.maximum(fit, FAINT)
        return np.asarray(within - fit + of_topic + SAME_LINE * _same(measured))

    def probabilities(self, measured: Array, scores: Array) -> Array:
        """For every case the probability that it is the right one."""
        logit = TEMPER * (evidence(measured, scores) @ np.array(self.calibration) + self.intercept)
        logit = logit + SAME_LINE / 2 * _same(measured)
        return np.asarray(1 / (1 + np.exp(-logit)))


RANKED = tuple(name for name in NAMES if name not in ("topic_own", "topic", "foreign"))
UNTRAINED = Fusion(tuple([1.0] * len(RANKED)), (1.0, 1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0), -2.0, 0.6, 0.2)


def nearness(measured: Array) -> float:
    """How near the nearest line of any case is to the text: 0 when none is, 1 when one is."""
    far, near = NEAR
    nearest = float(measured[:, NAMES.index("ngram")].max(initial=0))
    return float(np.clip((nearest - far) / (near - far), 0, 1))


def _say(measured: Array) -> float:
    """What the cases' lines may say about the topic: much when one of them is near, else next to nothing."""
    return FAINTLY + (SAY - FAINTLY) * nearness(measured)


def _same(measured: Array) -> Array:
    """1 where a text is a line of the case but for a word, 0 where it is not; leaving lines out never shows that."""
    return np.clip((measured[:, NAMES.index("ngram")] - 0.75) / 0.2, 0, 1)


def evidence(measured: Array, scores: Array) -> Array:
    """What the calibration sees of each case: its lead over the best other, its share, and how much there is at all."""
    column = {name: measured[:, i] for i, name in enumerate(NAMES)}
    order = np.argsort(scores)
    best, second = scores[order[-1]], scores[order[-2]] if len(scores) > 1 else scores[order[-1]] - 8
    lead = scores - np.where(np.arange(len(scores)) == order[-1], second, best)
    return np.column_stack(
        [
            np.clip(lead, -8, 8),
            shares(scores, 1.0),
            column["ngram"],
            column["bm25_top"],
            column["vector_top"],
            column["learned"] + column["topic_own"],
            column["topic"],
            -column["foreign"],
        ]
    )


def pick(scores: Array, topics: Array, limit: int, near: float = 1.0) -> list[int]:
    """The best case first, then each time the case that helps most beside those picked.

    `near`: the text's `nearness`. Where no line is near, the first case is the best of the likeliest topic, not the
    likeliest case: a topic of many cases is not worth less for it.

    A case helps when it is the right one, and by NEIGHBOUR when it is the first shown of the right topic: so that a
    choice offers different matters where the topic is open, and near cases where it is clear. `topics`: the position
    of each case's topic.
    """
    right = shares(scores, 1.0)
    neighbours = np.bincount(topics, weights=right)[topics] - right
    order = [int(np.argmax(right + NEIGHBOUR * (1 - near) * neighbours))]
    gain = right + NEIGHBOUR * neighbours
    while len(order) < min(limit, len(scores)):
        seen = np.isin(topics, topics[order])
        gain[seen] = ((1 - NEIGHBOUR) * right)[seen]
        gain[order] = -1.0
        order.append(int(np.argmax(gain)))
    return order


def questions(index: Index, rows: Sequence[Row]) -> list[Question]:
    """The questions to learn from, evenly drawn, always the same for the same library."""
    chosen: list[Question] = []
    for kind, limit in LIMITS.items():
        found = np.flatnonzero(index.row_kind == KINDS.index(kind))
        step = max(1.0, len(found) / limit)
        picked = [int(found[int(i * step)]) for i in range(int(len(found) / step))]
        chosen += [Question(rows[i].text, (i,), rows[i].case, rows[i].topic) for i in picked]
    return chosen + list(_letters(index, rows))


def _letters(index: Index, rows: Sequence[Row]) -> Iterator[Question]:
    """Long texts made of two to five lines on the same topic, as people tell a whole story."""
    lines: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        if row.kind in (RowKind.TOPIC, RowKind.NEGATIVE):
            lines.setdefault(row.topic, []).append(i)
    dice = random.Random(12315)
    topics = sorted(topic for topic, held in lines.items() if len(held) >= 6)
    for n in range(LETTERS if topics else 0):
        topic = topics[n % len(topics)]
        picked = dice.sample(lines[topic], dice.randint(2, 5))
        yield Question("。".join(rows[i].text for i in picked), tuple(picked), "", topic)


Measure = Callable[[Question], Array]


def fit(index: Index, asked: Sequence[Question], measure: Measure) -> Fusion:
    """Learn from the questions; `measure` gives cases × NAMES with the question's rows left out."""
    measured = [(question, measure(question)) for question in asked]
    known = [(question, values) for question, values in measured if question.topic]
    if len(known) < 30:
        return UNTRAINED
    rank = _fit_rank(index, known)
    partial = Fusion(tuple(map(float, rank)), UNTRAINED.calibration, 0.0, 0.0, 0.0)
    calibration, intercept = _fit_calibration(index, measured, partial)
    fusion = Fusion(partial.rank, tuple(map(float, calibration)), float(intercept), 0.0, 0.0)
    answer, choose = _thresholds(index, measured, fusion)
    return Fusion(fusion.rank, fusion.calibration, fusion.intercept, answer, choose)


def right(index: Index, question: Question) -> Array:
    """Which cases answer the question: its case, or any of its topic."""
    if question.case:
        return np.array([id == question.case for id in index.case_ids])
    return np.array([bool(question.topic) and topic == question.topic for topic in index.case_topics])


def worth(index: Index, question: Question) -> Array:
    """1 for the right case, NEIGHBOUR for another of its topic (often as helpful), 0 for the rest."""
    topic = np.array([bool(question.topic) and held == question.topic for held in index.case_topics])
    return np.asarray(np.maximum(right(index, question) * 1.0, topic * NEIGHBOUR))


def _fit_rank(index: Index, known: Sequence[tuple[Question, Array]]) -> Array:
    """Conditional logit: the right case against the others of its topic."""
    asked = [(question, values) for question, values in known if question.case]
    most = max(Counter(index.case_topics).values())
    stack = np.zeros((len(asked), most, len(RANKED)))
    absent = np.ones((len(asked), most), dtype=bool)
    for n, (question, values) in enumerate(asked):
        own = index.case_at[question.case]
        rivals = np.flatnonzero(index.case_topic_at == index.case_topic_at[own])
        group = [own, *rivals[rivals != own]]
        stack[n, : len(group)] = values[group, : len(RANKED)]
        absent[n, : len(group)] = False
    scale = stack[~absent].std(axis=0) + 1e-6
    stack /= scale

    def loss(weights: Array) -> tuple[float, Array]:
        scores = np.where(absent, -np.inf, stack @ weights)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        slope = (chances[:, :, None] * stack).sum(axis=1) - stack[:, 0]
        value = -np.log(chances[:, 0] + 1e-12).mean() + PENALTY * weights @ weights
        return float(value), slope.mean(axis=0) + 2 * PENALTY * weights

    return _positive(loss, np.full(stack.shape[2], 0.3)) / scale


def _fit_calibration(
    index: Index, measured: Sequence[tuple[Question, Array]], fusion: Fusion
) -> tuple[Array, float]:
    """Logistic regression on the leading cases of every question, its weights not negative."""
    features, labels = [], []
    for question, values in measured:
        scores = fusion.scores(values, index.case_topic_at)
        table, good = evidence(values, scores), worth(index, question)
        for i in np.argsort(-scores)[:CALIBRATED]:
            features.append(table[i])
            labels.append(float(good[i]))
    stack, wanted = np.array(features, dtype=np.float64), np.array(labels)
    middle, scale = stack.mean(axis=0), stack.std(axis=0) + 1e-6
    stack = np.hstack([(stack - middle) / scale, np.ones((len(stack), 1))])

    def loss(weights: Array) -> tuple[float, Array]:
        logit = stack @ weights
        chances = 1 / (1 + np.exp(-logit))
        value = np.mean(np.logaddexp(0, logit) - wanted * logit) + PENALTY * weights[:-1] @ weights[:-1]
        slope = stack.T @ (chances - wanted) / len(wanted)
        slope[:-1] += 2 * PENALTY * weights[:-1]
        return float(value), slope

    found = _positive(loss, np.full(stack.shape[1], 0.1), free=1)
    weights = found[:-1] / scale
    return weights, float(found[-1] - weights @ middle)


def _positive(loss: Callable[[Array], tuple[float, Array]], start: Array, free: int = 0) -> Array:
    """The weights of least loss, none below zero but the last `free` ones."""
    from scipy.optimize import minimize  # only a build fits

    bounds = [(0, None)] * (len(start) - free) + [(None, None)] * free
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _thresholds(
    index: Index, measured: Sequence[tuple[Question, Array]], fusion: Fusion
) -> tuple[float, float]:
    """(answer, choose): the least probability with the wanted precision, and the one that loses least.

    Lost is a question whose right case would have been among three to choose from, or a foreign line that is
    offered cases; a foreign line counts FOREIGN_COST questions.
    """
    tops, hits, foreign, offered = [], [], [], []
    for question, values in measured:
        scores = fusion.scores(values, index.case_topic_at)
        top = int(np.argmax(scores))
        tops.append(float(fusion.probabilities(values, scores)[top]))
        hits.append(float(worth(index, question)[top]))
        offered.append(bool(right(index, question)[np.argsort(-scores)[:3]].any()))
        foreign.append(not question.topic)
    probability, hit, strange, useful = np.array(tops), np.array(hits), np.array(foreign), np.array(offered)
    answer = 0.9
    for limit in np.arange(LEAST_ANSWER, 0.90, 0.02):
        above = probability >= limit
        if above.any() and hit[above].mean() >= WANTED_PRECISION:
            answer = float(limit)
            break
    if not strange.any():
        return round(answer, 3), round(answer / 3, 3)
    # Three to choose from hold the right one far more often than the first: six tenths of an answer's chance are enough.
    limits = np.arange(0.05, 0.6 * answer, 0.01)
    lost = [
        (probability[useful & ~strange] < limit).mean()
        + FOREIGN_COST * (probability[strange] >= limit).mean()
        for limit in limits
    ]
    return round(answer, 3), round(float(limits[int(np.argmin(lost))]), 3)


def as_plain(fusion: Fusion) -> dict[str, object]:
    return asdict(fusion)


def from_plain(raw: dict[str, object]) -> Fusion:
    names = Fusion.__dataclass_fields__
    values = {
        key: tuple(held) if isinstance(held, list) else held for key, held in raw.items() if key in names
    }
    return Fusion(**values)  # type: ignore[arg-type]
