// The line one writes in: grows with the text, Enter sends, Shift+Enter breaks the line, the draft is kept.

import { byId } from "./dom.js";
import { draft } from "./memory.js";
import { fill, limits, words } from "./words.js";

export function composer({ send, files }) {
  const form = byId("composer");
  const field = byId("draft");
  const button = byId("send");
  const picker = byId("photo");

  const refresh = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 150)}px`;
    const length = [...field.value].length;
    const tooLong = length > limits.text;
    button.disabled = !field.value.trim() || tooLong;
    form.classList.toggle("has-text", Boolean(field.value.trim()));
    const count = byId("count");
    count.hidden = !tooLong;
    count.textContent = tooLong ? fill(words.too_long, { limit: limits.text, count: length }) : "";
  };

  field.value = draft.get();
  refresh();
  field.addEventListener("input", () => {
    draft.put(field.value);
    refresh();
  });
  field.addEventListener("keydown", (event) => {
    // While a Chinese input method is composing, Enter picks a word and must not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files ?? [])];
    if (!pictures.length) return;
    event.preventDefault();
    files(pictures);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text || button.disabled) return;
    field.value = "";
    draft.put("");
    refresh();
    field.focus();
    send(text, null);
  });
  byId("photo-pick").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    files([...picker.files]);
    picker.value = "";
  });
}
