"""A frame that is to be captured: its manifest but for what only the store can give."""

from dataclasses import dataclass

from askance.edge.values import Instant, Spending
from askance.wire.annotations import Annotation
from askance.wire.capture import Arm, ImageInfo, Manifest, ModelInfo, Moment, Priority, Reason, Role
from askance.wire.identity import CameraId, DeviceId, FrameId


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything of the manifest but frame id, device, boot and sequence number; field by field as there.

    Attributes:
        spendings: what the frame costs each rule that pays for it; stored in the capture's own transaction.
    """

    camera: CameraId
    taken: Instant
    image: ImageInfo
    model: ModelInfo
    annotations: tuple[Annotation, ...]
    reasons: tuple[Reason, ...]
    arm: Arm
    value: float
    priority: Priority = Priority.DOUBTFUL
    inclusion_probability: float | None = None
    pose: str | None = None
    group: str | None = None
    role: Role = Role.TRIGGER
    offset_s: float | None = None
    must: tuple[str, ...] = ()
    companions: tuple[ModelInfo, ...] | None = None
    spendings: tuple[Spending, ...] = ()

    def manifest(self, frame_id: FrameId, device: DeviceId, *, boot_id: str, seq: int) -> Manifest:
        """Complete the manifest.

        Raises:
            ValueError: the draft breaks the schema (pydantic's ValidationError), e.g. a box outside the image.
        """
        return Manifest(
            must=self.must,
            frame_id=frame_id,
            device=device,
            camera=self.camera,
            pose=self.pose,
            taken=Moment(
                boot_id=boot_id,
                seq=seq,
                monotonic_ns=self.taken.monotonic_ns,
                wall_ms=self.taken.wall_ms,
                clock=self.taken.clock,
            ),
            image=self.image,
            model=self.model,
            companions=self.companions,
            annotations=self.annotations,
            reasons=self.reasons,
            arm=self.arm,
            inclusion_probability=self.inclusion_probability,
            value=self.value,
            priority=self.priority,
            group=self.group,
            role=self.role,
            offset_s=self.offset_s,
        )
