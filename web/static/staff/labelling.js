// Marking words in a sentence: selected with the mouse, or by tapping the first and the last character.
// The spans go with the form as [{start, end, entity}], counted in characters as Python counts them.

const place = document.getElementById("text");
const field = document.getElementById("entities");

if (place && field) {
  const letters = Array.from(place.dataset.text);
  const list = document.getElementById("spans");
  const names = JSON.parse(list.dataset.names);
  const kinds = document.querySelectorAll("[data-kind]");
  let spans = JSON.parse(field.value);
  let chosen = null; // [first, beyond the last]
  let first = null; // of a range being tapped

  place.replaceChildren(
    ...letters.map((letter, at) => {
      const one = document.createElement("span");
      one.dataset.at = at;
      one.textContent = letter;
      return one;
    }),
  );

  const trimmed = ([start, end]) => {
    while (start < end && !letters[start].trim()) start += 1;
    while (end > start && !letters[end - 1].trim()) end -= 1;
    return start < end ? [start, end] : null;
  };
  const free = ([start, end]) => spans.every((span) => span.end <= start || span.start >= end);

  function show() {
    for (const one of place.children) {
      const at = Number(one.dataset.at);
      one.classList.toggle("spot", spans.some((span) => span.start <= at && at < span.end));
      one.classList.toggle("chosen", (chosen !== null && chosen[0] <= at && at < chosen[1]) || at === first);
    }
    for (const kind of kinds) kind.disabled = chosen === null;
    list.replaceChildren(
      ...spans.map((span) => {
        const row = document.createElement("li");
        const words = document.createElement("span");
        const away = document.createElement("button");
        words.textContent = `${letters.slice(span.start, span.end).join("")} · ${names[span.entity] ?? span.entity}`;
        away.type = "button";
        away.className = "link";
        away.textContent = "去掉";
        away.addEventListener("click", () => {
          spans = spans.filter((other) => other !== span);
          show();
        });
        row.append(words, away);
        return row;
      }),
    );
    field.value = JSON.stringify(spans);
  }

  function choose(range) {
    const whole = range && trimmed(range);
    chosen = whole && free(whole) ? whole : null;
    first = null;
    show();
  }

  const position = (node) => {
    const one = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest?.("[data-at]");
    return one && place.contains(one) ? Number(one.dataset.at) : null;
  };

  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const start = position(range.startContainer);
    const end = position(range.endContainer);
    if (start === null || end === null) return;
    const from = range.startOffset > 0 && range.startContainer.nodeType === Node.TEXT_NODE ? start + 1 : start;
    const to = range.endOffset > 0 || range.endContainer.nodeType !== Node.TEXT_NODE ? end + 1 : end;
    choose([from, to]);
  });

  place.addEventListener("click", (event) => {
    if (!getSelection().isCollapsed) return;
    const at = position(event.target);
    if (at === null) return;
    if (first === null) {
      chosen = null;
      first = at;
      show();
      chosen = free([at, at + 1]) ? [at, at + 1] : null; // a single character may be meant
      for (const kind of kinds) kind.disabled = chosen === null;
    } else choose([Math.min(first, at), Math.max(first, at) + 1]);
  });

  for (const kind of kinds) {
    kind.addEventListener("click", () => {
      if (!chosen) return;
      spans = [...spans, { start: chosen[0], end: chosen[1], entity: kind.dataset.kind }].sort((a, b) => a.start - b.start);
      getSelection().removeAllRanges();
      choose(null);
    });
  }
  show();
}
