// The chat page: puts its parts together and starts it.

import { openConversation } from "./api.js";
import { composer } from "./composer.js";
import { byId } from "./dom.js";
import { greet } from "./greeting.js";
import { readMark } from "./memory.js";
import { News } from "./news.js";
import { presence } from "./presence.js";
import { Sender } from "./sending.js";
import { sheets } from "./sheets.js";
import { Timeline } from "./timeline.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

const page = { owner: "bot", conversation: null, standing: "" };
const talk = { send: (text, choice) => page.sender.send(text, choice) };

page.timeline = new Timeline(talk);
page.sender = new Sender(page);
page.typing = typingIndicator();
page.news = new News(received);
page.received = received;

function received(data) {
  setOwner(data.owner);
  const arrived = [data.message, ...(data.replies ?? []), ...(data.messages ?? [])].filter(Boolean);
  const hidden = document.hidden;
  const fresh = page.timeline.add(arrived);
  const others = fresh.filter((message) => message.author !== "consumer");
  if (others.length) page.typing.hush();
  if (hidden && others.length && page.timeline.unreadFrom === null) {
    page.timeline.unreadFrom = others[0].id;
    page.timeline.layout();
  }
  if (!hidden) markRead();
}

function setOwner(owner) {
  if (page.owner !== owner) page.standing = "";
  page.owner = owner;
  showOwner();
}

/** Who answers now; while one waits also where one stands. */
function showOwner() {
  const { owner, standing } = page;
  const line = byId("owner-line");
  const text = [words.owner[owner] ?? "", owner === "queue" ? standing : ""].filter(Boolean).join(" · ");
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
  document.documentElement.dataset.owner = owner;
}

function markRead() {
  if (page.conversation) readMark.put(page.conversation, page.timeline.lastId());
}

/** Three dots while the assistant thinks; a quick answer shows none, so nothing flickers. */
function typingIndicator() {
  let open = 0;
  let timer = 0;
  const show = (on) => {
    byId("typing").hidden = !on;
    byId("typing-words").textContent = on ? words.typing : "";
    if (on && page.timeline.nearEnd()) page.timeline.toEnd();
  };
  const hush = () => {
    clearTimeout(timer);
    show(false);
  };
  return {
    begin() {
      open += 1;
      clearTimeout(timer);
      if (page.owner === "bot") timer = setTimeout(() => show(true), 180);
    },
    end() {
      open -= 1;
      if (open <= 0) hush();
    },
    hush,
    /** A person writes: shown as long as they do. */
    staff(on) {
      if (open > 0) return;
      show(on);
    },
  };
}

function showUnread(messages) {
  const mark = readMark.get(page.conversation);
  if (mark === null) return;
  const first = messages.find((message) => message.id > mark && message.author !== "consumer");
  page.timeline.unreadFrom = first ? first.id : null;
}

async function openWithPatience() {
  for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
    try {
      const visitor = await openConversation();
      page.conversation = visitor.conversation;
      const history = await page.news.history();
      byId("offline").hidden = true;
      return history;
    } catch (error) {
      byId("offline").hidden = false;
      if (error.message && error.status) toast(error.message, 4);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function start() {
  const log = byId("log");
  log.setAttribute("aria-live", "off"); // history is not news
  greet(talk);
  composer({ send: talk.send, files: (list) => page.sender.files(list) });
  sheets({ person: () => page.sender.person(), restart: () => talk.send(words.restart_text, null) });
  const history = await openWithPatience();
  showUnread(history.messages);
  received({ owner: history.owner, messages: history.messages });
  page.sender.restore(new Set(history.messages.map((message) => message.client_id).filter(Boolean)));
  if (page.timeline.lastId() || page.timeline.waiting.size) page.timeline.toEnd();
  byId("log").querySelector(".unread")?.scrollIntoView({ block: "center" });
  const linked = /^#m(\d+)$/.exec(location.hash); // a link from WeChat leads to one message
  if (linked) byId("log").querySelector(`[data-id="${linked[1]}"]`)?.scrollIntoView({ block: "start" });
  log.setAttribute("aria-live", "polite");
  document.documentElement.dataset.ready = "yes";
  page.news.listen();
  presence({
    owner: () => page.owner,
    heard(data) {
      setOwner(data.owner);
      page.standing = data.standing?.text ?? "";
      showOwner();
      page.typing.staff(data.typing);
    },
  });
}

const below = byId("new-below");
page.timeline.onNews = () => {
  below.hidden = false;
};
below.addEventListener("click", () => {
  below.hidden = true;
  page.timeline.toEnd();
});
byId("talk").addEventListener("scroll", () => {
  if (page.timeline.nearEnd()) below.hidden = true;
}, { passive: true });
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  markRead();
  page.news.hurry();
});
window.addEventListener("online", () => page.news.hurry());

start();
