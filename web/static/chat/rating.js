// A thumb up or down under an answer, and why it was no help.

import { rateAnswer } from "./api.js";
import { el, icon } from "./dom.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

const say = words.rating;

/** The row under a card; it shows again what was chosen before. */
export function rating(message) {
  const box = el("div", { class: "rating", role: "group", "aria-label": say.ask });
  const up = thumb("up", say.up, () => choose("up"));
  const down = thumb("down", say.down, () => choose("down"));
  const reasons = el(
    "div",
    { class: "rating-reasons", role: "group", "aria-label": say.why, hidden: true },
    Object.entries(say.reasons).map(([code, label]) =>
      el("button", { type: "button", class: "reason", "aria-pressed": "false", onclick: (event) => explain(event.currentTarget, code) }, label),
    ),
  );

  function show(which) {
    up.setAttribute("aria-pressed", String(which === "up"));
    down.setAttribute("aria-pressed", String(which === "down"));
    reasons.hidden = which !== "down";
  }

  async function choose(which) {
    if (await send(which)) show(which);
  }

  async function explain(button, code) {
    if (!(await send("down", code))) return;
    for (const other of reasons.children) other.setAttribute("aria-pressed", String(other === button));
  }

  async function send(which, reason = null) {
    try {
      await rateAnswer(message.id, which === "up", reason);
    } catch (error) {
      toast(error.message || say.failed);
      return false;
    }
    toast(which === "up" ? say.thanks : reason ? say.noted : say.sorry);
    return true;
  }

  box.append(el("span", { class: "rating-ask" }, say.ask), up, down, reasons);
  if (message.rated) show(message.rated);
  return box;
}

function thumb(name, label, onclick) {
  return el("button", { type: "button", class: `thumb ${name}`, "aria-pressed": "false", onclick }, icon(`thumb-${name}`), label);
}
