"""The tables of ``captures.db``, made to be asked with sqlite-utils or Datasette."""

from typing import Final

from askance.database import Migration

INDEX_NAME: Final = "captures.db"

# A commit writes whole pages to the log, and a frame's rows touch some twenty of them in its life: with 4 KiB pages
# that is more than half of a 100 KB picture, with these a sixth.
PAGE_BYTES: Final = 512

_BOOTS: Final = """
CREATE TABLE boots (
    number INTEGER PRIMARY KEY,
    boot_id TEXT NOT NULL UNIQUE,
    next_seq INTEGER NOT NULL DEFAULT 0 CHECK (next_seq >= 0),
    captured INTEGER NOT NULL DEFAULT 0,
    stored INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0
) STRICT
"""

_EVICTIONS: Final = """
CREATE TABLE evictions (
    boot INTEGER NOT NULL REFERENCES boots (number) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    frames INTEGER NOT NULL,
    PRIMARY KEY (boot, reason)
) STRICT, WITHOUT ROWID
"""

_MODELS: Final = """
CREATE TABLE models (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    quantization TEXT,
    floor REAL NOT NULL,
    report REAL NOT NULL,
    report_by_label TEXT NOT NULL CHECK (json_valid(report_by_label)),
    label_map TEXT NOT NULL
) STRICT
"""

_CAPTURES: Final = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    frame_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'quarantined', 'deleting')),
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    sha256 TEXT NOT NULL,
    trouble TEXT,
    v INTEGER NOT NULL,
    must TEXT NOT NULL CHECK (json_valid(must)),
    device TEXT NOT NULL,
    camera TEXT NOT NULL,
    pose TEXT,
    boot INTEGER NOT NULL REFERENCES boots (number),
    seq INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    wall_ms INTEGER,
    clock TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    privacy TEXT,
    dhash TEXT,
    model INTEGER NOT NULL REFERENCES models (number),
    arm TEXT NOT NULL,
    inclusion_probability REAL,
    value REAL NOT NULL,
    priority INTEGER NOT NULL,
    capture_group TEXT,
    role TEXT NOT NULL,
    offset_s REAL
) STRICT
"""

_ANNOTATIONS: Final = """
CREATE TABLE annotations (
    capture INTEGER NOT NULL REFERENCES captures (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    score REAL,
    calibrated_score REAL,
    origin TEXT NOT NULL,
    track_id INTEGER,
    suggested INTEGER NOT NULL CHECK (suggested IN (0, 1)),
    x REAL,
    y REAL,
    width REAL,
    height REAL,
    rotation REAL,
    PRIMARY KEY (capture, position)
) STRICT, WITHOUT ROWID
"""

_REASONS: Final = """
CREATE TABLE reasons (
    capture INTEGER NOT NULL REFERENCES captures (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    rule TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    signal TEXT NOT NULL,
    value REAL NOT NULL,
    text TEXT NOT NULL,
    objects TEXT NOT NULL CHECK (json_valid(objects)),
    PRIMARY KEY (capture, position)
) STRICT, WITHOUT ROWID
"""

_SPENDINGS: Final = """
CREATE TABLE spendings (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT
"""

# One row: the same moment on the monotonic clock of a boot and on the clock that budgets run on.
_BUDGET_CLOCK: Final = """
CREATE TABLE budget_clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    budget_ns INTEGER NOT NULL
) STRICT
"""

_BROKERS: Final = """
CREATE TABLE brokers (
    broker TEXT PRIMARY KEY,
    chunk_ceiling INTEGER NOT NULL CHECK (chunk_ceiling > 0)
) STRICT, WITHOUT ROWID
"""

# Partial: each serves one question and costs no page for other frames; priority 0 goes first.
_INDICES: Final = (
    "CREATE INDEX captures_due ON captures (priority, value DESC, boot, seq) WHERE state = 'pending'",
    "CREATE INDEX captures_quarantined ON captures (boot, seq) WHERE state = 'quarantined'",
    "CREATE INDEX captures_delivered ON captures (boot, seq) WHERE state = 'delivered'",
    "CREATE INDEX captures_random ON captures (boot, seq, bytes) WHERE state = 'pending' AND arm = 'random'",
    "CREATE INDEX captures_deleting ON captures (id) WHERE state = 'deleting'",
)

_DOUBTS: Final = """
CREATE VIEW doubts AS
SELECT c.frame_id, c.state, c.camera, b.boot_id, c.seq, m.name AS model, r.rule, r.signal, r.value AS doubt,
       r.text, c.arm, c.value,
       (SELECT count(*) FROM annotations a WHERE a.capture = c.id AND NOT a.suggested) AS reported,
       (SELECT count(*) FROM annotations a WHERE a.capture = c.id AND a.suggested) AS suggested
FROM reasons r
JOIN captures c ON c.id = r.capture
JOIN boots b ON b.number = c.boot
JOIN models m ON m.number = c.model
"""

# NULL in all three is what a frame of plain boxes by one model has, and costs it no more than that.
_KINDS: Final = (
    "ALTER TABLE annotations ADD COLUMN model TEXT",
    "ALTER TABLE annotations ADD COLUMN shape TEXT CHECK (shape IS NULL OR json_valid(shape))",
    "ALTER TABLE captures ADD COLUMN companions TEXT CHECK (companions IS NULL OR json_valid(companions))",
)

_HABITS: Final = """
CREATE TABLE habits (
    camera TEXT PRIMARY KEY,
    shown TEXT NOT NULL CHECK (json_valid(shown))
) STRICT, WITHOUT ROWID
"""

MIGRATIONS: Final = (
    Migration(
        "0001-captures",
        (
            *(_BOOTS, _EVICTIONS, _MODELS, _CAPTURES, _ANNOTATIONS, _REASONS, _SPENDINGS, _BUDGET_CLOCK, _BROKERS),
            *_INDICES,
            _DOUBTS,
        ),
    ),
    Migration("0002-kinds", _KINDS),
    Migration("0003-habits", (_HABITS,)),
)
