"""What the stage offers to the others."""

import askance.edge.source as stage
from askance.edge.source.main_stream import MainStream
from askance.edge.source.opening import Source, open_main_stream, open_source


def test_the_package_offers_its_three_names() -> None:
    assert sorted(stage.__all__) == ["MainStream", "Source", "open_main_stream", "open_source"]
    assert (stage.MainStream, stage.open_main_stream) == (MainStream, open_main_stream)
    assert (stage.Source, stage.open_source) == (Source, open_source)
