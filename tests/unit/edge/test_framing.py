"""What the rules may look at comes from the frame, the stages and what the device was told."""

from datetime import UTC, date
from pathlib import Path

from askance.edge.detect.panel import Panel
from askance.edge.framing import frame_context
from askance.edge.values import Drop, Image
from askance.edge.view import alone
from askance.labels import LabelMap
from support_pipeline import CAMERA, DOUBTFUL_PEOPLE, SECOND, Built, frame
from support_scenes import scene
from support_store import open_store


def test_a_frame_is_judged_by_its_own_time_place_and_signals(
    panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    with open_store(tmp_path / "store") as store:
        built = Built(store, panel, labels=labels, rules=DOUBTFUL_PEOPLE % (9, "9MB"), folder=tmp_path)
        built.stages.told.tell({"speed": 12.0}, now_ns=6 * SECOND, for_ns=9 * SECOND)
        begun = built.pipeline.begin(frame(photo, 7))
        assert not isinstance(begun, Drop)
        built.stages.told.tell({"speed": 99.0}, now_ns=7 * SECOND, for_ns=9 * SECOND)  # while the models look
        view = alone(scene((labels.resolve("person").id, 0.4)), size=(640, 480))

        context = frame_context(view, begun, stages=built.stages, policy=built.stages.policy, draw=0.25)

    assert (CAMERA, "home", 7 * SECOND, 0.25, 1) == (
        context.camera, context.pose, context.taken_ns, context.draw, context.cameras
    )  # fmt: skip
    assert ({"speed": 12.0}, None) == (context.readings, context.asked)
    assert context.local is not None
    assert context.today == context.local.date()
    assert date(2023, 11, 14) == context.local.astimezone(UTC).date()
    (signal,) = context.signals.values()
    assert signal is not None
    assert 0 < signal.value
