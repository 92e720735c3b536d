"""Logins and secrets are hidden, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("rtsp://viewer:s3cret@10.0.0.7:554/live", "rtsp://***@10.0.0.7:554/live", id="login"),
        pytest.param("rtsp://viewer:p@ss@10.0.0.7/live", "rtsp://***@10.0.0.7/live", id="at in the password"),
        pytest.param("rtsp://viewer:p%40s%2Fs@h/live", "rtsp://***@h/live", id="percent-encoded"),
        pytest.param("rtsp://viewer:pa/s?s#@h/live", "rtsp://***@h/live", id="what belongs to a path"),
        pytest.param("rtsp://viewer@10.0.0.7/live", "rtsp://***@10.0.0.7/live", id="name only"),
        pytest.param("rtsp://:s3cret@10.0.0.7/live", "rtsp://***@10.0.0.7/live", id="password only"),
        pytest.param("a http://a:b@c/d and http://e:f@g/h", "a http://***@c/d and http://***@g/h", id="two"),
        pytest.param("error: viewer:s3cret@10.0.0.7/live", "error: ***@10.0.0.7/live", id="no scheme"),
        pytest.param("'rtsp:/viewer:s3cret@10.0.0.7'", "'***@10.0.0.7'", id="half a scheme"),
        pytest.param("got 'rtsp://viewer:s3cr", "got 'rtsp://***", id="cut off"),
        pytest.param("http://h/x?url=rtsp%3A%2F%2Fu%3Ap%40h", "http://h/x?url=rtsp%3A%2F%2F***%40h", id="in a query"),
        pytest.param("http://h/cgi?user=a&password=12345&ch=1", "http://h/cgi?user=a&password=***&ch=1", id="query"),
        pytest.param("http://h/x?PWD=1;a_token=b/c#top", "http://h/x?PWD=***;a_token=***#top", id="other keys"),
        pytest.param("http://h/x.cgi?loginuse=a&loginpas=b", "http://h/x.cgi?loginuse=a&loginpas=***", id="short keys"),
        pytest.param("rtsp://h/user=a&password=b&channel=1", "rtsp://h/user=a&password=***&channel=1", id="in a path"),
        pytest.param("rtsp://h:554/user=a_password=b_1.sdp", "rtsp://h:554/user=a_password=***", id="all in one"),
        pytest.param("rtsp://10.0.0.7/user@home", "rtsp://10.0.0.7/user@home", id="at in a path"),
        pytest.param("rtsp://[fe80::1]:554/live", "rtsp://[fe80::1]:554/live", id="an address of six"),
        pytest.param("rtsp://camera:554: away", "rtsp://camera:554: away", id="a port"),
        pytest.param("camera gate: away", "camera gate: away", id="words"),
        pytest.param("/var/videos/street.mp4", "/var/videos/street.mp4", id="path"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_logins_and_secrets_are_hidden_and_the_rest_is_kept(text: str, shown: str) -> None:
    assert shown == redact(text)
    assert shown == redact(shown)


_NAME = "abcdefghijklmnopqrstuvwxyz0123456789!$%.-_"


@given(st.text(_NAME, min_size=1, max_size=12), st.text(f"{_NAME}:@/?#&=;", min_size=1, max_size=12))
def test_no_login_survives_redaction(name: str, password: str) -> None:
    secret = f"{name}:{password}~"

    assert secret not in redact(f"error: rtsp://{secret}@camera/stream: away")
