"""What a case's own lines say about the topic, beside the topic classifiers."""

from __future__ import annotations

import numpy as np

from knowledge.features import NAMES
from knowledge.fusion import RANKED, Fusion, pick

TOPICS = np.array([0, 0, 1, 1])
WEIGHTS = tuple(10.0 if name == "learned" else 0.0 for name in RANKED)
FITTED = Fusion(WEIGHTS, (1.0,) * 8, 0.0, 0.6, 0.2)
FIT = (0.3, 0.0, 0.6, 0.3)  # the same lead within either topic, but the second topic's lines fit better


def scores(*topic_chances: float, nearest: float = 0.0) -> np.ndarray:
    """Scores of four cases, two a topic, whose topics the classifiers give these chances; `nearest` line by n-grams."""
    table = np.zeros((4, len(NAMES)))
    table[:, NAMES.index("learned")] = FIT
    table[:, NAMES.index("ngram")] = nearest
    table[:, NAMES.index("topic")] = np.log(np.repeat(topic_chances, 2))
    return FITTED.scores(table, TOPICS)


def test_between_topics_that_stand_level_the_one_whose_lines_fit_leads():
    found = scores(0.5, 0.5, nearest=0.6)
    assert np.argmax(found) == 2
    assert found[2] - found[0] > 0.3


def test_where_no_line_is_near_the_least_far_says_next_to_nothing_about_the_topic():
    found = scores(0.5, 0.5, nearest=0.1)
    assert 0 < found[2] - found[0] < 0.3
    assert np.argmax(scores(0.6, 0.4, nearest=0.1)) == 0


def test_a_topic_of_many_cases_is_not_worth_less_where_no_line_is_near():
    topics = np.array([0, 0, 0, 1])
    even = np.log([0.2, 0.2, 0.2, 0.4])
    assert topics[pick(even, topics, 3, near=0.0)[0]] == 0, "three fifths for its cases together"
    assert pick(even, topics, 3, near=1.0)[0] == 3, "the likeliest case where a line is near"


def test_topic_classifiers_that_are_sure_are_not_drowned_by_lines_that_fit():
    assert np.argmax(scores(0.9, 0.1)) == 0


def test_within_a_topic_the_lead_stays_what_the_lines_say():
    found = scores(0.5, 0.5)
    np.testing.assert_allclose(found[0] - found[1], found[2] - found[3])
    np.testing.assert_allclose(found[0] - found[1], 3.0)
