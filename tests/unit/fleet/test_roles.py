"""Who may have which common name."""

import pytest

from askance.errors import ConfigError
from askance.fleet.roles import ROLES, check_name


@pytest.mark.parametrize(
    ("role", "name"),
    [("device", "gate-7"), ("device", "central-1"), ("central", "central"), ("broker", "mqtt.example.org")],
)
def test_a_fitting_name_passes(role: str, name: str) -> None:
    check_name(name, ROLES[role])


@pytest.mark.parametrize(
    ("role", "name"),
    [
        pytest.param("device", "central", id="the acl would take it for the centre"),
        pytest.param("device", "Gate 7", id="no device id"),
        pytest.param("device", "gate-7\n", id="a line end"),
        pytest.param("device", "../gate-7", id="a path"),
        pytest.param("central", "central-1", id="the acl does not know it"),
        pytest.param("broker", "mqtt/1", id="a path again"),
        pytest.param("broker", "", id="nothing"),
    ],
)
def test_another_is_refused_with_what_it_has_to_be(role: str, name: str) -> None:
    with pytest.raises(ConfigError, match=f"role {role}") as caught:
        check_name(name, ROLES[role])

    assert ROLES[role].needs in (caught.value.hint or "")
