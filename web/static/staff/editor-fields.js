// The parts of the case form. Each reads and writes the document in place and says when it has changed.

import { el } from "../chat/dom.js";

const data = JSON.parse(document.getElementById("editor-data").textContent);
export const words = data.words.form;
export const parts = data.words.parts;
export const fields = data.words.fields;
export const options = data.options;
export const accepts = data.accepts;

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

let counter = 0;
const unique = () => `f${++counter}`;

/** A labelled control; `path` is where findings about it are shown. */
export function labelled(path, label, control, ...more) {
  const id = unique();
  control.id = id;
  return el("div", { class: "part", "data-path": path }, el("label", { for: id }, label), control, ...more);
}

const tell = (node) => node.dispatchEvent(new CustomEvent("edited", { bubbles: true }));
export const edited = tell;

export function text(holder, key, path, label, { area = false, rows = 2, most = 0, placeholder = "" } = {}) {
  const control = el(area ? "textarea" : "input", { placeholder: placeholder || null, rows: area ? rows : null });
  control.value = holder[key] ?? "";
  const count = most ? el("span", { class: "count-line" }) : null;
  const han = () => (control.value.match(/[\u4e00-\u9fff]/g) ?? []).length;
  const recount = () => {
    if (!count) return;
    count.textContent = fill(words.of, { n: han(), most });
    count.classList.toggle("over", han() > most);
  };
  control.addEventListener("input", () => {
    if (control.value) holder[key] = control.value;
    else delete holder[key];
    recount();
    tell(control);
  });
  recount();
  return labelled(path, label, control, count);
}

export function select(holder, key, path, label, choices, { empty = words.choose, changed = null } = {}) {
  const control = el("select", {});
  if (empty !== null) control.append(el("option", { value: "" }, empty));
  for (const [value, name] of choices) control.append(el("option", { value }, name));
  if (holder[key] && !choices.some(([value]) => value === String(holder[key]))) control.append(el("option", { value: holder[key] }, String(holder[key])));
  control.value = holder[key] ?? "";
  control.addEventListener("change", () => {
    if (control.value) holder[key] = control.value;
    else delete holder[key];
    changed?.();
    tell(control);
  });
  return labelled(path, label, control);
}

/** Texts of a list, one a line. */
export function lines(holder, key, path, label, { rows = 8 } = {}) {
  const control = el("textarea", { rows });
  control.value = (holder[key] ?? []).join("\n");
  const count = el("span", { class: "count-line" });
  const read = () => control.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const recount = () => (count.textContent = `${read().length}`);
  control.addEventListener("input", () => {
    holder[key] = read();
    recount();
    tell(control);
  });
  recount();
  return labelled(path, `${label}（${words.one_per_line}）`, control, count);
}

/** Texts of a list in one line, parted by 、. */
export function listed(holder, key, path, label, { changed = null } = {}) {
  const control = el("input", {});
  control.value = (holder[key] ?? []).join("、");
  control.addEventListener("change", () => {
    const read = control.value.split(/[、,，]/).map((one) => one.trim()).filter(Boolean);
    if (read.length) holder[key] = read;
    else delete holder[key];
    changed?.();
    tell(control);
  });
  return labelled(path, label, control);
}

export function check(holder, key, path, label, { changed = null } = {}) {
  const control = el("input", { type: "checkbox" });
  control.checked = Boolean(holder[key]);
  control.addEventListener("change", () => {
    if (control.checked) holder[key] = true;
    else delete holder[key];
    changed?.();
    tell(control);
  });
  return el("label", { class: "check", "data-path": path }, control, ` ${label}`);
}

export function button(label, act, kind = "") {
  return el("button", { type: "button", class: `button ${kind}`, onclick: act }, label);
}

/** A list of entries that can be added, removed and moved. `draw(item, i)` returns what an entry shows. */
export function entries(path, list, draw, { fresh, title = (i) => fill(words.item, { n: i + 1 }), add = words.add, changed = null } = {}) {
  const box = el("div", { class: "entries", "data-path": path });
  const redraw = (focus = -1) => {
    box.replaceChildren(
      ...list.map((item, i) =>
        el(
          "fieldset",
          { class: "entry-box", "data-path": `${path}.${i}` },
          el("legend", {}, title(i, item)),
          el(
            "div",
            { class: "entry-tools" },
            tool(words.up, "↑", i > 0, () => move(i, i - 1)),
            tool(words.down, "↓", i < list.length - 1, () => move(i, i + 1)),
            tool(words.remove, "×", true, () => {
              list.splice(i, 1);
              altered(Math.min(i, list.length - 1));
            }),
          ),
          draw(item, i),
        ),
      ),
      el("div", { class: "entry-add" }, button(add, () => {
        list.push(fresh());
        altered(list.length - 1);
      })),
    );
    box.querySelectorAll(":scope > .entry-box")[focus]?.querySelector("input, textarea, select")?.focus();
  };
  const altered = (focus) => {
    changed?.();
    redraw(focus);
    tell(box);
  };
  const move = (from, to) => {
    list.splice(to, 0, ...list.splice(from, 1));
    altered(to);
  };
  redraw();
  return box;
}

function tool(label, sign, enabled, act) {
  return el("button", { type: "button", class: "tool", title: label, "aria-label": label, disabled: !enabled, onclick: act }, sign);
}

const BLANKS = { integer: Number, money: Number };

function typed(fact, value) {
  if (value === "" || value === words.unknown) return value;
  return fact && fact.type in BLANKS && !Number.isNaN(Number(value)) ? Number(value) : value;
}

/** When an outcome holds: rows of fact, comparison and value, all of which must hold; groups of which one must. */
export function condition(holder, key, path, facts) {
  const box = el("div", { class: "condition", "data-path": path });
  const redraw = () => {
    const held = holder[key] ?? {};
    const rows = Object.entries(held).map(([name, wanted]) => (name === "any" ? group(held, wanted) : leaf(held, name, wanted)));
    box.replaceChildren(
      ...rows,
      el(
        "div",
        { class: "entry-add" },
        button(words.add_condition, () => {
          const free = Object.keys(facts()).find((id) => !(id in held));
          if (!free) return;
          holder[key] = { ...held, [free]: "" };
          altered();
        }),
        "any" in held ? null : button(words.add_any, () => {
          holder[key] = { ...held, any: [{}, {}] };
          altered();
        }),
      ),
    );
  };
  const altered = () => {
    if (holder[key] && !Object.keys(holder[key]).length) delete holder[key];
    redraw();
    tell(box);
  };
  const without = (held, name) => Object.fromEntries(Object.entries(held).filter(([other]) => other !== name));
  const group = (held, alternatives) =>
    el(
      "div",
      { class: "any" },
      el("p", { class: "quiet" }, parts.any),
      ...alternatives.map((_, i) => el("div", { class: "option" }, condition(alternatives, i, `${path}.any.${i}`, facts))),
      el(
        "div",
        { class: "entry-add" },
        button(words.add_option, () => {
          alternatives.push({});
          altered();
        }),
        button(words.remove, () => {
          holder[key] = without(held, "any");
          altered();
        }),
      ),
    );
  const leaf = (held, name, wanted) => {
    const known = facts();
    const operator = wanted && typeof wanted === "object" && !Array.isArray(wanted) ? Object.keys(wanted)[0] : Array.isArray(wanted) ? "in" : "eq";
    const value = operator === "eq" ? wanted : Array.isArray(wanted) ? wanted : wanted[operator];
    const put = (id, how, given) => {
      const fact = known[id];
      const one = Array.isArray(given) ? given.map((v) => typed(fact, v)) : typed(fact, given);
      const made = how === "eq" ? (Array.isArray(one) ? one[0] ?? "" : one) : how === "in" ? (Array.isArray(one) ? one : [one]) : { [how]: Array.isArray(one) && how !== "not" ? one[0] ?? "" : one };
      holder[key] = Object.fromEntries(Object.entries(held).map(([other, old]) => (other === name ? [id, made] : [other, old])));
    };
    const pick = el("select", { "aria-label": fields.facts }, ...Object.entries(known).map(([id, fact]) => el("option", { value: id }, fact.ask || id)));
    if (!(name in known)) pick.append(el("option", { value: name }, name));
    pick.value = name;
    pick.addEventListener("change", () => {
      put(pick.value, "eq", "");
      altered();
    });
    const compare = el("select", { "aria-label": parts.when }, ...options.operator.filter(([op]) => fits(known[name], op)).map(([op, label]) => el("option", { value: op }, label)));
    compare.value = operator;
    compare.addEventListener("change", () => {
      put(name, compare.value, value);
      altered();
    });
    const many = Array.isArray(value) || operator === "in";
    const control = valueControl(known[name], value, many, (given) => {
      put(name, operator, given);
      tell(box);
      redraw();
    });
    const extra = operator !== "eq" && typeof wanted === "object" && !Array.isArray(wanted) && Object.keys(wanted).length > 1 ? second(held, name, wanted) : null;
    return el("div", { class: "leaf" }, pick, compare, control, tool(words.remove, "×", true, () => {
      holder[key] = without(held, name);
      altered();
    }), extra);
  };
  const second = (held, name, wanted) => {
    const [, [op, bound]] = Object.entries(wanted);
    const label = options.operator.find(([known]) => known === op)?.[1] ?? op;
    const control = el("input", { "aria-label": label });
    control.value = bound;
    control.addEventListener("change", () => {
      wanted[op] = typed(facts()[name], control.value);
      tell(box);
    });
    return el("span", { class: "leaf-second" }, label, control);
  };
  redraw();
  return box;
}

function fits(fact, operator) {
  const ordered = ["lt", "le", "gt", "ge"].includes(operator);
  return !ordered || !fact || ["integer", "money", "date"].includes(fact.type);
}

export const choicesOf = (fact) => (fact?.type === "boolean" ? ["是", "否"] : (fact?.choices ?? []).map((one) => (one === true ? "是" : one === false ? "否" : String(one))));

function valueControl(fact, value, many, put) {
  const choices = choicesOf(fact);
  if (choices.length && many) {
    const held = new Set((Array.isArray(value) ? value : [value]).map(String));
    return el("span", { class: "picks" }, ...[...choices, words.unknown].map((choice) => {
      const box = el("input", { type: "checkbox" });
      box.checked = held.has(choice);
      box.addEventListener("change", () => {
        if (box.checked) held.add(choice);
        else held.delete(choice);
        put([...choices, words.unknown].filter((one) => held.has(one)));
      });
      return el("label", { class: "check" }, box, ` ${choice}`);
    }));
  }
  if (choices.length) {
    const shown = value === true ? "是" : value === false ? "否" : String(value ?? "");
    const control = el("select", { "aria-label": parts.when }, el("option", { value: "" }, words.choose), ...[...choices, words.unknown].map((choice) => el("option", { value: choice }, choice)));
    control.value = shown;
    control.addEventListener("change", () => put(control.value));
    return control;
  }
  const control = el("input", { "aria-label": parts.when, inputmode: fact && fact.type in BLANKS ? "decimal" : null, type: fact?.type === "date" ? "date" : "text" });
  control.value = Array.isArray(value) ? value.join("、") : value ?? "";
  control.addEventListener("change", () => put(many ? control.value.split(/[、,，]/).map((one) => one.trim()).filter(Boolean) : control.value));
  return control;
}

/** A remedy: its rule, and which money facts feed it. */
export function remedyPart(holder, key, path, facts, { optional = true } = {}) {
  const box = el("div", { class: "rule-part", "data-path": path });
  const redraw = () => {
    const held = holder[key] ?? {};
    const choices = [...options.remedy, ["none", words.no_remedy]];
    const rule = select({ rule: held.rule }, "rule", `${path}.rule`, parts.rule, choices, { empty: optional ? words.choose : null });
    rule.querySelector("select").addEventListener("change", (event) => {
      if (event.target.value) holder[key] = { rule: event.target.value };
      else delete holder[key];
      redraw();
      tell(box);
    });
    const money = Object.entries(facts()).filter(([, fact]) => fact.type === "money").map(([id, fact]) => [id, fact.ask || id]);
    box.replaceChildren(rule, ...(accepts[held.rule] ?? []).map((name) => select(held, name, `${path}.${name}`, parts[name] ?? name, money)));
  };
  redraw();
  return box;
}

export function deadlinesPart(holder, key, path, facts) {
  holder[key] ??= [];
  const dates = () => Object.entries(facts()).filter(([, fact]) => fact.type === "date").map(([id, fact]) => [id, fact.ask || id]);
  return entries(path, holder[key], (rule, i) => el("div", {}, select(rule, "rule", `${path}.${i}.rule`, parts.rule, options.deadline), select(rule, "from", `${path}.${i}.from`, parts.from, dates())), { fresh: () => ({}) });
}

/** Articles an outcome rests on, with a search that shows gist and edition. */
export function basisPart(outcome, path, shown, search) {
  outcome.basis ??= [];
  const box = el("div", { class: "basis", "data-path": path });
  const redraw = () => {
    box.replaceChildren(
      ...outcome.basis.map((cited, i) => {
        const known = shown[`${cited.law} ${cited.article}`];
        return el(
          "div",
          { class: "cited", "data-path": `${path}.${i}` },
          article(known ?? { label: `${cited.law} ${cited.article}`, gist: "", effective: "" }),
          el("div", { class: "cited-tools" }, check(cited, "unverified", `${path}.${i}.unverified`, words.unverified), tool(words.remove, "×", true, () => {
            outcome.basis.splice(i, 1);
            redraw();
            tell(box);
          })),
        );
      }),
      picker(),
    );
  };
  const picker = () => {
    const found = el("div", { class: "law-hits", "aria-live": "polite" });
    const query = el("input", { type: "search", placeholder: words.law_placeholder, "aria-label": words.law_search });
    let timer = 0;
    query.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const hits = query.value.trim() ? await search(query.value.trim()) : [];
        found.replaceChildren(...(hits.length || !query.value.trim() ? hits : []).map((hit) =>
          el("div", { class: "law-hit" }, article(hit), button(words.law_add, () => {
            shown[`${hit.law} ${hit.article}`] = hit;
            outcome.basis.push({ law: hit.law, article: /^\d+$/.test(hit.article) ? Number(hit.article) : hit.article });
            redraw();
            tell(box);
          })),
        ));
        if (query.value.trim() && !hits.length) found.textContent = words.law_none;
      }, 250);
    });
    query.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    return el("div", { class: "law-picker" }, query, found);
  };
  redraw();
  return box;
}

function article(hit) {
  return el(
    "div",
    { class: "law-shown" },
    el("b", {}, hit.label),
    hit.gist ? el("p", {}, hit.gist) : null,
    el("p", { class: "quiet" }, hit.effective ? fill(words.law_in_force, { day: hit.effective }) : words.law_out),
    hit.text ? el("details", {}, el("summary", {}, words.law_text), el("p", { class: "words" }, hit.text)) : null,
  );
}
