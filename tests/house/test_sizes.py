"""Files and functions fit in the eye."""

import ast
import statistics

from support_sources import Function, code_lines, functions, name, package, programs, tree

FILE_LINES = 250
FUNCTION_LINES = 40
FUNCTION_LINES_P95 = 25
POSITIONAL = 2

# Files that may be longer, each with its reason.
LONGER: dict[str, str] = {}

# Functions whose parameters somebody else passes by position, each with who does.
CALLED_BY_POSITION = {
    ("agent/askance/models/https.py", "redirect_request"): "urllib",
    ("agent/askance/transport.py", "_on_connect"): "paho",
    ("agent/askance/transport.py", "_on_disconnect"): "paho",
    ("agent/askance/transport.py", "_on_message"): "paho",
    ("agent/askance/transport.py", "_on_publish"): "paho",
    ("agent/askance/transport.py", "_on_subscribe"): "paho",
}


def positional(function: Function) -> list[str]:
    """Name the parameters that can be passed by position, without the one that Python passes."""
    names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def test_no_file_is_longer_than_a_few_screens() -> None:
    long = {name(path): len(path.read_text().splitlines()) for path in programs()}

    assert {file: lines for file, lines in long.items() if lines > FILE_LINES and file not in LONGER} == {}


def test_every_file_excused_for_its_length_still_needs_it() -> None:
    assert [
        path for path in programs() if name(path) in LONGER and len(path.read_text().splitlines()) <= FILE_LINES
    ] == []


def test_no_function_is_longer_than_one_screen() -> None:
    long = {
        f"{name(path)}:{function.name}": code_lines(path, function)
        for path in programs()
        for function in functions(path)
        if code_lines(path, function) > FUNCTION_LINES
    }

    assert long == {}


def test_nearly_all_functions_are_much_shorter() -> None:
    lengths = [code_lines(path, function) for path in package() for function in functions(path)]

    assert statistics.quantiles(lengths, n=20)[-1] <= FUNCTION_LINES_P95


def test_after_the_second_parameter_the_caller_has_to_say_the_name() -> None:
    unnamed = [
        f"{name(path)}:{function.lineno} {function.name}({', '.join(positional(function))})"
        for path in package()
        for function in functions(path)
        if len(positional(function)) > POSITIONAL
        and not function.name.startswith("__")
        and (name(path), function.name) not in CALLED_BY_POSITION
    ]

    assert unnamed == []


def test_every_excuse_for_parameters_by_position_is_still_there() -> None:
    there = {(name(path), function.name) for path in package() for function in functions(path)}

    assert set(CALLED_BY_POSITION) - there == set()


def test_constructors_too_name_what_comes_after_the_second_parameter() -> None:
    unnamed = [
        f"{name(path)}:{function.lineno} {node.name}"
        for path in package()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for function in node.body
        if isinstance(function, Function) and function.name == "__init__" and len(positional(function)) > POSITIONAL
    ]

    assert unnamed == []
