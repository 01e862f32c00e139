"""The grid: bytes of an item, and images an hour by simulated keys."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.installation import Installation

WHY_NOT = "the workbench has no grid mode yet"


def measure(page: Page, platform: Installation) -> dict[str, float]:
    """`grid_item_kb` and `grid_images_per_hour`; empty while there is nothing to measure."""
    return {}
