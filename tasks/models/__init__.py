"""Tables of projects, batches, the queue and submissions; import them from here."""

from tasks.models.batches import Archive, Batch, Image, Job
from tasks.models.doors import ModelDoor, Prelabelling
from tasks.models.gold import Entrance, GoldTask
from tasks.models.predictions import Prediction
from tasks.models.projects import MAX_SEATS, GuidePicture, LabelSchema, Project
from tasks.models.queue import Assignment, EndedSeat, Lane, LostLease, QueueCursor, Task
from tasks.models.returns import Return, Withheld
from tasks.models.routing import BatchRank, ProjectPause, Route, SiteRevision
from tasks.models.submissions import ProblemReport, Submission

__all__ = [
    "MAX_SEATS",
    "Archive",
    "Assignment",
    "Batch",
    "BatchRank",
    "EndedSeat",
    "Entrance",
    "GoldTask",
    "GuidePicture",
    "Image",
    "Job",
    "LabelSchema",
    "Lane",
    "LostLease",
    "ModelDoor",
    "Prediction",
    "Prelabelling",
    "ProblemReport",
    "Project",
    "ProjectPause",
    "QueueCursor",
    "Return",
    "Route",
    "SiteRevision",
    "Submission",
    "Task",
    "Withheld",
]
