// A visitor's day on the phone. Without this file it works while there is signal; with it the day's pack and every report go into the phone
// first, sealed, and reports are sent when there is signal: what waits is shown, what came back is shown in words. Who is kept how long
// stands in docs/field.md.
import { ask, deliver, Held, Later, ours, retract, uuid7 } from "./field-queue.js";
import { Sender } from "./field-sender.js";
import { Shelf } from "./field-shelf.js";
import { OUT } from "./field-store.js";
import { dayAfter, empty, fill, reading } from "./visits-form.js";
import { leaving } from "./visits-out.js";
import { cameBack, element, flag, flagged, markList, measure } from "./visits-page.js";
import { choosePhoto, photoOf, showPhoto } from "./visits-photo.js";

const AGAIN_MS = 60_000;
/** How long what was done on this phone is remembered, so that the list does not offer it again. */
const NOTED_MS = 48 * 3_600_000;
const DRAFT_MS = 300;
/** The session is over by itself: whoever signs in again goes on where they were. */
const SOFT = ["idle", "expired", "first"];
/** It was ended from elsewhere, or the account was: the phone may be lost. */
const LOST = ["signed-out", "account"];

const here = () => location.pathname.match(/^(.*\/field\/day)(?:\/([0-9a-f-]{36}))?\/?$/);
const root = document.querySelector("#field");
const words = JSON.parse(root?.dataset.dayWords ?? root?.dataset.words ?? "{}");
const say = (key, n, what) => (words[key] ?? "").replace("{n}", n ?? "").replace("{what}", what ?? "");
const day = here()?.[1] ?? "";
const prefix = day.replace(/\/field\/day$/, "");
const shelf = new Shelf();

let task = "";
let out = "";
let to = "";
let pack = null;
let packSaved = false;
let noted = { drafts: {}, done: [] };
let open = here()?.[2] ?? null;
let ready = false;
let ended = false;
let weight = "";

const bar = root?.querySelector("#field-says");
const toldList = root?.querySelector("#field-told");
const taskBox = root?.querySelector("#task");

const section = (visit) => taskBox.querySelector(`section[data-visit="${visit}"]`);
const mine = () => shelf.waiting(out || undefined);

// ── What the page says ───────────────────────────────────────────────────────────────────────────────────────────────────────

async function paint() {
  bar.hidden = ended;
  if (ended) return;
  const all = await shelf.waiting();
  const own = all.filter((entry) => entry.task === out);
  const others = all.filter((entry) => entry.task !== out && entry.task.startsWith(OUT)).length;
  let text = "";
  let tone = "wait";
  if (sender.held?.mark === "signed-out") {
    text = own.length > 0 ? say("sign-in", own.length) : say("sign-in-only");
  } else if (own.length > 0) {
    text = say(sender.sending && sender.signal ? "sending" : shelf.durable ? "saved" : "unsaved", own.length);
    if (!shelf.durable && shelf.trouble) text = `${text} ${say(shelf.trouble)}`;
  } else if (shelf.trouble) {
    text = say(shelf.trouble);
  } else if (!sender.signal) {
    text = ready || root.dataset.shell ? say("ready-now") : say("no-signal");
    tone = "";
  } else if (sender.sent) {
    text = say("sent");
    tone = "good";
  } else if (ready && packSaved) {
    text = say("ready", pack.count, weight);
    tone = "good";
  } else tone = "";
  if (others > 0) text = `${text} ${say("other", others)}`.trim();
  bar.hidden = !text;
  if (bar.textContent !== text) bar.textContent = text;
  bar.className = `field-bar ${tone ? `notice-${tone}` : ""}`;
  bar.dataset.waiting = String(own.length);
  signInLink();
  await states(own);
  await tell();
}

/** Under the line on top, while somebody has to sign in. */
function signInLink() {
  const there = root.querySelector("#day-sign-in");
  if (sender.held?.mark !== "signed-out") return there?.remove();
  if (!there) bar.after(element("p", { id: "day-sign-in" }, element("a", { className: "button", href: signIn(), textContent: say("out-sign-in") })));
}
const signIn = () => `${prefix}/login?next=%2Ffield%2Fday`;

/** What this phone knows of each household beside what the list says. */
async function states(own) {
  const told = out ? await shelf.told(out) : [];
  const state = (visit) => (own.some(({ command }) => command.visit === visit) ? "state-saved"
    : told.some(({ words: what }) => what.visit === visit && what.outcome === "mend") ? "state-mend"
      : noted.drafts[visit] ? "state-draft" : "");
  markList(taskBox, say, state, noted.done);
}

const title = (visit) => pack?.titles?.[visit] ?? "";

/** What came back: stays until somebody has read it. */
async function tell() {
  const all = out ? await shelf.told(out) : [];
  for (const item of [...toldList.children]) if (!all.some(({ id }) => id === item.dataset.id) && item.dataset.id !== "leave") item.remove();
  for (const { id, words: what } of all) if (![...toldList.children].some((item) => item.dataset.id === id)) toldList.append(cameBack(id, what, { say, title: title(what.visit), open: () => go(what.visit), async read(item) { await shelf.untell(id); item.remove(); await paint(); } }));
}

// ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const sender = new Sender(shelf, {
  paint,
  heard({ sent, task: of }) {
    if (of !== out) return;
    for (const { outcome, command } of sent) if (["done", "before", "conflict"].includes(outcome)) noted.done.push({ visit: command.visit, at: Date.now() });
  },
  async look() {
    await keepNotes();
    await look(true);
  },
  closed: () => ended,
  async kept({ mark, why }) { if (mark === "signed-out" && !SOFT.includes(why)) await gone(why); },
});
const send = () => sender.send();

// ── The day ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Asks whether the day has changed, and takes in what has. */
async function look(quiet = false) {
  if (ended || !pack) return;
  try {
    const asked = new URLSearchParams({ of: pack.account, have: pack.have, mark: pack.mark });
    const answer = await ask(`${day}/pack.json?${asked}`, { headers: { accept: "application/json" } });
    const from = ours(answer);
    if (from === "signed-out") {
      const { why } = await answer.json();
      sender.signal = true;
      if (!SOFT.includes(why)) return await gone(why);
      sender.held = new Held("signed-out", why);
    } else if (from && answer.status === 200) {
      sender.held = null;
      await take(await answer.json());
      sender.signal = true;
    } else if (from && answer.status === 204) {
      sender.held = null;
      await keep();
      sender.signal = true;
    } else throw new Later();
  } catch {
    sender.signal = false;
  }
  if (!quiet) await paint();
}

let keptAt = Date.now();
/** Keeps the pack; what is still true is kept for as long again. */
async function keep(fresh = false) {
  if (!fresh && Date.now() - keptAt < 600_000) return;
  await shelf.savePack(task, pack, keepMs());
  keptAt = Date.now();
  packSaved = shelf.durable;
  if (packSaved) flag(true);
}

async function take(fresh) {
  // Somebody else has signed in here meanwhile: their day is another page.
  if (fresh.account !== pack.account) return location.reload();
  const { html } = fresh;
  pack = { ...pack, ...fresh, html: html ?? pack.html };
  if (html) show(html);
  await keep(true);
}

/** Puts the server's words on the page; a form that somebody fills in stays as it is. */
function show(html) {
  const before = open && section(open);
  const form = before?.querySelector("form.visit-form");
  const fresh = new DOMParser().parseFromString(html, "text/html");
  taskBox.replaceChildren(...fresh.body.childNodes);
  titles();
  const now = open && section(open);
  if (now && form) now.querySelector("[data-form]").replaceChildren(form);
  else if (before && form && !now) {
    if (!before.querySelector("[data-gone]")) {
      const said = element("div", { className: "notice notice-wait" }, element("h2", { textContent: say("gone") }), element("p", { textContent: say("gone-why") }));
      said.dataset.gone = "1";
      said.setAttribute("role", "alert");
      before.prepend(said);
    }
    taskBox.append(before);
  }
  route();
}

/** Names for what comes back after somebody is off the list; they go with the pack. */
function titles() {
  pack.titles ??= {};
  for (const one of taskBox.querySelectorAll("section[data-visit]")) pack.titles[one.dataset.visit] = one.querySelector("[data-title]").textContent;
}

// ── One screen at a time ─────────────────────────────────────────────────────────────────────────────────────────────────────

function route() {
  if (open && !section(open)) {
    open = null;
    history.replaceState(null, "", day);
  }
  for (const one of taskBox.querySelectorAll("[data-screen]")) one.hidden = open ? one.dataset.visit !== open : one.dataset.screen !== "list";
  if (open && !section(open).querySelector("[data-form] > .visit-form, [data-form] > [data-waits]")) return mount(open);
  return undefined;
}

async function go(visit) {
  await keepDraft.now();
  if (visit !== open) history.pushState(null, "", visit ? `${day}/${visit}` : day);
  open = visit;
  document.querySelector("[data-just-done]")?.remove();
  document.querySelector("main > .error-summary")?.remove();
  if (visit && section(visit)) section(visit).querySelector("[data-form]").replaceChildren();
  await route();
  scrollTo({ top: 0, behavior: "instant" });
  (open ? section(open).querySelector("h1") : taskBox.querySelector(`li[data-visit]:not([hidden]) a`))?.focus({ preventScroll: true });
  await paint();
}

/** The form of a visit, with what was written: a draft, or what the server sent back. */
async function mount(visit) {
  const place = section(visit).querySelector("[data-form]");
  const waiting = (await mine()).find(({ command }) => command.visit === visit);
  if (waiting) {
    const button = element("button", { type: "button", className: "button button-quiet", textContent: say("waits") });
    button.dataset.waits = "1";
    button.addEventListener("click", () => takeBack(visit, waiting));
    return place.replaceChildren(button);
  }
  const back = (await shelf.told(out)).find(({ words: what }) => what.visit === visit && what.command);
  const form = document.importNode(taskBox.querySelector("#visit-form").content, true).querySelector("form");
  for (const only of form.querySelectorAll("[data-script-only]")) only.hidden = false;
  const draft = noted.drafts[visit] ?? back?.words.command;
  place.replaceChildren(form);
  if (back) {
    form.dataset.mends = back.id;
    wrong(form, back.words.words || say(back.words.outcome));
  }
  if (draft) {
    fill(form, draft);
    showPhoto(form, draft.photo ?? "");
  }
  return undefined;
}

/** Nobody has it yet: it is written anew. */
async function takeBack(visit, { id, command }) {
  if (!(await retract(shelf, id))) return send();
  noted.drafts[visit] = command;
  await keepNotes();
  section(visit).querySelector("[data-form]").replaceChildren();
  await mount(visit);
  return paint();
}

const keepNotes = () => {
  noted.done = noted.done.filter(({ at }) => Math.abs(Date.now() - at) < NOTED_MS);
  return out ? shelf.savePack(out, noted) : undefined;
};

/** Every half sentence is kept: a tab may be killed at any time. */
const keepDraft = (() => {
  let soon = null;
  const now = async () => {
    clearTimeout(soon);
    const form = open && section(open)?.querySelector("form.visit-form");
    if (!form || form.dataset.busy || soon === null) return;
    soon = null;
    const draft = { ...reading(form), ...(form.dataset.photo ? { photo: photoOf(form) } : {}) };
    if (empty(draft)) delete noted.drafts[open];
    else noted.drafts[open] = draft;
    await keepNotes();
  };
  const later = () => { clearTimeout(soon); soon = setTimeout(now, DRAFT_MS); };
  const drop = () => { clearTimeout(soon); soon = null; };
  return { now, later, drop };
})();

function wrong(form, text) {
  const box = form.querySelector("[data-wrong]");
  box.hidden = !text;
  box.replaceChildren(element("p", { textContent: text }));
}

async function submit(form) {
  if (form.dataset.busy) return;
  const said = reading(form);
  const why = !said.outcome ? "need-outcome" : said.outcome === "rescheduled" && !said.form.next ? "need-next" : "";
  if (why) {
    wrong(form, say(why));
    form.querySelector(why === "need-next" ? "#visit-next" : "input[name=outcome]").focus();
    return form.querySelector("[data-wrong]").scrollIntoView({ block: "center", behavior: "instant" });
  }
  form.dataset.busy = "1";
  keepDraft.drop();
  const visit = open;
  const picture = photoOf(form);
  const command = { id: uuid7(), at: new Date().toISOString(), visit, ...said, ...(picture ? { photo: picture } : {}) };
  await shelf.push(out, to, command);
  delete noted.drafts[visit];
  await keepNotes();
  if (form.dataset.mends) await shelf.untell(form.dataset.mends);
  await go(null);
  return sender.shortly();
}

// ── The end of a day on this phone ───────────────────────────────────────────────────────────────────────────────────────────

async function finish(head, lines) {
  ended = true;
  bar.hidden = true;
  root.querySelector("#day-sign-in")?.remove();
  toldList.replaceChildren();
  pack = null;
  flag(false);
  document.title = head;
  const link = element("a", { className: "button", href: signIn(), textContent: say("out-sign-in") });
  taskBox.replaceChildren(element("h1", { textContent: head }), ...lines.filter(Boolean).map((text) => element("p", { textContent: text })), element("p", {}, link));
}

/** The session is over for good: the list goes; what was written goes only when the phone may be lost. */
async function gone(why) {
  if (ended) return;
  ended = true;
  const left = (await mine()).length;
  const lost = LOST.includes(why);
  await shelf.wipe(task);
  if (lost) await shelf.wipe(out);
  sender.tell("put");
  await finish(say("out"), [left > 0 && say(lost ? "out-lost" : "out-left", left)]);
}

/** How long the list may lie here: the district says so, with the list. */
const keepMs = () => (Number(pack?.hours) || 48) * 3_600_000;

/** The list lay here for its time: it goes, what was written stays. */
async function expired() {
  const left = (await shelf.waiting()).length;
  await shelf.wipe(task);
  await finish(say("expired"), [left > 0 && say("expired-left", left)]);
  goesOn();
}

/** What is left goes out while the page lies open, also without the list. */
function goesOn() {
  const out = () => { deliver(shelf).catch(() => {}); };
  addEventListener("online", out);
  setInterval(out, AGAIN_MS);
  out();
}

async function tooOld() {
  if (!pack || ended) return;
  await shelf.expire();
  if (Date.now() - keptAt > keepMs() || (packSaved && !(await shelf.pack(task)))) await expired();
}

const leave = leaving({
  say, toldList, prefix, send,
  left: async () => { await keepDraft.now(); return (await mine()).length; },
  over: () => ended,
  async wipe() { await shelf.wipe(task); await shelf.wipe(out); flag(false); },
  async off(form) {
    await finish(say("out"), [say("out-off")]);
    taskBox.append(form);
    root.addEventListener("submit", () => form.submit(), { once: true });
  },
});

// ── Beginning ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function work() {
  const { worker, scope, wechat } = root.dataset;
  if (!worker || wechat || !globalThis.isSecureContext || !navigator.serviceWorker || !shelf.durable) return;
  try {
    await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    const bytes = await measure(pack);
    weight = `${Math.max(1, Math.round(bytes / 1024))} KB`;
    root.dataset.bytes = String(bytes);
    ready = true;
    await paint();
  } catch { /* it works while there is signal */ }
}

/** The shell opened, and no day lies on this phone any more. */
async function nothing() {
  ended = true;
  root.querySelector("[data-opening]").hidden = true;
  const none = root.querySelector("[data-day-none]");
  none.hidden = false;
  const left = (await shelf.waiting()).filter((entry) => entry.task.startsWith(OUT)).length;
  if (flagged()) none.querySelector("h1").textContent = say("expired");
  if (left > 0) none.querySelector("p").before(element("p", { className: "notice notice-wait", textContent: say("expired-left", left) }));
  root.dataset.ready = "1";
  goesOn();
}

function listen() {
  taskBox.addEventListener("click", (event) => {
    const link = event.target.closest("a.stop-open, a[data-back]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      go(link.matches("[data-back]") ? null : link.closest("li").dataset.visit);
    }
    const plus = event.target.closest("[data-plus]");
    if (plus) {
      plus.form.elements.next.value = dayAfter(plus.form.elements.next.min, Number(plus.dataset.plus));
      keepDraft.later();
    }
    const off = event.target.closest("[data-photo-off]");
    if (off) { showPhoto(off.form, ""); keepDraft.later(); }
  });
  taskBox.addEventListener("input", (event) => { if (event.target.form?.matches(".visit-form")) keepDraft.later(); });
  taskBox.addEventListener("change", (event) => { if (event.target.type === "file") choosePhoto(event.target, say).then(keepDraft.later); });
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".visit-form, [data-leave]") || ended) return;
    event.preventDefault();
    if (form.matches("[data-leave]")) leave(form);
    else submit(form);
  }, true);
  addEventListener("popstate", async () => { await keepDraft.now(); open = here()?.[2] ?? null; await route(); await paint(); });
  sender.listen(async (what) => {
    if (what === "sent") await look(true);
    await tooOld();
    await paint();
  });
  for (const name of ["online", "focus", "pageshow"]) addEventListener(name, () => { sender.hurry(); again(); });
  addEventListener("offline", () => { sender.signal = false; paint(); });
  addEventListener("pagehide", () => keepDraft.now());
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepDraft.now(); else again(); });
  setInterval(() => { if (!document.hidden) again(); }, AGAIN_MS);
}

async function again() {
  await tooOld();
  if (ended || sender.sending) return;
  await look();
  if (!ended) await send();
}

async function begin() {
  await shelf.open();
  const days = (await shelf.packs()).filter(({ kind }) => kind === "day");
  if (root.dataset.shell) {
    if (days.length === 0) return nothing();
    [pack] = days;
    packSaved = true;
    sender.signal = false;
  } else {
    const box = taskBox.cloneNode(true);
    for (const place of box.querySelectorAll("[data-form]")) place.replaceChildren();
    const { account, have, mark, count, hours, title: name } = root.dataset;
    pack = { kind: "day", path: day, account, have, mark, title: name, count: Number(count), hours: Number(hours), html: box.innerHTML };
    const known = days.find((one) => one.account === account);
    if (known) pack.titles = known.titles;
    for (const place of taskBox.querySelectorAll("[data-form]")) place.replaceChildren();
  }
  task = `day-${pack.account}`;
  out = `${OUT}${pack.account}`;
  to = `${day}/commands?of=${pack.account}`;
  // One day on a phone: that of whoever signed in last.
  for (const { account } of days) if (account !== pack.account) await shelf.wipe(`day-${account}`);
  noted = (await shelf.pack(out)) ?? noted;
  listen();
  if (root.dataset.shell) {
    document.title = pack.title;
    show(pack.html);
    keptAt = Date.now();
  } else {
    titles();
    await route();
    await keep(true);
  }
  await paint();
  if (root.dataset.shell) await look();
  if (ended) return;
  await work();
  await send();
  root.dataset.ready = "1";
}

if (root && day && (root.dataset.day || root.dataset.shell)) begin();
