// Taking over a conversation: suggestions and texts go into the box at one click, photos are sent when chosen,
// whispers stay among staff, and both sides see that the other is writing.

const TYPING_EVERY = 2500;
const STILL_WRITING = 5000;
const page = document.getElementById("talk-page");
const box = () => document.getElementById("reply-text");
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Put a text into the box, behind what is there already, and let it be edited. */
function insert(text) {
  const field = box();
  if (!field) return;
  const before = field.value.trimEnd();
  field.value = before ? `${before}\n${text}` : text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.closest("form").scrollIntoView({ block: "nearest" });
  field.focus();
  const blank = field.value.match(/[{｛][^{}｛｝\n]{1,20}[}｝]/); // a place to fill: it is not sent before
  if (blank) field.setSelectionRange(blank.index, blank.index + blank[0].length);
  else field.setSelectionRange(field.value.length, field.value.length);
  document.querySelector(".matter-fold")?.removeAttribute("open");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (button) insert(button.dataset.insert);
});

/** Fetch the suggestions anew when the consumer has said something new. */
async function suggestions() {
  let known = "";
  for (;;) {
    const places = [...document.querySelectorAll("[data-suggestions]")];
    const newest = [...document.querySelectorAll("#transcript .line.consumer")].pop()?.dataset.id ?? "none";
    if (places.length && newest !== known) {
      try {
        const answer = await fetch(places[0].dataset.suggestions, { credentials: "same-origin", cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const html = await answer.text();
        for (const place of places) {
          const fresh = new DOMParser().parseFromString(html, "text/html").body;
          place.replaceChildren(...fresh.childNodes);
          if (!box()) for (const button of place.querySelectorAll("[data-insert]")) button.remove();
        }
        known = newest;
      } catch {
        await sleep(5000);
      }
    }
    await sleep(700);
  }
}

/** Say every few seconds whether one writes, hear whether the consumer does. */
async function typing() {
  let wrote = 0;
  document.addEventListener("input", (event) => {
    if (event.target === box()) wrote = box().value.trim() ? Date.now() : 0;
  });
  document.addEventListener("submit", () => {
    wrote = 0;
  });
  for (;;) {
    if (!document.hidden) {
      try {
        const form = new URLSearchParams({ csrf_token: page.dataset.csrf, typing: Date.now() - wrote < STILL_WRITING ? "yes" : "no" });
        const answer = await (await fetch(page.dataset.typing, { method: "POST", body: form, credentials: "same-origin" })).json();
        const line = document.getElementById("typing-line");
        if (line) line.hidden = !(answer.ok && answer.data.typing);
      } catch {
        // the next round tries again
      }
    }
    await sleep(TYPING_EVERY);
  }
}

for (const form of document.querySelectorAll("form[data-photo]")) {
  form.querySelector("input[type=file]").addEventListener("change", () => form.requestSubmit());
}

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

if (page) {
  suggestions();
  typing();
}
