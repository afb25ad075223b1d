"""The only tokenizer of the pipeline: jieba words of our own dictionary through spaCy."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.components.language import open_language


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class WeiquanTokenizer(Tokenizer):
    """Words with exact offsets into the message; spaces are no words."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._segment = open_language().tokenizer

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WeiquanTokenizer:
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The words of the attribute, each with its start and end."""
        tokens = []
        start = 0
        for word in self._segment(message.get(attribute)):
            if not word.text.isspace():
                tokens.append(Token(word.text, start))
            start += len(word.text)
        return tokens
