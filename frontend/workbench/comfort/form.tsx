/** The person's choices about what they see and how long they work. */
import type { Desk } from "../desk";
import { Button } from "../panels/parts";
import type { Look } from "../sync/db";
import { USUAL_MINUTES } from "./rest";
import { sayIn } from "./words";

const AS_IT_IS: Look = { brightness: 1, contrast: 1, gamma: 1 };
const RANGES = { brightness: [0.4, 2.5], contrast: [0.5, 3], gamma: [0.5, 3] } as const;
const NAMES = ["brightness", "contrast", "gamma"] as const;
const RESTS = [25, 50, 90, 0];

function Slider({ desk, name }: { desk: Desk; name: (typeof NAMES)[number] }) {
  const look = desk.settings.value.look ?? AS_IT_IS;
  const [least, most] = RANGES[name];
  return (
    <label class="field comfort-slider">
      <span class="label">
        {sayIn(desk.language)(name)} <span class="number">{look[name].toFixed(2)}</span>
      </span>
      <input
        type="range"
        min={least}
        max={most}
        step="0.05"
        value={look[name]}
        onInput={({ currentTarget }) => desk.keep({ look: { ...look, [name]: Number(currentTarget.value) } })}
      />
    </label>
  );
}

function Switch({ desk, name }: { desk: Desk; name: "leftHanded" | "highContrast" }) {
  return (
    <label class="comfort-switch">
      <input type="checkbox" checked={desk.settings.value[name] === true} onChange={({ currentTarget }) => desk.keep({ [name]: currentTarget.checked })} />
      {sayIn(desk.language)(name)}
    </label>
  );
}

export function ComfortForm({ desk }: { desk: Desk }) {
  const say = sayIn(desk.language);
  const { look, restAfter = USUAL_MINUTES } = desk.settings.value;
  const asItIs = (): void => {
    const settings = { ...desk.settings.peek() };
    delete settings.look;
    desk.settings.value = settings;
    desk.keep({});
  };
  return (
    <div class="comfort">
      {NAMES.map((name) => (
        <Slider key={name} desk={desk} name={name} />
      ))}
      <p class="faint">{say("onlyShown")}</p>
      <Button disabled={look === undefined} onPress={asItIs}>
        {say("asItIs")}
      </Button>
      <Switch desk={desk} name="leftHanded" />
      <Switch desk={desk} name="highContrast" />
      <label class="field">
        <span class="label">{say("rest")}</span>
        <select class="input" value={restAfter} onChange={({ currentTarget }) => desk.keep({ restAfter: Number(currentTarget.value) })}>
          {RESTS.map((n) => (
            <option key={n} value={n}>
              {n === 0 ? say("never") : say("minutes", { n })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
