"""The contact sheet's style sheet."""

from typing import Final

from askance.drawing import DRAWING

STYLE: Final = (
    """
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e8eaed); --soft: light-dark(#60656c, #9aa1a9);
  --page: light-dark(#f4f5f7, #15181b); --card: light-dark(#fff, #1f2327); --edge: light-dark(#dfe2e6, #32383e);
  --accent: light-dark(#b4540a, #ffb067); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
header { padding: 24px 28px 8px; }
h1 { margin: 0 0 12px; font-size: 24px; letter-spacing: -.02em; }
.count { color: var(--soft); font-size: 15px; font-weight: 400; letter-spacing: 0; margin-left: 8px; }
.counts { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 0 0 12px; }
.counts div { display: flex; gap: 10px; }
dt { color: var(--soft); }
dd { margin: 0; display: flex; flex-wrap: wrap; gap: 0 12px; }
.ledger { border-collapse: collapse; margin: 0 0 12px; font-variant-numeric: tabular-nums; }
.ledger th, .ledger td { padding: 3px 14px 3px 0; text-align: right; font-weight: 400; }
.ledger th { color: var(--soft); }
.ledger tbody th { color: var(--ink); font-weight: 600; }
.ledger th:first-child { text-align: left; }
.good { color: light-dark(#18794e, #5bd6a0); font-weight: 600; }
.bad { color: light-dark(#c62a2f, #ff8b8b); font-weight: 700; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; align-items: center; color: var(--soft); }
.key::before { content: ""; display: inline-block; width: 20px; height: 12px; margin-right: 7px;
  vertical-align: -1px; border: 2px solid var(--accent); }
.key.hint::before { border-style: dashed; border-width: 1.5px; }
.key.doubt::before { border-width: 3px; background: color-mix(in srgb, var(--accent) 25%, transparent); }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(420px, 100%), 1fr)); gap: 18px;
  padding: 16px 28px 40px; align-items: start; }
.frame { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; overflow: hidden; }
.picture { position: relative; background: #000; line-height: 0; }
.stage { position: relative; }
.picture img { width: 100%; height: auto; display: block; }
svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: hidden; pointer-events: none; }
g.hint:not(.doubt) { display: none; }
body:has(#hints:checked) g.hint:not(.doubt) { display: inline; opacity: .75; }
a.open { position: absolute; inset: 0; cursor: zoom-in; }
a.close { display: none; }
.facts { padding: 10px 14px 12px; }
.line { display: flex; align-items: baseline; gap: 10px; }
.value { font-size: 20px; font-weight: 650; font-variant-numeric: tabular-nums; color: var(--accent); }
.arm { color: var(--soft); }
.state { margin-left: auto; padding: 1px 9px; border: 1px solid var(--edge); border-radius: 99px; font-size: 12px; }
.state:empty { display: none; }
.state.done { color: light-dark(#18794e, #5bd6a0); }
.reasons { list-style: none; margin: 6px 0; padding: 0; }
.reasons li { padding: 2px 0; }
.meter { display: inline-block; width: 44px; height: 5px; margin-right: 8px; border-radius: 3px; vertical-align: 2px;
  background: var(--edge); overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--accent); }
.origin { margin: 0; color: var(--soft); font-size: 12px; overflow-wrap: anywhere; }
.id { font-family: ui-monospace, monospace; font-size: 11px; }
.frame:target { position: fixed; inset: 0; z-index: 1; display: grid; grid-template-rows: 1fr auto; border: 0;
  border-radius: 0; overflow: auto; }
.frame:target .picture { display: grid; place-items: center; min-height: 0; padding: 0; }
.frame:target .stage { width: min(100vw, calc((100vh - 150px) * var(--ratio))); }
.frame:target a.open { display: none; }
.frame:target a.close { display: block; position: absolute; top: 12px; right: 18px; color: #fff; font-size: 40px;
  line-height: 1; text-decoration: none; text-shadow: 0 0 6px #000; }
@media print { .frame { break-inside: avoid; } a.open, .legend label { display: none; } }
"""
    + DRAWING
)
