"""Which act a message is (ask, inform, file_complaint, …), and which topic or door it is about."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack

from bot.components.linear import LinearModel, fit

RANKINGS = {"ask": "topic_ranking", "refer": "referral_ranking"}
"""Retrieval intents and the attribute in which their second half is ranked."""


_ROW = "weiquan_feature_row"


def feature_row(message: Message) -> csr_matrix | None:
    """All sentence features of a message as one sparse row, made once; None when it has none."""
    row = message.get(_ROW)
    if row is None:
        row = _joined_features(message)
        message.set(_ROW, row)
    return row


def _sentence_features(message: Message) -> list[csr_matrix]:
    """One row for each featurizer, in the order of the pipeline."""
    return [
        _sparse(features.features)
        for features in message.features
        if features.attribute == TEXT and features.type == FEATURE_TYPE_SENTENCE
    ]


def _sparse(row: csr_matrix | np.ndarray) -> csr_matrix:
    """The row as it is when it is sparse already: copying thousands of them takes half a minute."""
    if isinstance(row, csr_matrix) and row.dtype == np.float32:
        return row
    return csr_matrix(row, dtype=np.float32)


def _joined_features(message: Message) -> csr_matrix | None:
    parts = _sentence_features(message)
    return hstack(parts, format="csr", dtype=np.float32) if parts else None


def training_rows(messages: list[Message]) -> csr_matrix:
    """The feature rows of messages that all have features; stacked by featurizer, which is much faster."""
    columns = zip(*(_sentence_features(message) for message in messages))  # noqa: B905  (Python 3.10: equal by construction)
    return hstack([vstack(column, format="csr") for column in columns], format="csr", dtype=np.float32)


class _LinearComponent(GraphComponent):
    """What both classifiers share: one linear model a name, kept as npz."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        models: dict[str, LinearModel] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._models = models or {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"strictness": 0.5, "length": 6}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if float(config.get("strictness", 0.5)) <= 0:
            raise ValueError("strictness must be above 0")

    @classmethod
    def create(  # type: ignore[no-untyped-def]
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ):
        return cls(config, model_storage, resource)

    @classmethod
    def load(  # type: ignore[no-untyped-def]
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ):
        with model_storage.read_from(resource) as folder:
            models = {path.stem: LinearModel.read(path) for path in sorted(folder.glob("*.npz"))}
        return cls(config, model_storage, resource, models)

    def _learn(self, name: str, messages: list[Message], labels: list[str]) -> None:
        if labels:
            self._models[name] = fit(
                training_rows(messages), labels, strictness=float(self._config["strictness"])
            )

    def _keep(self) -> Resource:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "models.txt").write_text("\n".join(sorted(self._models)), "utf-8")
            for name, model in self._models.items():
                model.save(folder / f"{name}.npz")
        return self._resource


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActClassifier(_LinearComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`; a message without features gets no intent at confidence 0."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    def train(self, training_data: TrainingData) -> Resource:
        messages = [
            message for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)
        ]
        self._learn("acts", messages, [message.get(INTENT) for message in messages])
        return self._keep()

    def process(self, messages: list[Message]) -> list[Message]:
        model = self._models.get("acts")
        for message in messages:
            row = feature_row(message) if model else None
            ranking = model.ranking(row, int(self._config["length"])) if model and row is not None else []
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set("intent", dict(best), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(_LinearComponent, IntentClassifier):
    """Sets `topic_ranking` (from ask/<topic>) and `referral_ranking` (from refer/<door>) on every message."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    def train(self, training_data: TrainingData) -> Resource:
        for act, name in RANKINGS.items():
            messages = [
                message
                for message in training_data.intent_examples
                if message.get(TEXT) and message.get(INTENT) == act and message.get(INTENT_RESPONSE_KEY)
            ]
            self._learn(
                name, messages, [message.get(INTENT_RESPONSE_KEY).split("/", 1)[1] for message in messages]
            )
        return self._keep()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            row = feature_row(message)
            for name in RANKINGS.values():
                model = self._models.get(name)
                ranking = model.ranking(row, int(self._config["length"])) if model and row is not None else []
                message.set(name, ranking, add_to_output=True)
        return messages
