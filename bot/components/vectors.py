"""Dense text features: the mean of the words' vectors, weighted by how rare the words are here."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import settings
from bot.errors import ContentRefused
from knowledge import vectors as word_vectors


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class VectorFeaturizer(DenseFeaturizer, GraphComponent):
    """Sentence vector from the vectors of the spaCy folder (mapped from disk, shared with the library's search)."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "weight": 1.0}

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        idf: dict[str, float] | None = None,
        unseen: float = 1.0,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._idf = idf or {}
        self._unseen = unseen
        self._vectors = word_vectors.load(settings.load().vectors_dir)

    @property
    def width(self) -> int:
        """Numbers in a vector; 1 when there are no vectors at all."""
        return self._vectors.width if self._vectors is not None else 1

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VectorFeaturizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to refuse: the only option is a weight."""

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the idf of the words; words never seen weigh as the rarest ones do."""
        texts = [
            {token.text for token in message.get(TOKENS_NAMES[TEXT])}
            for message in training_data.training_examples
            if message.get(TEXT)
        ]
        seen = Counter(word for text in texts for word in text)
        self._idf = {
            word: math.log((1 + len(texts)) / (1 + count)) + 1 for word, count in seen.items() if count > 1
        }
        self._unseen = math.log((1 + len(texts)) / 2) + 1
        with self._model_storage.write_to(self._resource) as folder:
            state = {"idf": self._idf, "unseen": self._unseen, "width": self.width}
            (folder / "idf.json").write_text(json.dumps(state, ensure_ascii=False), "utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VectorFeaturizer:
        with model_storage.read_from(resource) as folder:
            state = json.loads((folder / "idf.json").read_text("utf-8"))
        made = cls(
            config, execution_context.node_name, model_storage, resource, state["idf"], state["unseen"]
        )
        if made.width != state["width"]:
            raise ContentRefused(
                f"the model was trained with word vectors of {state['width']} numbers, there are {made.width} now: "
                "run python -m bot.training"
            )
        return made

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add one row of sentence features to each message with text."""
        for message in messages:
            if message.get(TEXT):
                row = self.sentence_vector([token.text for token in message.get(TOKENS_NAMES[TEXT])])
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def sentence_vector(self, words: list[str]) -> np.ndarray:
        """One row of length `weight`: the weighted mean of the words that have a vector; zeros if none has."""
        if self._vectors is None:
            return np.zeros((1, self.width), dtype=np.float32)
        mean = self._vectors.average(words, self._idf, self._unseen)
        return (mean * float(self._config["weight"])).reshape(1, -1).astype(np.float32)
