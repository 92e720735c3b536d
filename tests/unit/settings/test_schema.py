"""Models are described for editors, and their fields found by key path."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from askance.central.config import CentralConfig
from askance.edge.config import CameraSection, EdgeConfig
from askance.sections import TlsSection
from askance.settings.schema import keys_of, schema, schema_name, types_at
from askance.units import Duration


class Odd(BaseModel):
    wait: Duration = timedelta(seconds=90)
    pair: tuple[int, Path] = (1, Path())
    from_: Annotated[int, Field(alias="from")] = 0


def test_a_default_duration_is_written_as_people_do() -> None:
    assert schema(Odd)["properties"]["wait"]["default"] == "90s"


def test_the_dialect_is_named() -> None:
    assert schema(Odd)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("model", "name"), [(EdgeConfig, "edge"), (CentralConfig, "central"), (Odd, None)], ids=["edge", "central", "other"]
)
def test_a_model_is_known_by_its_title(model: type[BaseModel], name: str | None) -> None:
    assert name == schema_name(model)


def test_keys_are_those_of_the_file() -> None:
    assert list(keys_of(Odd)) == ["wait", "pair", "from"]


@pytest.mark.parametrize(
    ("model", "path", "expected"),
    [
        pytest.param(EdgeConfig, ("cameras", 3), {CameraSection}, id="list-entry"),
        pytest.param(EdgeConfig, ("labels",), {Path, type(None)}, id="optional"),
        pytest.param(EdgeConfig, ("broker", "tls"), {TlsSection, type(None)}, id="optional-section"),
        pytest.param(EdgeConfig, ("broker", "tls", "ca"), {Path, type(None)}, id="inside-an-optional-section"),
        pytest.param(EdgeConfig, ("detector", "report_by_label", "car"), {float}, id="mapping"),
        pytest.param(EdgeConfig, ("none",), set[type](), id="unknown"),
        pytest.param(EdgeConfig, ("broker", 0), set[type](), id="number-into-a-section"),
        pytest.param(EdgeConfig, ("broker", "host", "x"), set[type](), id="below-a-scalar"),
        pytest.param(Odd, ("pair", 1), {Path}, id="second-of-a-pair"),
        pytest.param(Odd, ("from",), {int}, id="alias"),
    ],
)
def test_the_types_at_a_path_are_found(
    model: type[BaseModel], path: tuple[str | int, ...], expected: set[type]
) -> None:
    assert expected == set(types_at(model, path))
