// The answer card: how strong the claim is, what can be had and by when, and what unfolds.

import { longDate } from "./clock.js";
import { copyText, dialable, el, icon, safeLink } from "./dom.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

const say = words.card;

export function card(content) {
  return el(
    "article",
    { class: "card", "aria-label": content.title },
    header(content),
    content.answer ? el("p", { class: "answer" }, content.answer) : null,
    remedy(content.remedy),
    deadlines(content.deadlines),
    fold(say.basis, content.basis, basisItem),
    fold(say.local, content.local, localItem),
    fold(say.evidence, content.evidence, evidenceItem),
    fold(say.steps, content.steps, stepItem, "ol"),
    fold(say.precedents, content.precedents, precedentItem),
    office(content.office),
    content.elsewhere ? el("section", { class: "elsewhere" }, el("h3", {}, say.elsewhere), el("p", {}, content.elsewhere)) : null,
    content.note ? el("p", { class: "card-note" }, el("b", {}, say.note), content.note) : null,
    el("p", { class: "disclaimer" }, say.disclaimer),
  );
}

function header(content) {
  const strength = words.strength[content.strength];
  return el(
    "header",
    { class: "card-head" },
    el("h2", {}, content.title),
    strength
      ? el(
          "p",
          { class: `strength ${content.strength}` },
          el("span", { class: "strength-bars", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
          el("b", {}, strength.label),
          el("span", {}, strength.hint),
        )
      : null,
  );
}

function remedy(found) {
  if (!found) return null;
  return el(
    "section",
    { class: "remedy", "aria-label": say.amount },
    el("h3", {}, say.amount),
    found.amount
      ? el("p", { class: "sum" }, el("span", { class: "yuan" }, "¥"), money(found.amount), el("span", { class: "sum-label" }, found.label))
      : el("p", { class: "rule" }, found.label),
    found.formula ? el("p", { class: "formula" }, found.formula) : null,
    basisLine(found.label_basis ?? found.basis),
  );
}

function basisLine(basis) {
  return basis ? el("p", { class: "small" }, `${say.basis_of}：${basis}`) : null;
}

function money(amount) {
  const [yuan, cents] = String(amount).split(".");
  const grouped = yuan.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return cents && Number(cents) ? `${grouped}.${cents.padEnd(2, "0")}` : grouped;
}

function deadlines(list) {
  if (!list?.length) return null;
  return el(
    "section",
    { class: "deadlines", "aria-label": say.deadline },
    el("h3", {}, say.deadline),
    el(
      "ul",
      {},
      list.map((item) =>
        el(
          "li",
          {},
          el("p", { class: "due" }, el("span", {}, item.label), item.date ? el("b", {}, longDate(item.date)) : null),
          item.text ? el("p", { class: "small" }, item.text) : null,
          basisLine(item.basis),
        ),
      ),
    ),
  );
}

function fold(title, items, one, list = "ul") {
  if (!items?.length) return null;
  return el(
    "details",
    { class: "fold" },
    el("summary", {}, el("span", {}, title), el("span", { class: "fold-count" }, String(items.length)), icon("right")),
    el(list, { class: "fold-list" }, items.map((item) => el("li", {}, one(item)))),
  );
}

function basisItem(item) {
  return [
    el("p", { class: "law" }, item.label || item.name, item.unverified ? [" ", el("span", { class: "tag" }, say.unverified)] : null),
    item.gist ? el("p", {}, item.gist) : null,
    item.text ? el("blockquote", {}, item.text) : null,
    item.effective ? el("p", { class: "small" }, `${longDate(item.effective)}${say.effective}`) : null,
  ];
}

function localItem(item) {
  return [el("p", { class: "law" }, item.label), el("p", {}, item.says)];
}

function evidenceItem(item) {
  return [
    el("p", { class: "law" }, item.item),
    item.proves ? el("p", {}, el("span", { class: "key" }, say.proves), item.proves) : null,
    item.how ? el("p", {}, el("span", { class: "key" }, say.how), item.how) : null,
  ];
}

function stepItem(item) {
  const script = item.say || item.copy;
  return [
    item.title ? el("p", { class: "law" }, item.title) : null,
    item.text && item.text !== script ? el("p", {}, item.text) : null,
    script ? el("blockquote", { class: "script" }, script) : null,
    script ? copyButton(script) : null,
  ];
}

function copyButton(text) {
  const onclick = async () => toast((await copyText(text)) ? words.copied : words.copy_failed);
  return el("button", { type: "button", class: "copy", onclick }, icon("copy"), words.copy);
}

function precedentItem(item) {
  return [
    el("p", { class: "law" }, [item.source, item.date && longDate(item.date)].filter(Boolean).join(" · ")),
    item.facts ? el("p", {}, item.facts) : null,
    item.result ? el("p", {}, item.result) : null,
  ];
}

function office(found) {
  if (!found) return null;
  const link = found.url && safeLink(found.url);
  return el(
    "section",
    { class: "office", "aria-label": say.office },
    el("h3", {}, say.office),
    el("p", { class: "law" }, found.name),
    found.when ? el("p", { class: "small" }, found.when) : null,
    found.bring ? el("p", { class: "small" }, el("span", { class: "key" }, say.bring), found.bring) : null,
    el(
      "p",
      { class: "office-actions" },
      found.phone && dialable(found.phone)
        ? el("a", { class: "call", href: `tel:${dialable(found.phone)}` }, icon("phone"), `${say.call} ${found.phone}`)
        : null,
      link ? el("a", { class: "call plain", href: link, target: "_blank", rel: "noopener noreferrer" }, say.open_site) : null,
    ),
  );
}
