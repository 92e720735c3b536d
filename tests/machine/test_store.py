"""The capture store against a model: whatever happens, each captured frame is where the ledger says."""

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from askance.edge.store.lifecycle import State
from askance.edge.store.rows import read_manifest
from askance.edge.values import Drop, Spending
from askance.wire.capture import Arm, Priority
from askance.wire.codec import digest, pack, unpack
from askance.wire.identity import FrameId, Sha256, new_frame_id
from support_store import DEVICE, index_of, make_draft, open_store

QUOTA = 10**6
FRAME = 120_000


class CaptureStore(RuleBasedStateMachine):
    """The model knows each frame's hash and what was said to it; eviction and faults may take frames, but counted."""

    frames = Bundle("frames")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.generation = 0
        self.boots: Counter[str] = Counter()
        self.boot_id = "boot-0"
        self.sha: dict[FrameId, Sha256] = {}
        self.delivered: set[FrameId] = set()
        self.gone = 0
        self.spent = 0
        self.store = open_store(self.path, boot_id=self.boot_id, quota=QUOTA)

    @property
    def path(self) -> Path:
        return self.folder / f"store-{self.generation}"

    def file(self, frame_id: FrameId) -> Path:
        return self.path / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"

    @rule(
        target=frames,
        value=st.sampled_from([0.1, 0.5, 0.9]),
        arm=st.sampled_from([Arm.UNCERTAINTY, Arm.RANDOM]),
        priority=st.sampled_from(Priority),
    )
    def keep(self, value: float, arm: Arm, priority: Priority) -> FrameId:
        draft = make_draft(value=value, arm=arm, priority=priority, spendings=(Spending("r", 0, 1, FRAME),))
        kept = self.store.keep(draft, os.urandom(FRAME))
        if isinstance(kept, Drop):
            return FrameId("0" * 26)
        content = self.file(kept).read_bytes()
        self.sha[kept] = digest(content)
        assert unpack(content).manifest.taken.seq == self.boots[self.boot_id]
        self.boots[self.boot_id] += 1
        self.spent += 1
        return kept

    @rule(frame_id=frames)
    def receipt(self, frame_id: FrameId) -> None:
        held = self.file(frame_id).exists()
        assert self.store.deliver(frame_id, self.sha.get(frame_id, Sha256("0" * 64))) == held
        if held:
            self.delivered.add(frame_id)

    @rule(frame_id=frames)
    def receipt_with_another_hash(self, frame_id: FrameId) -> None:
        assert not self.store.deliver(frame_id, Sha256("0" * 64))

    @rule(frame_id=frames)
    def refusal(self, frame_id: FrameId) -> None:
        assert self.store.quarantine(frame_id, "schema") == self.file(frame_id).exists()

    @rule()
    def requeue(self) -> None:
        quarantined = self.store.usage().counts.get(State.QUARANTINED, 0)
        assert self.store.requeue() == quarantined

    @rule(frame_id=frames)
    def read(self, frame_id: FrameId) -> None:
        content = self.store.read(frame_id, 0, length=2 * FRAME)
        assert (content is None) == (not self.file(frame_id).exists())
        assert content is None or digest(content) == self.sha[frame_id]

    @rule(frame_id=consumes(frames), damage=st.booleans(), restart=st.booleans())
    def lose_a_file(self, frame_id: FrameId, *, damage: bool, restart: bool) -> None:
        """A file vanishes or changes while nobody looks; found by a restart, which opens it anew, or by a read."""
        if not self.file(frame_id).exists():
            return
        self.crash()
        if damage:
            self.file(frame_id).write_bytes(self.file(frame_id).read_bytes()[:-1])
        else:
            self.file(frame_id).unlink()
        if restart:
            self.crash()
        assert self.store.read(frame_id, 0, length=10) is None
        assert not self.file(frame_id).exists()

    @rule()
    def crash(self) -> None:
        """The power goes: what stands on the disk at this moment is opened, and nothing is closed before."""
        before = self.path
        self.generation += 1
        shutil.copytree(before, self.path, ignore=shutil.ignore_patterns("*-shm", "lock", "ballast"))
        self.store.close()
        shutil.rmtree(before)
        self.store = open_store(self.path, boot_id=self.boot_id, quota=QUOTA)

    @rule()
    def reboot(self) -> None:
        self.boot_id = f"boot-{len(self.boots) + self.generation + 1}"
        self.crash()

    @rule(target=frames, value=st.sampled_from([0.1, 0.9]))
    def crash_between_file_and_row(self, value: float) -> FrameId:
        frame_id = new_frame_id(wall_ms=1, randomness=os.urandom(10))
        seq = self.boots[self.boot_id]
        manifest = make_draft(value=value).manifest(frame_id, DEVICE, boot_id=self.boot_id, seq=seq)
        content = pack(manifest, os.urandom(FRAME))
        self.file(frame_id).parent.mkdir(exist_ok=True)
        self.file(frame_id).write_bytes(content)
        self.crash()
        assert self.store.recovery.adopted == 1
        self.sha[frame_id] = digest(content)
        self.boots[self.boot_id] += 1
        return frame_id

    @rule()
    def crash_while_a_file_is_written(self) -> None:
        (self.path / "frames" / ".tmp-half").write_bytes(b"half")
        self.crash()
        assert self.store.recovery.unfinished == 1

    @invariant()
    def the_ledger_explains_every_frame(self) -> None:
        ledgers = self.store.ledgers()
        assert all(ledger.unaccounted == 0 for ledger in ledgers)
        assert {ledger.boot_id: ledger.captured for ledger in ledgers}.items() <= (
            self.boots | {self.boot_id: self.boots[self.boot_id]}
        ).items()
        assert ledgers[0].boot_id == self.boot_id

    @invariant()
    def rows_and_files_agree(self) -> None:
        usage = self.store.usage()
        files = {FrameId(file.stem): file.stat().st_size for file in (self.path / "frames").rglob("*.askf")}
        assert usage.bytes == sum(files.values())
        assert sum(usage.counts.values()) == len(files)
        for due in self.store.due(100, exclude=()):
            assert (due.sha256, due.size) == (self.sha[due.frame_id], files[due.frame_id])
            assert due.frame_id not in self.delivered
        with index_of(self.path) as index:
            for frame_id in files:
                assert read_manifest(index, frame_id) == unpack(self.file(frame_id).read_bytes()).manifest

    @invariant()
    def spendings_are_those_of_the_kept_frames(self) -> None:
        assert sum(spending.frames for spending in self.store.spent().get("r", ())) == self.spent

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


TestCaptureStore = CaptureStore.TestCase
TestCaptureStore.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
