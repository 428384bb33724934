// The page of a search team on a phone. Without this file it works while there is signal; with it everything goes into the phone first
// and is sent when there is signal: what waits is shown, what came back is shown in words.
import { ask, deliver, Later, ours, retract, uuid7 } from "./field-queue.js";
import { Sender } from "./field-sender.js";
import { Shelf } from "./field-shelf.js";
import { Trace } from "./field-trace.js";

/** How often the task is looked at again while somebody looks at it, beside what the server tells by itself. */
const AGAIN_MS = 20_000;
/** Notices of this page itself, beside those that came back. */
const OWN = ["lost", "late", "route"];

const root = document.querySelector("#field");
const words = JSON.parse(root?.dataset.words ?? "{}");
const say = (key, n) => (words[key] ?? "").replace("{n}", n ?? "");
const base = location.pathname.match(/^.*\/field\/s\/[^/]+/)?.[0] ?? null;
const to = `${base}/commands`;
const shelf = new Shelf();

let task = "";
let pack = null;
let packSaved = false;
let ready = false;
let over = false;
let lost = 0;
/** Streets the server has heard of since the page shows them. */
const heardOf = new Set();

const bar = root?.querySelector("#field-says");
const toldList = root?.querySelector("#field-told");
const taskBox = root?.querySelector("#task");

/** The line on top: what waits, or that nothing does. */
async function paint() {
  // Of a task that is over nothing is said but that it is.
  bar.hidden = ended;
  if (ended) return;
  const all = await shelf.waiting();
  const waiting = all.filter((entry) => entry.task === task);
  let text = "";
  let tone = "";
  if (all.length > 0) {
    text = say(sender.sending && sender.signal ? "sending" : shelf.durable ? "saved" : "unsaved", all.length);
    tone = "wait";
    if (!shelf.durable && shelf.trouble) text = `${text} ${say(shelf.trouble)}`;
  } else if (shelf.trouble) {
    text = say(shelf.trouble);
    tone = "wait";
  } else if (!sender.signal) {
    text = ready ? say("ready-now") : say("no-signal");
  } else if (sender.sent) {
    text = say("sent");
    tone = "good";
  } else if (ready && packSaved) {
    text = say("ready");
    tone = "good";
  }
  bar.hidden = !text;
  if (bar.textContent !== text) bar.textContent = text;
  bar.className = `field-bar ${tone ? `notice-${tone}` : ""}`;
  bar.dataset.waiting = String(all.length);
  rows(waiting);
  await tell();
}

/** Ticks of this phone that the server's list does not show yet. */
function rows(waiting) {
  const saved = new Set(waiting.flatMap((entry) => (entry.command.act === "walked" ? entry.command.segments : [])));
  for (const box of root.querySelectorAll('input[name="walked"]')) {
    if (box.dataset.done) continue;
    const said = box.closest("li").querySelector("[data-said]");
    const state = saved.has(box.value) ? "row-saved" : heardOf.has(box.value) ? "row-sent" : "";
    box.checked = state !== "";
    box.disabled = state === "row-sent";
    if (said) said.textContent = state ? say(state) : "";
    box.closest("li").classList.toggle("street-done", state === "row-sent");
  }
  const left = root.querySelectorAll('input[name="walked"]:not(:checked)').length;
  const count = root.querySelector("[data-left]");
  if (count) count.textContent = left ? say("left", left) : say("left-none");
}

/** What came back: stays until somebody has read it. */
async function tell() {
  const all = task ? await shelf.told(task) : [];
  const known = new Set([...toldList.children].map((item) => item.dataset.id));
  for (const item of [...toldList.children]) if (!OWN.includes(item.dataset.id) && !all.some(({ id }) => id === item.dataset.id)) item.remove();
  for (const { id, words: what } of all) {
    if (known.has(id)) continue;
    const why = what.words || say(`outcome-${what.outcome}`);
    add(id, `${say(`act-${what.act}`)} ${why}`, () => shelf.untell(id));
  }
}

function add(id, text, read) {
  toldList.querySelector(`[data-id="${id}"]`)?.remove();
  const item = document.createElement("div");
  item.className = "notice notice-wait";
  item.dataset.id = id;
  item.setAttribute("role", "alert");
  const line = document.createElement("p");
  line.textContent = text;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent: say("dismiss") });
  button.addEventListener("click", async () => { await read?.(); item.remove(); });
  item.append(line, button);
  toldList.append(item);
}

// ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const sender = new Sender(shelf, {
  paint,
  heard({ said, sent, task: of }) {
    if (of !== task) return;
    for (const { outcome, command } of sent) if (outcome === "done" || outcome === "before") for (const key of command.segments ?? []) heardOf.add(key);
    if (said.over) over = true;
  },
  look: () => look(true),
  closed: () => ended,
  async settled() { if (over) await end(); },
});
const send = () => sender.send();

/** Into the phone first, then on its way. */
async function put(act) {
  await shelf.push(task, to, { id: uuid7(), at: new Date().toISOString(), ...act });
  await sender.shortly();
}

// ── The task ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Asks whether the task has changed, and takes in what has. */
async function look(quiet = false) {
  if (!base || over) return;
  try {
    const have = pack ? `?have=${pack.have}` : "";
    const answer = await ask(`${base}/task.json${have}`, { headers: { accept: "application/json" } });
    if (ours(answer) === "over") over = true;
    else if (ours(answer) && answer.status === 200) await take(await answer.json());
    else if (ours(answer) && answer.status === 204) await keep();
    else throw new Later();
    sender.signal = true;
  } catch {
    sender.signal = false;
  }
  if (!quiet) await paint();
  if (over && !sender.sending) await end();
}

let keptAt = 0;
/** Keeps the pack; what is still true is kept for another 48 hours. */
async function keep(fresh = false) {
  if (!pack || (!fresh && Date.now() - keptAt < 600_000)) return;
  await shelf.savePack(task, pack);
  keptAt = Date.now();
  packSaved = shelf.durable;
}

async function take(fresh) {
  const first = pack === null;
  pack = { ...fresh, path: base };
  heardOf.clear();
  // What the server wrote into this very page stands there already.
  if (!(first && root.dataset.have === pack.have)) show(pack);
  await keep(true);
}

/** Puts the server's words on the page; forms that somebody fills in stay as they are. */
function show({ html, title }) {
  document.title = title;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const route = (where) => [...where.querySelectorAll('input[name="walked"]')].map((box) => box.value).join();
  const other = route(fresh);
  if (other && other !== route(taskBox) && taskBox.querySelector("#streets")) {
    add("route", say("new-route"));
    navigator.vibrate?.(300);
  }
  const live = [...fresh.querySelectorAll("[data-live]")];
  const old = [...taskBox.querySelectorAll("[data-live]")];
  const same = live.length > 0 && live.map((e) => e.id).join() === old.map((e) => e.id).join();
  if (!same) {
    taskBox.replaceChildren(...fresh.body.childNodes);
    return wire();
  }
  const at = document.activeElement?.id;
  for (const [n, element] of live.entries()) {
    const value = old[n].value;
    for (const [k, fold] of old[n].querySelectorAll("details").entries()) if (fold.open) element.querySelectorAll("details")[k]?.setAttribute("open", "");
    old[n].replaceWith(element);
    if (element.tagName === "SELECT") element.value = [...element.options].some((o) => o.value === value) ? value : "";
  }
  if (at) document.getElementById(at)?.focus({ preventScroll: true });
  wire();
}

/** What only a script can do becomes visible, what only a page without one needs goes. */
function wire() {
  for (const element of taskBox.querySelectorAll("[data-script-only]")) element.hidden = false;
  for (const element of taskBox.querySelectorAll("[data-plain-only]")) element.hidden = true;
  for (const option of taskBox.querySelectorAll("option[data-by-phone]")) option.textContent = option.dataset.byPhone;
}

/** The task is over: what waits is sent, the rest is wiped from this phone. */
let ended = false;
async function end() {
  if (ended) return;
  ended = true;
  await trace.stop();
  try { await deliver(shelf); } catch { /* no signal: it is tried again below */ }
  await tell();
  const left = (await shelf.waiting(task)).length;
  if (left > 0) {
    ended = false;
    return sender.later(5);
  }
  await shelf.wipe(task);
  pack = null;
  document.title = say("over");
  const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: say("over") });
  notice.setAttribute("role", "status");
  taskBox.replaceChildren(notice);
  bar.hidden = true;
}

let news = null;
/** While somebody looks the server says when there is something new: a new route is here within two seconds. Without that the page asks by itself. */
function listen() {
  if (!("EventSource" in window) || root.dataset.shell) return;
  if (document.hidden || over || ended) {
    news?.close();
    news = null;
  } else if (!news || news.readyState === EventSource.CLOSED) {
    news = new EventSource(`${base}/events`);
    news.addEventListener("changed", () => look());
  }
}

// ── What people do ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const locate = (patience) => new Promise((done) => {
  if (!globalThis.isSecureContext || !navigator.geolocation) return done(null);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy) }),
    () => done(null),
    { enableHighAccuracy: true, timeout: patience, maximumAge: 20_000 },
  );
});

/** The street somebody chose, or where the phone is. */
async function where(form, patience) {
  const option = form.querySelector("select[name=street]")?.selectedOptions[0];
  if (option?.value) return { lon: Number(option.dataset.lon), lat: Number(option.dataset.lat), accuracy_m: Number(option.dataset.m) };
  return locate(patience);
}

async function submit(form) {
  const act = form.dataset.act;
  const status = form.querySelector("[data-form-says]");
  const buttons = form.querySelectorAll("button");
  const typed = form.querySelector("textarea")?.value.trim() ?? "";
  const tellForm = (key) => { if (status) { status.textContent = say(key); status.hidden = false; } };
  for (const button of buttons) button.disabled = true;
  try {
    if (act === "back") {
      await trace.stop();
      await put({ act });
      return tellForm("noted");
    }
    if (act === "found") {
      // Whoever found her is not kept waiting for satellites.
      const after = form.querySelector("[data-after]");
      if (after) after.hidden = false;
      tellForm("locating");
      const place = await where(form, 6_000);
      await put({ act, words: typed, ...(place ? { point: place } : {}) });
    } else {
      tellForm("locating");
      const place = await where(form, 15_000);
      if (!place) {
        tellForm("no-place");
        return form.querySelector("select")?.focus();
      }
      await put({ act, ...(act === "seen" ? { words: typed } : {}), point: place });
    }
    form.reset();
    tellForm("noted");
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** A tick is a command of its own. Taken back before it is sent it never was; afterwards the post is called. */
async function tick(box) {
  if (box.checked) return put({ act: "walked", segments: [box.value] });
  const entry = (await shelf.waiting(task)).find(({ command }) => command.act === "walked" && command.segments.includes(box.value));
  const back = entry && (await retract(shelf, entry.id));
  if (!back) add("late", say("too-late"));
  await paint();
}

/** A long street is walked in more than one piece: each piece begins with the last minutes of the one before. */
const OVERLAP = 100;
let before = [];

const trace = new Trace({
  keep: (point) => shelf.point(task, point),
  async gather() {
    const count = await shelf.gather(task, to, (fresh) => {
      const points = [...before, ...fresh];
      before = points.slice(-OVERLAP);
      return { id: uuid7(), at: new Date().toISOString(), act: "trace", points };
    });
    if (count > 0) await sender.shortly();
    return count;
  },
  say(key, n) {
    const text = root.querySelector("[data-trace-says]");
    if (text) text.textContent = say(key, n);
    const box = root.querySelector("#trace-on");
    if (box) box.checked = trace.on;
    root.querySelector("#trace")?.classList.toggle("trace-on", trace.on);
  },
});

// ── Beginning ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function work() {
  const { worker, scope, wechat } = root.dataset;
  if (!worker || wechat || !globalThis.isSecureContext || !navigator.serviceWorker || !shelf.durable) return;
  try {
    await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    ready = true;
    await paint();
  } catch { /* it works while there is signal */ }
}

/** The shell opened without a task: those that lie on this phone. */
async function list() {
  const all = await shelf.packs();
  const none = root.querySelector("[data-none]");
  if (all.length === 0) { none.hidden = false; return; }
  const ul = Object.assign(document.createElement("ul"), { className: "plain-list" });
  for (const { path, title } of all) {
    const link = Object.assign(document.createElement("a"), { href: path, textContent: title });
    const item = document.createElement("li");
    item.append(link);
    ul.append(item);
  }
  taskBox.replaceChildren(ul);
}

async function begin() {
  lost = await shelf.open();
  if (lost > 0) add("lost", say("expired", lost));
  if (!base) return list();
  task = await shelf.mark(base);
  const kept = await shelf.pack(task);
  if (root.dataset.shell) {
    if (kept) {
      pack = kept;
      packSaved = true;
      sender.signal = false;
      show(pack);
    } else {
      root.querySelector("[data-opening]").hidden = true;
      root.querySelector("[data-none]").hidden = false;
    }
  }
  wire();
  root.addEventListener("change", (event) => {
    if (event.target.name === "walked") tick(event.target);
    if (event.target.id === "trace-on") event.target.checked ? trace.start() : trace.stop();
  });
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-act]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.act !== "walked") submit(form);
  }, true);
  // Another tab or the worker brought it there: it is there all the same.
  sender.listen((what) => (what === "sent" ? look() : paint()));
  for (const name of ["online", "focus", "pageshow"]) addEventListener(name, () => { sender.hurry(); look().then(send); });
  addEventListener("offline", () => { sender.signal = false; paint(); });
  document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden) look().then(send); });
  setInterval(() => { listen(); if (!document.hidden && !sender.sending) look().then(send); }, AGAIN_MS);
  // What a tab that was killed had measured is not lost; it is not begun again by itself.
  const leftover = await trace.gather();
  if (leftover > 0) trace.say("trace-left", leftover);
  await look();
  listen();
  await work();
  await send();
  root.dataset.ready = "1";
}

// A visitor's day has a script of its own (visits.js).
if (root && !/\/field\/day(\/|$)/.test(location.pathname)) begin();
