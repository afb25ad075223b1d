// The case form, section by section, over one document.

import { el } from "../chat/dom.js";
import {
  basisPart, choicesOf, condition, deadlinesPart, edited, entries, fields, fill, lines, listed,
  options, parts, remedyPart, select, text, words,
} from "./editor-fields.js";

/** Build the form into `place`. `shown`: articles by law and number; `search(query)` finds articles. */
export function build(place, doc, shown, search) {
  const facts = () => doc.facts ?? {};
  const redraw = (name) => place.querySelector(`[data-section="${name}"]`)?.replaceWith(section(name));
  const makers = {
    title: () => [text(doc, "title", "title", fields.title), text(doc, "summary", "summary", fields.summary, { area: true, most: 120 })],
    topic: () => [
      select(doc, "topic", "topic", fields.topic, options.topic),
      select(doc, "office", "office", fields.office, options.office),
      el("div", { class: "part", "data-path": "audience" }, el("span", { class: "label" }, fields.audience), audience(doc)),
    ],
    ask: () => [lines(doc, "ask", "ask", fields.ask, { rows: 14 })],
    facts: () => [factsPart(doc, () => redraw("outcomes"))],
    outcomes: () => [outcomesPart(doc, facts, shown, search)],
    evidence: () => [entries("evidence", (doc.evidence ??= []), evidence, { fresh: () => ({ weight: 2 }) })],
    steps: () => [entries("steps", (doc.steps ??= []), (item, i) => step(doc.steps, i, facts), { fresh: () => ({ step: options.step[0]?.[0] ?? "" }) })],
    remedy: () => [remedyPart(doc, "remedy", "remedy", facts)],
    deadlines: () => [deadlinesPart(doc, "deadlines", "deadlines", facts)],
    elsewhere: () => [
      text(doc, "elsewhere", "elsewhere", fields.elsewhere, { area: true }),
      text(doc, "merchant", "merchant", fields.merchant, { area: true, rows: 3 }),
      text(doc, "comment", "comment", fields.comment, { area: true }),
    ],
    precedents: () => [entries("precedents", (doc.precedents ??= []), precedent, { fresh: () => ({}) })],
    local: () => [entries("local", (doc.local ??= []), local, { fresh: () => ({}) })],
    related: () => [related(doc)],
  };
  const section = (name) => el("section", { class: "panel form-section", "data-section": name, id: `part-${name}` }, el("h2", {}, words.sections[name] ?? fields[name]), ...makers[name]());
  place.replaceChildren(...Object.keys(makers).map(section));
}

function audience(doc) {
  return el("div", { class: "picks" }, ...options.audience.map(([value, name]) => {
    const box = el("input", { type: "checkbox" });
    box.checked = (doc.audience ?? ["consumer"]).includes(value);
    box.addEventListener("change", () => {
      const held = new Set(doc.audience ?? ["consumer"]);
      if (box.checked) held.add(value);
      else held.delete(value);
      doc.audience = options.audience.map(([one]) => one).filter((one) => held.has(one));
      edited(box);
    });
    return el("label", { class: "check" }, box, ` ${name}`);
  }));
}

function factsPart(doc, changed) {
  const held = Object.entries(doc.facts ?? {}).map(([id, fact]) => ({ id, fact }));
  const write = () => {
    doc.facts = Object.fromEntries(held.map(({ id, fact }) => [id, fact]));
    changed();
  };
  const fresh = () => {
    let n = held.length + 1;
    while (held.some(({ id }) => id === `fact_${n}`)) n += 1;
    return { id: `fact_${n}`, fact: { ask: "", type: "choice", choices: [] } };
  };
  const box = entries("facts", held, ({ id, fact }) => factPart(id, fact, changed), { fresh, changed: write, add: words.add_fact, title: (i, { fact }) => fact.ask || fill(words.fact, { n: i + 1 }) });
  box.querySelectorAll(":scope > .entry-box").forEach((entry, i) => held[i] && entry.setAttribute("data-path", `facts.${held[i].id}`));
  return box;
}

function factPart(id, fact, changed) {
  const box = el("div", { "data-path": `facts.${id}` });
  const redraw = () => {
    const kind = fact.type ?? (fact.choices ? "choice" : "text");
    box.replaceChildren(
      ...[
        text(fact, "ask", `facts.${id}.ask`, parts.ask),
        select(fact, "type", `facts.${id}.type`, parts.type, options.type, { empty: null, changed: () => {
          if (fact.type !== "choice") delete fact.choices;
          redraw();
          changed();
        } }),
        kind === "integer" ? text(fact, "unit", `facts.${id}.unit`, parts.unit) : null,
        kind === "choice" ? listed(fact, "choices", `facts.${id}.choices`, words.choices, { changed: () => {
          redraw();
          changed();
        } }) : null,
        ...choicesOf({ ...fact, type: kind }).map((choice) => {
          const heard = { said: fact.hear?.[choice] };
          return listed(heard, "said", `facts.${id}.hear`, fill(words.hear, { choice }), { changed: () => {
            const others = { ...fact.hear, [choice]: heard.said };
            if (!heard.said) delete others[choice];
            if (Object.keys(others).length) fact.hear = others;
            else delete fact.hear;
          } });
        }),
        text(fact, "help", `facts.${id}.help`, parts.help),
      ].filter(Boolean),
    );
  };
  redraw();
  return box;
}

function outcomesPart(doc, facts, shown, search) {
  doc.outcomes ??= [];
  const fresh = () => {
    let n = doc.outcomes.length + 1;
    while (doc.outcomes.some(({ id }) => id === `outcome-${n}`)) n += 1;
    return { id: `outcome-${n}`, answer: "", basis: [], strength: "fair" };
  };
  const title = (i) => fill(i === doc.outcomes.length - 1 ? words.last_outcome : words.outcome, { n: i + 1 });
  return entries("outcomes", doc.outcomes, (outcome, i) => outcomePart(outcome, i, doc, facts, shown, search), { fresh, title, add: words.add_outcome });
}

function outcomePart(outcome, i, doc, facts, shown, search) {
  const path = `outcomes.${i}`;
  const last = i === doc.outcomes.length - 1;
  return el(
    "div",
    {},
    last && !outcome.when ? el("p", { class: "quiet" }, words.always) : el("div", { class: "part" }, el("span", { class: "label" }, parts.when), condition(outcome, "when", `${path}.when`, facts)),
    withFacts(text(outcome, "answer", `${path}.answer`, parts.answer, { area: true, rows: 5, most: 300 }), facts),
    select(outcome, "strength", `${path}.strength`, parts.strength, options.strength, { empty: null }),
    el("div", { class: "part" }, el("span", { class: "label" }, parts.basis), basisPart(outcome, `${path}.basis`, shown, search)),
    own(outcome, "remedy", words.own_remedy, () => remedyPart(outcome, "remedy", `${path}.remedy`, facts), () => ({ rule: "none" })),
    own(outcome, "deadlines", words.own_deadlines, () => deadlinesPart(outcome, "deadlines", `${path}.deadlines`, facts), () => []),
  );
}

/** Something an outcome may have of its own instead of the case's. */
function own(outcome, key, label, draw, fresh) {
  const box = el("div", { class: "own" });
  const redraw = () => {
    const toggle = el("input", { type: "checkbox" });
    toggle.checked = key in outcome;
    toggle.addEventListener("change", () => {
      if (toggle.checked) outcome[key] = fresh();
      else delete outcome[key];
      redraw();
      edited(box);
    });
    box.replaceChildren(el("label", { class: "check" }, toggle, ` ${label}`), ...(key in outcome ? [draw()] : []));
  };
  redraw();
  return box;
}

/** A text with buttons that put the place of a fact where the cursor is. */
function withFacts(part, facts) {
  const control = part.querySelector("textarea, input");
  const tools = el("div", { class: "insert" });
  part.addEventListener("focusin", () => {
    if (tools.childNodes.length) return;
    tools.replaceChildren(el("span", { class: "quiet" }, words.insert), ...Object.entries(facts()).map(([id, fact]) =>
      el("button", { type: "button", class: "chip-button", onclick: () => {
        control.setRangeText(`{${id}}`, control.selectionStart, control.selectionEnd, "end");
        control.dispatchEvent(new Event("input", { bubbles: true }));
        control.focus();
      } }, fact.ask || id)));
  });
  part.append(tools);
  return part;
}

function evidence(item, i) {
  const path = `evidence.${i}`;
  const weight = { weight: String(item.weight ?? 1) };
  const strength = select(weight, "weight", `${path}.weight`, parts.weight, [["3", "★★★"], ["2", "★★"], ["1", "★"]], { empty: null, changed: () => (item.weight = Number(weight.weight)) });
  return el("div", {}, text(item, "item", `${path}.item`, parts.item), text(item, "proves", `${path}.proves`, parts.proves), text(item, "how", `${path}.how`, parts.how), strength);
}

function step(list, i, facts) {
  const held = typeof list[i] === "string" ? { step: list[i] } : { ...list[i] };
  const box = el("div", {});
  const write = () => (list[i] = held.say ? { ...held } : held.step);
  const said = withFacts(text(held, "say", `steps.${i}.say`, parts.say, { area: true, rows: 3 }), facts);
  box.append(select(held, "step", `steps.${i}.step`, parts.step, options.step, { empty: null, changed: write }), said);
  said.addEventListener("input", write, true);
  said.querySelector("textarea").addEventListener("input", write);
  return box;
}

function precedent(item, i) {
  const path = `precedents.${i}`;
  return el("div", {}, text(item, "source", `${path}.source`, parts.source), text(item, "date", `${path}.date`, parts.date), text(item, "facts", `${path}.facts`, parts.facts, { area: true }), text(item, "result", `${path}.result`, parts.result, { area: true }));
}

function local(item, i) {
  const path = `local.${i}`;
  return el("div", {}, select(item, "law", `${path}.law`, parts.law, options.local), text(item, "article", `${path}.article`, parts.article), text(item, "says", `${path}.says`, parts.says, { area: true }));
}

function related(doc) {
  const held = (doc.related ?? []).map((id) => ({ id }));
  const write = () => (doc.related = held.map(({ id }) => id).filter(Boolean));
  return entries("related", held, (item, i) => select(item, "id", `related.${i}`, fields.related, options.cases, { changed: write }), { fresh: () => ({ id: "" }), changed: write });
}

