// One key per step on a ticket's page: its digit opens the step and puts the cursor into its first field.
// On a letter the first open place is selected, so that typing fills it.

const writing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
  const step = document.querySelector(`details[data-key="${CSS.escape(event.key)}"]`);
  if (!step) return;
  event.preventDefault();
  for (const other of document.querySelectorAll("details[data-key]")) other.open = other === step;
  step.scrollIntoView({ block: "nearest" });
  step.querySelector("select, input:not([type=hidden]), textarea, button")?.focus();
});

const letter = document.querySelector("[data-letter]");
const open = letter?.value.match(/【[^】]{0,60}】/);
if (open) {
  letter.focus();
  letter.setSelectionRange(open.index, open.index + open[0].length);
}
