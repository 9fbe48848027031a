/**
 * Faults of the page itself, told to the console, each once. They must never pass for a failure of what brought the
 * news: a message that can't be drawn is no lost connection, and asking for it again would not help.
 */

const told = new Set();

/** Tell of a fault; `about` names what it has to do with, and is told of once. */
export function tell(about, error) {
  if (told.has(about)) return;
  told.add(about);
  console.error(about, error);
}

/** The same handlers, whose faults stay with them. */
export function guarded(handlers) {
  const made = Object.entries(handlers).map(([name, handle]) => {
    const guard = (...news) => {
      try {
        handle(...news);
      } catch (error) {
        tell(`trang chat: ${name}`, error);
      }
    };
    return [name, guard];
  });
  return Object.fromEntries(made);
}
