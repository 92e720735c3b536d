"""The catalog's tables: what the centre received, from whom, and how far people are with it."""

import sqlite3
from pathlib import Path
from typing import Final

from askance.database import DAMAGE_CODES, Migration, connect, primary_code
from askance.errors import StoreError

CATALOG: Final = "catalog.db"
# The log belongs to the damaged file: beside another one, it would be played into that.
WAY_BACK: Final = (
    f"check the disk, stop the receivers, move {CATALOG}* out of `storage.path`, and bring {CATALOG} back from the"
    " backup"
)

_CAPTURES: Final = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    frame_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    received_at REAL NOT NULL,
    camera TEXT NOT NULL,
    pose TEXT,
    boot_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    wall_ms INTEGER,
    clock TEXT NOT NULL,
    image_width INTEGER NOT NULL,
    image_height INTEGER NOT NULL,
    model TEXT NOT NULL,
    model_version TEXT NOT NULL,
    arm TEXT NOT NULL,
    inclusion_probability REAL,
    value REAL NOT NULL,
    role TEXT NOT NULL,
    capture_group TEXT,
    manifest TEXT NOT NULL,
    UNIQUE (device, frame_id)
)
"""
_ANNOTATIONS: Final = """
CREATE TABLE annotations (
    capture INTEGER NOT NULL REFERENCES captures (id),
    source TEXT NOT NULL CHECK (source IN ('device', 'labeler')),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    score REAL,
    calibrated_score REAL,
    origin TEXT NOT NULL,
    track_id INTEGER,
    suggested INTEGER NOT NULL,
    x REAL,
    y REAL,
    width REAL,
    height REAL,
    rotation REAL,
    PRIMARY KEY (capture, source, position)
) WITHOUT ROWID
"""
_REASONS: Final = """
CREATE TABLE reasons (
    capture INTEGER NOT NULL REFERENCES captures (id),
    position INTEGER NOT NULL,
    rule TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    signal TEXT NOT NULL,
    value REAL NOT NULL,
    text TEXT NOT NULL,
    objects TEXT NOT NULL,
    PRIMARY KEY (capture, position)
) WITHOUT ROWID
"""
_TASKS: Final = """
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    capture INTEGER NOT NULL UNIQUE REFERENCES captures (id),
    state TEXT NOT NULL,
    value REAL NOT NULL,
    labeler TEXT,
    token TEXT UNIQUE,
    lease_until REAL,
    expired INTEGER NOT NULL DEFAULT 0,
    seconds REAL,
    skip_reason TEXT,
    changed_at REAL NOT NULL
)
"""
_STAGING: Final = """
CREATE TABLE staging (
    device TEXT NOT NULL,
    frame_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    total INTEGER NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    received_at REAL NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (device, frame_id, sha256, total, start)
)
"""
_DEVICES: Final = """
CREATE TABLE devices (
    device TEXT PRIMARY KEY,
    first_seen REAL NOT NULL,
    last_seen REAL NOT NULL,
    online INTEGER,
    status TEXT,
    status_at REAL
) WITHOUT ROWID
"""
_LEDGERS: Final = """
CREATE TABLE ledgers (
    device TEXT NOT NULL REFERENCES devices (device),
    boot_id TEXT NOT NULL,
    captured INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    evicted INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    PRIMARY KEY (device, boot_id)
) WITHOUT ROWID
"""
_DEAD_LETTERS: Final = """
CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    received_at REAL NOT NULL,
    device TEXT,
    topic TEXT NOT NULL,
    code TEXT NOT NULL,
    permanent INTEGER NOT NULL,
    detail TEXT NOT NULL,
    frame_id TEXT,
    sha256 TEXT,
    size INTEGER NOT NULL,
    payload BLOB NOT NULL
)
"""
_NOTICES: Final = """
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    received_at REAL NOT NULL,
    device TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    frame_id TEXT
)
"""

MIGRATIONS: Final = (
    Migration(
        "0001-catalog",
        (
            _CAPTURES,
            "CREATE INDEX captures_by_boot ON captures (device, boot_id)",
            _ANNOTATIONS,
            _REASONS,
            _TASKS,
            "CREATE INDEX tasks_by_value ON tasks (state, value DESC, id)",
            _STAGING,
            "CREATE INDEX staging_by_age ON staging (received_at)",
            _DEVICES,
            _LEDGERS,
            _DEAD_LETTERS,
            "CREATE INDEX dead_letters_by_sha ON dead_letters (device, sha256)",
            _NOTICES,
        ),
    ),
    Migration(
        "0002-kinds",
        ("ALTER TABLE annotations ADD COLUMN model TEXT", "ALTER TABLE annotations ADD COLUMN shape TEXT"),
    ),
)


def create_catalog(folder: Path) -> sqlite3.Connection:
    """Open the catalog in ``folder``, made when it is not there yet.

    Raises:
        StoreError: the folder or the database cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the folder {folder}: {error.strerror}", hint="set `storage.path` to a folder you may write"
        ) from error
    return _connect(folder, readonly=False)


def open_catalog(folder: Path, *, readonly: bool) -> sqlite3.Connection:
    """Open the catalog that a receiver made in ``folder``.

    Raises:
        StoreError: there is none, or it cannot be used.
    """
    path = folder / CATALOG
    try:
        there = path.is_file()
    except OSError as error:
        raise StoreError(
            f"cannot look into {folder}: {error.strerror}", hint="run it as the user that owns `storage.path`"
        ) from error
    if not there:
        raise StoreError(
            f"there is no catalog: {path}", hint="set `storage.path`, or begin one with `askance central run`"
        )
    return _connect(folder, readonly=readonly)


def damaged(folder: Path, reason: str) -> StoreError:
    """Say what to do about the catalog in ``folder``, which is damaged."""
    return StoreError(f"the catalog is damaged: {folder / CATALOG}: {reason}", hint=WAY_BACK)


def is_damage(error: BaseException | None) -> bool:
    """Whether an error says that the database is damaged, and not that it cannot be used just now."""
    return isinstance(error, sqlite3.Error) and primary_code(error) in DAMAGE_CODES


def _connect(folder: Path, *, readonly: bool) -> sqlite3.Connection:
    try:
        return connect(folder / CATALOG, MIGRATIONS, readonly=readonly)
    except StoreError as error:
        # SQLite quotes a damaged schema, which need not be text
        if is_damage(error.__cause__) or isinstance(error.__cause__, UnicodeDecodeError):
            raise damaged(folder, str(error.__cause__)) from error
        raise
