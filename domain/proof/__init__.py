"""Proof: photos as one PDF."""

from domain.proof.actions import join_photos, keep_joined
from domain.proof.queries import Unjoined, unjoined

__all__ = ["Unjoined", "join_photos", "keep_joined", "unjoined"]
