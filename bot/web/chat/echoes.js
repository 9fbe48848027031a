/**
 * Own messages come back from the server: this module finds the bubble that each one has already, so that nothing is
 * shown twice. Ids decide where they can; otherwise the order does, because the outbox sends one at a time.
 */

export class Echoes {
  #own = []; // { item, entry, tried, confirmed }, in the order of sending
  #shown = new Map(); // the server's id → { entry, message, own }

  add(item, entry) {
    this.#own.push({ item, entry, tried: false, confirmed: false });
  }

  tried(item) {
    const own = this.#find(item.id);
    if (own) own.tried = true;
  }

  entryOf(item) {
    return this.#find(item.id)?.entry ?? null;
  }

  drop(item) {
    this.#own = this.#own.filter((own) => own.item.id !== item.id);
  }

  /** The server has taken an item. Returns a bubble that is one too many, or null. */
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

  /** The entry that shows a stored message already, or null. */
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

  isShown(message) {
    return this.#shown.has(message.id);
  }

  shown(message, entry, own = false) {
    this.#shown.set(message.id, { entry, message, own });
  }

  #find(clientId) {
    return this.#own.find((own) => own.item.id === clientId);
  }
}

/** `strict` compares the words; the server may have cleaned them, or know a button by another title. */
function fits(item, message, strict) {
  if (message.author !== "contact") return false;
  if ((item.kind === "photo") !== Boolean(message.attachments?.length)) return false;
  return !strict || item.kind === "photo" || item.text === message.text;
}
