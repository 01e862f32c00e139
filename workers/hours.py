"""Full hours and midnights, by which the rollups of work are cut."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from workers.models import Site


def this_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def midnight(site: Site | None, *, now: datetime) -> datetime:
    """When today began at the site; whoever belongs to none keeps UTC."""
    zone = ZoneInfo(site.timezone if site else "UTC")
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
