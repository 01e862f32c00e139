"""The full pass finds how people answer a project's questions, and settling reckons with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from review import crowds, settle, skills
from review.models import Consensus, Habit, Question
from tasks.models import Project, Task
from tests.factories import box, make_batch, make_person, make_project, make_site, make_tasks, payload
from tests.labelling import answer, answer_all
from workers.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SCENES = ["in", "out", "both"]
SPEC = {
    "classes": [],
    "tags": [
        {
            "key": "scene",
            "names": {"en": "Scene"},
            "kind": "single",
            "required": True,
            "options": [{"key": key, "names": {"en": key}} for key in SCENES],
        },
        {
            "key": "flags",
            "names": {"en": "Flags"},
            "kind": "multiple",
            "options": [{"key": "dark", "names": {"en": "dark"}}],
        },
    ],
}


@pytest.fixture
def crew(transactional_db: None) -> tuple[Project, list[Person]]:
    """Four people of one site; the last calls everything outside "both"."""
    site = make_site()
    people = [make_person(site=site, username=name) for name in ("an", "bo", "chen", "deng")]
    return make_project(SPEC, sites=[site], overlap=4, max_overlap=4, settle_threshold=0.0), people


def label(project: Project, people: list[Person], count: int) -> list[Task]:
    """As many tasks, in turn inside and outside, answered and settled."""
    tasks = make_tasks(make_batch(project, state="labelling", closed_at="2026-11-01T00:00Z"), count)
    for start in range(0, count, 40):  # a claim takes so many
        truth = {task.id: SCENES[i % 2] for i, task in enumerate(tasks[start : start + 40])}
        answer_all(people[:3], project, {id_: payload(scene=scene) for id_, scene in truth.items()})
        habit = {"in": "in", "out": "both"}
        answer(people[3], project, {id_: payload(scene=habit[scene]) for id_, scene in truth.items()})
        while settle.settle_answered().taken:
            pass
    return tasks


def test_a_habit_is_found_and_used(crew: tuple[Project, list[Person]]) -> None:
    project, people = crew
    label(project, people, 40)
    assert skills.estimate_project(project_id=project.id, now=NOW)
    question = Question.objects.get(project=project, key="tags.scene")
    assert (question.options, question.answers) == (SCENES, 160)
    dark = Question.objects.get(project=project, key="tags.flags.dark")
    assert (dark.options, dark.prior[0] > 0.9) == (["no", "yes"], True)
    rows = Habit.objects.get(question=question, person=people[3]).rows
    assert rows[1][2] > 0.7  # outside, and says both
    known = crowds.knowledge(projects=[project.id], people=[people[3].pk])[project.id]
    habits = known.crowd.habits["tags.scene"]
    assert list(habits.people) == [people[3].pk]
    assert habits.ease == tuple(question.ease)
    assert sum(question.ease) == pytest.approx(1.0, abs=1e-3)

    (task,) = make_tasks(make_batch(project, state="labelling", closed_at="2026-11-01T00:00Z"), 1, overlap=2)
    answer(people[0], project, {task.id: payload(scene="out")})
    answer(people[3], project, {task.id: payload(scene="both")})
    settle.settle_answered()
    settled = Consensus.objects.get(task=task).payload["tags"]["scene"]
    assert settled["value"] == "out"
    assert settled["confidence"] > 0.7


def test_few_answers_are_left_to_a_plain_vote(crew: tuple[Project, list[Person]]) -> None:
    project, people = crew
    label(project, people, 10)
    skills.estimate_project(project_id=project.id, now=NOW)
    assert not Question.objects.exists()


def test_the_pass_may_be_repeated_and_forgets_what_is_no_longer_asked(
    crew: tuple[Project, list[Person]],
) -> None:
    project, people = crew
    label(project, people, 20)
    for _ in range(2):
        skills.estimate_project(project_id=project.id, now=NOW)
    assert Habit.objects.count() == 8
    first = list(Habit.objects.order_by("question", "person").values_list("rows", flat=True))
    skills.estimate_project(project_id=project.id, now=NOW)
    assert list(Habit.objects.order_by("question", "person").values_list("rows", flat=True)) == first
    project.schemas.create(version=2, spec={"classes": [], "tags": []})
    skills.estimate_project(project_id=project.id, now=NOW)
    assert not Question.objects.exists()
    assert not Habit.objects.exists()


def test_what_is_known_takes_a_fixed_number_of_queries(
    crew: tuple[Project, list[Person]], django_assert_num_queries: object
) -> None:
    project, people = crew
    label(project, people, 20)
    skills.estimate_project(project_id=project.id, now=NOW)
    with django_assert_num_queries(4):  # type: ignore[operator]
        crowds.knowledge(projects=[project.id], people=[person.pk for person in people])


def test_how_people_name_objects_is_found_and_used(crew: tuple[Project, list[Person]]) -> None:
    """The last of four calls every Arduino an ESP."""
    tagging, people = crew
    project = make_project(sites=list(tagging.sites.all()), overlap=4, max_overlap=4, settle_threshold=0.0)
    tasks = make_tasks(make_batch(project, state="labelling", closed_at="2026-11-01T00:00Z"), 40)
    truth = {task.id: ["arduino-nano", "raspberry-pi-3"][i % 2] for i, task in enumerate(tasks)}
    for person in people:
        taken = {"arduino-nano": "esp8266"} if person == people[3] else {}
        drawn = {
            id_: payload(box(10, 10, 90, 60, label=taken.get(name, name))) for id_, name in truth.items()
        }
        answer(person, project, drawn)
    settle.settle_answered()
    skills.estimate_project(project_id=project.id, now=NOW)
    question = Question.objects.get(project=project, key="shapes.class")
    arduino, esp = question.options.index("arduino-nano"), question.options.index("esp8266")
    rows = Habit.objects.get(question=question, person=people[3]).rows
    assert rows[arduino][esp] > 0.7
    known = crowds.knowledge(projects=[project.id], people=[people[3].pk])[project.id]
    assert "shapes.class" in known.crowd.habits
