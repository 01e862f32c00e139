/** A list of which only the rows in sight exist: it costs the same with ten and with ten thousand. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

const SHOWN = 40;
const BEFORE = 8;

interface Props {
  count: number;
  /** Of each row, in CSS pixels. */
  height: number;
  /** The row to keep in sight; -1 for none. */
  place: number;
  label?: string;
  row: (at: number) => ComponentChildren;
}

export function Rows({ count, height, place, label, row }: Props) {
  const top = useSignal(0);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element || place < 0) return;
    const y = place * height;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + height > element.scrollTop + element.clientHeight) element.scrollTop = y + height - element.clientHeight;
  }, [place, count]);
  const from = Math.max(0, Math.min(Math.floor(top.value / height), count - SHOWN + BEFORE) - BEFORE);
  const shown = Array.from({ length: Math.min(SHOWN, count - from) }, (_, at) => row(from + at));
  return (
    <div class="rows" ref={box} onScroll={(event) => (top.value = event.currentTarget.scrollTop)}>
      <ul aria-label={label} style={{ height: `${count * height}px`, paddingTop: `${from * height}px` }}>
        {shown}
      </ul>
    </div>
  );
}
