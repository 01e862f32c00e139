/** Asks before the page is closed or left, while something would be lost with it. What it gives ends that. */
export function askBeforeClosing(wouldLose: () => boolean): () => void {
  const ask = (event: BeforeUnloadEvent): void => {
    if (!wouldLose()) return;
    event.preventDefault();
    // Browsers of before 2023 heed nothing else.
    event.returnValue = true;
  };
  // eslint-disable-next-line no-restricted-syntax -- here and nowhere else
  window.addEventListener("beforeunload", ask);
  return () => window.removeEventListener("beforeunload", ask);
}
