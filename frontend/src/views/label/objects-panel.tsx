/** The objects at the left: choose, name, hide, add, remove. */

import { useState } from "preact/hooks";
import type { Thing } from "../../api/types";
import { called } from "../../clock";
import { Icon } from "../../parts/icons";
import { shownKey } from "../../parts/keyboard";
import * as editing from "../../state/editing";
import * as things from "../../state/objects";

export function ObjectsPanel() {
  const present = things.present.value;
  return (
    <aside class="panel objects" aria-label="Objects">
      <h2>Objects</h2>
      <ul>
        {present.map((object, k) => (
          <Entry key={object.key} object={object} position={k} />
        ))}
      </ul>
      <button type="button" class="add" onClick={() => void editing.newObject()}>
        + object <kbd>{shownKey("new-object")}</kbd>
      </button>
      {present.length === 0 && (
        <p class="dim">Click on something in the picture: the first object is made by the first click.</p>
      )}
    </aside>
  );
}

function Entry({ object, position }: { object: Thing; position: number }) {
  const [naming, setNaming] = useState(false);
  const chosen = things.chosenKey.value === object.key;
  const hidden = things.invisible.value.has(object.key);
  const choose = () => {
    things.chosenKey.value = object.key;
  };
  return (
    <li class={chosen ? "chosen" : ""}>
      <span class="number">{position < 9 ? position + 1 : ""}</span>
      <Colour object={object} />
      {naming ? (
        <NameInput object={object} done={() => setNaming(false)} />
      ) : (
        <button
          type="button"
          class="name"
          aria-pressed={chosen}
          title={`${called(object)}: double click to rename`}
          onClick={choose}
          onDblClick={() => setNaming(true)}
          onKeyDown={(event) => event.key === "F2" && setNaming(true)}
        >
          {called(object)}
        </button>
      )}
      <span class="entry-tools">
        <button
          type="button"
          class="quiet"
          aria-label={hidden ? `Show ${called(object)}` : `Hide ${called(object)}`}
          aria-pressed={!hidden}
          onClick={() => editing.toggleVisible(object.key)}
        >
          <Icon name={hidden ? "shut" : "eye"} />
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={`Remove ${called(object)}`}
          title={`Remove (${shownKey("undo")} brings it back)`}
          onClick={() => void editing.changeObject(object.key, { removed: true })}
        >
          <Icon name="bin" />
        </button>
      </span>
    </li>
  );
}

function Colour({ object }: { object: Thing }) {
  return (
    <input
      type="color"
      class="swatch"
      value={object.colour}
      aria-label={`Colour of ${called(object)}`}
      onChange={(event) => void editing.changeObject(object.key, { colour: event.currentTarget.value })}
    />
  );
}

function NameInput({ object, done }: { object: Thing; done: () => void }) {
  const keep = (input: HTMLInputElement) => {
    const name = input.value.trim();
    if (name && name !== object.name) void editing.changeObject(object.key, { name });
    done();
  };
  return (
    <input
      class="name"
      aria-label="Name"
      maxLength={200}
      defaultValue={object.name}
      ref={(input) => input?.select()}
      onBlur={(event) => keep(event.currentTarget)}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") done();
      }}
    />
  );
}
