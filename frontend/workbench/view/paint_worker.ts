/** The painting worker: a canvas of its own, whose pixels go to the page without being copied. */
import "../geometry/all";
import { type Message, type Painted, pixelsOf } from "./brush";
import { type Job, Painter } from "./painter";
import { unpacked } from "./scene";

const painter = new Painter();
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d");

function paint(job: Job): void {
  if (!context) return;
  const { width, height } = pixelsOf(job.frame.screen, job.density);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  painter.paint(context, job);
  const painted: Painted = { bitmap: canvas.transferToImageBitmap() };
  postMessage(painted, { transfer: [painted.bitmap] });
}

onmessage = ({ data }: MessageEvent<Message>): void => {
  if (data.do === "paint") paint(data.job);
  else painter.take(data.do === "splice" ? { do: "splice", splice: unpacked(data.packed) } : data);
};
