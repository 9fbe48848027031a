// @ts-check
/**
 * Own messages come back from the server: this module finds the bubble that each one has already, so that nothing is
 * shown twice. Ids decide where they can; otherwise the order does, because the outbox sends one at a time.
 */

/** @import { Message } from "./api.js" */
/** @import { Draft } from "./outbox.js" */
/** @import { Entry } from "./entry.js" */
/** @typedef {{ item: Draft, entry: Entry, tried: boolean, confirmed: boolean, serverId?: string }} Own */
/** @typedef {{ entry: Entry, message: Message, own: boolean }} Shown */

export class Echoes {
  /** @type {Own[]} In the order of sending. */
  #own = [];
  /** @type {Map<string, Shown>} By the server's id. */
  #shown = new Map();

  /**
   * @param {Draft} item
   * @param {Entry} entry
   */
  add(item, entry) {
    this.#own.push({ item, entry, tried: false, confirmed: false });
  }

  /** @param {Draft} item */
  tried(item) {
    const own = this.#find(item.id);
    if (own) own.tried = true;
  }

  /** @param {Draft} item */
  entryOf(item) {
    return this.#find(item.id)?.entry ?? null;
  }

  /** @param {Draft} item */
  drop(item) {
    this.#own = this.#own.filter((own) => own.item.id !== item.id);
  }

  /**
   * The server has taken an item. Returns a bubble that is one too many, or null.
   *
   * @param {Draft} item
   * @param {string} serverId
   * @param {boolean} duplicate
   */
  sent(item, serverId, duplicate) {
    const own = this.#find(item.id);
    if (!own || own.confirmed) return null;
    let shown = this.#shown.get(serverId);
    if (!shown && duplicate) {
      // It got through on an earlier visit, and the history has it.
      const same = [...this.#shown.values()].filter((one) => !one.own && fits(item, one.message, true));
      shown = same[same.length - 1];
    }
    if (!shown) {
      own.serverId = serverId;
      return null;
    }
    shown.own = true;
    own.confirmed = true;
    return own.entry === shown.entry ? null : own.entry;
  }

  /**
   * The entry that shows a stored message already, or null.
   *
   * @param {Message} message
   */
  claim(message) {
    const shown = this.#shown.get(message.id);
    if (shown) return shown.entry;
    if (message.author !== "contact") return null;
    const waiting = this.#own.filter((own) => own.tried && !own.confirmed);
    const own =
      waiting.find((one) => message.id === one.item.id || message.id === one.serverId) ??
      waiting.find((one) => fits(one.item, message, true)) ??
      waiting.find((one) => fits(one.item, message, false));
    if (!own) return null;
    own.confirmed = true;
    this.shown(message, own.entry, true);
    return own.entry;
  }

  /** @param {Message} message */
  isShown(message) {
    return this.#shown.has(message.id);
  }

  /**
   * @param {Message} message
   * @param {Entry} entry
   */
  shown(message, entry, own = false) {
    this.#shown.set(message.id, { entry, message, own });
  }

  /** @param {string} clientId */
  #find(clientId) {
    return this.#own.find((own) => own.item.id === clientId);
  }
}

/**
 * `strict` compares the words; the server may have cleaned them, or know a button by another title.
 *
 * @param {Draft} item
 * @param {Message} message
 * @param {boolean} strict
 */
function fits(item, message, strict) {
  if (message.author !== "contact") return false;
  if ((item.kind === "photo") !== Boolean(message.attachments?.length)) return false;
  return !strict || item.kind === "photo" || item.text === message.text;
}
