// Tells the server that this ticket is open here, and shows who else has it open or is working on it.

const EVERY = 20000;
const place = document.querySelector("[data-presence]");
const token = place?.querySelector("[name=csrf_token]")?.value;
let editing = false;

// What was written before this script ran counts too: a slow line must not hide who is writing.
function written(main) {
  return [...main.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
}

function form() {
  const fields = new URLSearchParams({ csrf_token: token });
  if (editing) fields.set("editing", "1");
  return fields;
}

async function tell() {
  try {
    const answer = await fetch(place.dataset.presence, { method: "POST", body: form(), credentials: "same-origin" });
    if (!answer.ok) return;
    const { data } = await answer.json();
    for (const name of ["looking", "held"]) {
      const line = place.querySelector(`[data-words=${name}]`);
      if (line.textContent !== data[name]) line.textContent = data[name];
    }
    place.querySelector("[data-held]").hidden = !data.held;
    place.hidden = !data.held && !data.looking;
  } catch {
    // offline: the page works without it
  }
}

if (place) {
  const main = document.querySelector("main");
  editing = written(main);
  main.addEventListener("input", () => {
    if (editing) return;
    editing = true;
    tell();
  });
  addEventListener("pagehide", () => navigator.sendBeacon(`${place.dataset.presence}/leave`, form()));
  addEventListener("pageshow", tell);
  setInterval(tell, EVERY);
}
