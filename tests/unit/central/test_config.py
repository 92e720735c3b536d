"""The centre's configuration refuses what cannot be meant."""

import pytest
from pydantic import ValidationError

from askance.central.config import CentralConfig


def test_the_defaults_are_a_whole_configuration() -> None:
    config = CentralConfig()

    assert (None, "rx", 16, 5) == (
        config.receiver.devices,
        config.receiver.shared_group,
        config.receiver.credit,
        config.queue.attempts,
    )


@pytest.mark.parametrize(
    "section",
    [
        pytest.param({"receiver": {"devices": ["Camera"]}}, id="device-name"),
        pytest.param({"receiver": {"shared_group": "a/b"}}, id="group-with-a-slash"),
        pytest.param({"receiver": {"max_frame": "9MiB"}}, id="larger-than-the-protocol"),
        pytest.param({"queue": {"attempts": 0}}, id="no-attempt"),
        pytest.param({"queue": {"lease": 30}}, id="no-unit"),
        pytest.param({"storrage": {}}, id="unknown-section"),
    ],
)
def test_what_cannot_be_meant_is_refused(section: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CentralConfig.model_validate(section)
