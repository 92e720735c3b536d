"""A damaged stream is whole again with the next picture that stands alone, or after a while."""

from askance.edge.decoding.damage import KEY, Damage

S = 10**9


def whole(pictures: str, *, delay: int = 0, every_s: float = 0.1) -> str:
    """Read pictures, I or P, in small letters where the decoder complains; return 1 for each that can be trusted."""
    damage, found = Damage(delay), ""
    for index, kind in enumerate(pictures):
        at_ns = round(index * every_s * S)
        damage = damage.after(at_ns, kind=kind.upper(), complaint=kind.islower())
        found += "1" if damage.whole else "0"
    return found


def test_pictures_are_whole_until_the_decoder_complains_and_from_the_next_key_on() -> None:
    assert KEY == "I"
    assert "1110001" == whole("IPPpPPI")


def test_a_key_that_is_complained_about_heals_nothing() -> None:
    assert "100001" == whole("IpPiPI")


def test_a_complaint_may_be_about_a_picture_that_the_decoder_still_holds_back() -> None:
    assert "1000001" == whole("IpPIPPI", delay=3)


def test_a_stream_without_keys_heals_with_time() -> None:
    found = whole("Ip" + "P" * 120)

    assert "1" + "0" * 101 + "1" * 20 == found
