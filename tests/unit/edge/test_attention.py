"""What an operator says of looking: faults can all be switched off, and nonsense is refused."""

import pytest
from pydantic import ValidationError

from askance.edge.attention import GateSection, GovernorSection


def test_the_defaults_are_valid() -> None:
    assert GateSection().frozen is not None
    assert GovernorSection().cpu is not None


@pytest.mark.parametrize("values", [{"contrast": -0.1}, {"structure": 1.0}, {"darkest": 0.9, "brightest": 0.5}])
def test_nonsense_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        GateSection.model_validate(values)
