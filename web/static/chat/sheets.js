// The menu and what it opens: own tickets, privacy, large type.

import { ownTickets } from "./api.js";
import { longDate } from "./clock.js";
import { add, byId, el } from "./dom.js";
import { large } from "./memory.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

export function sheets({ person, restart }) {
  const actions = { tickets: showTickets, restart, person, size: toggleSize, privacy: () => byId("privacy").showModal() };
  const menu = byId("menu");
  byId("menu-open").addEventListener("click", () => menu.showModal());
  for (const button of menu.querySelectorAll("[data-menu]")) {
    button.addEventListener("click", () => {
      menu.close();
      actions[button.dataset.menu]();
    });
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
  byId("call-person").addEventListener("click", person);
  byId("start-over").addEventListener("click", restart);
  byId("my-tickets-open").addEventListener("click", showTickets);
  byId("size-toggle").addEventListener("click", toggleSize);
  applySize(large.get());
}

function toggleSize() {
  const on = !large.get();
  large.put(on);
  applySize(on);
  toast(on ? words.large_on : words.large_off);
}

function applySize(on) {
  document.documentElement.classList.toggle("large", on);
  byId("size-toggle").setAttribute("aria-pressed", String(on));
}

async function showTickets() {
  const place = byId("tickets-list");
  place.replaceChildren(el("p", { class: "quiet" }, "…"));
  byId("tickets").showModal();
  try {
    const { tickets } = await ownTickets();
    place.replaceChildren();
    add(place, tickets.length ? tickets.map(line) : el("p", { class: "quiet" }, words.no_tickets));
  } catch (error) {
    place.replaceChildren(el("p", { class: "quiet" }, error.message || words.offline));
  }
}

function line(ticket) {
  return el(
    "a",
    { class: "ticket-line", href: ticket.status_url },
    el("b", {}, ticket.number),
    el("span", { class: "tag" }, ticket.status_label),
    el("span", { class: "small" }, `${words.ticket.accept_by} ${longDate(ticket.accept_by)}`),
  );
}
