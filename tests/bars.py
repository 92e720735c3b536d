"""Counts what was skipped, and fails when the coverage of a finished test run is below its bars.

``make test`` runs it after pytest. The overall bar is ``tool.coverage.report.fail_under``; the modules of the import
contract ``pure`` have to reach 100 %, so that a decision module is listed once for both purposes.
"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET  # the file is the one pytest wrote a moment ago

import coverage

from support_sources import pure, tool_settings


def skips(report: Path) -> Counter[str]:
    """Count the skipped tests of a JUnit report by their reason."""
    cases = ET.parse(report).getroot().iter("skipped")  # noqa: S314  # our own file of a moment ago
    return Counter(case.get("message") or "no reason given" for case in cases)


def main(report: Path) -> int:
    """Print both tables; the exit status is 1 when a bar is missed."""
    measured = coverage.Coverage()
    measured.load()
    overall = measured.report()
    sys.stdout.write("\npure modules:\n")
    decisions = measured.report(include=[str(path) for path in pure()])
    bar = tool_settings()["coverage"]["report"]["fail_under"]
    counted = skips(report)
    sys.stdout.write(f"\nskipped: {counted.total()}\n")
    for reason, count in counted.most_common():
        sys.stdout.write(f"  {count} x {reason}\n")
    sys.stdout.write(f"coverage: {overall:.1f} % (bar {bar:.0f} %), pure modules {decisions:.1f} % (bar 100 %)\n")
    return 0 if overall >= bar and decisions == 100 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
