// The assistant's first words, before anything is stored: what it is, what it is not, common problems to tap.

import { chips, row } from "./bubbles.js";
import { byId, el } from "./dom.js";
import { words } from "./words.js";

export function greet(talk) {
  const log = byId("log");
  for (const text of words.greeting) {
    log.append(el("div", { class: "entry" }, row({ author: "bot", kind: "text", text }, talk)));
  }
  const starters = chips(words.starters.map((label) => ({ label })), (choice) => talk.send(choice.label, null));
  starters.classList.add("starters");
  log.append(starters);
}
