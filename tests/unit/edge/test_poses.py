"""The name of a pose is read from whatever a camera's control says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.poses import read_preset


@pytest.mark.parametrize(
    ("payload", "key", "preset"),
    [
        (b"home", None, "home"),
        (b" main gate \n", None, "main gate"),
        (b'"home"', None, "home"),
        (b"3", None, "3"),
        (b"", None, None),
        (b"null", None, None),
        ("Süd".encode(), None, "Süd"),
        (b'{"ptz": {"preset": "home"}}', "ptz.preset", "home"),
        (b'{"ptz": {"preset": 7}}', "ptz.preset", "7"),
        (b'{"ptz": {"preset": null}}', "ptz.preset", None),
        (b'{"ptz": {"preset": ""}}', "ptz.preset", None),
    ],
)
def test_a_name_is_read(payload: bytes, key: str | None, preset: str | None) -> None:
    assert preset == read_preset(payload, key=key)


@pytest.mark.parametrize(
    ("payload", "key", "said"),
    [
        (b"\xff\xfe", None, "no name of a pose"),
        (b"a\nb", None, "no name of a pose"),
        (b"x" * 65, None, "no name of a pose"),
        (b"[1]", None, "no name of a pose"),
        (b"true", None, "no name of a pose"),
        (b"home", "ptz", "not JSON"),
        (b"{}", "ptz", "it has no ptz"),
        (b'{"ptz": 1.5}', "ptz", "ptz is no name of a pose"),
        (b'{"ptz": true}', "ptz", "ptz is no name of a pose"),
    ],
)
def test_what_is_none_is_said(payload: bytes, key: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_preset(payload, key=key)


@given(payload=st.binary(max_size=99))
def test_whatever_comes_is_a_short_name_or_none_or_refused(payload: bytes) -> None:
    try:
        preset = read_preset(payload, key=None)
    except ValueError:
        return
    assert preset is None or 1 <= len(preset) <= 64
