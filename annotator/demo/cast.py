"""Who and what the demonstration holds. Secrets are made on the first start and kept in the state folder."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients.auth import digest, new_secret
from clients.keys import PREFIX
from clients.models import ApiKey, Membership, Organization
from tasks.models import Project
from tasks.projects import create_project
from workers.models import Person, Role, Site
from workers.people import new_pin

PEOPLE = [
    ("li.na", "李娜", Role.ANNOTATOR),
    ("wang.fang", "王芳", Role.ANNOTATOR),
    ("zhang.wei", "张伟", Role.ANNOTATOR),
    ("chen.jing", "陈静", Role.SUPERVISOR),
    ("zhao.min", "赵敏", Role.REVIEWER),
    ("ada", "Ada", Role.CLIENT),
    ("operator", "Operator", Role.OPERATOR),
]


def _names(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh-hans": chinese}


def _class(key: str, english: str, chinese: str, color: str) -> dict[str, Any]:
    return {"key": key, "names": _names(english, chinese), "color": color, "geometries": ["box"]}


BOXES: dict[str, Any] = {
    "classes": [
        _class("person", "Person", "人", "#d62728"),
        _class("cat", "Cat", "猫", "#1f77b4"),
        _class("vehicle", "Vehicle", "车辆", "#2ca02c"),
        _class("rocket", "Rocket", "火箭", "#9467bd"),
        _class("coin", "Coin", "硬币", "#b8860b"),
        _class("cup", "Cup", "杯子", "#e377c2"),
        {
            **_class("thing", "Other thing", "其他物品", "#17a2b8"),
            "attributes": [
                {"key": "cut", "names": _names("Cut off by the edge", "被画面截断"), "kind": "checkbox"}
            ],
        },
    ],
    "tags": [],
}
TAGS: dict[str, Any] = {
    "classes": [],
    "tags": [
        {
            "key": "scene",
            "names": _names("Scene", "场景"),
            "kind": "single",
            "required": True,
            "options": [
                {"key": "indoor", "names": _names("Indoors", "室内")},
                {"key": "outdoor", "names": _names("Outdoors", "室外")},
                {"key": "close-up", "names": _names("Close-up", "特写")},
                {"key": "unsure", "names": _names("Cannot tell", "无法判断")},
            ],
        },
        {
            "key": "quality",
            "names": _names("What is wrong with it", "画面问题"),
            "kind": "multiple",
            "required": False,
            "options": [
                {"key": "dark", "names": _names("Dark", "偏暗")},
                {"key": "blurred", "names": _names("Blurred", "模糊")},
                {"key": "cut", "names": _names("Cut off", "不完整")},
            ],
        },
    ],
}
BOX_GUIDE = {
    "en": "# Draw a box around every thing\n\nOne box a thing, touching its edges. Number keys name it.\n\n"
    "- Things cut off by the edge count: draw what you see.\n- Leave out what is smaller than a fingernail.",
    "zh-hans": "# 给每个物体画一个框\n\n一个物体一个框，框要贴紧边缘。用数字键选择类别。\n\n"
    "- 被画面截断的物体也要画，只画看得见的部分。\n- 比指甲还小的物体不用画。",
}
TAG_GUIDE = {
    "en": "# Where was it taken?\n\nChoose one scene. Then tick what is wrong with the picture, if anything.",
    "zh-hans": "# 照片在哪里拍的？\n\n选择一个场景。如果画面有问题，再勾选问题。",
}


@dataclass(frozen=True)
class Demo:
    organization: Organization
    projects: list[Project]
    sign_ins: dict[str, str]  # login name -> PIN or password
    api_key: str


def make_demo(secrets_file: Path) -> Demo:
    """Make what is missing; run again, it changes nothing."""
    known = json.loads(secrets_file.read_text()) if secrets_file.exists() else {}
    organization, _ = Organization.objects.get_or_create(slug="demo", defaults={"name": "Demo Vision"})
    site, _ = Site.objects.get_or_create(code="guiyang", defaults={"name": "贵阳"})
    organization.sites.add(site)
    sign_ins = {
        username: _person(username, name, role, site, known.get(username)) for username, name, role in PEOPLE
    }
    Membership.objects.get_or_create(
        organization=organization, person=Person.objects.get(username="ada"), defaults={"role": "owner"}
    )
    api_key = known.get("api-key") or new_secret()
    ApiKey.objects.get_or_create(
        digest=digest(api_key),
        defaults={"organization": organization, "name": "Demo", "prefix": api_key[:PREFIX]},
    )
    _keep(secrets_file, {**sign_ins, "api-key": api_key})
    projects = [
        _project(organization, "Things in photographs", BOXES, BOX_GUIDE, "0.0800"),
        _project(organization, "Scenes", TAGS, TAG_GUIDE, "0.0200"),
    ]
    return Demo(organization, projects, sign_ins, api_key)


def _person(username: str, name: str, role: Role, site: Site, known: str | None) -> str:
    """The person's PIN or password; a new one where the file that knew it is gone."""
    person = Person.objects.filter(username=username).first()
    if person is not None and known is not None:
        return known
    if person is None:
        staff = role == Role.OPERATOR
        person = Person(
            username=username,
            display_name=name,
            role=role,
            site=None if role in {Role.CLIENT, Role.OPERATOR} else site,
            language="en" if role in {Role.CLIENT, Role.OPERATOR} else "zh-hans",
            is_staff=staff,
            is_superuser=staff,
        )
    secret = new_pin(person) if role == Role.ANNOTATOR else secrets.token_urlsafe(9)
    person.set_password(secret)
    person.save()
    return secret


def _keep(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(values, indent=1))


def _project(
    organization: Organization, name: str, spec: dict[str, Any], guide: dict[str, str], price: str
) -> Project:
    known = organization.projects.filter(name=name).first()
    fields = {"name": name, "guide": guide, "price": price, "overlap": 3, "max_overlap": 5}
    return known or create_project(organization=organization, fields=fields, spec=spec)
