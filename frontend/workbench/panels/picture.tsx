/** The picture under the drawing: its thumbnail at once if it must be waited for, then itself. */
import { effect, type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../desk";
import { isLight } from "../session/images";
import { removePreview } from "../shell/resume";
import { fitView, transformTo } from "../view/camera";
import type { Stage } from "../view/stage";

export type Loading = "loading" | "there" | "failed";

interface Props {
  desk: Desk;
  stage: Stage;
  /** Counts the person's retries. */
  attempt: number;
  loading: Signal<Loading>;
}

/** So many times larger than fitted, the picture is looked at closer than a light copy bears. */
const CLOSER = 1.25;
/** Beyond this many screen pixels a pixel of the picture, its own pixels are shown instead of a blur. */
const PIXELS_SHOW = 3;

interface Whole {
  desk: Desk;
  stage: Stage;
  url: string;
  isLightCopy: ReadonlySignal<boolean>;
  show: (picture: HTMLImageElement) => void;
}

/** Brings the whole picture in place of its light copy. */
function useWhole({ desk, stage, url, isLightCopy, show }: Whole): void {
  useEffect(() => {
    const { image } = stage.work.held;
    let left = false;
    let coming = false;
    const bring = async (atOnce: boolean): Promise<void> => {
      if (coming || !isLightCopy.peek()) return;
      coming = true;
      const whole = await desk.images.whole(url, atOnce).catch(() => null);
      coming = false;
      if (whole && !left) show(whole);
    };
    const stops = [
      effect(() => {
        if (isLightCopy.value && desk.camera.view.value.scale > CLOSER * fitView(image, desk.camera.screen.value).scale) void bring(true);
      }),
      // It came within the page, before the line was known: what was fetched first since then, the next image, tells.
      effect(() => {
        if (isLightCopy.value && desk.meter.reading.value.kbps !== null && !desk.meter.isSlow) void bring(false);
      }),
    ];
    return () => {
      left = true;
      stops.forEach((stop) => stop());
    };
  }, [stage, url]);
}

export function Picture({ desk, stage, attempt, loading }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const slot = useRef<HTMLDivElement>(null);
  const shown = useRef<Stage | null>(null);
  /** Pixels that the picture has across; 0: it is not there. */
  const own = useRef(0);
  const isLightCopy = useSignal(false);
  const { image, assignment } = stage.work.held;
  // A seat that comes again from the server has a fresh address; the old one may have run out.
  const url = desk.session.held.value.find((held) => held.assignment === assignment)?.image.url ?? image.url;

  const show = (picture: HTMLImageElement): void => {
    picture.alt = "";
    picture.className = "picture";
    slot.current?.replaceChildren(picture);
    own.current = picture.naturalWidth;
    shown.current = stage;
    isLightCopy.value = isLight(picture);
    loading.value = "there";
    stage.seen.value = true;
  };

  // Before the browser paints: a decoded picture is in the same frame as the task it belongs to.
  useLayoutEffect(() => {
    if (shown.current === stage) return;
    let current = true;
    const decoded = desk.images.peek(url);
    if (decoded) show(decoded);
    else {
      slot.current?.replaceChildren();
      own.current = 0;
      isLightCopy.value = false;
      loading.value = "loading";
      void desk.images.get(url).then((picture) => current && show(picture), () => {
        if (!current) return;
        loading.value = "failed";
        removePreview();
      });
    }
    return () => {
      current = false;
    };
  }, [stage, attempt, url]);

  useWhole({ desk, stage, url, isLightCopy, show });

  useLayoutEffect(() => {
    const element = layer.current;
    if (!element) return;
    element.style.width = `${image.width}px`;
    element.style.height = `${image.height}px`;
    let isNear: boolean | null = null;
    return effect(() => {
      const view = desk.camera.view.value;
      element.style.transform = transformTo(view);
      const near = (view.scale * image.width) / (own.current || image.width) > PIXELS_SHOW;
      if (near !== isNear) element.classList.toggle("near", (isNear = near));
    });
  }, [stage]);

  return (
    <div class="picture-layer" ref={layer}>
      {loading.value === "loading" && image.thumb && <img class="picture" src={image.thumb} alt="" />}
      <div class="picture-slot" ref={slot} />
    </div>
  );
}
