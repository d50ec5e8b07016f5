"""Days on the command line."""

from __future__ import annotations

from datetime import date

import click

from zhike.i18n import _


class Day(click.ParamType[date]):
    """A day as 2024-03-01."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The day that was written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value).replace("/", "-"))
        except ValueError:
            self.fail(_("'{value}' is no day; write it as 2024-03-01.").format(value=value))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How it is shown on help pages."""
        return "YYYY-MM-DD"


DAY = Day()
