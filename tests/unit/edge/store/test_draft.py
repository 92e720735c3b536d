"""A draft becomes a manifest."""

from dataclasses import fields, replace

import pytest
from pydantic import ValidationError

from askance.edge.store.draft import Draft
from askance.wire.annotations import Box
from askance.wire.capture import Manifest
from askance.wire.identity import FrameId
from support_store import BOOT, DEVICE, make_draft

FRAME_ID = FrameId("0" * 26)


def test_a_draft_has_every_field_of_the_manifest_that_the_store_does_not_give() -> None:
    given_by_the_store = {"v", "frame_id", "device"}

    assert set(Manifest.model_fields) - given_by_the_store == {field.name for field in fields(Draft)} - {"spendings"}


def test_the_store_adds_id_device_boot_and_sequence_number() -> None:
    draft = replace(make_draft(), pose="home", group="g", offset_s=-1.5)

    manifest = draft.manifest(FRAME_ID, DEVICE, boot_id=BOOT, seq=7)

    assert (
        manifest.frame_id,
        manifest.device,
        manifest.taken.boot_id,
        manifest.taken.seq,
    ) == (FRAME_ID, DEVICE, BOOT, 7)
    assert (manifest.pose, manifest.group, manifest.offset_s) == ("home", "g", -1.5)


def test_a_box_outside_the_image_is_refused() -> None:
    outside = Box(label_id=1, label="car", x=0, y=0, width=1e4, height=1)

    with pytest.raises(ValidationError, match="outside the image"):
        replace(make_draft(), annotations=(outside,)).manifest(FRAME_ID, DEVICE, boot_id=BOOT, seq=0)
