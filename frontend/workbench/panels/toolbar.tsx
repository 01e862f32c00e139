/** The tools beside the image, and what can be done to it. */
import { redo, undo } from "../commands/commands";
import { newShape } from "../commands/boxes";
import { usePolygonTool } from "../commands/tools";
import { keyOf } from "../commands/keys";
import type { Desk } from "../desk";
import { POLYGON_TOOLS, waysOf } from "../tools/tools";
import type { Stage } from "../view/stage";
import { Button, Icon } from "./parts";

/** A button for each way that the class may be drawn in; the one in use also starts the next shape. */
function Ways({ desk }: { desk: Desk }) {
  const { t } = desk;
  const work = desk.session.work.value;
  const ways = waysOf(work?.schema.spec.classes?.find(({ key }) => key === desk.shapeClass.value));
  const usual = desk.way.value;
  return (
    <>
      {ways.map((way) => (
        <Button
          key={way}
          label={`${t(`way_${way}`)} (${keyOf(way === usual ? "KeyN" : "Backquote")})`}
          pressed={desk.tool.value === "draw" && way === usual}
          onPress={() => (way === usual ? newShape(desk) : desk.withTool(way, () => desk.useWay(way)))}
        >
          <Icon name={way} />
        </Button>
      ))}
    </>
  );
}

const FOLLOWING = new Set<string>(["polygon", "polyline", "cut", "extend", "split"]);

/** Lines that follow the picture's edges: for what is drawn point by point. */
function Scissors({ desk, stage }: { desk: Desk; stage: Stage }) {
  if (!FOLLOWING.has(stage.chart.value.name)) return null;
  return (
    <Button label={`${desk.t("cmdEdges")} (${keyOf("Shift+KeyQ")})`} pressed={desk.settings.value.edges === true} onPress={() => desk.toggleEdges()}>
      <Icon name="scissors" />
    </Button>
  );
}

const KEYS = { cut: "Shift+KeyC", extend: "Shift+KeyA", split: "Shift+KeyX", merge: "Shift+KeyM" } as const;
const LABELS = { cut: "cmdCut", extend: "cmdExtend", split: "cmdSplit", merge: "cmdMerge" } as const;

/** What can be done to the selected polygon. */
function PolygonTools({ desk, stage }: { desk: Desk; stage: Stage }) {
  if (stage.work.editor.selected.value?.type !== "polygon") return null;
  return (
    <>
      {POLYGON_TOOLS.map((tool) => (
        <Button
          key={tool}
          label={`${desk.t(LABELS[tool])} (${keyOf(KEYS[tool])})`}
          pressed={desk.tool.value === tool}
          onPress={() => usePolygonTool(desk, tool)}
        >
          <Icon name={tool} />
        </Button>
      ))}
    </>
  );
}

export function Tools({ desk, stage }: { desk: Desk; stage: Stage }) {
  const { t, camera } = desk;
  const { editor } = stage.work;
  void editor.revision.value;
  return (
    <div class="tools" role="toolbar" aria-label={t("groupView")}>
      {stage.canDraw && (
        <>
          <Ways desk={desk} />
          <Button
            label={`${t("selectTool")} (${keyOf("KeyV")})`}
            pressed={desk.tool.value === "select"}
            onPress={() => (desk.tool.value = "select")}
          >
            <Icon name="select" />
          </Button>
          <PolygonTools desk={desk} stage={stage} />
          <Scissors desk={desk} stage={stage} />
        </>
      )}
      <Button label={`${t("undo")} (${keyOf("Ctrl+KeyZ")})`} disabled={!editor.history.canUndo && !editor.sketch.value && !editor.canRegain} onPress={() => undo(desk)}>
        <Icon name="undo" />
      </Button>
      <Button label={`${t("redo")} (${keyOf("Ctrl+KeyY")})`} disabled={!editor.history.canRedo} onPress={() => redo(desk)}>
        <Icon name="redo" />
      </Button>
      <Button label={`${t("zoomIn")} (${keyOf("Equal")})`} onPress={() => camera.zoom(1.25)}>
        <Icon name="plus" />
      </Button>
      <Button label={`${t("zoomOut")} (${keyOf("Minus")})`} onPress={() => camera.zoom(0.8)}>
        <Icon name="minus" />
      </Button>
      <Button label={`${t("fit")} (${keyOf("KeyF")})`} onPress={() => camera.fit()}>
        <Icon name="fit" />
      </Button>
      {stage.canDraw && (
        <Button
          label={`${t(desk.hidden.value ? "showShapes" : "hideShapes")} (${keyOf("KeyH")})`}
          pressed={desk.hidden.value}
          onPress={() => (desk.hidden.value = !desk.hidden.peek())}
        >
          <Icon name="eye" />
        </Button>
      )}
    </div>
  );
}
