/** The way of a brush over the picture. */
import type { BrushStroke } from "../tools/context";

/** The brush's way since it came down, or its size before it does. */
export function Stroke({ points, radius, erases, color }: BrushStroke & { color: string }) {
  const [x = 0, y = 0] = points.slice(-2);
  const way = points.length > 2 ? `M${points.join(" ")}` : `M${x} ${y}h0.01`;
  const paint = erases ? "#000000" : color;
  return (
    <>
      {points.length > 0 && <path class="stroke" d={way} stroke={paint} stroke-width={2 * radius} />}
      <circle class="brush" cx={x} cy={y} r={radius} />
    </>
  );
}
