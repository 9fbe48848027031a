/**
 * The conversation as it is seen. deep-chat makes and scrolls the bubbles; this module fills them (with DOM calls only),
 * keeps them in order and adds what deep-chat lacks: names, a live region, buttons, states of sending.
 */

import { photoView, fileView } from "./attachments.js";
import { Choices } from "./choices.js";
import { openDeepChat } from "./component.js";
import { More } from "./more.js";
import { putText } from "./richtext.js";
import { WORDS } from "./words.js";

const NEAR_END = 80;
const AT_END = 8;
const TYPING_DELAY = 300;
const PICTURES = ["photo", "picture", "image"];
const LAST = Number.MAX_SAFE_INTEGER;

export class Thread {
  #chat;
  #events;
  #log;
  #list;
  #entries = [];
  #typing = null;
  #typingTimer = 0;
  // Whoever reads the newest message goes on seeing it when the keyboard opens or a photo arrives.
  #pinned = true;
  #top = 0;
  #more;
  #resized;
  #choices;

  /** Needs deep-chat to be defined. `events`: tap(button), load(url) → Promise<Blob>. */
  static async create(host, events) {
    return new Thread(await openDeepChat(host), events);
  }

  constructor(chat, events) {
    this.#chat = chat;
    this.#events = events;
    this.#choices = new Choices(events.tap);
    this.#log = this.root.getElementById("messages");
    this.#log.tabIndex = 0;
    this.#log.setAttribute("role", "log");
    this.#log.setAttribute("aria-label", WORDS.log);
    this.#log.setAttribute("aria-busy", "true");
    this.#more = new More(this.#log, this.root.getElementById("input"));
    this.#log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#resized = new ResizeObserver(() => {
      if (this.#pinned) this.toEnd();
      this.#more.update();
    });
    this.#resized.observe(this.#log);
  }

  get root() {
    return this.#chat.shadowRoot;
  }

  /** From here on what is added is read out. */
  announce() {
    this.#log.removeAttribute("aria-busy");
    this.#log.setAttribute("aria-live", "polite");
  }

  /**
   * Show a message and return its entry. `order` sorts it (LAST for one that has no place yet), `preview` is the File
   * of a photo that is on its way.
   */
  add({ author, text = "", buttons = [], attachments = [], order = LAST, preview = null, createdAt = null }) {
    return this.#put(author, order, (entry) => {
      if (createdAt) entry.outer.title = new Date(createdAt).toLocaleString("vi-VN");
      entry.photo = Boolean(preview) || attachments.some(({ kind }) => PICTURES.includes(kind));
      if (author === "agent") entry.slot.append(line("who", WORDS.agent));
      if (preview) entry.slot.append(photoView(() => Promise.resolve(preview), WORDS.myPhoto, preview.name));
      for (const attachment of attachments) entry.slot.append(this.#attachment(attachment, author));
      this.setText(entry, text);
      if (buttons.length) entry.outer.append(this.#choices.shown(buttons));
    });
  }

  /** A message that `add` fails at: its words and nothing else, or a word in its place where it has none. */
  addPlain(author, text, order) {
    const readable = typeof text === "string" && text !== "";
    return this.#put(readable ? author : "system", order, (entry) => {
      entry.words = line("words", readable ? text : WORDS.notDrawn);
      entry.slot.append(entry.words);
    });
  }

  /** A bubble in its place, filled by `fill`; where that fails no half of it stays. */
  #put(author, order, fill) {
    const atEnd = this.#isAtEnd();
    const entry = this.#bubble(author, order);
    try {
      fill(entry);
      this.#place(entry);
      this.#follow(entry, atEnd);
    } catch (error) {
      this.remove(entry);
      throw error;
    }
    // deep-chat scrolls once more in a timer of its own, to a place of its own.
    const [goal, pinned] = [this.#log.scrollTop, this.#pinned];
    setTimeout(() => (pinned ? this.toEnd() : (this.#log.scrollTop = goal)));
    return entry;
  }

  #bubble(author, order) {
    this.#chat.addMessage({ html: "<div data-slot></div>", role: author === "contact" ? "user" : author });
    const slot = this.root.querySelector("[data-slot]");
    slot.removeAttribute("data-slot");
    const outer = slot.closest(".outer-message-container");
    if (!this.#list) {
      this.#list = outer.parentElement;
      this.#resized.observe(this.#list);
    }
    outer.dataset.author = author;
    outer.setAttribute("role", "group");
    outer.setAttribute("aria-label", WORDS[author] ?? WORDS.system);
    return { author, order, outer, slot, photo: false, words: null, status: null };
  }

  /** A sentence of the page itself, small and in the middle. */
  note(text) {
    return this.add({ author: "system", text, order: this.#afterStored() });
  }

  /** Let an entry that will never be stored stay where the conversation is now. */
  settle(entry) {
    this.reorder(entry, this.#afterStored());
  }

  #afterStored() {
    const stored = this.#entries.filter((entry) => entry.order < LAST);
    return stored.length ? stored[stored.length - 1].order + 0.001 : 0.5;
  }

  /** Move an entry to its place. */
  reorder(entry, order) {
    entry.order = order;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#place(entry);
  }

  /** Show `text` in a bubble, unless it says nothing or the same already. */
  setText(entry, text) {
    if (!text || entry.words?.textContent === text) return;
    entry.words ??= line("words", "");
    entry.words.textContent = "";
    putText(entry.words, text, entry.author === "assistant" || entry.author === "agent");
    entry.slot.append(entry.words);
  }

  remove(entry) {
    entry.outer.remove();
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  /** What is said under an own message: nothing once it is stored. `kind` is "busy" or "bad". */
  setStatus(entry, text, kind = "busy") {
    if (!text) {
      entry.status?.remove();
      entry.status = null;
      return;
    }
    if (!entry.status) entry.outer.append((entry.status = line("", "")));
    entry.status.className = `status ${kind}`;
    entry.status.textContent = text;
    // How far a photo is on its way isn't read out at every step.
    entry.status.setAttribute("aria-live", kind === "bad" ? "polite" : "off");
  }

  /** Whether an answer is on its way; a very quick answer never shows it. */
  setTyping(on) {
    clearTimeout(this.#typingTimer);
    if (!on) {
      this.#typing?.remove();
      this.#typing = null;
    } else if (!this.#typing) {
      this.#typingTimer = setTimeout(() => this.#showTyping(), TYPING_DELAY);
    }
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #showTyping() {
    const atEnd = this.#isAtEnd();
    this.#typing = line("typing", "");
    this.#typing.setAttribute("aria-hidden", "true");
    const asked = this.#entries.filter((entry) => entry.author === "contact").pop();
    this.#typing.append(line("dots", ""), line("typing-words", asked?.photo ? WORDS.looking : WORDS.typing));
    this.#typing.firstChild.append(line("", ""), line("", ""), line("", ""));
    this.#list.append(this.#typing);
    if (atEnd) this.toEnd();
  }

  #attachment({ kind, url }, author) {
    const load = () => this.#events.load(url);
    if (!PICTURES.includes(kind)) return fileView(load, WORDS.file);
    return photoView(load, author === "contact" ? WORDS.myPhoto : WORDS.theirPhoto);
  }

  #place(entry) {
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1].order > entry.order) index -= 1;
    const next = this.#entries[index]?.outer ?? this.#typing;
    // A node that stands right already is left alone: moving it would have it read out twice.
    if (entry.outer.nextElementSibling !== (next ?? null)) this.#list.insertBefore(entry.outer, next ?? null);
    this.#entries.splice(index, 0, entry);
  }

  #isAtEnd() {
    return this.#pinned || this.#toGo() < NEAR_END;
  }

  /** Only a hand moves it up; a photo that comes in moves the end away instead. */
  #scrolled() {
    const top = this.#log.scrollTop;
    if (this.#toGo() < AT_END) this.#pinned = true;
    else if (top < this.#top) this.#pinned = false;
    this.#top = top;
    this.#more.update();
  }

  #toGo() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
  }

  #follow(entry, atEnd) {
    if (!atEnd && entry.author !== "contact") return;
    // An answer that is taller than the screen is read from its beginning.
    const tall = entry.author !== "contact" && entry.outer.offsetHeight > this.#log.clientHeight - 24;
    this.#pinned = !tall;
    if (!tall) return this.toEnd();
    const above = entry.outer.getBoundingClientRect().top - this.#log.getBoundingClientRect().top;
    this.#log.scrollTop += above - 12;
  }
}

function line(className, text) {
  const element = document.createElement(className.startsWith("dots") ? "span" : "div");
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
