/*
 * The staff's pages come ready from the server and work without this file, save that photos then open in a tab of
 * their own. Here: lists that stay fresh, photos that turn and grow, and forms that are sent once.
 */

const POLL = 5000;

// Lists that stay fresh

function follow(place) {
  const lost = document.querySelector("[data-lost]");
  let shown = "";
  let tag = ""; // names what is shown; the server sends it again only when it has changed
  async function look() {
    try {
      const headers = tag ? { "If-None-Match": tag } : {};
      const answer = await fetch(place.dataset.live, { credentials: "same-origin", cache: "no-store", headers });
      if (answer.status === 401) return location.reload();
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(String(answer.status));
        const text = await answer.text();
        if (shown && text !== shown) replace(place, text);
        shown = text;
        tag = answer.headers.get("ETag") ?? "";
      }
      if (lost) lost.hidden = true;
    } catch {
      if (lost) lost.hidden = false;
    }
  }
  const tick = () => document.hidden || look();
  setInterval(tick, POLL);
  document.addEventListener("visibilitychange", tick);
  look();
}

function replace(place, text) {
  const held = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.innerHTML = text; // our own page's part, escaped by the server
  if (held) document.getElementById(held)?.focus();
  const count = place.querySelector("[data-count]")?.dataset.count;
  if (count !== undefined) document.title = `${place.dataset.title} (${count}) – BHXH quận Thanh Khê`;
  if (place.querySelector("[data-decided]")) {
    for (const decision of document.querySelectorAll(".decision, .bar")) decision.hidden = true;
  }
}

document.querySelectorAll("[data-live]").forEach(follow);

// Photos that turn and grow

const viewer = document.querySelector(".viewer");
const view = { image: null, turns: 0, zoom: 1 };

function draw() {
  const { image, turns, zoom } = view;
  const canvas = viewer.querySelector("canvas");
  const ground = viewer.querySelector(".viewer-ground");
  const lies = turns % 2 === 1;
  canvas.width = lies ? image.naturalHeight : image.naturalWidth;
  canvas.height = lies ? image.naturalWidth : image.naturalHeight;
  const pen = canvas.getContext("2d");
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((turns * Math.PI) / 2);
  pen.drawImage(image, -image.naturalWidth / 2, -image.naturalHeight / 2);
  const fit = Math.min(ground.clientWidth / canvas.width, ground.clientHeight / canvas.height);
  canvas.style.width = `${canvas.width * fit * zoom}px`;
}

function zoomTo(zoom) {
  const ground = viewer.querySelector(".viewer-ground");
  const before = view.zoom;
  view.zoom = Math.min(Math.max(zoom, 1), 8);
  const middle = (at, size) => (at + size / 2) * (view.zoom / before) - size / 2;
  const [left, top] = [middle(ground.scrollLeft, ground.clientWidth), middle(ground.scrollTop, ground.clientHeight)];
  draw();
  ground.scrollTo(left, top);
}

function turn(image, by = 1) {
  image.dataset.turns = String((Number(image.dataset.turns ?? 0) + by) % 4);
}

function open(image, name) {
  if (!image.naturalWidth) return;
  Object.assign(view, { image, turns: Number(image.dataset.turns ?? 0), zoom: 1 });
  viewer.querySelector(".viewer-name").textContent = name;
  viewer.querySelector("canvas").setAttribute("aria-label", name);
  viewer.showModal();
  draw();
}

const deeds = {
  in: () => zoomTo(view.zoom * 1.5),
  out: () => zoomTo(view.zoom / 1.5),
  turn: () => {
    view.turns = (view.turns + 1) % 4;
    draw();
  },
  close: () => viewer.close(),
};

for (const frame of document.querySelectorAll("[data-zoom]")) {
  const image = frame.querySelector("img");
  const tools = frame.closest(".photo");
  const show = (event) => {
    event.preventDefault();
    open(image, frame.dataset.zoom);
  };
  frame.addEventListener("click", show);
  tools.querySelector("[data-open]").addEventListener("click", show);
  tools.querySelector("[data-turn]").addEventListener("click", () => turn(image));
}
if (viewer) {
  for (const button of viewer.querySelectorAll("[data-do]")) {
    button.addEventListener("click", deeds[button.dataset.do]);
  }
  viewer.addEventListener("keydown", (event) => {
    const key = { "+": "in", "=": "in", "-": "out", r: "turn" }[event.key];
    if (key) deeds[key]();
  });
  // As it was turned there it stays here.
  viewer.addEventListener("close", () => (view.image.dataset.turns = String(view.turns)));
  addEventListener("resize", () => viewer.open && draw());
}

// Forms

for (const part of document.querySelectorAll(".part")) {
  const [tick, reason] = [part.querySelector("input"), part.querySelector("select")];
  reason.addEventListener("change", () => (tick.checked ||= reason.value !== ""));
  tick.addEventListener("change", () => tick.checked || (reason.value = ""));
}
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
// Back from the next page: what was sent then may be sent again.
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
