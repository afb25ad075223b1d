// Photos and files in the conversation, and the preview of one being sent.

import { byId, el, icon } from "./dom.js";
import { words } from "./words.js";

const isPicture = (type) => /^image\//.test(String(type));

/** A file the conversation already holds. */
export function photo(evidence) {
  const found = evidence ?? {};
  const address = `/api/chat/evidence/${encodeURIComponent(found.id)}`;
  if (!isPicture(found.type)) return fileBox(found.name, found.size, address);
  const image = el("img", { src: address, alt: found.name || words.photo.file, loading: "lazy" });
  return el(
    "button",
    { type: "button", class: "photo", "aria-label": `${words.photo.view}：${found.name ?? ""}`, onclick: () => view(address, found.name) },
    image,
  );
}

function fileBox(name, size, address) {
  return el(
    "a",
    { class: "bubble file", href: address, target: "_blank", rel: "noopener" },
    icon("file"),
    el("span", { class: "file-name" }, name || words.photo.file),
    el("span", { class: "file-size" }, bytes(size)),
  );
}

function view(address, name) {
  const image = byId("viewer-image");
  image.src = address;
  image.alt = name ?? "";
  byId("viewer").showModal();
}

/** The picture of a file not yet sent, drawn on a canvas so that no blob address is needed. */
export function preview(file) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": words.photo.uploading });
  if (!isPicture(file.type)) {
    const box = el("div", { class: "bubble file" }, icon("file"), el("span", { class: "file-name" }, file.name), el("span", { class: "file-size" }, bytes(file.size)), bar);
    return { node: box, bar };
  }
  const canvas = el("canvas", { width: "280", height: "280", role: "img", "aria-label": file.name });
  draw(canvas, file);
  return { node: el("div", { class: "photo sending" }, canvas, bar), bar };
}

async function draw(canvas, file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return; // not a picture this browser can show; the server will say
  }
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
  picture.close();
}

export function bytes(size) {
  const number = Number(size) || 0;
  if (number >= 1048576) return `${(number / 1048576).toFixed(1).replace(/\.0$/, "")} MB`;
  return `${Math.max(1, Math.round(number / 1024))} KB`;
}
