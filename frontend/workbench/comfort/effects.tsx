/** Carries the person's choices out: how pictures look, which keys are their own, when to rest. */
import { signal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Desk } from "../desk";
import { useCommands } from "../commands/more";
import { Button, Icon } from "../panels/parts";
import { followSelection, giving } from "./given";
import { USUAL_MINUTES, WorkSpell } from "./rest";
import { sayIn } from "./words";

const PROPOSED_MS = 60_000;
/** Of the page: nothing here is mounted while there is no work, which is no rest yet. */
const spell = new WorkSpell(performance.now());
/** After so many minutes a rest is proposed. */
const proposed = signal<number | null>(null);

function useRest(desk: Desk): void {
  useEffect(() => {
    const touch = (): void => {
      const minutes = desk.settings.peek().restAfter ?? USUAL_MINUTES;
      if (!spell.isDue(performance.now(), minutes)) return;
      proposed.value = minutes;
      setTimeout(() => (proposed.value = null), PROPOSED_MS);
    };
    window.addEventListener("keydown", touch);
    window.addEventListener("pointerdown", touch);
    return () => {
      window.removeEventListener("keydown", touch);
      window.removeEventListener("pointerdown", touch);
    };
  }, [desk]);
}

/** Not among the notices, which go with the image that they are about. */
function Rest({ desk }: { desk: Desk }) {
  const minutes = proposed.value;
  return (
    <div class="desk-toasts low" role="status">
      {minutes !== null && (
        <div class="toast info">
          <p>{sayIn(desk.language)("restNow", { n: minutes })}</p>
          <Button class="bare" label={desk.t("close")} onPress={() => (proposed.value = null)}>
            <Icon name="close" />
          </Button>
        </div>
      )}
    </div>
  );
}

/** Gamma is no CSS filter of its own; an SVG filter does all three at once. */
function Filter({ desk }: { desk: Desk }) {
  const look = desk.settings.value.look;
  if (!look) return null;
  const { brightness, contrast, gamma } = look;
  const curves = (["R", "G", "B"] as const).map((channel) => {
    const Channel = `feFunc${channel}` as "feFuncR";
    return { channel, Channel };
  });
  return (
    <svg class="hidden-label" aria-hidden="true">
      <filter id="look" color-interpolation-filters="sRGB">
        <feComponentTransfer>
          {curves.map(({ channel, Channel }) => (
            <Channel key={channel} type="gamma" amplitude={brightness} exponent={1 / gamma} />
          ))}
        </feComponentTransfer>
        <feComponentTransfer>
          {curves.map(({ channel, Channel }) => (
            <Channel key={channel} type="linear" slope={contrast} intercept={(1 - contrast) / 2} />
          ))}
        </feComponentTransfer>
      </filter>
    </svg>
  );
}

export function Comfort({ desk }: { desk: Desk }) {
  useRest(desk);
  useCommands(desk, giving);
  useEffect(() => followSelection(desk), [desk]);
  useSignalEffect(() => {
    document.documentElement.classList.toggle("looked", desk.settings.value.look !== undefined);
  });
  return (
    <>
      <Filter desk={desk} />
      <Rest desk={desk} />
    </>
  );
}
