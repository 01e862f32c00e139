"""What is known of a project's people when a task of it is settled: their skills, and the crowd they make."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from review.consensus import DEFAULT_SKILL, Crowd, crowd_from_json
from review.habits import habits_of
from review.models import CrowdEstimate, Skill


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One project's crowd, the skill of each of its people that has one, and the tasks it rests on."""

    crowd: Crowd
    skills: dict[int, float]
    experience: dict[int, float] = field(default_factory=dict)

    def skill(self, annotator: int) -> float:
        return self.skills.get(annotator, DEFAULT_SKILL)


def knowledge(*, projects: Collection[int], people: Collection[int]) -> dict[int, Knowledge]:
    """Knowledge by project, of these people only: four queries however many projects."""
    crowds = CrowdEstimate.objects.in_bulk(projects)
    habits = habits_of(projects=projects, people=people)
    known = {}
    for project in projects:
        crowd = crowd_from_json(crowds[project].estimate) if project in crowds else Crowd()
        known[project] = Knowledge(replace(crowd, habits=habits.get(project, {})), {})
    skills = Skill.objects.filter(project__in=projects, person__in=people)
    for project, person, estimate, weight in skills.values_list(
        "project_id", "person_id", "estimate", "weight"
    ):
        known[project].skills[person] = estimate
        known[project].experience[person] = weight
    return known
