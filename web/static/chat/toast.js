// A short word at the bottom that goes away by itself.

import { byId } from "./dom.js";

let leaving = 0;

export function toast(text, seconds = 2.6) {
  const place = byId("toast");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    place.hidden = true;
  }, seconds * 1000);
}
