// The complaint before it is sent, and the ticket it becomes.

import { longDate } from "./clock.js";
import { copyText, el, icon, safeLink } from "./dom.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

/** The complaint summary: each line can be corrected. */
export function summary(content, talk) {
  const lines = (content.lines ?? []).map((line) =>
    el(
      "div",
      { class: "summary-line" },
      el("dt", {}, line.label),
      el("dd", { class: line.value ? "" : "missing" }, line.value || words.summary.empty),
      line.edit
        ? el(
            "button",
            {
              type: "button",
              class: "edit",
              "aria-label": `${words.summary.edit}${line.label}`,
              onclick: () => talk.send(`${words.summary.edit}${line.label}`, line.edit),
            },
            words.summary.edit,
          )
        : null,
    ),
  );
  const warnings = (content.warnings ?? []).map((text) => el("li", {}, text));
  return el(
    "article",
    { class: "card summary", "aria-label": content.title },
    el("header", { class: "card-head" }, el("h2", {}, content.title)),
    el("dl", { class: "summary-lines" }, lines),
    warnings.length ? el("ul", { class: "warnings" }, warnings) : null,
    content.note ? el("p", { class: "summary-note" }, content.note) : null,
  );
}

/** The ticket: number and code large enough to write down. */
export function ticket(content) {
  const say = words.ticket;
  const link = content.status_url && safeLink(content.status_url);
  const both = `${say.number} ${content.number} ${say.code} ${content.code}`;
  const onclick = async () => toast((await copyText(both)) ? say.copied : words.copy_failed);
  return el(
    "article",
    { class: "card ticket", "aria-label": say.title },
    el("header", { class: "ticket-head" }, icon("check"), el("h2", {}, say.title)),
    el(
      "dl",
      { class: "ticket-lines" },
      pair(say.number, content.number),
      pair(say.code, content.code),
      content.accept_by ? pair(say.accept_by, longDate(content.accept_by)) : null,
    ),
    content.text ? el("p", { class: "answer" }, content.text) : null,
    el("p", { class: "small" }, say.keep),
    el(
      "p",
      { class: "office-actions" },
      link ? el("a", { class: "call", href: link }, icon("paper"), say.open) : null,
      el("button", { type: "button", class: "call plain", onclick }, icon("copy"), say.copy),
    ),
  );
}

function pair(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}
