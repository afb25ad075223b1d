// Sending words and files: shown at once, kept until the server has them, sent again on demand.

import { ApiError, callPerson, newClientId, openConversation, sendFile, sendMessage } from "./api.js";
import { el } from "./dom.js";
import { outbox } from "./memory.js";
import { bytes, preview } from "./photo.js";
import { toast } from "./toast.js";
import { fill, limits, words } from "./words.js";

const ACCEPTED = ["image/jpeg", "image/png", "image/webp", "application/pdf", "video/mp4", "video/quicktime", "video/3gpp"];

export class Sender {
  /** `page` offers timeline, typing and received(data). */
  constructor(page) {
    this.page = page;
  }

  /** Send text, with the value of a tapped choice or null. */
  send(text, choice) {
    const item = { client_id: newClientId(), text, choice: choice ?? null };
    outbox.add(item);
    this.page.timeline.pend(item.client_id, el("div", { class: "bubble" }, text), () => this.#deliver(item));
    return this.#deliver(item);
  }

  /** After a reload: what never arrived is shown with its red mark. */
  restore(arrived) {
    for (const item of outbox.all()) {
      if (arrived.has(item.client_id)) {
        outbox.remove(item.client_id);
        continue;
      }
      this.page.timeline.pend(item.client_id, el("div", { class: "bubble" }, item.text), () => this.#deliver(item));
      this.page.timeline.fail(item.client_id);
    }
  }

  files(list) {
    for (const file of list) {
      if (!ACCEPTED.includes(file.type) && !file.type.startsWith("audio/")) toast(words.photo.type);
      else if (file.size > limits.upload) toast(fill(words.photo.too_large, { limit: bytes(limits.upload) }));
      else this.#file(file);
    }
  }

  async person() {
    await this.#attempt(() => callPerson());
  }

  async #deliver(item) {
    this.page.typing.begin();
    try {
      await this.#attempt(() => sendMessage(item), item.client_id);
    } finally {
      this.page.typing.end();
    }
  }

  async #file(file) {
    const clientId = newClientId();
    const { node, bar } = preview(file);
    const upload = async () => {
      bar.hidden = false;
      await this.#attempt(() => sendFile(file, clientId, (share) => { bar.value = share; }), clientId);
      bar.hidden = true;
    };
    this.page.timeline.pend(clientId, node, upload);
    await upload();
  }

  /** Try once; an expired token gets a new one and a second try. */
  async #attempt(call, clientId = null) {
    try {
      this.page.received(await this.#withToken(call));
      if (clientId) outbox.remove(clientId);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error;
      if (clientId) this.page.timeline.fail(clientId);
      toast(error.message && error instanceof ApiError ? error.message : words.failed, 4);
    }
  }

  async #withToken(call) {
    try {
      return await call();
    } catch (error) {
      if (error.status !== 401) throw error;
      await openConversation();
      toast(words.started_over);
      return call();
    }
  }
}
