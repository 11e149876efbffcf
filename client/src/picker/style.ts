/** The picker's style sheet, for its shadow tree. Colours and sizes are the page's tokens (styles/tokens.css). */
export const STYLE = `
:host { display: block; container-type: inline-size; color: var(--ink); font: inherit; }
:host([hidden]), [hidden] { display: none !important; }
*, *::before, *::after { box-sizing: border-box; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid transparent; box-shadow: var(--focus-ring); }
.visually-hidden { position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.frame { display: grid; gap: var(--space-4); }
@container (min-width: 46rem) {
  .frame { grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); grid-template-rows: auto 1fr; }
  .choose { grid-row: 1 / span 2; }
}
.choose { display: grid; grid-template-rows: auto auto minmax(0, 1fr); gap: var(--space-3); min-inline-size: 0; }
.search { inline-size: 100%; min-block-size: var(--target); padding: 0 var(--space-3); border: 1px solid var(--line-strong); border-radius: var(--radius-s); background: var(--surface); }
.presets { display: flex; flex-wrap: wrap; gap: var(--space-2); }
.preset { min-block-size: 2rem; padding: 0 var(--space-3); border: 1px solid var(--line-strong); border-radius: var(--radius-round); background: transparent; font-size: var(--text-s); }
.preset:hover { background: var(--sunken); }
.preset[aria-pressed="true"] { background: var(--accent-wash); border-color: var(--accent); color: var(--accent-hover); }
:host([mode="deny"]) .preset[aria-pressed="true"] { background: var(--danger-wash); border-color: var(--danger); color: var(--danger-hover); }
.list { block-size: 21rem; overflow-y: auto; margin: 0; padding: var(--space-2); border: 1px solid var(--line); border-radius: var(--radius-m); background: var(--surface); scroll-padding-block: 2.2rem; overscroll-behavior: contain; }
.group + .group { margin-block-start: var(--space-3); }
.group-name { position: sticky; inset-block-start: calc(-1 * var(--space-2)); padding: var(--space-1) var(--space-2); background: var(--surface); color: var(--ink-soft); font-size: var(--text-xs); font-weight: var(--weight-strong); z-index: 1; }
.option { display: flex; align-items: center; gap: var(--space-2); min-block-size: 2.25rem; padding: 0 var(--space-2); border-radius: var(--radius-s); cursor: pointer; }
.option:hover { background: var(--sunken); }
.option:focus-visible { box-shadow: inset 0 0 0 2px var(--focus); }
.box { flex: none; inline-size: 1.1rem; block-size: 1.1rem; border: 1.5px solid var(--line-strong); border-radius: 4px; display: grid; place-items: center; }
.option[aria-selected="true"] .box { background: var(--accent); border-color: var(--accent); }
:host([mode="deny"]) .option[aria-selected="true"] .box { background: var(--danger); border-color: var(--danger); }
.box::after { content: ""; inline-size: 0.6rem; block-size: 0.32rem; border: solid var(--accent-ink); border-width: 0 0 2px 2px; transform: translateY(-1px) rotate(-45deg); opacity: 0; }
.option[aria-selected="true"] .box::after { opacity: 1; }
.name { flex: 1; min-inline-size: 0; line-height: 1.25; }
.code { color: var(--ink-soft); font: var(--text-xs) var(--font-mono); }
.empty { padding: var(--space-3); color: var(--ink-soft); }
.map { align-self: start; padding-block-start: var(--space-2); border-radius: var(--radius-m); background: var(--map-sea); overflow: hidden; }
svg { display: block; inline-size: 100%; block-size: auto; aspect-ratio: 1000 / 447; }
svg path, svg circle { fill: var(--map-land); stroke: var(--map-border); stroke-width: 0.6; cursor: pointer; transition: fill var(--calm) var(--ease); }
svg .plain { cursor: default; }
svg [data-code]:hover { fill: var(--ink-soft); }
svg circle.chosen { r: 6px; stroke-width: 1.2; }
svg .chosen { fill: var(--map-admit); }
:host([mode="deny"]) svg .chosen { fill: var(--map-refuse); }
.note { margin: 0; padding: var(--space-1) var(--space-3) var(--space-2); color: var(--ink-soft); font-size: var(--text-xs); }
.summary { min-inline-size: 0; }
.count { display: flex; align-items: baseline; justify-content: space-between; gap: var(--space-3); margin: 0 0 var(--space-2); font-weight: var(--weight-strong); }
.clear { border: 0; padding: var(--space-1); background: none; color: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; border-radius: var(--radius-s); }
.chips { display: flex; flex-wrap: wrap; gap: var(--space-2); margin: 0; padding: 0; list-style: none; max-block-size: 11rem; overflow-y: auto; }
.chip { display: inline-flex; align-items: center; gap: var(--space-1); padding-inline: var(--space-3) var(--space-1); border-radius: var(--radius-round); background: var(--accent-wash); font-size: var(--text-s); }
:host([mode="deny"]) .chip { background: var(--danger-wash); }
.chip button { inline-size: 1.9rem; block-size: 1.9rem; border: 0; border-radius: 50%; background: none; line-height: 1; }
.chip button:hover { background: var(--surface); }
@media (forced-colors: active) { .option[aria-selected="true"] .box { background: Highlight; } svg .chosen { fill: Highlight; } }
`;
