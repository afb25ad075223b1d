"""What can go wrong with messages from and to a channel."""

from __future__ import annotations

from .base import DeskError, NotFound


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"


class ClaimLost(DeskError):
    code = "claim_lost"


class ProofReused(DeskError):
    code = "proof_reused"


class TokenUnavailable(DeskError):
    code = "token_unavailable"
