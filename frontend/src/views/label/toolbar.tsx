/** Tools above the picture; each says its key. */

import { useRef } from "preact/hooks";
import { Icon, type IconName } from "../../parts/icons";
import { shownKey } from "../../parts/keyboard";
import { changeLook, look } from "../../state/app";
import * as clip from "../../state/clip";
import * as editing from "../../state/editing";
import { theStage } from "./picture";

const TOOLS: readonly { tool: editing.Tool; icon: IconName; name: string; key: string }[] = [
  { tool: "points", icon: "point", name: "Points and boxes", key: "stop" },
  { tool: "trace", icon: "trace", name: "Trace", key: "trace" },
  { tool: "brush", icon: "brush", name: "Brush", key: "brush" },
  { tool: "eraser", icon: "eraser", name: "Eraser", key: "eraser" },
];

export function Toolbar() {
  return (
    <div class="toolbar" role="toolbar" aria-label="Tools">
      <div class="group">
        {TOOLS.map(({ tool, icon, name, key }) => (
          <button
            key={tool}
            type="button"
            aria-pressed={editing.tool.value === tool}
            title={`${name} (${shownKey(key)})`}
            aria-label={name}
            onClick={() => {
              editing.tool.value = tool;
            }}
          >
            <Icon name={icon} />
          </button>
        ))}
        <ImportMask />
      </div>
      {editing.tool.value === "points" ? <Sign /> : <Brush />}
      <Propagate />
      <span class="grow" />
      <Looks />
    </div>
  );
}

function ImportMask() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        title="Take this frame's mask from a PNG"
        aria-label="Import a mask"
        onClick={() => input.current?.click()}
      >
        <Icon name="mask" />
      </button>
      <input
        ref={input}
        type="file"
        accept="image/png"
        hidden
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void editing.importMask(file);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function Sign() {
  return (
    <div class="group" role="group" aria-label="Clicks are">
      {([1, 0] as const).map((label) => (
        <button
          key={label}
          type="button"
          class="sign"
          aria-pressed={editing.pointLabel.value === label}
          title={
            label
              ? `Clicks are on the object (${shownKey("foreground")})`
              : `Clicks are beside the object (${shownKey("background")}, or the right button)`
          }
          aria-label={label ? "On the object" : "Beside the object"}
          onClick={() => {
            editing.pointLabel.value = label;
          }}
        >
          {label ? "+" : "−"}
        </button>
      ))}
    </div>
  );
}

function Brush() {
  if (editing.tool.value === "trace") return <span class="dim hint">Draw along the object</span>;
  return (
    <label class="slider" title={`Size (${shownKey("smaller")} ${shownKey("larger")})`}>
      Size
      <input
        type="range"
        min={1}
        max={100}
        value={editing.brushRadius.value}
        onInput={(event) => {
          editing.brushRadius.value = Number(event.currentTarget.value);
        }}
      />
    </label>
  );
}

function Propagate() {
  if (editing.running.value) {
    const { done, total } = editing.running.value;
    return (
      <div class="group">
        <button
          type="button"
          onClick={() => void editing.stop()}
          title={`Stop and keep what is done (${shownKey("stop")})`}
        >
          Stop <span class="dim">{total ? `${done} / ${total}` : "…"}</span>
        </button>
      </div>
    );
  }
  return (
    <div class="group" role="group" aria-label="Propagate">
      <button
        type="button"
        title={`Backward (${shownKey("propagate-backward")})`}
        aria-label="Propagate backward"
        onClick={() => void editing.propagate("backward")}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        class="primary"
        title={`Both ways (${shownKey("propagate")})`}
        onClick={() => void editing.propagate("both")}
      >
        Propagate
      </button>
      <button
        type="button"
        title={`Forward (${shownKey("propagate-forward")})`}
        aria-label="Propagate forward"
        onClick={() => void editing.propagate("forward")}
      >
        <Icon name="forward" />
      </button>
      <button
        type="button"
        title={`From the last prompted frame to this one (${shownKey("propagate-to")})`}
        onClick={() => void editing.propagateToHere()}
      >
        to here
      </button>
    </div>
  );
}

function Looks() {
  const { outlines } = look.value;
  return (
    <>
      <div class="group">
        <button
          type="button"
          title={`Undo (${shownKey("undo")})`}
          aria-label="Undo"
          onClick={() => void editing.undo()}
        >
          <Icon name="undo" />
        </button>
        <button
          type="button"
          title={`Redo (${shownKey("redo")})`}
          aria-label="Redo"
          onClick={() => void editing.redo()}
        >
          <Icon name="redo" />
        </button>
      </div>
      <div class="group">
        <button
          type="button"
          aria-pressed={!editing.masksHidden.value}
          title={`Masks (${shownKey("hide")})`}
          aria-label="Masks"
          onClick={() => {
            editing.masksHidden.value = !editing.masksHidden.value;
          }}
        >
          <Icon name={editing.masksHidden.value ? "shut" : "eye"} />
        </button>
        <button
          type="button"
          aria-pressed={outlines}
          title={`Outlines only (${shownKey("outlines")})`}
          aria-label="Outlines only"
          onClick={() => changeLook({ outlines: !outlines })}
        >
          <Icon name="outline" />
        </button>
      </div>
      <details class="looks">
        <summary title="Opacity, brightness, contrast">Look</summary>
        <div class="looks-panel">
          <Slider name="Opacity" of="opacity" min={0.05} max={1} />
          <Slider name="Brightness" of="brightness" min={0.3} max={3} />
          <Slider name="Contrast" of="contrast" min={0.3} max={3} />
          <button type="button" onClick={() => changeLook({ opacity: 0.45, brightness: 1, contrast: 1 })}>
            As it was
          </button>
          <button type="button" onClick={() => theStage()?.fit()} disabled={!clip.video.value}>
            Fit the picture
          </button>
        </div>
      </details>
    </>
  );
}

function Slider({
  name,
  of,
  min,
  max,
}: {
  name: string;
  of: "opacity" | "brightness" | "contrast";
  min: number;
  max: number;
}) {
  return (
    <label class="slider">
      <span>{name}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={0.05}
        value={look.value[of]}
        onInput={(event) => changeLook({ [of]: Number(event.currentTarget.value) })}
      />
    </label>
  );
}
