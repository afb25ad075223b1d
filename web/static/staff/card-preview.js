// The answer card as the chat shows it, on a page of the desk.

import { card } from "../chat/card.js";
import { byId } from "../chat/dom.js";

byId("card-preview").replaceChildren(card(JSON.parse(byId("page-card").textContent)));
