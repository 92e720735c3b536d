"""The rule files of a running agent: watched, read again when they change, and copied for the next start."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from askance.edge.health import Health
from askance.edge.rules import Policy, load_rules
from askance.edge.rules.reader import compile_rules
from askance.edge.store.rule_copy import save_rules, saved_rules
from askance.errors import ConfigError
from askance.labels import LabelMap
from askance.settings import Place, parse_document

LOOK_S: Final = 2.0
"""How often the files are looked at, seconds."""

logger = logging.getLogger(__name__)

State: TypeAlias = tuple[tuple[int, int, int] | None, ...]
"""Of each file when it was written, nanoseconds, its size and its inode; None: it is not there."""


class RuleFiles:
    """The last good rules, and the files that they come from; for one thread.

    Rules that are wrong are trouble, and those of before stay in force, in this run and, by their copy, in the next.

    Attributes:
        policy: the rules in force.

    Args:
        paths: the files.
        labels: what classes are looked up in.
        folder: the store's, for the copy; written to from the first ``look`` on, when the agent holds the store.
        health: takes the trouble.

    Raises:
        ConfigError: they are wrong, and no good ones were copied before.
    """

    def __init__(self, paths: Sequence[Path], *, labels: LabelMap, folder: Path, health: Health) -> None:
        self._paths, self._labels, self._folder, self._health = tuple(paths), labels, folder, health
        self._texts: dict[str, str] = {}
        self._looked_s = 0.0
        self._again = False
        self._state = self._read = _state(self._paths)
        try:
            self.policy = self._load()
        except (ConfigError, OSError) as error:
            policy = self._copied()
            if policy is None:
                raise
            self.policy = policy
            self._refuse(error)

    def reload(self) -> None:
        """Have the files read at the next look, changed or not; a handler of signals may call this."""
        self._again = True

    def look(self, now_s: float) -> Policy | None:
        """Look at the files every ``LOOK_S`` seconds; return their rules when others are to be in force.

        A file that has changed is read when it has stood still from one look to the next: whoever saves it may do so
        in pieces, and half a file can be right.

        Args:
            now_s: monotonic seconds.
        """
        if now_s - self._looked_s < LOOK_S and not self._again:
            return None
        before, self._state, self._looked_s = self._state, _state(self._paths), now_s
        policy = self._read_again() if self._again or before == self._state != self._read else None
        self._copy()
        return policy

    def _read_again(self) -> Policy | None:
        self._again, self._read = False, self._state
        try:
            policy = self._load()
        except (ConfigError, OSError) as error:
            self._refuse(error)
            return None
        self._health.trouble("rules", None)
        if policy == self.policy:
            return None
        self.policy = policy
        self._health.count("rule_files.adopted")
        logger.info("rules in force: %s", ", ".join(f"{rule.id} {rule.version}" for rule in policy.rules))
        return policy

    def _load(self) -> Policy:
        """Read the files into rules, and their texts for the copy unless they change meanwhile."""
        policy = load_rules(self._paths, labels=self._labels)
        texts = {str(path): path.read_text(encoding="utf-8", errors="replace") for path in self._paths}
        if _state(self._paths) == self._read:
            self._texts = texts
        return policy

    def _refuse(self, error: ConfigError | OSError) -> None:
        self._health.count("rule_files.refused")
        said = "; ".join([*str(error).splitlines(), *filter(None, [getattr(error, "hint", None)])])
        self._health.trouble("rules", f"{said}; until that is mended the last good rules stay in force")

    def _copy(self) -> None:
        """Copy what was read last; what the disk does not take now is tried again at the next look."""
        if not self._texts:
            return
        try:
            save_rules(self._folder, self._texts)
        except OSError as error:
            self._health.trouble("copy of the rules", f"{error.strerror}: the next start needs good rule files")
            return
        self._texts = {}
        self._health.trouble("copy of the rules", None)

    def _copied(self) -> Policy | None:
        """Return the rules that were good before; None where there are none, or the label map has changed too much."""
        try:
            documents = [parse_document(text, Place(path)) for path, text in saved_rules(self._folder).items()]
            return compile_rules(documents, self._labels) if documents else None
        except ConfigError:
            return None


def _state(paths: Sequence[Path]) -> State:
    """Look at the files without reading them."""
    return tuple(_facts(path) for path in paths)


def _facts(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
