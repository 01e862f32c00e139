// The reviewer's page: one dispute after the other, by keys.
import "../styles/review.css";
import { render } from "preact";
import { listen } from "../review/commands";
import type { Boot } from "../review/contract";
import { App } from "../review/panels/app";
import { Review } from "../review/review";

const root = document.getElementById("workbench");
const text = document.getElementById("boot")?.textContent;
if (root && text) {
  const review = new Review(JSON.parse(text) as Boot);
  listen(review);
  root.replaceChildren();
  render(<App review={review} />, root);
}
