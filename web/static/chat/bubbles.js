// One message as a row: avatar, bubble, and what its kind carries.

import { card } from "./card.js";
import { byId, el, icon } from "./dom.js";
import { summary, ticket } from "./forms.js";
import { photo } from "./photo.js";
import { rating } from "./rating.js";
import { words } from "./words.js";


// What each kind shows inside its row; a kind this page does not know shows its text.
const CONTENT = {
  card: (message, talk) => panel(message, message.card && [card(message.card), rating(message)], talk),
  summary: (message, talk) => panel(message, message.summary && summary(message.summary, talk), talk),
  ticket: (message, talk) => panel(message, message.ticket && ticket(message.ticket), talk),
  evidence: (message) => [photo(message.evidence)],
};

/** The row of a message. `talk` lets buttons inside it send something. */
export function row(message, talk) {
  // What the assistant says while it hands over is kept as the system's; it still looks like the assistant.
  if (message.author === "system" && message.kind === "notice") return notice(message);
  const side = message.author === "consumer" ? "me" : "them";
  const content = (CONTENT[message.kind] ?? plain)(message, talk);
  return el(
    "div",
    { class: `row ${side}` },
    avatar(message.author),
    el("div", { class: "stack" }, spoken(message), nameOf(message), ...content),
  );
}

function notice(message) {
  return el("div", { class: "row system" }, el("p", { class: "notice" }, message.text));
}

function avatar(author) {
  if (author === "consumer") return ownAvatar();
  if (author === "staff") return el("div", { class: "avatar staff", "aria-hidden": "true" }, words.staff_avatar);
  return el("div", { class: "avatar bot", "aria-hidden": "true" }, words.avatar);
}

export function ownAvatar() {
  return el("div", { class: "avatar me", "aria-hidden": "true" }, icon("me"));
}

/** Who speaks, for those who listen. */
function spoken(message) {
  const who = { consumer: words.you, staff: words.staff }[message.author] ?? words.bot;
  return el("span", { class: "sr" }, `${who}：`);
}

function nameOf(message) {
  if (message.author !== "staff") return null;
  return el("p", { class: "name" }, message.name ? `${words.staff} ${message.name}` : words.staff);
}

function plain(message) {
  return [el("div", { class: "bubble" }, message.text)];
}

/** Text above, if any, and then the panel; a message whose panel is missing still shows its text. */
function panel(message, inside) {
  const text = message.text ? [el("div", { class: "bubble" }, message.text)] : [];
  if (!inside) return text.length ? text : plain(message);
  return [...text, el("div", { class: "bubble panel" }, ...[inside].flat())];
}

/** The red mark beside what could not be sent. */
export function failedMark(onRetry) {
  return el(
    "button",
    { type: "button", class: "failed-mark", "aria-label": words.resend, title: words.resend, onclick: onRetry },
    el("span", { "aria-hidden": "true" }, "!"),
  );
}

/** Chips under the last message. */
export function chips(choices, onPick) {
  const buttons = choices
    .filter((choice) => choice && choice.label)
    .map((choice) => el("button", { type: "button", class: "chip", onclick: () => pick(choice, onPick) }, choice.label));
  return el("div", { class: "chips", role: "group", "aria-label": words.choices }, ...buttons);
}

/** The chip goes away with its press, so the keyboard is put back into the conversation. */
function pick(choice, onPick) {
  byId("talk").focus({ preventScroll: true });
  onPick(choice);
}
