// @ts-check
/**
 * Opens the chat page as soon as deep-chat is there, and says so where it takes long or never comes.
 */

import { byId } from "./elements.js";
import { ChatPage } from "./page.js";
import { WORDS } from "./words.js";

const OPENING_SHOWN_AFTER = 500;
const GIVE_UP_AFTER = 20_000;

/** Keeps the input line above the keyboard where 100dvh alone doesn't (iPhones). */
function followKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  view.addEventListener("resize", () => {
    if (view.scale > 1.01) return;
    document.documentElement.style.setProperty("--height", `${view.height}px`);
    window.scrollTo(0, 0);
  });
}

async function start() {
  const opening = byId("opening", HTMLElement);
  const soon = setTimeout(() => (opening.hidden = false), OPENING_SHOWN_AFTER);
  const late = setTimeout(() => {
    byId("opening-words", HTMLElement).textContent = WORDS.notLoaded;
    opening.hidden = false;
  }, GIVE_UP_AFTER);
  followKeyboard();
  await customElements.whenDefined("deep-chat");
  await ChatPage.open();
  clearTimeout(soon);
  clearTimeout(late);
  opening.remove();
}

start();
