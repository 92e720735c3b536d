"""Every command explains itself, is named in the documents, and costs nothing to ask."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator

import click

from askance.cli import askance
from support_sources import CHECKOUT, files

FACTOR = 2.0
HEAVY = {"cv2", "numpy", "onnxruntime", "pydantic", "paho", "sqlite_utils", "yaml"}

ASK = """
import sys
sys.argv = ["askance", "--help"]
from askance.cli import main
try:
    main()
finally:
    sys.stderr.write("loaded: " + " ".join(sys.modules))
"""


def commands(command: click.Command, path: str = "askance") -> Iterator[tuple[str, click.Command]]:
    """Walk the tree of commands from its root."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None, f"{path} lists {word}, and does not have it"
            yield from commands(inner, f"{path} {word}")


def run(program: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Run a program in a process of its own; its seconds of CPU and its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def test_every_command_has_a_sentence_of_help() -> None:
    assert [path for path, command in commands(askance) if not (command.help or "").strip()] == []


def test_every_option_has_help() -> None:
    mute = [
        f"{path} {parameter.opts[0]}"
        for path, command in commands(askance)
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]

    assert mute == []


def test_every_command_is_named_in_a_document() -> None:
    pages = [CHECKOUT / "README.md", *files(CHECKOUT / "docs", ".md")]
    words = re.sub(r"\s+", " ", " ".join(page.read_text() for page in pages))
    leaves = [path for path, command in commands(askance) if not isinstance(command, click.Group)]

    assert [path for path in leaves if path not in words] == []


def test_asking_for_help_loads_no_large_library() -> None:
    _, done = run(ASK)
    loaded = done.stderr.partition("loaded: ")[2].split()

    assert "click" in loaded
    assert set(loaded) & HEAVY == set()


def test_asking_for_help_costs_little_more_than_to_load_the_library_that_reads_commands() -> None:
    pairs = [(run(ASK)[0], run("import click")[0]) for _ in range(5)]

    assert min(ours for ours, _ in pairs) < FACTOR * min(bare for _, bare in pairs)
