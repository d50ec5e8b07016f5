"""What every command shares: its language, its folder, its output, its faults.

A command computes and gives back an `Answer`; how that reaches the reader (a table on a terminal,
plain text in a pipe, JSON for programs) is decided here, once.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from zhike.cli.answers import Answer, print_answer, print_error
from zhike.cli.click_words import speak_through_zhike
from zhike.errors import MappingError, ZhikeError
from zhike.i18n import LazyText, _, from_environment, lazy, use_language

if TYPE_CHECKING:
    from zhike.workspace import Workspace

WRONG_USE, FAULT, STOPPED = 2, 70, 130


@dataclass
class State:
    """What was chosen for this call.

    Attributes:
        folder: The workspace, or where one is to be.
        as_json: Whether a program reads the answer.
        language: The language asked for; empty where none was.
    """

    folder: Path = field(default_factory=Path)
    as_json: bool = False
    language: str = ""

    def workspace(self) -> Workspace:
        """The workspace of this call."""
        from zhike.workspace import Workspace

        return Workspace.open(self.folder)


class Option(click.Option):
    """An option whose help is in the language of the moment."""

    def __init__(self, declarations: Sequence[str], words: LazyText, **attributes: Any) -> None:
        super().__init__(declarations, **attributes)
        self._words = words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Its two columns on the help page."""
        self.help = str(self._words)
        return super().get_help_record(ctx)


class _Spoken(click.Command):
    """What commands and groups share: words in the language of the moment, however often asked."""

    words: LazyText

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option that shows the help page."""
        shown = super().get_help_option(ctx)
        if shown is not None:
            shown.help = _("Show this message and exit.")
        return shown

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does, in the language of the moment."""
        self.help = str(self.words)
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of it, for the list of commands."""
        return _first_sentence(self.words)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What follows its name on the usage line."""
        self.options_metavar = _("[OPTIONS]")
        return super().collect_usage_pieces(ctx)


class Command(_Spoken):
    """A command with the options that all have; its function gives back an `Answer`.

    Args:
        words: What it does, for its help page.
        answered: Takes the state and the parameters by name.
        declared: Makes its own options once somebody asks for them: to list a command must not
            import what it works with.
        attributes: As for click.
    """

    def __init__(
        self,
        name: str,
        words: LazyText,
        answered: Callable[..., Answer],
        *,
        declared: Callable[[], list[click.Parameter]] | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(name, callback=answered, **attributes)
        self.words = words
        self._answered = answered
        self._declared = declared
        self.params.extend(shared_options())

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own options and those that all commands have."""
        if self._declared is not None:
            self.params[:0] = self._declared()
            self._declared = None
        return super().get_params(ctx)

    def invoke(self, ctx: click.Context) -> int:
        """Run it and show what it gives back; gives the exit code."""
        state = _settled(ctx)
        answer = ctx.invoke(self._answered, state, **ctx.params)
        print_answer(answer, as_json=state.as_json)
        return int(answer.exit_code)


class Group(_Spoken, click.Group):
    """Commands under one name, each imported when it is asked for.

    Args:
        words: What they are for.
        commands: Name to "module:attribute" of the command.
    """

    def __init__(self, name: str, words: LazyText, commands: Mapping[str, str]) -> None:
        super().__init__(
            name, params=shared_options(), callback=_list_commands, invoke_without_command=True
        )
        self.words = words
        self._addresses = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of work."""
        return list(self._addresses)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self._addresses:
            return None
        module, attribute = self._addresses[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What follows its name on the usage line."""
        self.subcommand_metavar = _("COMMAND [ARGS]...")
        return super().collect_usage_pieces(ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Take what was chosen before the command's name, then run the command."""
        _settled(ctx)
        return super().invoke(ctx)


class Program(Group):
    """The whole command line: chooses the language, and turns every fault into a sentence.

    Args:
        name: Of the program.
        words: What it is for.
        commands: Name to "module:attribute" of the command.
        version: What `--version` prints.
    """

    def __init__(
        self, name: str, words: LazyText, commands: Mapping[str, str], *, version: str
    ) -> None:
        super().__init__(name, words, commands)
        shown = option(
            "--version",
            lazy("Show the version and exit."),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=lambda ctx, _param, asked: _show_version(ctx, version) if asked else None,
        )
        self.params.append(shown)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run it and leave with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        speak_through_zhike()
        with use_language(_told(given, "--lang") or from_environment()):
            run = super().main
            code = _guarded(
                lambda: run(given, prog_name or "zhike", complete_var, standalone_mode=False),
                given,
            )
        sys.exit(code)


def command(name: str, words: LazyText, *params: click.Parameter) -> Callable[[Any], Command]:
    """Make a function a command: it takes the state and its parameters by name."""

    def made(function: Callable[..., Answer]) -> Command:
        return Command(name, words, function, params=list(params))

    return made


def argument(name: str, **attributes: Any) -> click.Argument:
    """A positional argument."""
    return click.Argument([name], **attributes)


def option(declaration: str, words: LazyText, **attributes: Any) -> Option:
    """An option: `option("--limit", lazy("How many."), type=int)`."""
    return Option(declaration.split(), words, **attributes)


def shared_options() -> list[click.Parameter]:
    """The options that every command has; they may stand before or after its name."""
    return [
        option(
            "-C --directory",
            lazy("The workspace folder; without it the present one."),
            type=click.Path(path_type=Path),
            metavar="DIR",
        ),
        option(
            "--lang",
            lazy("Language of messages: zh or en."),
            type=click.Choice(["zh", "en"]),
        ),
        option("--json", lazy("Answer in JSON, for programs."), is_flag=True),
    ]


def _list_commands() -> None:
    """A group without a command shows what there is."""
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(ctx)


def _show_version(ctx: click.Context, version: str) -> None:
    click.echo(f"zhike {version}")
    ctx.exit()


def _settled(ctx: click.Context) -> State:
    """The state, with what was chosen at this place of the command line."""
    state = ctx.ensure_object(State)
    folder, as_json = ctx.params.pop("directory"), ctx.params.pop("json")
    state.language = ctx.params.pop("lang") or state.language  # spoken since before parsing
    state.folder = folder or state.folder
    state.as_json = as_json or state.as_json
    return state


def _told(given: Sequence[str], name: str) -> str:
    """The value of an option, looked up before the command line is parsed."""
    for place, word in enumerate(given):
        if word == name and place + 1 < len(given):
            return given[place + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _first_sentence(words: LazyText) -> str:
    return str(words).split("\n", maxsplit=1)[0].split("。")[0].split(". ")[0].rstrip(".")


def _guarded(run: Callable[[], object], given: Sequence[str]) -> int:
    """The exit code of the call; a fault is told in one sentence."""
    try:
        code = run()
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message())
        code = shown.exit_code
    except Exception as fault:  # noqa: BLE001 - the outermost door: nobody is to see a traceback
        told, code = _told_fault(fault, given)
        print_error(told, as_json="--json" in given)
    return code if isinstance(code, int) else 0


def _told_fault(fault: Exception, given: Sequence[str]) -> tuple[ZhikeError, int]:
    """A fault as a sentence, and the exit code it leaves with."""
    match fault:
        case ZhikeError():
            return fault, WRONG_USE if isinstance(fault, MappingError) else 1
        case click.Abort():
            return ZhikeError(lazy("Stopped."), code="stopped"), STOPPED
        case click.UsageError():
            return _usage_error(fault), fault.exit_code
        case click.ClickException():
            return ZhikeError(fault.format_message(), code="usage"), fault.exit_code
        case _:
            return _unexpected(fault, given), FAULT


def _usage_error(fault: click.UsageError) -> ZhikeError:
    hint: LazyText | str = ""
    if fault.ctx is not None:
        hint = lazy("`{command} --help` says what there is.", command=fault.ctx.command_path)
    return ZhikeError(fault.format_message(), hint=hint, code="usage")


def _unexpected(fault: Exception, given: Sequence[str]) -> ZhikeError:
    """A sentence for a fault that nobody foresaw; its details go to a file."""
    details = "".join(traceback.format_exception(fault))
    entry = f"{datetime.now(UTC).isoformat()} zhike {' '.join(given)}\n{details}\n"
    path = _log_file(Path(_told(given, "-C") or _told(given, "--directory") or "."))
    with suppress(OSError), path.open("a", encoding="utf-8") as log:
        log.write(entry)
    return ZhikeError(
        lazy(
            "Something that should not happen did: {kind}: {fault}.",
            kind=type(fault).__name__,
            fault=str(fault).split("\n", maxsplit=1)[0][:200],
        ),
        hint=lazy("The details are in {path}; please send them to us.", path=path),
        code="unexpected",
    )


def _log_file(folder: Path) -> Path:
    """Beside the workspace's settings, else among the user's own files."""
    if (folder / "zhike.toml").exists():
        return folder.absolute() / "zhike.log"
    own = Path(os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME") or "")
    own = own if own.is_absolute() else Path.home() / ".local" / "state"
    with suppress(OSError):
        (own / "zhike").mkdir(parents=True, exist_ok=True)
    return own / "zhike" / "zhike.log"
