"""Writes model cards."""

from pathlib import Path

import yaml

from askance.edge.detect.package import ModelCard


def dump_card(card: ModelCard) -> str:
    """Write a card as YAML; values that equal their default and were not given stay out."""
    values = card.model_dump(mode="json", exclude_unset=True)
    return yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=116, allow_unicode=True)


def write_card(card: ModelCard, path: Path) -> None:
    """Write a card into a file."""
    path.write_text(dump_card(card), encoding="utf-8")
