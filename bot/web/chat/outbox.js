// @ts-check
/**
 * Messages on their way to the server, in order, one at a time. An item stays in this browser under its client id until
 * the server has taken or refused it; it is sent again with the same id, which the server handles once.
 */

import { ApiError } from "./api.js";
import { tell } from "./faults.js";
import { dropPhoto, keepPhoto, keysUnder, read, readPhoto, remove, write } from "./keeper.js";
import { Patience } from "./patience.js";
import { LARGEST, lighter } from "./photos.js";

/** @import { Api, Conversation, Position } from "./api.js" */
/**
 * @typedef {object} Draft What is to be sent.
 * @property {string} id
 * @property {"text" | "button" | "photo" | "location"} kind
 * @property {string} text
 * @property {string} [payload]
 * @property {Position} [location]
 * @property {string} [fileName]
 */
/** @typedef {Draft & { at: number, light?: boolean }} Item `at` orders them; a `light` photo was made lighter. */
/**
 * @typedef {object} OutboxEvents None of them may throw.
 * @property {(item: Item) => void} trying
 * @property {(item: Item, share: number) => void} progress
 * @property {(item: Item, serverId: string, duplicate: boolean) => void} sent
 * @property {(item: Item, error: ApiError | null) => void} refused
 * @property {(item: Item) => void} waiting
 * @property {(conversationId: string) => void} gone
 * @property {(ok: boolean, error?: ApiError) => void} reachable
 */

const PREFIX = "vssid.outbox.";
const DEFAULT_RETRY_AFTER = 5;
const LONGEST_RETRY_AFTER = 120;

/** A random UUID; crypto.randomUUID itself is missing on plain-http addresses. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Outbox {
  #api;
  #events;
  /** @type {Item[]} */
  #items = [];
  #running = false;
  #patience = new Patience();

  /**
   * @param {Api} api
   * @param {OutboxEvents} events
   */
  constructor(api, events) {
    this.#api = api;
    this.#events = events;
  }

  /** Take up what an earlier visit left behind, oldest first. */
  load() {
    this.#items = keysUnder(PREFIX)
      .map(read)
      .filter((item) => item && typeof item.id === "string")
      .sort((one, other) => one.at - other.at);
    return [...this.#items];
  }

  /**
   * @param {Draft} item
   * @param {Blob | null} photo
   */
  async add(item, photo = null) {
    const at = Math.max(Date.now(), (this.#items[this.#items.length - 1]?.at ?? 0) + 1);
    const kept = { ...item, at };
    this.#items.push(kept);
    if (photo) await keepPhoto(item.id, photo);
    write(PREFIX + item.id, kept);
    this.run();
  }

  wake() {
    this.#patience.wake();
  }

  async run() {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#items.length) await this.#attempt(this.#items[0]);
    } finally {
      this.#running = false;
    }
  }

  /** @param {Item} item */
  async #attempt(item) {
    let conversation = null;
    try {
      conversation = await this.#api.ensure();
      const photo = item.kind === "photo" ? await this.#photoOf(item) : null;
      if (item.kind === "photo" && !photo) {
        this.#drop(item);
        this.#events.refused(item, null);
        return;
      }
      this.#events.trying(item);
      const progress = (/** @type {number} */ share) => this.#events.progress(item, share);
      const { id, duplicate } = await this.#api.send(conversation, item, photo, progress);
      this.#patience.succeeded();
      this.#drop(item);
      this.#events.reachable(true);
      this.#events.sent(item, id, duplicate);
    } catch (error) {
      const known = error instanceof ApiError;
      if (!known) tell(`chat page: sending a ${item.kind}`, error);
      // A fault of the page's own would come again at each try, and nothing behind this item would ever be sent.
      await this.#failed(item, conversation, known ? error : new ApiError(400, "fault", ""));
    }
  }

  /**
   * The file to send, null if it is lost. It is made lighter here, one at a time: several would fill a phone.
   *
   * @param {Item} item
   */
  async #photoOf(item) {
    let photo = await readPhoto(item.id);
    if (!photo || item.light) return photo;
    photo = await lighter(photo);
    // Most of it would be sent before the server could say no, and the answer is often lost then.
    if (photo.size > LARGEST) throw new ApiError(413, "too_large", "");
    await keepPhoto(item.id, photo);
    item.light = true;
    write(PREFIX + item.id, item);
    return photo;
  }

  /**
   * @param {Item} item
   * @param {Conversation | null} conversation
   * @param {ApiError} error
   */
  async #failed(item, conversation, error) {
    if (conversation && error.conversationGone) {
      this.#events.gone(conversation.id);
      // A server that refuses every new conversation too must not be asked without a pause.
      await this.#patience.failed();
    } else if (error.status === 429) {
      this.#events.waiting(item);
      await this.#patience.sleep(1000 * Math.min(error.retryAfter ?? DEFAULT_RETRY_AFTER, LONGEST_RETRY_AFTER));
    } else if (error.passing || !conversation) {
      this.#events.waiting(item);
      this.#events.reachable(false, error);
      await this.#patience.failed();
    } else {
      this.#patience.succeeded();
      this.#drop(item);
      this.#events.refused(item, error);
    }
  }

  /** @param {Item} item */
  #drop(item) {
    this.#items = this.#items.filter((other) => other.id !== item.id);
    remove(PREFIX + item.id);
    if (item.kind === "photo") dropPhoto(item.id);
  }
}
