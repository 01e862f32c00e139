"""A guide is saved while a picture that it shows is removed. The control shows the race."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from annotator.errors import DomainError
from tasks import guide_pictures, projects
from tasks.models import GuidePicture, Project
from tests.cast import Cast, make_cast
from tests.race.crowd import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
SHA256 = "0123456789abcdef" * 4


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def meet(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody removes the picture when the guide that shows it has been checked and is not yet written."""
    facts = {"name": "a.png", "sha256": SHA256, "width": 1, "height": 1, "size": 1}
    picture = GuidePicture.objects.create(project=cast.project, **facts)
    checked, removed = threading.Event(), threading.Event()
    check = projects._check_guide

    def slow(guide: dict[str, str], *, project_id: int | None) -> None:
        check(guide, project_id=project_id)
        checked.set()
        removed.wait(timeout=1)  # with the lock, in vain

    monkeypatch.setattr(projects, "_check_guide", slow)

    def save() -> None:
        guide = {"en": f"![x]({picture.address})"}
        projects.change_project(project=cast.project, fields={"guide": guide})

    def remove() -> None:
        assert checked.wait(timeout=30)
        guide_pictures.remove_picture(project=cast.project, sha256=SHA256)
        removed.set()

    def outcome(act: Callable[[], None]) -> str:
        try:
            act()
        except DomainError as error:
            return error.code
        return "done"

    return all_at_once(outcome, [save, remove])


def test_a_picture_that_a_guide_is_about_to_show_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert meet(cast, monkeypatch) == ["done", "picture_used"]


def test_without_the_lock_the_guide_shows_what_is_gone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""

    def unlocked(project: Project) -> Project:
        return Project.objects.get(id=project.id)

    monkeypatch.setattr(projects, "lock_guide", unlocked)
    monkeypatch.setattr(guide_pictures, "lock_guide", unlocked)
    assert meet(cast, monkeypatch) == ["done", "done"]
