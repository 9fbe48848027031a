// @ts-check
/**
 * The conversation as it is seen. deep-chat makes and scrolls the bubbles; this module has them filled,
 * keeps them in order and adds what deep-chat lacks: a live region, buttons, the sign that an answer is on its way.
 */

import { photoView, fileView } from "./attachments.js";
import { Choices } from "./choices.js";
import { openDeepChat } from "./component.js";
import { found, line } from "./elements.js";
import { Entry } from "./entry.js";
import { Sight } from "./sight.js";
import { Typing } from "./typing.js";
import { WORDS } from "./words.js";

/** @import { Attachment, Author, Button } from "./api.js" */
/** @import { DeepChat } from "./component.js" */
/** @typedef {{ tap: (button: Button) => void, load: (url: string) => Promise<Blob> }} ThreadEvents */
/**
 * @typedef {object} Shown What can be shown of a message.
 * @property {Author} author
 * @property {string} [text]
 * @property {readonly Button[]} [buttons]
 * @property {Attachment[]} [attachments]
 * @property {number} [order] its place; LAST for one that has none yet
 * @property {Blob | null} [preview] a photo that is on its way
 * @property {string | null} [createdAt]
 */

const PICTURES = ["photo", "picture", "image"];
const LAST = Number.MAX_SAFE_INTEGER;

export class Thread {
  #chat;
  #events;
  #log;
  /** @type {Element | null} */
  #list = null;
  /** @type {Entry[]} */
  #entries = [];
  #typing = new Typing();
  #sight;
  #choices;

  /**
   * Needs deep-chat to be defined.
   *
   * @param {Element} host
   * @param {ThreadEvents} events
   */
  static async create(host, events) {
    return new Thread(await openDeepChat(host), events);
  }

  /**
   * @param {DeepChat} chat
   * @param {ThreadEvents} events
   */
  constructor(chat, events) {
    this.#chat = chat;
    this.#events = events;
    this.#choices = new Choices(events.tap);
    this.#log = found(this.root, "#messages");
    this.#log.tabIndex = 0;
    this.#log.setAttribute("role", "log");
    this.#log.setAttribute("aria-label", WORDS.log);
    this.#log.setAttribute("aria-busy", "true");
    this.#sight = new Sight(this.#log, found(this.root, "#input"));
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
   * Show a message and return its entry.
   *
   * @param {Shown} message
   */
  add({ author, text = "", buttons = [], attachments = [], order = LAST, preview = null, createdAt = null }) {
    return this.#put(author, order, (entry) => {
      if (createdAt) entry.outer.title = new Date(createdAt).toLocaleString("vi-VN");
      entry.photo = Boolean(preview) || attachments.some(({ kind }) => PICTURES.includes(kind));
      if (author === "agent") entry.slot.append(line("who", WORDS.agent));
      if (preview) entry.slot.append(photoView(() => Promise.resolve(preview), WORDS.myPhoto, nameOf(preview)));
      for (const attachment of attachments) entry.slot.append(this.#attachment(attachment, author));
      entry.setText(text);
      if (buttons.length) entry.outer.append(this.#choices.shown(buttons));
    });
  }

  /**
   * A message that `add` fails at: its words and nothing else, or a word in its place where it has none.
   *
   * @param {Author} author
   * @param {unknown} text
   * @param {number} order
   */
  addPlain(author, text, order) {
    const readable = typeof text === "string" && text !== "";
    return this.#put(readable ? author : "system", order, (entry) => entry.setPlain(readable ? text : WORDS.notDrawn));
  }

  /**
   * A bubble in its place, filled by `fill`; where that fails no half of it stays.
   *
   * @param {Author} author
   * @param {number} order
   * @param {(entry: Entry) => void} fill
   */
  #put(author, order, fill) {
    const atEnd = this.#sight.atEnd;
    const entry = this.#bubble(author, order);
    try {
      fill(entry);
      this.#place(entry);
      this.#sight.follow(entry.outer, author === "contact", atEnd);
    } catch (error) {
      this.remove(entry);
      throw error;
    }
    // deep-chat scrolls once more in a timer of its own, to a place of its own.
    this.#sight.hold();
    return entry;
  }

  /**
   * @param {Author} author
   * @param {number} order
   */
  #bubble(author, order) {
    this.#chat.addMessage({ html: "<div data-slot></div>", role: author === "contact" ? "user" : author });
    const slot = found(this.root, "[data-slot]");
    slot.removeAttribute("data-slot");
    const outer = slot.closest(".outer-message-container");
    if (!(outer instanceof HTMLElement) || !outer.parentElement) throw new Error("no bubble");
    if (!this.#list) {
      this.#list = outer.parentElement;
      this.#sight.watch(this.#list);
    }
    return new Entry(author, order, outer, slot);
  }

  /**
   * A sentence of the page itself, small and in the middle.
   *
   * @param {string} text
   */
  note(text) {
    return this.add({ author: "system", text, order: this.#afterStored() });
  }

  /**
   * Let an entry that will never be stored stay where the conversation is now.
   *
   * @param {Entry} entry
   */
  settle(entry) {
    this.reorder(entry, this.#afterStored());
  }

  #afterStored() {
    const stored = this.#entries.filter((entry) => entry.order < LAST);
    return stored.length ? stored[stored.length - 1].order + 0.001 : 0.5;
  }

  /**
   * Move an entry to its place.
   *
   * @param {Entry} entry
   * @param {number} order
   */
  reorder(entry, order) {
    entry.order = order;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#place(entry);
  }

  /** @param {Entry} entry */
  remove(entry) {
    entry.outer.remove();
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  /**
   * Whether an answer is on its way; a very quick answer never shows it.
   *
   * @param {boolean} on
   */
  setTyping(on) {
    if (!on) this.#typing.hide();
    else this.#typing.showSoon(() => this.#showTyping());
  }

  #showTyping() {
    const follows = this.#sight.atEnd;
    const asked = this.#entries.filter((entry) => entry.author === "contact").pop();
    this.#list?.append(this.#typing.shown(Boolean(asked?.photo)));
    if (follows) this.#sight.toEnd();
  }

  /**
   * @param {Attachment} attachment
   * @param {Author} author
   */
  #attachment({ kind, url }, author) {
    const load = () => this.#events.load(url);
    if (!PICTURES.includes(kind)) return fileView(load, WORDS.file);
    return photoView(load, author === "contact" ? WORDS.myPhoto : WORDS.theirPhoto);
  }

  /** @param {Entry} entry */
  #place(entry) {
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1].order > entry.order) index -= 1;
    const next = this.#entries[index]?.outer ?? this.#typing.element;
    // A node that stands right already is left alone: moving it would have it read out twice.
    if (entry.outer.nextElementSibling !== (next ?? null)) this.#list?.insertBefore(entry.outer, next ?? null);
    this.#entries.splice(index, 0, entry);
  }
}

/** @param {Blob} file */
function nameOf(file) {
  return file instanceof File ? file.name : "";
}
