// @ts-check
/**
 * New messages from the server: one long poll after another. A lost connection is tried again with growing pauses;
 * it starts over from the first message when the conversation changes.
 */

import { ApiError } from "./api.js";
import { tell } from "./faults.js";
import { Patience } from "./patience.js";

const WAIT = 25;
const DEFAULT_RETRY_AFTER = 5;

/** @import { Api, Conversation, Page } from "./api.js" */
/**
 * @typedef {object} FeedEvents None of them may throw.
 * @property {(page: Page) => void} page
 * @property {(conversationId: string) => void} gone
 * @property {(ok: boolean, error?: ApiError) => void} reachable
 */

export class Feed {
  #api;
  #events;
  #patience = new Patience();
  /** @type {AbortController | null} */
  #abort = null;

  /**
   * @param {Api} api
   * @param {FeedEvents} events
   */
  constructor(api, events) {
    this.#api = api;
    this.#events = events;
  }

  /** Start, or start over, with the conversation as it is now. */
  start() {
    this.stop();
    const conversation = this.#api.conversation;
    if (!conversation) return;
    this.#abort = new AbortController();
    this.#loop(conversation, this.#abort.signal);
  }

  stop() {
    this.#abort?.abort();
    this.#abort = null;
  }

  get running() {
    return this.#abort !== null;
  }

  wake() {
    this.#patience.wake();
  }

  /**
   * @param {Conversation} conversation
   * @param {AbortSignal} signal
   */
  async #loop(conversation, signal) {
    let after = 0;
    let wait = 0;
    let typing = false;
    while (!signal.aborted) {
      const asked = Date.now();
      try {
        const page = await this.#api.messages(conversation, after, wait, signal);
        if (signal.aborted) return;
        this.#patience.succeeded();
        this.#events.reachable(true);
        this.#events.page(page);
        for (const message of page.messages) if (message?.seq > after) after = message.seq;
        const idle = wait > 0 && !page.messages.length && page.typing === typing;
        typing = page.typing;
        wait = WAIT;
        // A proxy that cuts long polls short must not turn this loop into a flood.
        if (idle && Date.now() - asked < 500) await this.#patience.sleep(1000);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiError)) {
          tell("chat page: receiving", error);
          await this.#patience.failed();
          continue;
        }
        if (error.conversationGone) {
          this.#events.gone(conversation.id);
          return;
        }
        if (error.status === 429) {
          await this.#patience.sleep(1000 * (error.retryAfter ?? DEFAULT_RETRY_AFTER));
          continue;
        }
        this.#events.reachable(false, error);
        wait = 0;
        await this.#patience.failed();
      }
    }
  }
}
