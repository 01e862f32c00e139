"""The production shape, as far as it can be held without a container engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = dict(re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.M | re.S))
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")


def test_every_part_of_the_production_shape_is_there() -> None:
    parts = {"postgres", "pgbouncer", "redis", "storage", "migrate", "web", "worker", "beat", "proxy"}
    assert set(SERVICES) == parts


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_service_restarts_and_tells_its_health(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_waits_only_for_what_exists_and_says_when_it_is_ready(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        ready = "service_completed_successfully" if other == "migrate" else "service_healthy"
        assert other in SERVICES
        assert wait == {"condition": ready}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root(name: str) -> None:
    service = SERVICES[name]
    if "build" in service:
        assert re.search(r"^USER [1-9]\d*$", STAGES[service["build"]["target"]], re.M)
    elif name == "pgbouncer":
        assert service["cap_drop"] == ["ALL"]  # its image names its own user
    else:
        assert service["user"] not in {"root", "0"}


def test_only_the_proxy_has_ports() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "pgbouncer", "redis", "storage"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_every_secret_comes_from_the_environment() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) and variable != "ROOT_ACCESS_KEY":
                assert VARIABLE.fullmatch(value.split(":?")[0].split(":-")[0].rstrip("}")), (name, variable)
            assert not re.search(r"://[^:@/]*:[^$@/][^@]*@", value), (name, variable)


def test_missing_secret_stops_compose_with_a_hint() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for variable in ("LABELMILL_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "STORAGE_SECRET"):
        assert re.search(rf"\$\{{{variable}:\?.+?\}}", text), variable


def test_example_environment_names_every_variable_and_no_secret() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    wanted = set(VARIABLE.findall((ROOT / "docker-compose.yml").read_text())) - {"LABELMILL_VERSION"}
    assert wanted == set(given)
    assert not any(value for name, value in given.items() if SECRET.search(name))


def test_the_operators_guide_names_every_setting() -> None:
    read = re.findall(r'"(LABELMILL_[A-Z_]+|[A-Z]+_URL)"', (ROOT / "annotator/settings.py").read_text())
    guide = (ROOT / "docs/operator.md").read_text()
    assert "LABELMILL_SECRET_KEY" in read
    assert sorted({name for name in read if f"`{name}`" not in guide}) == []


def test_volumes_are_all_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_migrations_go_past_the_pooler_and_the_site_goes_through_it() -> None:
    assert "@postgres:5432" in SERVICES["migrate"]["environment"]["DATABASE_URL"]
    assert "@pgbouncer:5432" in SERVICES["web"]["environment"]["DATABASE_URL"]
    assert SERVICES["web"]["environment"]["LABELMILL_PGBOUNCER"] == "1"


def test_everything_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source.split('/')[0]}" in ignored, source


def test_image_carries_every_application() -> None:
    app = STAGES["app"]
    for folder in ("annotator", "clients", "workers", "tasks", "review", "templates", "locale"):
        assert f"COPY {folder} {folder}\n" in app


def test_proxy_configuration_is_valid(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("no caddy on this machine to check deploy/Caddyfile with")
    environment = os.environ | {"LABELMILL_DOMAIN": "labelmill.example.com", "HOME": str(tmp_path)}
    check = [caddy, "validate", "--adapter", "caddyfile", "--config", ROOT / "deploy/Caddyfile"]
    answer = subprocess.run(check, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_who_sends_slowly_does_not_stop_the_site() -> None:
    """A worker's thread waits as long as a body takes to come: one thread would be the whole worker."""
    shapes = [DOCKERFILE, (ROOT / "annotator/launch/up.py").read_text()]
    for shape in shapes:
        found = re.search(r'"--blocking-threads", "(\d+)"', shape)
        assert found
        assert int(found[1]) >= 8
    caddy = (ROOT / "deploy/Caddyfile").read_text()
    small = caddy[caddy.index("reverse_proxy @other") :]
    assert "request_buffers 12MB" in small[: small.index("\n\t}")]
    assert re.search(r"request_body @other {\s*max_size 12MB", caddy), "no more than is buffered"
