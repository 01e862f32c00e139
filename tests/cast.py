"""The fixed cast. Mill & Co. (Ada owns, Ben is a member) has a project that Guiyang works on; Rival Ltd.
(Rita) and the site of Datong (Deng, Dou) must see nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

from clients.models import Membership, Organization
from tasks.models import Project
from tests.factories import make_organization, make_person, make_project, make_site
from workers.models import Person, Role, Site


@dataclass(frozen=True)
class Cast:
    mill: Organization
    rival: Organization
    guiyang: Site
    datong: Site
    ada: Person  # owner of Mill & Co.
    ben: Person  # member of Mill & Co.
    rita: Person  # owner of Rival Ltd.
    an: Person  # annotators of Guiyang
    bo: Person
    chen: Person
    sun: Person  # supervisor of Guiyang
    rong: Person  # reviewer of Guiyang
    hu: Person  # reviewer of the head office
    deng: Person  # annotator of Datong
    dou: Person  # supervisor of Datong
    dai: Person  # reviewer of Datong
    oscar: Person  # operator
    project: Project  # Mill & Co.'s, worked on by Guiyang


def make_cast() -> Cast:
    mill = make_organization(name="Mill & Co.", slug="mill")
    rival = make_organization(name="Rival Ltd.", slug="rival")
    guiyang = make_site(name="贵阳", code="guiyang")
    datong = make_site(name="大同", code="datong")

    def person(name: str, role: str, site: Site | None = None) -> Person:
        return make_person(role, username=name, display_name=name.capitalize(), site=site)

    cast = Cast(
        mill=mill,
        rival=rival,
        guiyang=guiyang,
        datong=datong,
        ada=person("ada", Role.CLIENT),
        ben=person("ben", Role.CLIENT),
        rita=person("rita", Role.CLIENT),
        an=person("an", Role.ANNOTATOR, guiyang),
        bo=person("bo", Role.ANNOTATOR, guiyang),
        chen=person("chen", Role.ANNOTATOR, guiyang),
        sun=person("sun", Role.SUPERVISOR, guiyang),
        rong=person("rong", Role.REVIEWER, guiyang),
        hu=person("hu", Role.REVIEWER),
        deng=person("deng", Role.ANNOTATOR, datong),
        dou=person("dou", Role.SUPERVISOR, datong),
        dai=person("dai", Role.REVIEWER, datong),
        oscar=person("oscar", Role.OPERATOR),
        project=make_project(organization=mill, name="Boards", sites=[guiyang]),
    )
    for who, where, role in [
        (cast.ada, mill, "owner"),
        (cast.ben, mill, "member"),
        (cast.rita, rival, "owner"),
    ]:
        Membership.objects.create(organization=where, person=who, role=role)
    return cast
