// While a person is called or answers: where one stands in the queue, and who is writing just now.

import { tellPresence } from "./api.js";
import { byId } from "./dom.js";

const EVERY = { staff: 2500, queue: 15000 };
const IDLE = 1500; // how soon an ordinary conversation is looked at again for a change of owner
const STILL_WRITING = 5000;

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** `owner()` tells who owns the conversation; `heard(data)` gets each answer. */
export async function presence({ owner, heard }) {
  let wrote = 0;
  byId("draft").addEventListener("input", () => {
    wrote = byId("draft").value.trim() ? Date.now() : 0;
  });
  byId("composer").addEventListener("submit", () => {
    wrote = 0;
  });
  for (let before = "bot"; ; ) {
    const now = owner();
    if (!(now in EVERY) || document.hidden) {
      if (before === "staff") heard({ owner: now, typing: false, standing: null });
      before = now;
      await sleep(IDLE);
      continue;
    }
    before = now;
    try {
      heard(await tellPresence(Date.now() - wrote < STILL_WRITING));
    } catch {
      // the next round tries again; messages have their own way
    }
    const until = Date.now() + EVERY[now];
    while (Date.now() < until && owner() === now) await sleep(300);
  }
}
