"""The baseline of `bench.evaluate`: the case of the nearest `ask` line by character n-grams, always answered."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge import outcomes
from knowledge.citations import plain
from knowledge.library import Library


class NearestAsk:
    """Character 1-2-gram tf-idf, cosine; no refusal, no topic model, no calibration."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.cases = [case for case in library.cases() for _ in case.ask]
        self.vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
        self.lines = self.vectors.fit_transform([line for case in library.cases() for line in case.ask])

    def predictions(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        similar = (self.vectors.transform([row["text"] for row in rows]) @ self.lines.T).toarray()
        return [self._prediction(row, line) for row, line in zip(rows, similar, strict=True)]

    def _prediction(self, row: dict[str, Any], similar: np.ndarray) -> dict[str, Any]:
        best: dict[str, float] = {}
        for number in np.argsort(-similar)[:60]:
            best.setdefault(self.cases[number].id, float(similar[number]))
        cases: list[dict[str, Any]] = [
            {"id": id, "topic": self.library.case(id).topic, "score": score}
            for id, score in list(best.items())[:5]
        ]
        lead = self.library.case(cases[0]["id"])
        basis = [plain(citation, self.library.laws) for citation in outcomes.basis_of(lead, None)]
        return {"id": row["id"], "decision": "answer", "cases": cases, "basis": basis, "seconds": 0.0}
