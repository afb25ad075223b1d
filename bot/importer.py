"""Training data out of the library: every case's `ask` lines are examples of ask/<its topic>."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.asks import CASES, ask_lines
from bot.components.classifiers import FROM_LIBRARY


class WeiquanImporter(RasaFileImporter):
    """Rasa's own importer of files, plus the library's ask lines; named in bot/config.yml.

    Rasa asks for the NLU data three times in one training; it is read once.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        cases: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        self._cases = Path(cases) if cases else CASES
        self._read: TrainingData | None = None

    def get_nlu_data(self, language: str | None = "zh") -> TrainingData:
        """Examples of data/nlu and one message for each ask line.

        A case file that cannot be read is the library check's business.
        """
        if self._read is None:
            written = super().get_nlu_data(language)
            lines = [
                Message({TEXT: line, INTENT: "ask", INTENT_RESPONSE_KEY: f"ask/{topic}", FROM_LIBRARY: True})
                for topic, line in ask_lines(self._cases)
            ]
            self._read = written.merge(TrainingData(lines))
        return self._read
