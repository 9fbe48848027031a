// @ts-check
// The demo's mailbox: shows new mails without a reload, so that what is being typed or read stays where it is.

const PAUSE_MS = 2000;

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = document.getElementById("mails");
  const fresh = page.getElementById("mails");
  if (old && fresh && fresh.dataset.newest !== old.dataset.newest) old.replaceWith(fresh);
}

async function watch() {
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    if (document.hidden) continue;
    // The bot may be restarting: the next round asks again.
    await refresh().catch(() => {});
  }
}

watch();
