"""How a project's people see and draw: what the consensus knows of them beforehand."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from review.consensus.habits import Habits
from review.consensus.matching import Floats

DEFAULT_SKILL = 0.85


@dataclass(frozen=True, slots=True)
class Profile:
    """One annotator: `hits`, the chance to report a spurious, hard, easy candidate; `bias` and `spread` of
    the edges x1, y1, x2, y2 in units of the box's size."""

    hits: tuple[float, ...] = (0.1, 0.55, 0.95)
    bias: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    spread: tuple[float, ...] = (0.08, 0.08, 0.08, 0.08)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A project's people. `mix`: the shares of spurious, hard and easy candidates, seen or not; `habits`: how
    they answer each question of choice, by its name (kept apart: not in this crowd's JSON)."""

    mix: tuple[float, ...] = (0.5, 0.15, 0.35)
    typical: Profile = Profile()
    profiles: Mapping[int, Profile] = field(default_factory=dict)
    habits: Mapping[str, Habits] = field(default_factory=dict)

    def profile(self, *, annotator: int, skill: float) -> Profile:
        """The annotator's own profile, or the typical one shifted by the skill."""
        return self.profiles.get(annotator) or skilled(self.typical, skill=skill)


UNKNOWN_CROWD = Crowd()


def skilled(typical: Profile, *, skill: float) -> Profile:
    """The typical profile for somebody of that skill: in log-odds of reporting and of not inventing."""
    shift = _logit(skill) - _logit(DEFAULT_SKILL)
    turn = np.array([-1.0, 0.5, 1.0])
    hits = 1.0 / (1.0 + np.exp(-(_logit(np.array(typical.hits)) + shift * turn)))
    stretch = float(np.exp(-0.25 * shift))
    return Profile(
        hits=tuple(np.clip(hits, 0.01, 0.99).tolist()),
        bias=typical.bias,
        spread=tuple(value * stretch for value in typical.spread),
    )


def _logit(p: npt.ArrayLike) -> Floats:
    return np.asarray(np.log(p) - np.log1p(-np.asarray(p)))


def crowd_to_json(crowd: Crowd) -> dict[str, Any]:
    profiles = {str(annotator): asdict(crowd.profiles[annotator]) for annotator in sorted(crowd.profiles)}
    return {"mix": list(crowd.mix), "typical": asdict(crowd.typical), "profiles": profiles}


def crowd_from_json(document: Mapping[str, Any]) -> Crowd:
    profiles = {int(annotator): _profile(values) for annotator, values in document["profiles"].items()}
    return Crowd(mix=tuple(document["mix"]), typical=_profile(document["typical"]), profiles=profiles)


def _profile(values: Mapping[str, Any]) -> Profile:
    return Profile(**{name: tuple(numbers) for name, numbers in values.items()})
