"""How the pages look that are written for a browser: one sheet of style for all of them."""

STYLE = """
  :root { color-scheme: light; --ink: #22303a; --quiet: #5b6b76; --line: #d9dfe3; --ground: #fff; --soft: #f4f6f7;
          --blue: #2a6f97; }
  body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem; color: var(--ink); background: var(--ground);
         font: 16px/1.55 system-ui, sans-serif; }
  h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.6rem 0 .4rem; }
  p { max-width: 44rem; } .quiet { color: var(--quiet); }
  table { border-collapse: collapse; width: 100%; margin-top: 1rem; font-variant-numeric: tabular-nums; }
  th { text-align: right; font-weight: 600; font-size: .85rem; color: var(--quiet); padding: .3rem .8rem; }
  td { text-align: right; font-size: 1.3rem; padding: .3rem .8rem; border-top: 1px solid var(--line); }
  figure { margin: 0; } svg { width: 100%; height: auto; }
"""

METHOD_COLOURS = ("#2b7fb8", "#e0811a", "#2a9d76", "#c4579a", "#7a62cf", "#d4483b", "#a88f00", "#5f6f7b")
"""Of methods side by side, told apart by colour-blind eyes as far as eight can be; on white, on black, on pictures."""


def colour(k: int) -> str:
    """The colour of method k; from the ninth on they come again."""
    return METHOD_COLOURS[k % len(METHOD_COLOURS)]
