"""The agent's configuration refuses what contradicts itself."""

import pytest
from pydantic import BaseModel, ValidationError

from askance.central.config import CentralConfig
from askance.edge.config import EdgeConfig


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"gate": {"darkest": 0.9, "brightest": 0.5}}, "darkest", id="exposure turned round"),
        pytest.param({"detector": {"floor": 0.6, "report": 0.5}}, "floor", id="floor above the threshold"),
        pytest.param({"detector": {"floor": 0.3, "report_by_label": {"car": 0.2}}}, "0.2", id="floor above a label's"),
        pytest.param({"companions": [{"every": 2}]}, "model", id="a companion without a model"),
        pytest.param({"companions": [{"model": "m"}]}, "when to look", id="a companion without an occasion"),
        pytest.param(
            {"companions": [{"model": "m", "every": 2, "crops_of": ["car"]}]}, "when to look", id="two occasions"
        ),
        pytest.param(
            {"readings": {"topics": [{"topic": "ptz", "pose": "gone"}]}}, "not there: gone", id="no such camera turns"
        ),
        pytest.param(
            {"companions": [{"model": "m", "every": 2, "cameras": ["gone"]}]}, "not there: gone", id="no such camera"
        ),
        pytest.param(
            {"companions": [{"model": name, "every": 2, "candidates": 300} for name in "ab"]}, "700", id="too much"
        ),
        pytest.param({"second_look": {"tiles": 1}}, "tiles", id="tiles of which there is one"),
        pytest.param({"second_look": {"share": 0}}, "share", id="second looks without time"),
        pytest.param({"governor": {"fps_min": 0}}, "fps_min", id="a governor that stops looking"),
        pytest.param({"cameras": []}, "cameras", id="no camera"),
        pytest.param({"cameras": [{"id": "a", "url": "0"}, {"id": "a", "url": "1"}]}, "same id: a", id="twins"),
        pytest.param({"device": {"id": "Camera 1"}}, "device.id", id="a name that is no topic"),
        pytest.param({"store": {"quota": "1kB"}}, "quota", id="a quota for nothing"),
        pytest.param({"sync": {"chunk": "1KiB"}}, "chunk", id="chunks below the floor"),
        pytest.param({"sync": {"ack_timeout": "0s"}}, "at least 100ms, got 0s", id="no patience"),
        pytest.param({"sync": {"status_every": "10ms"}}, "status_every", id="nothing but status"),
        pytest.param(
            {"sync": {"ack_timeout": "20min"}},
            "ack_timeout (20min) has to be at most ack_timeout_max",
            id="patience turned round",
        ),
        pytest.param({"broker": {"keepalive": "0s"}}, "keepalive", id="no keepalive"),
        pytest.param({"broker": {"keepalive": "1day"}}, "at most 18h, got 1day", id="a keepalive beyond 16 bits"),
    ],
)
def test_what_contradicts_itself_is_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        EdgeConfig.model_validate(values)

    assert says in str(caught.value)


def test_the_defaults_are_valid() -> None:
    assert "camera-1" == EdgeConfig().device.id


@pytest.mark.parametrize("model", [EdgeConfig, CentralConfig])
def test_every_field_of_every_section_says_what_it_is(model: type[BaseModel]) -> None:
    undescribed = [
        f"{section}.{key}"
        for section, schema in model.model_json_schema()["$defs"].items()
        for key, field in schema.get("properties", {}).items()
        if "description" not in field and "$ref" not in field and section != "LogSection"
    ]

    assert [] == undescribed
