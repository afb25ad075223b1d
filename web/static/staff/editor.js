// The case editor: the form over one document, saved as one writes, with the preview beside it.

import { card } from "../chat/card.js";
import { el } from "../chat/dom.js";
import { build } from "./editor-form.js";
import { fields, fill, words } from "./editor-fields.js";

const data = JSON.parse(document.getElementById("editor-data").textContent);
const root = document.querySelector("[data-editor]");
const place = document.getElementById("form");
const status = document.getElementById("save-state");
const OPTIONAL = ["facts", "deadlines", "precedents", "local", "related", "elsewhere", "merchant", "comment", "remedy"];
const SAVE_AFTER = 1200;
const HERE_EVERY = 10000;

const doc = JSON.parse(data.document); // a string, because the order of its facts means something
const begunWithPrecedents = Array.isArray(doc.precedents);
let version = data.version;
let dirty = false;
let busy = false;
let closed = false;
let saveTimer = 0;
let previewTimer = 0;
let outcome = null;
const typedFacts = {};

/** The document without lists and texts that are empty and need not be there. */
function tidy() {
  const held = structuredClone(doc);
  for (const key of OPTIONAL) {
    const value = held[key];
    if (value === undefined || value === null || value === "" || (typeof value === "object" && !Object.keys(value).length)) delete held[key];
  }
  if (begunWithPrecedents && !held.precedents) held.precedents = [];
  return held;
}

async function post(address, body, options = {}) {
  const response = await fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.token },
    body: JSON.stringify(body),
    ...options,
  });
  if (response.redirected) location.reload();
  const answer = await response.json();
  return { status: response.status, ...answer };
}

function say(text, kind = "") {
  status.textContent = text;
  status.className = `save-state ${kind}`;
}

// --- saving

function changed() {
  dirty = true;
  say(words.unsaved);
  clearTimeout(saveTimer);
  saveTimer = setTimeout(save, SAVE_AFTER);
  later();
}

async function save() {
  if (busy || closed) return;
  busy = true;
  dirty = false;
  say(words.saving);
  try {
    const answer = await post(data.addresses.save, { document: tidy(), version });
    if (answer.ok) {
      version = answer.data.version;
      say(`${words.saved} ${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" })}`, "done");
    } else if (answer.error === "draft_conflict") await settle(answer.data);
    else if (answer.error === "draft_closed") {
      closed = true;
      say(words.closed, "bad");
    } else say(`${words.refused}：${answer.message}`, "bad");
  } catch {
    dirty = true;
    say(words.failed, "bad");
    saveTimer = setTimeout(save, 5000);
  } finally {
    busy = false;
    if (dirty && !closed) saveTimer = setTimeout(save, SAVE_AFTER);
  }
}

function take(clash) {
  const value = JSON.parse(clash.value);
  if (value === null) delete doc[clash.field];
  else doc[clash.field] = value;
}

/** Somebody saved meanwhile: what only they changed comes in; of what both changed one chooses. */
async function settle(conflict) {
  const theirs = conflict.fields.filter((clash) => !clash.both && clash.keep === "theirs");
  const both = conflict.fields.filter((clash) => clash.both);
  if (both.length) {
    const kept = await choose(conflict, both);
    both.filter((clash) => kept[clash.field] === "theirs").forEach(take);
  }
  theirs.forEach(take);
  version = conflict.version;
  if (theirs.length) notice(fill(words.merged, { name: conflict.by, fields: theirs.map((clash) => clash.label).join("、") }));
  draw();
  dirty = true;
}

function choose(conflict, both) {
  const dialog = document.getElementById("conflict");
  const kept = {};
  const keep = el("button", { type: "submit", class: "button primary", disabled: true }, words.keep);
  const side = (clash, which, label, told) => {
    const pick = el("input", { type: "radio", name: `keep-${clash.field}`, value: which });
    pick.addEventListener("change", () => {
      kept[clash.field] = which;
      keep.disabled = both.some((one) => !kept[one.field]);
    });
    return el("label", { class: "side-choice" }, el("span", {}, pick, ` ${label}`), el("div", { class: "side-lines" }, ...told.map((line) => el("p", {}, line))));
  };
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", {}, fill(words.conflict_title, { name: conflict.by })),
    el("p", {}, words.conflict_help),
    ...both.map((clash) => el("fieldset", { class: "clash" }, el("legend", {}, clash.label), el("div", { class: "sides" }, side(clash, "mine", words.mine, clash.mine), side(clash, "theirs", fill(words.theirs, { name: conflict.by }), clash.theirs)))),
    keep,
  );
  dialog.replaceChildren(form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => form.addEventListener("submit", () => resolve(kept)));
}

function notice(text) {
  const box = document.getElementById("editor-notice");
  box.textContent = text;
  box.hidden = !text;
}

// --- who else is here

async function here() {
  try {
    const { ok, data: found } = await post(data.addresses.here, {});
    if (!ok) return;
    const others = document.getElementById("others");
    others.hidden = !found.others.length;
    others.textContent = found.others.length ? fill(words.here, { names: found.others.join("、") }) : "";
    if (found.version !== version && !dirty && !busy && !closed) await save();
  } catch {
    // The next look will do.
  }
}

// --- preview and findings

function later() {
  clearTimeout(previewTimer);
  previewTimer = setTimeout(look, 600);
}

async function look() {
  try {
    const answer = await post(data.addresses.preview, { document: tidy(), facts: typedFacts, outcome });
    if (!answer.ok) return;
    showFindings(answer.data.findings);
    showTried(answer.data.tried);
  } catch {
    // Tried again with the next change.
  }
}

function showFindings(findings) {
  place.querySelectorAll(".field-problem").forEach((node) => node.remove());
  for (const finding of findings) {
    const path = [...finding.path];
    let said = finding.said;
    let target = null;
    while (path.length && !(target = place.querySelector(`[data-path="${CSS.escape(path.join("."))}"]`))) {
      const step = path.pop();
      if (Number.isInteger(step)) said = fill(words.line, { n: step + 1 }) + said;
    }
    const node = el("p", { class: `field-problem ${finding.stops ? "stops" : ""}` }, said);
    if (target) target.append(node);
    else (place.querySelector(`[data-section="${finding.path[0]}"]`) ?? place).prepend(node);
  }
  const stops = findings.filter((finding) => finding.stops);
  const summary = document.getElementById("found");
  const links = [...new Set(findings.map((finding) => finding.path[0]))].filter((name) => fields[name]);
  summary.replaceChildren(
    el("p", { class: stops.length ? "bad" : "done" }, stops.length ? fill(words.problems, { n: stops.length }) : findings.length ? fill(words.remarks, { n: findings.length }) : words.sound),
    el("p", { class: "found-links" }, ...links.map((name) => el("button", { type: "button", class: "chip-button", onclick: () => place.querySelector(".field-problem, [data-section]") && jump(name) }, fields[name]))),
  );
}

function jump(name) {
  const target = place.querySelector(`[data-path="${name}"] .field-problem, [data-section="${name}"]`) ?? place.querySelector(`[data-path^="${name}"]`);
  target?.scrollIntoView({ block: "center", behavior: "smooth" });
}

function showTried(tried) {
  const decided = document.getElementById("decided");
  const shown = document.getElementById("preview");
  if (!tried) {
    decided.replaceChildren();
    shown.replaceChildren(el("p", { class: "quiet" }, words.no_preview));
    return;
  }
  decided.replaceChildren(
    el("p", { "data-outcome": tried.outcome + 1 }, el("b", {}, fill(words.tried, { n: tried.outcome + 1 }))),
    el("p", { class: "quiet" }, tried.asks.length ? fill(words.asks, { asks: tried.asks.join("　") }) : words.settled),
  );
  const page = card(tried.card);
  page.querySelectorAll("details").forEach((fold) => fold.toggleAttribute("open", true));
  const messages = tried.wechat.map((part) =>
    part.type === "news"
      ? el("div", { class: "wx-news" }, el("b", {}, part.title), el("p", {}, part.description))
      : el("div", { class: "wx-text" }, part.content ?? part.head ?? ""),
  );
  shown.replaceChildren(el("h3", {}, words.page), el("div", { class: "consumer-card" }, page), el("h3", {}, words.wechat), el("div", { class: "wx" }, ...messages));
}

/** Fields to type facts into, so that outcomes are tried on the spot. */
function drawTrial() {
  const box = document.getElementById("trial");
  const known = Object.entries(doc.facts ?? {});
  const kept = box.dataset.facts;
  const now = JSON.stringify(known.map(([id, fact]) => [id, fact.ask, fact.type, fact.choices]));
  if (kept === now) return;
  box.dataset.facts = now;
  box.replaceChildren(...known.map(([id, fact]) => {
    const choices = fact.type === "boolean" ? ["是", "否"] : fact.choices ?? [];
    const control = choices.length
      ? el("select", {}, el("option", { value: "" }, ""), ...[...choices, words.unknown].map((one) => el("option", { value: one }, String(one))))
      : el("input", { type: fact.type === "date" ? "date" : "text", inputmode: ["integer", "money"].includes(fact.type) ? "decimal" : null });
    control.value = typedFacts[id] ?? "";
    control.addEventListener("input", () => {
      if (control.value) typedFacts[id] = control.value;
      else delete typedFacts[id];
      outcome = null;
      later();
    });
    return el("label", {}, fact.ask || id, control);
  }));
}

function draw() {
  build(place, doc, data.citations, async (query) => {
    const response = await fetch(`${data.addresses.articles}?q=${encodeURIComponent(query)}`, { credentials: "same-origin" });
    const answer = await response.json();
    return answer.ok ? answer.data.articles : [];
  });
  drawTrial();
  later();
}

place.addEventListener("edited", () => {
  changed();
  drawTrial();
});
place.addEventListener("submit", (event) => event.preventDefault());
addEventListener("pagehide", () => dirty && !closed && post(data.addresses.save, { document: tidy(), version }, { keepalive: true }));
addEventListener("beforeunload", (event) => (dirty || busy) && event.preventDefault());
document.getElementById("to-page").addEventListener("click", async (event) => {
  if (!dirty && !busy) return;
  event.preventDefault();
  clearTimeout(saveTimer);
  while (busy) await new Promise((resolve) => setTimeout(resolve, 100));
  if (dirty) await save();
  if (!dirty) location.href = event.target.href;
});

draw();
here();
setInterval(here, HERE_EVERY);
document.documentElement.dataset.ready = "yes";
