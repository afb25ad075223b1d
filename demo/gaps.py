"""The places of a letter that an officer fills by hand, filled as an officer would."""

from __future__ import annotations

import re
from random import Random

from desk.letters import texts

from .office import Office

AGREED = "agreement"


def filled(office: Office, letter: str, amount: int, rng: Random) -> str:
    """Return the letter with no place left open; `amount` is what the dispute is about, in yuan."""
    mark = re.escape(texts().mark).replace(re.escape("{name}"), "(.+?)")
    agreement = rng.choice(office.words["agreements"]).format(
        half=amount // 2, most=amount * 7 // 10, some=max(50, amount // 10)
    )
    said = {**office.words["gaps"], texts().places[AGREED]: agreement}
    return re.sub(mark, lambda found: str(said.get(found[1], office.words["otherwise"])), letter)
