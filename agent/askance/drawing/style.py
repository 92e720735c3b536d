"""The style sheet of drawings and of the pages that hold nothing else."""

from typing import Final

DRAWING: Final = """
svg rect, svg path, svg line, svg circle { fill: none; stroke: var(--c); stroke-width: 2px;
  vector-effect: non-scaling-stroke; stroke-linejoin: round; }
svg path.area { fill: var(--c); fill-opacity: .34; }
svg path.semantic, svg path.segment { fill-opacity: .45; stroke-width: 1px; stroke-opacity: .9; }
svg line { stroke-width: 2.5px; stroke-linecap: round; }
svg circle { fill: var(--c); stroke: #000b; stroke-width: 1px; }
svg circle.unsure { fill: none; stroke: var(--c); stroke-width: 1.5px; stroke-opacity: .8; }
svg .hint rect, svg .hint path { stroke-dasharray: 5 4; stroke-width: 1.25px; }
svg .hint path.area { fill-opacity: .15; }
svg .doubt rect { stroke-width: 3.5px; fill: var(--c); fill-opacity: .16; }
svg .doubt.hint rect { stroke-width: 2.5px; }
svg .doubt path, svg .doubt line { stroke-width: 3.5px; }
svg rect.chip { fill: #000a; stroke-width: 1.5px; }
svg text { font-family: system-ui, sans-serif; font-weight: 650; fill: #fff; stroke: #000c; stroke-width: .2em;
  paint-order: stroke; stroke-linejoin: round; }
svg text { fill: color-mix(in srgb, var(--c) 30%, #fff); }
"""

PAGE: Final = (
    """
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; padding: 20px; background: light-dark(#f4f5f7, #15181b); color: light-dark(#1c2024, #e8eaed);
  font: 14px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 14px; font-size: 22px; letter-spacing: -.02em; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(560px, 100%), 1fr)); gap: 18px;
  align-items: start; }
main:has(figure:only-child) { grid-template-columns: 1fr; }
figure { margin: 0; background: light-dark(#fff, #1f2327); border: 1px solid light-dark(#dfe2e6, #32383e);
  border-radius: 10px; overflow: hidden; }
.stage { position: relative; line-height: 0; }
.stage img { width: 100%; height: auto; display: block; }
.stage svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: hidden; }
figcaption { padding: 8px 14px 10px; }
"""
    + DRAWING
)
