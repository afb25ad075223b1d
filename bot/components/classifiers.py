"""Which act a message is (ask, inform, file_complaint, …), whose matter it is, and of which topic or door."""

from __future__ import annotations

from collections.abc import Iterable
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
MATTERS = (*RANKINGS, "file_complaint", "report_violation", "merchant_side", "chitchat")
"""Acts that tell whose matter a message is: a consumer's, another door's, a merchant's, nobody's."""
FROM_LIBRARY = "from_library"
"""Set on a training message that is an ask line of a case, not a text of data/nlu."""

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
        return {"strictness": 0.5, "length": 6, "library": 1.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if float(config.get("strictness", 0.5)) <= 0:
            raise ValueError("strictness must be above 0")
        if float(config.get("library", 1.0)) <= 0:
            raise ValueError("library, the weight of the cases' ask lines, must be above 0")

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
            library = float(self._config["library"])
            weights = [library if message.get(FROM_LIBRARY) else 1.0 for message in messages]
            self._models[name] = fit(
                training_rows(messages), labels, weights, strictness=float(self._config["strictness"])
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
class MatterClassifier(_LinearComponent, IntentClassifier):
    """Sets `matter_ranking` (shares of MATTERS), `topic_ranking` (ask/<topic>) and `referral_ranking` (refer/<door>).

    One model decides between all topics, doors and other matters at once: a labour quarrel is told from a consumer's by
    what it is about, which a classifier of acts, for whom all consumers' questions are one class, sees less well.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    def train(self, training_data: TrainingData) -> Resource:
        messages = [
            message
            for message in training_data.intent_examples
            if message.get(TEXT) and message.get(INTENT) in MATTERS
        ]
        self._learn(
            "matters",
            messages,
            [message.get(INTENT_RESPONSE_KEY) or message.get(INTENT) for message in messages],
        )
        return self._keep()

    def process(self, messages: list[Message]) -> list[Message]:
        model, length = self._models.get("matters"), int(self._config["length"])
        for message in messages:
            row = feature_row(message)
            ranking = model.ranking(row, len(model.classes)) if model and row is not None else []
            by_act: dict[str, list[tuple[str, float]]] = {}
            for found in ranking:
                act, _, part = str(found["name"]).partition("/")
                by_act.setdefault(act, []).append((part, float(found["confidence"])))
            shares = {act: sum(share for _, share in parts) for act, parts in by_act.items()}
            message.set("matter_ranking", _ranked(shares.items(), len(MATTERS)), add_to_output=True)
            for act, name in RANKINGS.items():
                parts = by_act.get(act, [])
                message.set(name, _ranked(parts, length, whole=shares.get(act, 1.0)), add_to_output=True)
        return messages


def _ranked(
    shares: Iterable[tuple[str, float]], length: int, whole: float = 1.0
) -> list[dict[str, float | str]]:
    """The largest shares of `whole` as {name, confidence}, best first."""
    best = sorted(shares, key=lambda share: -share[1])[:length]
    return [{"name": name, "confidence": round(share / max(whole, 1e-9), 6)} for name, share in best]
