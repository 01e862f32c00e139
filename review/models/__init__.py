"""Tables of review: what was concluded, how good people are, the datasets; import them from here."""

from review.models.releases import Release, ReleaseFile
from review.models.settled import Adjudication, Consensus, CrowdEstimate, Dispute, Skill

__all__ = [
    "Adjudication",
    "Consensus",
    "CrowdEstimate",
    "Dispute",
    "Release",
    "ReleaseFile",
    "Skill",
]
