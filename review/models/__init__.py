"""Tables of review: what was concluded, how good people are, the datasets; import them from here."""

from review.models.checks import CheckedAnswer, CheckPolicy, SpotCheck
from review.models.comments import Comment, Thread
from review.models.gold import Appeal, Consequence, GoldRule, GoldScore
from review.models.habits import Habit, Question
from review.models.quality import Quality
from review.models.releases import Difference, Release, ReleaseFile
from review.models.settled import Adjudication, Consensus, CrowdEstimate, Dispute, Skill

__all__ = [
    "Adjudication",
    "Appeal",
    "CheckPolicy",
    "CheckedAnswer",
    "Comment",
    "Consensus",
    "Consequence",
    "CrowdEstimate",
    "Difference",
    "Dispute",
    "GoldRule",
    "GoldScore",
    "Habit",
    "Quality",
    "Question",
    "Release",
    "ReleaseFile",
    "Skill",
    "SpotCheck",
    "Thread",
]
