// Talking to /api/chat. Every answer has one shape; a refusal becomes an ApiError with the server's sentence.

export class ApiError extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

async function request(path, options = {}) {
  const response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new ApiError("unreadable", "", response.status);
  }
  if (!answer.ok) throw new ApiError(answer.error, answer.message, response.status);
  return answer.data;
}

function post(path, body) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export const openConversation = () => post("/api/chat/visitors", {});
export const sendMessage = (body) => post("/api/chat/messages", body);
export const callPerson = () => post("/api/chat/handoff", {});
export const tellPresence = (typing) => post("/api/chat/presence", { typing });
export const rateAnswer = (message, good, reason) => post("/api/chat/ratings", { message, good, reason });
export const ownTickets = () => request("/api/chat/tickets");

export function readMessages(after, wait, signal) {
  return request(`/api/chat/messages?after=${after}&wait=${wait}`, { signal });
}

/** Send a file; `progress` is told a share from 0 to 1. fetch cannot do that, so this is the old way. */
export function sendFile(file, clientId, progress) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("client_id", clientId);
    form.append("file", file, file.name || "photo.jpg");
    const call = new XMLHttpRequest();
    call.open("POST", "/api/chat/evidence");
    call.responseType = "json";
    call.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    call.addEventListener("error", () => reject(new ApiError("unreachable", "", 0)));
    call.addEventListener("abort", () => reject(new ApiError("aborted", "", 0)));
    call.addEventListener("load", () => {
      const answer = call.response;
      if (answer && answer.ok) resolve(answer.data);
      else reject(new ApiError(answer?.error ?? "unreadable", answer?.message ?? "", call.status));
    });
    call.send(form);
  });
}

/** An id for what is about to be sent, so that sending twice stores once. */
export function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return "h" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
