// What was written in a form and not taken is kept in this tab and put back: after a refusal, on a page too old
// to be sent, after a session that ended. It goes when the form is taken, at signing out, when somebody else
// signs in, with the tab, or after half a day. Passwords and files are never kept.

const PLACE = "kept-forms";
const LONGEST = 12 * 3600 * 1000;
const OWN = new Set(["csrf_token", "client_id"]); // new on every page, and no part of what a form is about
const NEVER = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

const member = document.body.dataset.member ?? "";
const page = document.body.dataset.page ?? document.referrer; // an answer to a form cannot be asked for again
const door = document.body.classList.contains("door");
const words = document.getElementById("kept-words")?.content;

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE)) ?? { forms: {} };
    if (member && kept.member !== member) return { member, forms: {} };
    for (const [key, one] of Object.entries(kept.forms)) if (Date.now() - one.at > LONGEST) delete kept.forms[key];
    return kept;
  } catch {
    return { member, forms: {} };
  }
}

function write(kept) {
  try {
    if (Object.keys(kept.forms).length) sessionStorage.setItem(PLACE, JSON.stringify(kept));
    else sessionStorage.removeItem(PLACE);
  } catch {
    // a tab that keeps nothing: the desk works without it
  }
}

const address = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
const controls = (form) => [...form.elements].filter((field) => field.name && !field.disabled);
const kinds = (form) => controls(form).filter((field) => !NEVER.has(field.type));
const ticks = (field) => field.type === "checkbox" || field.type === "radio";

/** What a form is about: where it goes and what it says without being asked. */
export function keyOf(form) {
  const silent = controls(form).filter((field) => field.type === "hidden" && !OWN.has(field.name));
  return [address(form), ...silent.map((field) => `${field.name}=${field.value}`).sort()].join("|");
}

/** Keep what is written in a form that is being sent. */
export function keep(form) {
  if (door || form.method !== "post" || controls(form).some((field) => field.type === "password")) return;
  const fields = kinds(form).map((field) => (ticks(field) ? [field.name, field.value, field.checked] : [field.name, field.value]));
  const kept = read();
  const key = keyOf(form);
  kept.sent = key;
  if (fields.length) kept.forms[key] = { page, at: Date.now(), refused: false, fields };
  write(kept);
}

function put(form, one) {
  const places = JSON.parse(form.dataset.places ?? "{}"); // filled since it was written
  const filled = (text) => text.replace(/\{([^{}]+)\}/g, (whole, place) => places[place] || whole);
  const used = new Map();
  let changed = false;
  for (const field of kinds(form)) {
    const same = one.fields.filter(([name, value]) => name === field.name && (!ticks(field) || value === field.value));
    const turn = used.get(field.name) ?? 0;
    const found = ticks(field) ? same[0] : same[turn];
    if (!ticks(field)) used.set(field.name, turn + 1);
    if (!found) continue;
    const before = ticks(field) ? field.checked : field.value;
    if (ticks(field)) field.checked = found[2];
    else field.value = filled(found[1]);
    changed ||= before !== (ticks(field) ? field.checked : field.value);
  }
  return changed;
}

function line(name, drop) {
  const shown = words.querySelector(`[data-kept=${name}]`).cloneNode(true);
  shown.querySelector("button")?.addEventListener("click", () => {
    drop();
    shown.remove();
  });
  return shown;
}

/** What was written in words, not chosen. */
const texts = (one) => one.fields.filter(([, value, tick]) => tick === undefined && /\s|[^\x20-\x7e]/.test(value)).map(([, value]) => value);

function drop(key) {
  const kept = read();
  delete kept.forms[key];
  write(kept);
}

/** Whether this page says that what was just sent was not taken. */
const refused = () => door || document.querySelector("[data-refused]") !== null;

function settle() {
  const kept = read();
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (kept.sent && kept.forms[kept.sent]) {
    if (refused() || back) kept.forms[kept.sent].refused = true;
    else delete kept.forms[kept.sent];
  }
  delete kept.sent;
  write(kept);
  return kept;
}

function restore() {
  const waiting = Object.entries(settle().forms).filter(([, one]) => one.refused);
  for (const [key, one] of waiting) {
    const form = door ? null : [...document.forms].find((found) => found.method === "post" && keyOf(found) === key);
    if (!form) {
      elsewhere(key, one);
    } else if (put(form, one)) {
      for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      const shown = line("here", () => {
        drop(key);
        form.reset();
      });
      form.prepend(shown);
      shown.scrollIntoView({ block: "center" });
    }
  }
}

/** Its form is not on this page: say that it is kept, and where it can be gone on with. */
function elsewhere(key, one) {
  const shown = line(door ? "door" : "elsewhere", () => drop(key));
  const link = shown.querySelector("a");
  if (link) link.href = one.page;
  const told = shown.querySelector(".words"); // its form may be gone for good, as when a colleague took over
  if (told) told.textContent = texts(one).join("\n");
  const why = [...document.querySelectorAll("main .flash[data-refused]")].pop();
  if (why) why.after(shown);
  else (document.querySelector("[data-kept-here]") ?? document.querySelector("main")).prepend(shown);
}

document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action")?.endsWith("/logout")) sessionStorage.removeItem(PLACE);
  else if (!event.defaultPrevented) keep(event.target);
});
if (words) restore();
