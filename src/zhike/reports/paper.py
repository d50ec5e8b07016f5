"""A report as a tagged PDF (PDF/UA-1), set by Typst from one template and plain data."""

from __future__ import annotations

import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from zhike.errors import UnavailableError
from zhike.i18n import lazy
from zhike.reports.drawing import drawing
from zhike.reports.library import asset
from zhike.reports.outline import Outline
from zhike.reports.paper_blocks import Setting
from zhike.reports.paper_content import paper_content

FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Noto Sans CJK JP",
)  # fmt: skip
"""Fonts that hold Chinese, the best first: what Linux, macOS and Windows bring along."""


def render_pdf(outline: Outline) -> bytes:
    """The report as PDF, in the language of the moment.

    Raises:
        UnavailableError: No font of this machine holds Chinese, or a part is not installed.
    """
    typst = _typst()
    font = chinese_font()
    about = outline.report.about
    with drawing(about.currency, font) as draw, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        setting = Setting(about.currency, outline.rows_shown, outline.is_technical, draw)
        content = paper_content(outline, setting, font)
        for file, text in setting.drawings.items():
            (folder / file).write_text(text, encoding="utf-8")
        text = json.dumps(content, ensure_ascii=False)
        (folder / "content.json").write_text(text, encoding="utf-8")
        (folder / "report.typ").write_text(asset("report.typ"), encoding="utf-8")
        made: bytes = typst.compile(folder / "report.typ", root=folder, pdf_standards=["ua-1"])
    return made


def chinese_font() -> str:
    """The font that pages are set in: the best of this machine that holds Chinese.

    Raises:
        UnavailableError: There is none.
    """
    there = set(_families())
    found = next((name for name in FONTS if name in there), None)
    if found is None:
        raise UnavailableError(
            lazy("No font with Chinese characters was found on this machine, so no PDF was made."),
            hint=lazy(
                "Install one, such as Noto Sans CJK (Debian and Ubuntu: "
                "`apt-get install fonts-noto-cjk`), or write HTML."
            ),
            code="no_chinese_font",
        )
    return found


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    return tuple(_typst().Fonts().families())


def _typst() -> Any:
    try:
        import typst
    except ImportError as fault:
        raise UnavailableError(
            lazy("PDF cannot be made: the package typst is not installed."),
            hint=lazy("Install it with `pip install typst`, or write HTML."),
            code="typst",
        ) from fault
    return typst
