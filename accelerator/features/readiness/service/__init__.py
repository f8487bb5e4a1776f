"""What changes an idea's readiness, or how a programme counts it."""

from accelerator.features.readiness.service.asking import (
    answer_request,
    ask_expert,
    make_milestone,
    withdraw_request,
)
from accelerator.features.readiness.service.proving import (
    approve_not_applicable,
    claim,
    give_evidence,
    say_not_applicable,
    verify,
    withdraw_evidence,
)

__all__ = [
    "answer_request", "approve_not_applicable", "ask_expert", "claim", "give_evidence",
    "make_milestone", "say_not_applicable", "verify", "withdraw_evidence", "withdraw_request",
]  # fmt: skip
