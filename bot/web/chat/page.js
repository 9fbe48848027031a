// @ts-check
/**
 * The chat page: puts the parts together and decides what is shown when. Storage, sending, polling and drawing live in
 * the modules beside this one.
 */

import { Api } from "./api.js";
import { Banner } from "./banner.js";
import { Composer } from "./composer.js";
import { Echoes } from "./echoes.js";
import { byId } from "./elements.js";
import { guarded, tell } from "./faults.js";
import { Feed } from "./feed.js";
import { newId, Outbox } from "./outbox.js";
import { readPhoto } from "./keeper.js";
import { Thread } from "./thread.js";
import { Tools } from "./tools.js";
import { STARTERS, WORDS } from "./words.js";

// Each conversation counts from 1; a later one on the same page goes below the earlier one.
const CONVERSATION_SPAN = 1_000_000;

/** @import { ApiError, Message, Page } from "./api.js" */
/** @import { Draft } from "./outbox.js" */

export class ChatPage {
  #api = new Api();
  #outbox;
  #feed;
  #thread;
  #composer;
  #tools;
  #base = 0;
  #echoes = new Echoes();
  #banner = new Banner();
  #unread = 0;
  #title = document.title;

  static async open() {
    /** @type {ChatPage} */
    const page = new ChatPage(
      await Thread.create(byId("chat", HTMLElement), {
        tap: ({ title, payload }) => page.#send({ kind: "button", text: title, payload }),
        load: (url) => page.#api.file(url),
      }),
    );
    await page.#begin();
  }

  /** @param {Thread} thread */
  constructor(thread) {
    this.#thread = thread;
    this.#outbox = new Outbox(this.#api, guarded({
      trying: (item) => this.#echoes.tried(item),
      progress: (item, share) => this.#mark(item, sendingWords(item, share)),
      sent: (item, id, duplicate) => this.#onSent(item, id, duplicate),
      refused: (item, error) => this.#onRefused(item, error),
      waiting: (item) => this.#mark(item, WORDS.waiting),
      gone: (id) => this.#onGone(id),
      reachable: (ok, error) => this.#banner.reachable("outbox", ok, error),
    }));
    this.#feed = new Feed(this.#api, guarded({
      page: (page) => this.#onPage(page),
      gone: (id) => this.#onGone(id),
      reachable: (ok, error) => this.#banner.reachable("feed", ok, error),
    }));
    this.#composer = new Composer(thread.root, {
      text: (text) => this.#send({ kind: "text", text }),
      tooLong: () => thread.note(WORDS.tooLong),
    });
    this.#tools = new Tools({
      photos: (files) => {
        const caption = files.length ? this.#composer.take() : "";
        files.forEach((file, index) => {
          this.#send({ kind: "photo", text: index ? "" : caption, fileName: file.name }, file);
        });
      },
      position: (location) => this.#send({ kind: "location", text: "", location }),
      note: (text) => thread.note(text),
    });
  }

  async #begin() {
    this.#thread.add({ author: "assistant", text: WORDS.greeting, buttons: STARTERS, order: 0 });
    for (const item of this.#outbox.load()) {
      const photo = await readPhoto(item.id);
      guarded({ left: () => this.#show(item, photo) }).left();
    }
    this.#listen();
    if (this.#api.conversation) this.#feed.start();
    else this.#thread.announce();
    this.#outbox.run();
  }

  #listen() {
    addEventListener("offline", () => this.#banner.show());
    addEventListener("online", () => (this.#outbox.wake(), this.#feed.wake()));
    // Another tab has opened a new conversation.
    addEventListener("storage", (event) => {
      if (event.key !== "vssid.conversation" || !event.newValue) return;
      this.#base += CONVERSATION_SPAN;
      this.#feed.start();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#unread = 0;
      document.title = this.#title;
    });
  }

  /**
   * @param {Omit<Draft, "id">} message
   * @param {File | null} photo
   */
  #send(message, photo = null) {
    const item = { id: newId(), ...message };
    this.#show(item, photo);
    if (photo) this.#tools.want(false);
    this.#outbox.add(item, photo);
    this.#feed.wake();
  }

  /**
   * @param {Draft} item
   * @param {Blob | null} photo
   */
  #show(item, photo) {
    const text = item.kind === "location" ? WORDS.location : item.text;
    const entry = this.#thread.add({ author: "contact", text, preview: photo });
    entry.titled = item.kind === "button";
    this.#echoes.add(item, entry);
    this.#mark(item, sendingWords(item, 0));
  }

  /**
   * @param {Draft} item
   * @param {string} text
   * @param {"busy" | "bad"} [kind]
   */
  #mark(item, text, kind) {
    this.#echoes.entryOf(item)?.setStatus(text, kind);
  }

  /**
   * @param {Draft} item
   * @param {string} serverId
   * @param {boolean} duplicate
   */
  #onSent(item, serverId, duplicate) {
    this.#mark(item, "");
    const surplus = this.#echoes.sent(item, serverId, duplicate);
    if (surplus) this.#thread.remove(surplus);
    if (!this.#feed.running) this.#feed.start();
    this.#feed.wake();
  }

  /**
   * @param {Draft} item
   * @param {ApiError | null} error null for a photo that got lost before
   */
  #onRefused(item, error) {
    this.#mark(item, WORDS.refused, "bad");
    this.#tools.want(true);
    const entry = this.#echoes.entryOf(item);
    if (entry) this.#thread.settle(entry);
    this.#echoes.drop(item);
    /** @type {Record<number, string>} */
    const byStatus = { 413: WORDS.photoTooLarge, 415: WORDS.photoUnknown };
    const fallback = error ? (byStatus[error.status] ?? WORDS.refusedWhy) : WORDS.photoLost;
    this.#thread.note(error?.message || fallback);
  }

  /** @param {string} conversationId */
  #onGone(conversationId) {
    this.#feed.stop();
    if (this.#api.forget(conversationId)) {
      this.#thread.note(WORDS.newConversation);
      this.#base += CONVERSATION_SPAN;
      this.#thread.setTyping(false);
      this.#thread.announce();
    }
    if (this.#api.conversation) this.#feed.start();
  }

  /** @param {Page} page */
  #onPage({ messages, typing }) {
    for (const message of messages) {
      try {
        this.#onStored(message);
      } catch (error) {
        this.#onUndrawable(message, error);
      }
    }
    this.#thread.setTyping(typing);
    this.#thread.announce();
  }

  /** @param {Message} message */
  #onStored(message) {
    const order = this.#base + message.seq;
    const known = this.#echoes.claim(message);
    if (known) {
      known.setStatus("");
      // A tapped button keeps the words that were tapped.
      if (!known.titled) known.setText(message.text);
      this.#thread.reorder(known, order);
      return;
    }
    const bare = message.author === "contact" && !message.text && !message.attachments?.length;
    const entry = this.#thread.add({
      author: message.author,
      text: bare ? WORDS.location : message.text,
      buttons: message.buttons,
      attachments: message.attachments,
      createdAt: message.created_at,
      order,
    });
    this.#echoes.shown(message, entry);
    if (message.author === "assistant" && this.#tools.heard(message.text)) this.#composer.rest();
    if (document.hidden && message.author !== "contact") {
      this.#unread += 1;
      document.title = `(${this.#unread}) ${WORDS.unread} – ${this.#title}`;
    }
  }

  /**
   * A message that the page fails at: its words alone, a word in place of it, or nothing; the next ones come anyway.
   *
   * @param {Message} message
   * @param {unknown} error
   */
  #onUndrawable(message, error) {
    tell(`chat page: drawing message ${message?.id}`, error);
    try {
      if (this.#echoes.isShown(message)) return;
      const order = this.#base + message.seq;
      this.#echoes.shown(message, this.#thread.addPlain(message.author, message.text, order));
    } catch (another) {
      tell(`chat page: drawing the words of message ${message?.id}`, another);
    }
  }
}

/**
 * @param {Draft} item
 * @param {number} share how much of it is gone
 */
function sendingWords(item, share) {
  if (item.kind !== "photo") return WORDS.sending;
  return share > 0 && share < 1 ? `${WORDS.sendingPhoto} ${Math.round(100 * share)} %` : WORDS.sendingPhoto;
}
