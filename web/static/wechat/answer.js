// The page of one answer: the same card as in the chat, its basis, evidence and steps unfolded.

import { card } from "../chat/card.js";
import { byId } from "../chat/dom.js";

const shown = card(JSON.parse(byId("page-card").textContent));
shown.querySelectorAll("details").forEach((fold) => fold.toggleAttribute("open", true));
byId("answer").replaceChildren(shown);
document.documentElement.dataset.ready = "yes";
