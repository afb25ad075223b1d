// The supervisor's alarms stay true while a page is open.

const EVERY = 15000;

async function look() {
  const place = document.getElementById("queue-alarms");
  if (!place || document.hidden) return;
  try {
    const answer = await fetch(place.dataset.address, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("queue-alarms");
    if (fresh && fresh.textContent.trim() !== place.textContent.trim()) place.replaceWith(document.adoptNode(fresh));
  } catch {
    // the next round tries again
  }
}

setInterval(look, EVERY);
