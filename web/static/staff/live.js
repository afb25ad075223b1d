// Live parts of the desk's pages: when the server says that something changed, the page is fetched again
// and its parts marked data-live take the places of the old ones. The markup is our own, escaped by Jinja.

import { keep, keyOf } from "./kept.js";

const WAIT = 20;
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
let pressed = false; // a button or link is held down: what is under it must stay until it is let go, or the click is lost
addEventListener("pointerdown", () => { pressed = true; }, true);
const letGo = () => setTimeout(() => { pressed = false; }); // after the click that belongs to it
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, letGo, true);
addEventListener("blur", letGo); // the window's own; pressing takes the focus from elements too
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;

function toEnd() {
  for (const box of document.querySelectorAll("[data-follow]")) box.scrollTop = box.scrollHeight;
}

/** Fetch this page again; the answer to the form, if one is given. */
async function refresh(form = null) {
  const options = form ? { method: "POST", body: new URLSearchParams(new FormData(form)) } : {};
  const response = await fetch(form ? form.action : location.href, { credentials: "same-origin", cache: "no-store", ...options });
  const away = response.redirected && new URL(response.url).pathname.endsWith("/login");
  if (away && !form) location.reload();
  if (away || !response.ok) throw new Error(String(response.status));
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (form && fresh.querySelector("[data-refused]")) throw new Error("refused");
  while (pressed) await sleep(20);
  swap(fresh);
}

/** What is pressed or written in here, told so that it is known again in the part's new markup. */
const named = (one) => [one.tagName, one.id, one.getAttribute("href"), one.name, one.value, one.form && keyOf(one.form)].join("|");

/** Put a part in the place of its old self; the keyboard stays where it stood. */
function replace(old, now) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  const name = held && named(held);
  old.replaceWith(document.adoptNode(now));
  const same = held && [now, ...now.querySelectorAll(held.tagName)].find((one) => named(one) === name);
  same?.focus({ preventScroll: true });
}

function swap(fresh) {
  // When one may write only now, or no more, the whole page changes its shape.
  if (Boolean(fresh.querySelector(".reply")) !== Boolean(document.querySelector(".reply"))) {
    location.reload();
    return;
  }
  const version = fresh.querySelector("[data-live-version]")?.dataset.version ?? ""; // read before its part moves out
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (!now || now.isEqualNode(old)) continue;
    const follow = "follow" in old.dataset && atEnd(old);
    const where = old.scrollTop;
    replace(old, now);
    now.scrollTop = follow ? now.scrollHeight : where;
  }
  const sent = fresh.querySelector("[name=client_id]");
  const mine = document.querySelector("[name=client_id]");
  if (sent && mine) mine.value = sent.value;
  const versions = document.querySelector("[data-live-version]");
  if (versions) versions.dataset.version = version;
}

async function follow() {
  let shown = Date.now();
  for (let pause = 500; ; ) {
    const place = document.querySelector("[data-changes]");
    if (!place) return;
    const began = Date.now();
    try {
      const asked = new URL(place.dataset.changes, location.href);
      asked.searchParams.set("version", place.dataset.version);
      asked.searchParams.set("wait", WAIT);
      const answer = await (await fetch(asked, { credentials: "same-origin", cache: "no-store" })).json();
      if (!answer.ok) throw new Error(answer.error);
      const old = Date.now() - shown > 60000; // so that "等了 5 分钟" goes on counting
      if (old || answer.data.version !== place.dataset.version) {
        await refresh();
        shown = Date.now();
      } else if (Date.now() - began < 1000) await sleep(1500);
      pause = 500;
    } catch {
      await sleep(pause);
      pause = Math.min(pause * 2, 15000);
    }
  }
}

for (const form of document.querySelectorAll("form[data-quick]")) {
  const field = form.querySelector("textarea");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim() || form.dataset.busy) return;
    form.dataset.busy = "yes";
    try {
      await refresh(form);
      field.value = "";
      toEnd();
    } catch {
      keep(form);
      form.submit(); // the plain way shows what is wrong
    } finally {
      delete form.dataset.busy;
      field.focus();
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

toEnd();
follow();
