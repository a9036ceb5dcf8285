"""The operator's command line: severa-fortnox.

Exit codes: 0 done, 1 something is wrong and the message says what, 2 the command line itself, 130 interrupted.
"""

from __future__ import annotations

import errno
import functools
import sys
import traceback
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import boto3
import typer
from botocore.config import Config
from typer.core import TyperGroup

from severa_fortnox_cli import comparing, connections, linking, loading, settings, work
from severa_fortnox_cli.failures import INTERRUPTED, explained
from severa_fortnox_cli.render import Output
from severa_fortnox_cli.run import Run
from severa_fortnox_cli.stack import Aws


class Commands(TyperGroup):
    """All commands, behind one boundary for failures; global options may stand anywhere on the line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the line with the global options moved to its front, where they are looked for."""
        rest: list[str] = super().parse_args(ctx, _global_options_first(self, args))
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what it fails with becomes one message and an exit code."""
        try:
            return super().invoke(ctx)
        except (typer.Abort, KeyboardInterrupt):
            typer.echo("\nInterrupted; what was not reported above was not done.", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            # Typer's own (usage, exit) have a code already, and a reader that has gone needs no message.
            if hasattr(error, "exit_code") or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            if ctx.params.get("debug"):
                traceback.print_exc()
            failure = explained(error)
            run: Run = ctx.obj
            sys.stdout.flush()
            run.output.failure(failure, run.stack_name)
            raise typer.Exit(failure.status) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch and steer the integration of Visma Severa and Fortnox.",
    epilog="The global options may stand anywhere on the line. Results go to standard output, everything else to "
    "standard error. Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted.",
)
app.add_typer(connections.app, name="connection")
app.add_typer(settings.app, name="settings")
for command in (work.poll, work.log, work.problems):
    app.command()(command)
for needing in (work.retry, comparing.report, loading.load, linking.link, linking.unlink, linking.ignore):
    app.command(no_args_is_help=True)(needing)


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(version("severa-fortnox"))
        except PackageNotFoundError:
            typer.echo("not installed")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    stage: Annotated[
        str, typer.Option("--stage", envvar="SEVERA_FORTNOX_STAGE", help="Means the stack severa-fortnox-STAGE.")
    ] = "staging",
    stack: Annotated[
        str | None,
        typer.Option("--stack", envvar="SEVERA_FORTNOX_STACK", help="The stack's whole name.", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="AWS region.", show_default=False),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", envvar="AWS_PROFILE", help="AWS profile.", show_default=False)
    ] = None,
    json: Annotated[
        bool | None,
        typer.Option(
            "--json/--no-json",
            help="JSON lines, or tables. Left out: JSON in a pipe, tables on a terminal.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of a failure.")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    """The global options, made into what every command starts from."""
    given = {"--stage": stage, "--stack": stack, "--region": region, "--profile": profile}
    typed = [
        word
        for option, value in given.items()
        if value is not None and _was_typed(context, option.removeprefix("--"))
        for word in (option, value)
    ]
    context.obj = Run(
        stack_name=stack or f"severa-fortnox-{stage}",
        typed=tuple(typed),
        aws=lambda: _aws(profile, region),
        output=Output.standard(json),
    )


def _aws(profile: str | None, region: str | None) -> Aws:
    session = boto3.Session(profile_name=profile, region_name=region)
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=20)
    return functools.cache(lambda name: session.client(name, config=config))


def _was_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _global_options_first(group: TyperGroup, args: list[str]) -> list[str]:
    """The same words, the group's own options first; after ``--`` everything stays where it is."""
    takes_value = {
        word: not getattr(option, "is_flag", False)
        for option in group.params
        for word in (*option.opts, *option.secondary_opts)
        if word.startswith("--")
    }
    first: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        name, _, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif name not in takes_value:
            rest.append(word)
        else:
            first.append(word)
            if takes_value[name] and not value:
                first += [following for following in [next(words, None)] if following is not None]
    return first + rest


if __name__ == "__main__":
    app()
