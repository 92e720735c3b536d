"""What every section of a configuration shares."""

import pytest
from pydantic import ValidationError

from askance.sections import BrokerSection, LogSection, Section


def test_a_key_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValidationError, match="hosst"):
        BrokerSection.model_validate({"hosst": "x"})


def test_a_section_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(BrokerSection(), "port", 1)  # noqa: B010 (an assignment that type checkers refuse as well)


def test_a_password_is_not_printed() -> None:
    section = BrokerSection.model_validate({"password": "hunter2"})

    assert "hunter2" not in f"{section!r} {section} {section.model_dump_json()}"


@pytest.mark.parametrize(
    "values", [{"port": 0}, {"port": 70000}, {"host": ""}, {"keepalive": 30}, {"keepalive": "x"}], ids=str
)
def test_values_out_of_bounds_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BrokerSection.model_validate(values)


def test_every_field_says_what_it_is() -> None:
    sections: list[type[Section]] = [BrokerSection]

    assert [] == [name for section in sections for name, field in section.model_fields.items() if not field.description]
    assert "text" == LogSection().form
