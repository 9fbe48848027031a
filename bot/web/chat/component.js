// @ts-check
/**
 * deep-chat as the page uses it: made, styled like the page and waited for. Nobody else knows how it is set up.
 */

import { WORDS } from "./words.js";

/**
 * @typedef {object} DeepChatParts What this page uses of deep-chat 2.4.2, the two private ones included.
 * @property {ShadowRoot} shadowRoot
 * @property {{ handler: (body: unknown, signals: { onClose: () => void }) => void }} connect
 * @property {boolean} displayLoadingBubble
 * @property {{ alwaysEnabled: boolean, position: string }} submitButtonStyles
 * @property {{ placeholder: { text: string } }} textInput
 * @property {(message: { html: string, role: string }) => void} addMessage
 * @property {boolean} _hasBeenRendered
 * @property {boolean} _waitingToRender_
 */
/** @typedef {HTMLElement & DeepChatParts} DeepChat */

const SHEETS = ["/static/shared/base.css", "/static/chat/chat.css"];

/**
 * The component in `host`, ready for messages; needs deep-chat to be defined.
 *
 * @param {Element} host
 */
export async function openDeepChat(host) {
  const chat = /** @type {DeepChat} */ (document.createElement("deep-chat"));
  // Without an inline font deep-chat asks another host for one.
  chat.style.fontFamily = "inherit";
  chat.connect = { handler: (_body, signals) => signals.onClose() };
  chat.displayLoadingBubble = false;
  chat.submitButtonStyles = { alwaysEnabled: true, position: "outside-end" };
  chat.textInput = { placeholder: { text: WORDS.placeholder } };
  host.append(chat);
  await Promise.all([drawn(chat), ...SHEETS.map((href) => styled(chat.shadowRoot, href))]);
  return chat;
}

/**
 * Resolves when deep-chat has drawn itself for good. On a busy phone it draws once without its properties and once
 * more with them, which throws away everything that was added in between; it tells of the first time only.
 *
 * @param {DeepChat} chat
 */
async function drawn(chat) {
  while (!chat._hasBeenRendered || chat._waitingToRender_) await new Promise((resolve) => setTimeout(resolve, 5));
}

/**
 * Resolves when the sheet is in place, or will not come: a page without it is still one to write in.
 *
 * @param {ShadowRoot} root
 * @param {string} href
 */
function styled(root, href) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = href;
  const come = new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
  root.append(sheet);
  return come;
}
