// @ts-check
/*
 * The staff's pages come ready from the server and work without this file, save that photos then open in a tab of
 * their own. Here: lists that stay fresh, photos that open in the viewer, and forms that are sent once.
 */

import { turn, Viewer } from "./viewer.js";

const POLL = 5000;

// Lists that stay fresh

/** @param {HTMLElement} place with the address of its own part in `data-live` */
function follow(place) {
  const lost = /** @type {HTMLElement | null} */ (document.querySelector("[data-lost]"));
  let shown = "";
  let tag = ""; // names what is shown; the server sends it again only when it has changed
  async function look() {
    try {
      /** @type {Record<string, string>} */
      const headers = tag ? { "If-None-Match": tag } : {};
      const answer = await fetch(place.dataset.live ?? "", { credentials: "same-origin", cache: "no-store", headers });
      if (answer.status === 401) return location.reload();
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(String(answer.status));
        const text = await answer.text();
        if (shown && text !== shown) replace(place, text);
        shown = text;
        tag = answer.headers.get("ETag") ?? "";
      }
      if (lost) lost.hidden = true;
    } catch {
      if (lost) lost.hidden = false;
    }
  }
  const tick = () => document.hidden || look();
  setInterval(tick, POLL);
  document.addEventListener("visibilitychange", tick);
  look();
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
function replace(place, text) {
  const active = document.activeElement;
  const held = active && place.contains(active) ? active.id : "";
  place.innerHTML = text; // our own page's part, escaped by the server
  if (held) document.getElementById(held)?.focus();
  const count = place.querySelector("[data-count]")?.getAttribute("data-count") ?? null;
  if (count !== null) document.title = `${place.dataset.title} (${count}) – BHXH quận Thanh Khê`;
  if (place.querySelector("[data-decided]")) {
    for (const decision of document.querySelectorAll(".decision, .bar")) decision.setAttribute("hidden", "");
  }
}

/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-live]")).forEach(follow);

// Photos

const dialog = /** @type {HTMLDialogElement | null} */ (document.querySelector(".viewer"));
const viewer = dialog && new Viewer(dialog);

for (const frame of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-zoom]"))) {
  const image = frame.querySelector("img");
  const tools = frame.closest(".photo");
  if (!image || !tools) continue;
  const show = (/** @type {Event} */ event) => {
    event.preventDefault();
    viewer?.open(image, frame.dataset.zoom ?? "");
  };
  frame.addEventListener("click", show);
  tools.querySelector("[data-open]")?.addEventListener("click", show);
  tools.querySelector("[data-turn]")?.addEventListener("click", () => turn(image));
}

// Forms

for (const part of document.querySelectorAll(".part")) {
  const [tick, reason] = [part.querySelector("input"), part.querySelector("select")];
  if (!tick || !reason) continue;
  reason.addEventListener("change", () => (tick.checked ||= reason.value !== ""));
  tick.addEventListener("change", () => tick.checked || (reason.value = ""));
}
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
// Back from the next page: what was sent then may be sent again.
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
