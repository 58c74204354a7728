"""What the page of a comparison adds to the common style; dark where the reader's system is."""

STYLE = """
  @media (prefers-color-scheme: dark) {
    :root { color-scheme: dark; --ink: #e4e9ec; --quiet: #9aa8b1; --line: #333d44; --ground: #14181b; --soft: #1c2226;
            --blue: #6db3dc; }
  }
  :root { --good: light-dark(#1f8a55, #55c48d); --bad: light-dark(#c8402f, #f0816f); }
  body { max-width: 74rem; }
  h2 { scroll-margin-top: 4rem; } h3 { font-size: 1rem; margin: 1.6rem 0 .5rem; }
  button, select { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line);
                   border-radius: .4rem; padding: .2rem .55rem; }
  button { cursor: pointer; } button:hover { border-color: var(--quiet); }
  :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
  .verdict { font-size: 1.05rem; margin: .5rem 0; }
  .dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; background: var(--m);
         margin-right: .35em; }
  .legend { position: sticky; top: 0; z-index: 5; display: flex; flex-wrap: wrap; gap: .4rem; padding: .6rem 0;
            margin-top: 1rem; background: var(--ground); border-bottom: 1px solid var(--line); }
  .legend label { display: inline-flex; align-items: center; gap: .4rem; padding: .15rem .7rem; border-radius: 1rem;
                  border: 1px solid var(--line); background: var(--soft); cursor: pointer; user-select: none; }
  .legend label:has(input:not(:checked)) { opacity: .45; }
  .legend label:has(:focus-visible) { outline: 2px solid var(--blue); }
  .legend input { position: absolute; opacity: 0; }
  .legend i { width: 1.2rem; height: 0; border-top: 3px solid var(--m); }
  .legend .of-truth i { border-top: 3px dashed var(--ink); }
  .wide { overflow-x: auto; }
  .scores { table-layout: auto; }
  .scores td, .scores th { padding: .55rem .8rem; vertical-align: top; white-space: nowrap; }
  .scores th { border-top: 1px solid var(--line); }
  .scores thead th { border: 0; font-size: .95rem; color: var(--ink); }
  .scores th:first-child { text-align: left; position: sticky; left: 0; background: var(--ground); z-index: 1;
                           padding-left: 0; }
  .scores .value { font-size: 1.3rem; line-height: 1.25; } .scores .first .value { font-weight: 650; }
  .scores small { display: block; font-size: .8rem; color: var(--quiet); line-height: 1.4; }
  .scores small.change { margin-top: .2rem; }
  .scores small.good { color: var(--good); font-weight: 600; }
  .scores small.bad { color: var(--bad); font-weight: 600; }
  .scores .forest { width: 26%; min-width: 9rem; } .scores .forest svg { display: block; width: 100%; }
  .forest line, .forest circle { stroke: var(--m); fill: var(--m); stroke-width: 2; }
  .forest .grid { stroke: var(--line); stroke-width: 1; }
  .define { background: none; border: 0; border-bottom: 1px dotted var(--quiet); border-radius: 0; padding: 0;
            color: var(--ink); font-weight: 600; font-size: 1rem; }
  [popover] { max-width: min(34rem, 88vw); border: 1px solid var(--line); border-radius: .7rem; padding: 1.1rem 1.3rem;
              background: var(--ground); color: var(--ink); box-shadow: 0 .6rem 2.4rem rgb(0 0 0 / .28);
              white-space: normal; text-align: left; }
  [popover]::backdrop { background: rgb(0 0 0 / .18); }
  [popover] h3, .definitions h3 { margin: 0 0 .4rem; } [popover] p { margin: .5rem 0 0; }
  .formula { font-family: ui-monospace, monospace; font-size: .88rem; background: var(--soft); border-radius: .4rem;
             padding: .5rem .7rem; overflow-wrap: anywhere; }
  .bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .8rem 0 .4rem; }
  .bar select { max-width: 16rem; }
  .plot text { font: 12px system-ui, sans-serif; fill: var(--quiet); } .plot { display: block; touch-action: pan-y; }
  .plot .grid { stroke: var(--line); } .plot .now { stroke: var(--quiet); }
  .plot path { fill: none; stroke: var(--m); stroke-width: 2; stroke-linejoin: round; }
  .plot .mark { fill: var(--quiet); stroke: none; cursor: pointer; } .plot .mark:hover { fill: var(--ink); }
  .plot .spot { fill: var(--blue); fill-opacity: .75; cursor: pointer; }
  .plot .spot.chosen { stroke: var(--ink); stroke-width: 2.5; fill-opacity: 1; }
  .plot .name { fill: var(--ink); pointer-events: none; }
  output { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; min-height: 1.6em; font-variant-numeric: tabular-nums; }
  .pair { display: grid; grid-template-columns: minmax(0, 27rem) minmax(0, 1fr); gap: 1.5rem 2.5rem; }
  .list { max-height: 27rem; overflow: auto; border-bottom: 1px solid var(--line); }
  .list table { margin: 0; } .list td, .list th { font-size: .95rem; padding: .25rem .6rem; }
  .list thead th { position: sticky; top: 0; background: var(--ground); cursor: pointer;
                   box-shadow: 0 1px var(--line); }
  .list th:first-child, .list td:first-child { text-align: left; } .list tbody tr { cursor: pointer; }
  .list tbody tr:hover { background: var(--soft); }
  .list tr.chosen { background: color-mix(in srgb, var(--blue) 16%, transparent); }
  .frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.2rem; }
  .frame { scroll-margin-top: 4rem; } .frame:target svg, .frame.chosen svg { outline: 3px solid var(--blue); }
  .frame .zoom { display: block; width: 100%; padding: 0; border: 0; background: none; cursor: zoom-in; }
  .frame svg, dialog svg { display: block; border-radius: .4rem; background: #6b7278; }
  .frame path, dialog path { fill: none; stroke: var(--m); stroke-width: 2; vector-effect: non-scaling-stroke;
                             stroke-linejoin: round; filter: drop-shadow(0 0 1px rgb(0 0 0 / .9)); }
  path.truth { stroke: #fff; stroke-dasharray: 5 3; } .no-picture path.truth { fill: rgb(255 255 255 / .22); }
  dialog path { stroke-width: 2.5; }
  figcaption { font-size: .9rem; display: flex; flex-wrap: wrap; gap: .05rem .9rem; margin-top: .35rem;
               font-variant-numeric: tabular-nums; }
  figcaption button { padding: 0; border: 0; background: none; font-weight: 600; border-bottom: 1px dotted var(--quiet);
                      border-radius: 0; }
  dialog { border: 0; border-radius: .8rem; padding: 1rem; width: min(94vw, 100rem); max-height: 94vh;
           color: var(--ink); background: var(--ground); } dialog::backdrop { background: rgb(0 0 0 / .75); }
  dialog svg { max-height: 80vh; } dialog .bar { margin: .8rem 0 0; justify-content: space-between; }
  .definitions dt { font-weight: 600; margin-top: 1.1rem; } .definitions dd { margin: .2rem 0 0; max-width: 48rem; }
  .warnings { border-left: 3px solid #e0811a; padding: .1rem 0 .1rem 1rem; overflow-wrap: anywhere; }
  .footer { margin-top: 3rem; font-size: .85rem; }
  @media (max-width: 46rem) {
    body { padding: 1.4rem 1rem; } .pair { grid-template-columns: minmax(0, 1fr); }
    .scores .forest { display: none; } .scores td, .scores th { padding: .5rem .5rem; }
    .scores td small.span { display: none; }
    .frames { grid-template-columns: minmax(0, 1fr); }
    .legend { flex-wrap: nowrap; overflow-x: auto; font-size: .85rem; white-space: nowrap; }
    .list td, .list th { font-size: .85rem; padding: .25rem .35rem; }
  }
  @media print { .legend { position: static; } .bar, .no-print { display: none; } .list { max-height: none; } }
"""
