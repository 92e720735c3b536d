"""The `askance` command: finds the command group that was asked for, and turns our errors into words and exit codes."""

import sys
from importlib import import_module
from typing import Any, Final

import click

from askance import __version__
from askance.errors import AskanceError

# Group or command -> (module, one line of help). A module is imported when its command is run, never for `--help`.
_COMMANDS: Final = {
    "edge": ("askance.cli.edge", "the agent on a camera device"),
    "central": ("askance.cli.central", "the receiver of the labeling queue"),
    "rules": ("askance.cli.rules", "capture rules: check them, replay them over recordings, compare"),
    "queue": ("askance.cli.queue", "the labeling queue: list, claim, submit, export"),
    "models": ("askance.cli.models", "detector files: list, pull, inspect, check, fit, quantize, bench"),
    "provision": ("askance.cli.provision", "keys, certificate and configuration of a member of the fleet"),
    "config": ("askance.cli.config", "configuration: show, schema, example"),
    "doctor": ("askance.cli.doctor", "check what this machine has and lacks"),
    "demo": ("askance.cli.demo", "a street clip, from the camera to the labeling queue, on this machine"),
}


class LazyCommands(click.Group):
    """A group whose members are imported on use, so that `askance --help` stays under 0.2 s."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Name the commands in the order of a frame's way."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Import the module of one command."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="askance")
def askance() -> None:
    """A camera agent that knows what its detector is unsure of, and the labeling queue behind it.

    \b
    Begin here:
      askance demo                         the whole way on this machine, in a minute
      askance config example edge          a complete, commented configuration
      askance edge run --config FILE       the agent on a device
      askance central run --config FILE    the receiver
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of ours ends in two lines on stderr and its exit code."""
    try:
        result: Any = askance.main(args=arguments, standalone_mode=False)
    except AskanceError as error:
        click.echo(f"error: {error}", err=True)
        if error.hint is not None:
            click.echo(f"hint: {error.hint}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("aborted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    sys.exit(result if isinstance(result, int) else 0)
