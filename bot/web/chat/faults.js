// @ts-check
/**
 * Faults of the page itself, told to the console, each once. They must never pass for a failure of what brought the
 * news: a message that can't be drawn is no lost connection, and asking for it again would not help.
 */

/** @type {Set<string>} */
const told = new Set();

/**
 * Tell of a fault, unless the same was told of before; `about` names what it has to do with.
 *
 * @param {string} about
 * @param {unknown} error
 */
export function tell(about, error) {
  const fault = `${about}: ${error}`;
  if (told.has(fault)) return;
  told.add(fault);
  console.error(about, error);
}

/**
 * The same handlers, whose faults stay with them.
 *
 * @template {Record<string, (...news: any[]) => void>} T
 * @param {T} handlers
 * @returns {T}
 */
export function guarded(handlers) {
  const made = Object.entries(handlers).map(([name, handle]) => {
    const guard = (/** @type {any[]} */ ...news) => {
      try {
        handle(...news);
      } catch (error) {
        tell(`chat page: ${name}`, error);
      }
    };
    return [name, guard];
  });
  return /** @type {T} */ (Object.fromEntries(made));
}
