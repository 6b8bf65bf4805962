"""Proofs as JSON: what the server publishes, and what `croupier fairness verify` reads. Ids are in hexadecimal."""

import json
from typing import Any, Final

from pydantic import ValidationError

from protocol.replies import ProofView

PROOF_PREFIX: Final = "/proof/"
"""Where a server publishes them: this, and the id of the bet."""


def proof_to_json(proof: ProofView) -> bytes:
    """One JSON object: the fields of the message `proof` but its `id`."""
    fields = proof.model_dump(exclude={"id", "bet"})
    return json.dumps({"bet": proof.bet.hex(), **fields}).encode()


def proof_from_json(text: bytes) -> ProofView:
    """The proof in a JSON object; its `id`, if it has one, is left aside. Raises `ValueError` where there is none."""
    try:
        fields: dict[str, Any] = json.loads(text)
        fields |= {"id": b"", "bet": bytes.fromhex(fields["bet"])}
        fields["contributions"] = tuple(fields.get("contributions", ()))
        return ProofView.model_validate(fields)
    except (TypeError, KeyError, RecursionError, ValidationError) as error:
        raise ValueError(str(error)) from error
