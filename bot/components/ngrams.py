"""Sparse text features: n-grams of characters, sounds and words with sublinear counts and idf weights."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.components.windows import opening, windows
from knowledge.figures import normal
from knowledge.varieties import sounds, standard

UNITS = ("character", "sound", "word")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_GAP = re.compile(r"[\s，。！？!?；;、,：:~～…—\-()（）\[\]【】\"“”‘’'《》<>]+")


def fold(text: str) -> str:
    """What counts as the same for classification: case, which number it is, dialect words and script do not matter."""
    return _DIGITS.sub("0", standard(normal(text)))


def character_grams(text: str, low: int, high: int) -> list[str]:
    """N-grams of `low` to `high` characters inside stretches between punctuation, edges marked by a space."""
    grams: list[str] = []
    for stretch in _GAP.split(fold(text)):
        if stretch:
            padded = f" {stretch} "
            for size in range(low, high + 1):
                if size == 1:
                    grams.extend(stretch)
                else:
                    grams.extend([padded[start : start + size] for start in range(len(padded) - size + 1)])
    return grams


def sound_grams(text: str, low: int, high: int) -> list[str]:
    """N-grams of `low` to `high` syllables inside stretches between punctuation, so that a homophone is no stranger."""
    grams: list[str] = []
    for stretch in _GAP.split(fold(text)):
        heard = sounds(stretch)
        for size in range(low, high + 1):
            grams.extend([" ".join(heard[start : start + size]) for start in range(len(heard) - size + 1)])
    return grams


def word_grams(words: list[str], low: int, high: int) -> list[str]:
    """N-grams of `low` to `high` words; punctuation is no word."""
    kept = [fold(word) for word in words if not _GAP.fullmatch(word)]
    grams: list[str] = []
    for size in range(low, high + 1):
        grams.extend(["\x1f".join(kept[start : start + size]) for start in range(len(kept) - size + 1)])
    return grams


class Vocabulary:
    """The n-grams a model knows, each with its column and idf weight."""

    def __init__(self, columns: dict[str, int], idf: np.ndarray) -> None:
        self.columns = columns
        self.idf = idf

    @classmethod
    def fit(cls, texts: Iterable[Iterable[str]], least: int) -> Vocabulary:
        """Learn the n-grams that occur in at least `least` of the texts (each a bag of n-grams)."""
        seen: Counter[str] = Counter()
        total = 0
        for grams in texts:
            seen.update(set(grams))
            total += 1
        kept = sorted(gram for gram, count in seen.items() if count >= least)
        idf = [math.log((1 + total) / (1 + seen[gram])) + 1 for gram in kept]
        return cls({gram: column for column, gram in enumerate(kept)}, np.asarray(idf, dtype=np.float32))

    def weigh(self, grams: Iterable[str]) -> dict[int, float]:
        """Columns and weights of one window, of length 1 (or empty): (1 + log count) · idf."""
        columns = self.columns
        counts = Counter(map(columns.get, grams))
        counts.pop(None, None)
        weights = {
            column: (1 + math.log(count)) * float(self.idf[column]) for column, count in counts.items()
        }
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {column: weight / norm for column, weight in weights.items()} if norm else {}


def mean_row(rows: list[dict[int, float]], width: int) -> csr_matrix:
    """The mean of window rows as one row of length 1."""
    total: dict[int, float] = {}
    for row in rows:
        for column, weight in row.items():
            total[column] = total.get(column, 0.0) + weight
    indices = np.fromiter(total.keys(), dtype=np.int32, count=len(total))
    values = np.fromiter(total.values(), dtype=np.float32, count=len(total))
    norm = float(np.linalg.norm(values))
    order = np.argsort(indices)
    values = values[order] / norm if norm else values
    return csr_matrix((values, indices[order], np.array([0, len(indices)])), shape=(1, width))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Sentence features from n-grams of `unit: character | sound | word`; long texts are averaged over windows."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "unit": "character",
            "low": 1,
            "high": 4,
            "least": 2,
            "weight": 1.0,
        }

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = vocabulary

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if config.get("unit") not in UNITS:
            raise ValueError(f"NgramFeaturizer: unit must be one of {UNITS}, not {config.get('unit')!r}")

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary and keep it as JSON with the weights beside it."""
        texts = (
            [gram for bag in self._bags(message) for gram in bag]
            for message in training_data.training_examples
            if message.get(TEXT)
        )
        self._vocabulary = Vocabulary.fit(texts, int(self._config["least"]))
        with self._model_storage.write_to(self._resource) as folder:
            grams = json.dumps(list(self._vocabulary.columns), ensure_ascii=False)
            (folder / "grams.json").write_text(grams, "utf-8")
            np.save(folder / "idf.npy", self._vocabulary.idf, allow_pickle=False)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        with model_storage.read_from(resource) as folder:
            grams = json.loads((folder / "grams.json").read_text("utf-8"))
            idf = np.load(folder / "idf.npy", allow_pickle=False)
        vocabulary = Vocabulary({gram: column for column, gram in enumerate(grams)}, idf)
        return cls(config, execution_context.node_name, model_storage, resource, vocabulary)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add one row of sentence features to each message with text."""
        assert self._vocabulary is not None
        width = len(self._vocabulary.columns)
        for message in messages:
            if message.get(TEXT):
                row = mean_row([self._vocabulary.weigh(bag) for bag in self._bags(message)], width)
                message.add_features(
                    Features(
                        row * float(self._config["weight"]), FEATURE_TYPE_SENTENCE, TEXT, self._identifier
                    )
                )
        return messages

    def _bags(self, message: Message) -> Iterator[list[str]]:
        low, high = int(self._config["low"]), int(self._config["high"])
        if self._config["unit"] != "word":
            grams_of = sound_grams if self._config["unit"] == "sound" else character_grams
            text = message.get(TEXT)
            for window in windows(text[opening(text) :]):
                yield grams_of(window, low, high)
        else:
            begin = opening(message.get(TEXT))
            words = [token.text for token in message.get(TOKENS_NAMES[TEXT]) if token.start >= begin]
            for start in range(0, max(len(words), 1), 70):
                yield word_grams(words[start : start + 70], low, high)
