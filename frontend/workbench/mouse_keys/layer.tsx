/** The pointer that keys move: where it is, and in words how. */
import { useLayoutEffect, useMemo } from "preact/hooks";
import { useCommands } from "../commands/more";
import { keyOf } from "../commands/keys";
import type { Desk } from "../desk";
import type { PointerInput } from "../view/pointer";
import { CLICK, HOLD } from "./buttons";
import { mouseCommands } from "./commands";
import { MouseKeys } from "./mouse_keys";
import { sayIn } from "./words";

function Commands({ desk, keys }: { desk: Desk; keys: MouseKeys }) {
  useCommands(desk, () => mouseCommands(desk, keys));
  return null;
}

const ARM = 14;
const GAP = 4;

function Mark({ desk, keys }: { desk: Desk; keys: MouseKeys }) {
  const at = desk.pointer.value;
  if (!at) return null;
  const [x, y, arm] = [at.x, at.y, `${ARM - GAP}`];
  const cross = `M${x - ARM} ${y}h${arm}M${x + GAP} ${y}h${arm}M${x} ${y - ARM}v${arm}M${x} ${y + GAP}v${arm}`;
  return (
    <svg class="overlay" aria-hidden="true">
      <g class="crosshair">
        <path class="crosshair-back" d={cross} />
        <path d={cross} />
      </g>
      {keys.pressed.value && <circle class="snap" cx={x} cy={y} r={ARM} />}
    </svg>
  );
}

export function MouseKeysLayer({ desk, input }: { desk: Desk; input: PointerInput }) {
  const keys = useMemo(() => new MouseKeys(desk, input), [desk, input]);
  useLayoutEffect(() => keys.start(), [keys]);
  const say = sayIn(desk.language);
  const said = keys.said.value;
  const cap = keyOf(CLICK);
  const names = { click: cap === "Space" ? say("space") : cap, hold: keyOf(HOLD) };
  return (
    <>
      {/* Anew when a key is changed: with Shift and Alt it changes too. */}
      <Commands key={JSON.stringify(desk.settings.value.keys)} desk={desk} keys={keys} />
      <Mark desk={desk} keys={keys} />
      <p class={said === "on" ? "hint above" : "hidden-label"} role="status">
        {said && say(said, names)}
      </p>
    </>
  );
}
