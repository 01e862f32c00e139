/** The objects of the image: what can be done to the selected one, and the list of all in their z-order. */
import { useEffect } from "preact/hooks";
import { deleteShape } from "../commands/boxes";
import { keyOf } from "../commands/keys";
import { act, showAll, toggleHidden, toggleLock } from "../commands/objects";
import { nameOf, type Shape } from "../contract";
import type { Desk } from "../desk";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import type { Stage } from "../view/stage";
import { Button, Icon, Swatch } from "./parts";
import { Rows } from "./rows";

interface Props {
  desk: Desk;
  stage: Stage;
}

const ROW_PX = 36;

/** What tells this object from others of its class. */
function measure(shape: Shape): string {
  const [, , width, height] = boundsOf(shape);
  return shape.type === "point" ? "" : `${Math.round(width)}×${Math.round(height)}`;
}

function Row({ desk, stage, shape, at }: Props & { shape: Shape; at: number }) {
  const { editor, schema } = stage.work;
  const shapeClass = classOf(schema.spec, shape.class);
  const name = shapeClass ? nameOf(shapeClass, desk.language) : shape.class;
  const chosen = editor.selectedId.value === shape.id;
  const hidden = editor.hidden.value.has(shape.id);
  const locked = editor.locked.value.has(shape.id);
  // Where there are marks, the name needs the room.
  const marked = locked || shape.occluded || shape.parent !== undefined || shape.group !== undefined;
  return (
    <li class={`${chosen ? "row-chosen" : ""} ${hidden ? "row-hidden" : ""}`}>
      <Button class="bare row-name" pressed={chosen} onPress={() => (editor.selectedId.value = shape.id)}>
        <Swatch color={stage.colors.get(shape.class)} />
        <span class="option-name" title={name}>
          {at + 1} · {name}
        </span>
        {shape.group !== undefined && <span class="mark number" title={desk.t("group")}>{`G${shape.group}`}</span>}
        {shape.parent !== undefined && <span class="mark" title={desk.t("parent")}>↳</span>}
        {shape.occluded && <Icon name="occluded" />}
        {locked && <Icon name="lock" />}
        {!marked && <span class="faint number">{measure(shape)}</span>}
      </Button>
      <Button class="bare row-tool" label={desk.t(hidden ? "showOne" : "hideOne", { name })} pressed={hidden} onPress={() => toggleHidden(desk, shape.id)}>
        <Icon name="eye" />
      </Button>
      <Button class="bare row-tool row-delete" label={desk.t("deleteBoxOf", { name })} onPress={() => deleteShape(desk, shape.id)}>
        <Icon name="trash" />
      </Button>
    </li>
  );
}

/** For the selected object; each has a key, named in its tooltip. */
function Tools({ desk, stage }: Props) {
  const { editor } = stage.work;
  const shape = editor.selected.value;
  // Once something is selected, so that the first key already finds it here.
  useEffect(() => {
    if (shape) act(desk, () => {});
  }, [shape !== null]);
  if (!shape) return null;
  const { t } = desk;
  const last = editor.document.value.shapes.length - 1;
  const at = editor.document.value.shapes.indexOf(shape);
  const locked = editor.locked.value.has(shape.id);
  return (
    <div class="object-tools" role="toolbar" aria-label={t("groupObjects")}>
      <Button class="bare" label={`${t("cmdForwards")} (${keyOf("PageUp")})`} disabled={at === last} onPress={() => act(desk, ({ raise }) => raise(desk, shape.id, 1))}>
        <Icon name="up" />
      </Button>
      <Button class="bare" label={`${t("cmdBackwards")} (${keyOf("PageDown")})`} disabled={at === 0} onPress={() => act(desk, ({ raise }) => raise(desk, shape.id, -1))}>
        <Icon name="down" />
      </Button>
      <Button class="bare" label={`${t("cmdLock")} (${keyOf("Shift+KeyL")})`} pressed={locked} onPress={() => toggleLock(desk, shape.id)}>
        <Icon name="lock" />
      </Button>
      <Button class="bare" label={`${t("cmdHide")} (${keyOf("Shift+KeyH")})`} pressed={editor.hidden.value.has(shape.id)} onPress={() => toggleHidden(desk, shape.id)}>
        <Icon name="eye" />
      </Button>
      <Button class="bare" label={`${t("occluded")} (${keyOf("Shift+KeyO")})`} pressed={shape.occluded === true} onPress={() => act(desk, ({ toggleOccluded }) => toggleOccluded(desk, shape.id))}>
        <Icon name="occluded" />
      </Button>
    </div>
  );
}

export function Objects({ desk, stage }: Props) {
  const { editor } = stage.work;
  const { shapes } = editor.document.value;
  const unseen = editor.hidden.value.size;
  const row = (at: number) => {
    const shape = shapes[at];
    return shape && <Row key={shape.id} desk={desk} stage={stage} shape={shape} at={at} />;
  };
  return (
    <section class="boxes">
      <h2>{desk.t("boxes", { n: shapes.length })}</h2>
      {shapes.length === 0 && <p class="faint">{desk.t("noBoxes")}</p>}
      <Tools desk={desk} stage={stage} />
      {unseen > 0 && (
        <Button class="bare show-all" onPress={() => showAll(desk)}>
          {desk.t("showHidden", { n: unseen })}
        </Button>
      )}
      <Rows count={shapes.length} height={ROW_PX} place={shapes.findIndex(({ id }) => id === editor.selectedId.value)} row={row} />
    </section>
  );
}
