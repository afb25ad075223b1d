// Waiting for what others write: a long poll that survives sleep, bad networks and a restarted server.

import { ApiError, openConversation, readMessages } from "./api.js";
import { byId } from "./dom.js";

const WAIT = 20;
const SLOWEST = 15000;

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

export class News {
  /** `received` gets each answer of the API. */
  constructor(received) {
    this.received = received;
    this.after = 0;
    this.call = null;
  }

  /** Everything there is, page by page. */
  async history() {
    const all = [];
    for (;;) {
      const data = await readMessages(this.after, 0);
      all.push(...data.messages);
      this.#advance(data.messages);
      if (!data.more) return { ...data, messages: all };
    }
  }

  async listen() {
    let pause = 500;
    for (;;) {
      const began = Date.now();
      try {
        this.call = new AbortController();
        const data = await readMessages(this.after, WAIT, this.call.signal);
        this.#advance(data.messages);
        byId("offline").hidden = true;
        this.received(data);
        // A full house answers at once without waiting; then we ask at a walking pace.
        if (!data.messages.length && Date.now() - began < 1000) await sleep(1500);
        pause = 500;
      } catch (error) {
        if (error.status === 401) await openConversation().catch(() => {});
        if (!(error instanceof ApiError) && error.name !== "AbortError") byId("offline").hidden = false;
        await sleep(pause);
        pause = Math.min(pause * 2, SLOWEST);
      }
    }
  }

  /** Ask again now, as after the phone was asleep. */
  hurry() {
    this.call?.abort();
  }

  #advance(messages) {
    for (const message of messages) this.after = Math.max(this.after, message.id);
  }
}
