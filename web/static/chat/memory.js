// What this browser remembers: the draft, what was not sent, how far one has read, large type.

const PREFIX = "weiquan.";

function get(name, otherwise) {
  try {
    const kept = localStorage.getItem(PREFIX + name);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

function put(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // A private window may refuse to keep anything; the chat works without.
  }
}

export const draft = { get: () => get("draft", ""), put: (text) => put("draft", text || null) };
export const large = { get: () => get("large", false), put: (on) => put("large", on || null) };

/** Read mark of one conversation. */
export const readMark = {
  get: (conversation) => get("read", {})[conversation] ?? null,
  put: (conversation, id) => put("read", { [conversation]: id }),
};

/** Messages on their way: kept until the server has them. */
export const outbox = {
  all: () => get("outbox", []),
  add: (item) => put("outbox", [...outbox.all().filter((kept) => kept.client_id !== item.client_id), item]),
  remove: (clientId) => put("outbox", outbox.all().filter((kept) => kept.client_id !== clientId)),
  clear: () => put("outbox", null),
};
