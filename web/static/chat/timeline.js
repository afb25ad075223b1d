// The conversation on the page: each message once, in order, with time stamps, divider and chips.

import { chips, failedMark, ownAvatar, row } from "./bubbles.js";
import { GAP, stamp } from "./clock.js";
import { byId, el } from "./dom.js";
import { words } from "./words.js";

const NEAR = 120;

export class Timeline {
  constructor(talk) {
    this.talk = talk;
    this.log = byId("log");
    this.scroller = byId("talk");
    this.entries = new Map(); // message id → {message, node}
    this.waiting = new Map(); // client id → node of a message on its way
    this.unreadFrom = null; // id of the first message the divider stands above
    this.onNews = () => {};
  }

  /** Put messages in their places; a message already there is left alone. Returns the new ones. */
  add(messages) {
    const atEnd = this.nearEnd();
    const byNumber = new Map(messages.map((message) => [message.id, message]));
    const fresh = [...byNumber.values()].filter((message) => !this.entries.has(message.id));
    const nodes = fresh.map((message) => this.#place(message));
    if (!fresh.length) return fresh;
    this.layout();
    const mine = fresh.some((message) => message.author === "consumer");
    if (atEnd || mine) this.#show(nodes);
    else this.onNews();
    return fresh;
  }

  /** Show something on its way; `retry` is called when the red mark is pressed. */
  pend(clientId, content, retry) {
    const line = el("div", { class: "row me" }, ownAvatar(), el("div", { class: "stack" }, content));
    const node = el("div", { class: "entry waiting" }, line);
    node.retry = retry;
    this.waiting.set(clientId, node);
    this.log.append(node);
    this.layout();
    this.toEnd();
  }

  settle(clientId) {
    this.waiting.get(clientId)?.remove();
    this.waiting.delete(clientId);
  }

  fail(clientId) {
    const node = this.waiting.get(clientId);
    if (!node) return;
    node.classList.remove("waiting");
    node.classList.add("failed");
    if (node.querySelector(".failed-mark")) return;
    const again = () => {
      node.querySelector(".failed-mark")?.remove();
      node.classList.replace("failed", "waiting");
      node.retry();
    };
    node.querySelector(".stack").prepend(failedMark(again));
  }

  /** Time stamps, divider and chips follow from the order of the messages. */
  layout() {
    const ordered = [...this.entries.values()].sort((a, b) => a.message.id - b.message.id);
    let before = 0;
    for (const { message, node } of ordered) {
      const at = Date.parse(message.at);
      this.#mark(node, ".stamp", at - before > GAP, () => el("p", { class: "stamp" }, el("time", { datetime: message.at }, stamp(at))));
      this.#mark(node, ".unread", message.id === this.unreadFrom, () => el("p", { class: "unread", role: "separator" }, words.unread));
      before = at;
    }
    this.#placeChips(ordered);
  }

  nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  lastId() {
    return Math.max(0, ...this.entries.keys());
  }

  #place(message) {
    if (message.client_id) this.settle(message.client_id);
    const node = el("div", { class: "entry", "data-id": message.id }, row(message, this.talk));
    const later = [...this.entries.keys()].filter((id) => id > message.id);
    const next = later.length ? this.entries.get(Math.min(...later)).node : this.#firstWaiting();
    this.log.insertBefore(node, next);
    this.entries.set(message.id, { message, node });
    return node;
  }

  #firstWaiting() {
    for (const node of this.waiting.values()) if (node.isConnected) return node;
    return null;
  }

  #mark(node, selector, wanted, make) {
    const there = node.querySelector(`:scope > ${selector}`);
    if (wanted && !there) node.prepend(make());
    if (!wanted && there) there.remove();
  }

  /** Only what the assistant, or a notice with choices, said last still offers them. */
  #placeChips(ordered) {
    const last = ordered.findLast(({ message }) => message.author !== "system" || message.choices?.length);
    const mayOffer = last && ["bot", "system"].includes(last.message.author);
    const offered = mayOffer && !this.waiting.size ? last : null;
    for (const { node } of ordered) {
      const there = node.querySelector(":scope > .chips");
      if (there && node !== offered?.node) there.remove();
    }
    this.log.querySelector(".starters")?.toggleAttribute("hidden", Boolean(ordered.length || this.waiting.size));
    const choices = offered?.message.choices ?? [];
    if (choices.length && !offered.node.querySelector(":scope > .chips")) {
      offered.node.append(chips(choices, (choice) => this.talk.send(choice.label, choice.value)));
    }
  }

  /** Scroll to the end, but never past the beginning of what is new. */
  #show(nodes) {
    this.toEnd();
    const first = nodes[0];
    const hidden = this.scroller.getBoundingClientRect().top - first.getBoundingClientRect().top;
    if (hidden > 0) this.scroller.scrollTop -= hidden + 8;
  }
}
