/**
 * The chat page: puts the parts together and decides what is shown when. Storage, sending, polling and drawing live in
 * the modules beside this one.
 */

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { Echoes } from "./echoes.js";
import { guarded, tell } from "./faults.js";
import { Feed } from "./feed.js";
import { newId, Outbox } from "./outbox.js";
import { readPhoto } from "./keeper.js";
import { Thread } from "./thread.js";
import { Tools } from "./tools.js";
import { STARTERS, WORDS } from "./words.js";

const OPENING_SHOWN_AFTER = 500;
const GIVE_UP_AFTER = 20_000;
const BANNER_AFTER = 1_200;
// Each conversation counts from 1; a later one on the same page goes below the earlier one.
const CONVERSATION_SPAN = 1_000_000;

class ChatPage {
  #api = new Api();
  #outbox;
  #feed;
  #thread;
  #composer;
  #tools;
  #base = 0;
  #echoes = new Echoes();
  #trouble = new Map(); // part → its last error
  #bannerTimer = 0;
  #unread = 0;
  #title = document.title;

  async open() {
    this.#outbox = new Outbox(this.#api, guarded({
      trying: (item) => this.#echoes.tried(item),
      progress: (item, share) => this.#mark(item, sendingWords(item, share)),
      sent: (item, id, duplicate) => this.#onSent(item, id, duplicate),
      refused: (item, error) => this.#onRefused(item, error),
      waiting: (item) => this.#mark(item, WORDS.waiting),
      gone: (id) => this.#onGone(id),
      reachable: (ok, error) => this.#onReachable("outbox", ok, error),
    }));
    this.#feed = new Feed(this.#api, guarded({
      page: (page) => this.#onPage(page),
      gone: (id) => this.#onGone(id),
      reachable: (ok, error) => this.#onReachable("feed", ok, error),
    }));
    this.#thread = await Thread.create(document.getElementById("chat"), {
      tap: ({ title, payload }) => this.#send({ kind: "button", text: title, payload }),
      load: (url) => this.#api.file(url),
    });
    this.#composer = new Composer(this.#thread.root, {
      text: (text) => this.#send({ kind: "text", text }),
      tooLong: () => this.#thread.note(WORDS.tooLong),
    });
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
    this.#tools = new Tools({
      photos: (files) => {
        const caption = files.length ? this.#composer.take() : "";
        files.forEach((file, index) => {
          this.#send({ kind: "photo", text: index ? "" : caption, fileName: file.name }, file);
        });
      },
      position: (location) => this.#send({ kind: "location", text: "", location }),
      note: (text) => this.#thread.note(text),
    });
    addEventListener("offline", () => this.#showBanner());
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

  #send(message, photo = null) {
    const item = { id: newId(), ...message };
    this.#show(item, photo);
    if (photo) this.#tools.want(false);
    this.#outbox.add(item, photo);
    this.#feed.wake();
  }

  #show(item, photo) {
    const text = item.kind === "location" ? WORDS.location : item.text;
    const entry = this.#thread.add({ author: "contact", text, preview: photo });
    entry.titled = item.kind === "button";
    this.#echoes.add(item, entry);
    this.#mark(item, sendingWords(item, 0));
  }

  #mark(item, text, kind) {
    const entry = this.#echoes.entryOf(item);
    if (entry) this.#thread.setStatus(entry, text, kind);
  }

  #onSent(item, serverId, duplicate) {
    this.#mark(item, "");
    const surplus = this.#echoes.sent(item, serverId, duplicate);
    if (surplus) this.#thread.remove(surplus);
    if (!this.#feed.running) this.#feed.start();
    this.#feed.wake();
  }

  #onRefused(item, error) {
    this.#mark(item, WORDS.refused, "bad");
    this.#tools.want(true);
    this.#thread.settle(this.#echoes.entryOf(item));
    this.#echoes.drop(item);
    const byStatus = { 413: WORDS.photoTooLarge, 415: WORDS.photoUnknown };
    const fallback = error ? (byStatus[error.status] ?? WORDS.refusedWhy) : WORDS.photoLost;
    this.#thread.note(error?.message || fallback);
  }

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

  #onStored(message) {
    const order = this.#base + message.seq;
    const known = this.#echoes.claim(message);
    if (known) {
      this.#thread.setStatus(known, "");
      // A tapped button keeps the words that were tapped.
      if (!known.titled) this.#thread.setText(known, message.text);
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

  /** A message that the page fails at: its words alone, a word in place of it, or nothing; the next ones come anyway. */
  #onUndrawable(message, error) {
    tell(`trang chat: tin ${message?.id}`, error);
    try {
      if (this.#echoes.isShown(message)) return;
      const order = this.#base + message.seq;
      this.#echoes.shown(message, this.#thread.addPlain(message.author, message.text, order));
    } catch (another) {
      tell(`trang chat: tin ${message?.id}, chỉ chữ`, another);
    }
  }

  #onReachable(part, ok, error) {
    if (ok) this.#trouble.delete(part);
    else this.#trouble.set(part, error);
    if (this.#trouble.size === 0) {
      clearTimeout(this.#bannerTimer);
      this.#bannerTimer = 0;
      document.getElementById("banner").hidden = true;
    } else if (!this.#bannerTimer) {
      this.#bannerTimer = setTimeout(() => this.#showBanner(), navigator.onLine ? BANNER_AFTER : 0);
    }
  }

  #showBanner() {
    const banner = document.getElementById("banner");
    const said = [...this.#trouble.values()].map((error) => error?.message).find(Boolean);
    banner.textContent = said || WORDS.lost;
    banner.hidden = false;
  }
}

function sendingWords(item, share) {
  if (item.kind !== "photo") return WORDS.sending;
  return share > 0 && share < 1 ? `${WORDS.sendingPhoto} ${Math.round(100 * share)} %` : WORDS.sendingPhoto;
}

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
  const opening = document.getElementById("opening");
  const soon = setTimeout(() => (opening.hidden = false), OPENING_SHOWN_AFTER);
  const late = setTimeout(() => {
    document.getElementById("opening-words").textContent = WORDS.notLoaded;
    opening.hidden = false;
  }, GIVE_UP_AFTER);
  followKeyboard();
  await customElements.whenDefined("deep-chat");
  await new ChatPage().open();
  clearTimeout(soon);
  clearTimeout(late);
  opening.remove();
}

start();
