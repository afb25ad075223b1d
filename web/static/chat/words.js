// The sentences of the page (wording.yml) and the limits of this installation, as the server wrote them in.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

export const words = read("page-words");
export const limits = read("page-limits");

/** Fill the {places} of a sentence. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
