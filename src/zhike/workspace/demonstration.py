"""The simulated shop as exports that its platforms would write, to try everything on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from zhike.i18n import Language, LazyText, format_count, lazy

EXPORTS: Mapping[Language, tuple[str, ...]] = {
    "zh": ("taobao_orders", "taobao_lines"),
    "en": ("shopify_orders", "shopify_customers"),
}
USUAL_CUSTOMERS = 20_000

Progress = Callable[[LazyText, int, int], None]


def write_demonstration(
    folder: Path, customers: int, language: Language, progress: Progress
) -> list[Path]:
    """The shop's exports; those of an earlier call with this folder are taken as they are."""
    from zhike.datasets import simulate, write_export

    if folder.exists():
        return sorted(folder.iterdir())
    progress(lazy("Simulating a shop of {count} customers", count=format_count(customers)), 0, 0)
    company = simulate(customers, language=language)
    draft = folder.with_name(f".{folder.name}")
    for platform in EXPORTS[language]:
        write_export(company, platform, draft)
    draft.rename(folder)
    return sorted(folder.iterdir())
