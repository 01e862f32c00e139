/** The tools beside the image, and what can be done to it. */
import { newBox } from "../commands/boxes";
import type { Desk } from "../desk";
import type { Stage } from "../view/stage";
import { Button, Icon } from "./parts";

export function Tools({ desk, stage }: { desk: Desk; stage: Stage }) {
  const { t, camera } = desk;
  const { editor } = stage.work;
  void editor.revision.value;
  return (
    <div class="tools" role="toolbar" aria-label={t("groupView")}>
      {stage.canDraw && (
        <>
          <Button label={`${t("boxTool")} (N)`} pressed={desk.tool.value === "box"} onPress={() => newBox(desk)}>
            <Icon name="draw" />
          </Button>
          <Button
            label={`${t("selectTool")} (V)`}
            pressed={desk.tool.value === "select"}
            onPress={() => (desk.tool.value = "select")}
          >
            <Icon name="select" />
          </Button>
        </>
      )}
      <Button label={`${t("undo")} (Ctrl+Z)`} disabled={!editor.history.canUndo} onPress={() => editor.undo()}>
        <Icon name="undo" />
      </Button>
      <Button label={`${t("redo")} (Ctrl+Y)`} disabled={!editor.history.canRedo} onPress={() => editor.redo()}>
        <Icon name="redo" />
      </Button>
      <Button label={`${t("zoomIn")} (+)`} onPress={() => camera.zoom(1.25)}>
        <Icon name="plus" />
      </Button>
      <Button label={`${t("zoomOut")} (−)`} onPress={() => camera.zoom(0.8)}>
        <Icon name="minus" />
      </Button>
      <Button label={`${t("fit")} (F)`} onPress={() => camera.fit()}>
        <Icon name="fit" />
      </Button>
      {stage.canDraw && (
        <Button
          label={`${t(desk.hidden.value ? "showShapes" : "hideShapes")} (H)`}
          pressed={desk.hidden.value}
          onPress={() => (desk.hidden.value = !desk.hidden.peek())}
        >
          <Icon name="eye" />
        </Button>
      )}
    </div>
  );
}
