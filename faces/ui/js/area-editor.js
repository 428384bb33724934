// Drawing areas. Everything can be done by mouse, by touch and by keyboard; the server checks the whole set as it would be.
import { Canvas, count } from "./area-editor-map.js";
import { caught, corners, has, insert, keyOf, move, neighbours, remove, stepped } from "./area-editor-shape.js";

/** Pixels within which a corner catches a neighbour. */
const CATCH = 12;
/** Milliseconds of quiet before the server is asked. */
const QUIET = 350;

const root = document.getElementById("editor");
const words = JSON.parse(root.dataset.words);
const $ = (query) => root.querySelector(query);
const part = (name) => $(`[data-part="${name}"]`);
const say = (name, values = {}) => Object.entries(values).reduce((text, [k, v]) => text.replaceAll(`{${k}}`, v), words[name] ?? name);

const state = { areas: new Map(), ends: [], current: root.dataset.area, chosen: -1, line: null, drag: null };
let original = new Map();
let ground = { parents: [], posts: [], district: [] };
let [past, future] = [[], []];
let [made, saved, asked] = [0, false, 0];
let timer;

const tell = (text) => { $(".editor-say").textContent = text; };
const area = () => state.areas.get(state.current);
const list = () => (area() ? [...corners(area().outline)] : []);
const chosen = () => list()[state.chosen];
const shared = () => $("#shared").checked;
const touched = () => [...state.areas.values()].filter((a) => original.get(a.id) !== a);
const changed = () => touched().length > 0 || state.ends.length > 0;

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (![200, 409, 422].includes(answer.status)) throw new Error(String(answer.status));
  return { ok: answer.ok, body: await answer.json() };
}

/** Keeps what was, so that it can be undone. */
function change(next, { ends = state.ends, current = state.current } = {}) {
  past.push({ areas: state.areas, ends: state.ends, current: state.current });
  future = [];
  Object.assign(state, { areas: next, ends, current });
  refresh();
  later();
}

function back(from, to, word) {
  const step = from.pop();
  if (!step) return;
  to.push({ areas: state.areas, ends: state.ends, current: state.current });
  Object.assign(state, step);
  tell(say(word));
  refresh();
  later();
}

/** Areas that change together with the current one. */
const together = (key) => (shared() ? [...state.areas.values()].filter((a) => has(a.outline, key)).map((a) => a.id) : [state.current]);

function moveChosen(to) {
  const corner = chosen();
  if (!corner) return tell(say("choose"));
  const key = keyOf(corner.point);
  change(move(state.areas, together(key), key, to));
  tell(say("moved"));
}

function insertAfter(n, point) {
  const corner = list()[n];
  if (!corner) return tell(say("choose"));
  const next = area().outline[corner.part][corner.ring][corner.at + 1];
  const between = point ?? [(corner.point[0] + next[0]) / 2, (corner.point[1] + next[1]) / 2];
  const ids = shared() ? [...state.areas.keys()] : [state.current];
  state.chosen = n + 1;
  change(insert(state.areas, ids, corner.point, next, between));
  tell(say("inserted"));
}

function removeChosen() {
  const corner = chosen();
  if (!corner) return tell(say("choose"));
  const key = keyOf(corner.point);
  const next = remove(state.areas, together(key), key);
  if (!next) return tell(say("too-few"));
  state.chosen = Math.max(0, state.chosen - 1);
  change(next);
  tell(say("removed"));
}

// --- the line that draws or splits ---

function tool(name) {
  state.line = name === "move" ? null : { tool: name, points: [] };
  for (const b of root.querySelectorAll("[data-tool]")) b.setAttribute("aria-pressed", String(b.dataset.tool === name));
  part("line").hidden = !state.line;
  if (state.line) tell(begun());
  refresh();
}

/** What the line is for, before it has a point. */
const begun = () => say(state.line.tool === "draw" ? "drawing" : "cutting");

function addPoint(point) {
  if (!state.line) return;
  state.line.points = [...state.line.points, point];
  tell(say("point-added", { n: state.line.points.length }));
  refresh();
}

async function finish() {
  const { tool: name, points } = state.line;
  if (points.length < (name === "draw" ? 3 : 2)) return tell(say("line-short"));
  if (name === "draw") {
    const bare = area()?.outline.length === 0 ? area() : null;
    state.chosen = 0;
    if (bare) {
      tool("move");
      return change(new Map(state.areas).set(bare.id, { ...bare, outline: [[[...points, points[0]]]] }));
    }
    made += 1;
    const id = `new-${made}`;
    const fresh = { id, fresh: true, kind: root.dataset.kind, code: "", name: say("new-area"), parent: null, seen: null, serves: "", outline: [[[...points, points[0]]]] };
    tool("move");
    return change(new Map(state.areas).set(id, fresh), { current: id });
  }
  const old = area();
  const near = shared() ? neighbours(state.areas, old.id).map(({ id, outline }) => ({ id, outline })) : [];
  const { ok, body } = await post(root.dataset.split, { outline: old.outline, line: points, neighbours: near });
  if (!ok) return tell(body.words);
  made += 1;
  const id = `new-${made}`;
  const next = new Map(state.areas);
  next.set(old.id, { ...old, outline: body.halves[0] });
  next.set(id, { ...old, id, fresh: true, seen: null, code: "", name: say("half", { name: old.name }), cutFrom: old.fresh ? null : old.id, outline: body.halves[1] });
  for (const n of body.neighbours) next.set(n.id, { ...next.get(n.id), outline: n.outline });
  state.chosen = 0;
  tool("move");
  change(next);
  tell(say("split-done"));
  part("areas").querySelector(`[data-id="${id}"] [data-field="name"]`)?.select();
}

async function merge() {
  const other = state.areas.get($("#merge-with").value);
  const own = area();
  if (!other || !own) return tell(say("not-neighbours"));
  const { ok, body } = await post(root.dataset.merge, { outlines: [own.outline, other.outline] });
  if (!ok) return tell(body.words);
  const next = new Map(state.areas);
  next.set(own.id, { ...own, outline: body.outline });
  next.delete(other.id);
  const ends = other.fresh ? state.ends : [...state.ends, { id: other.id, name: other.name, seen: other.seen, into: own.fresh ? null : own.id }];
  state.chosen = 0;
  change(next, { ends });
  tell(say("merged"));
}

// --- what the server says ---

const sent = (a) => ({ id: a.fresh ? null : a.id, kind: a.kind, code: a.code || null, name: a.name,
  name_en: (a.name_en ?? "") === (original.get(a.id)?.name_en ?? "") ? null : a.name_en, parent: a.parent || null, seen: a.seen,
  outline: a.outline.length > 0 ? a.outline : null, serves: a.serves && a.serves !== original.get(a.id)?.serves ? a.serves : null, cut_from: a.cutFrom ?? null });
const edit = () => ({ areas: touched().map(sent), ends: state.ends.map(({ id, seen, into }) => ({ id, seen, into })) });

function later() {
  clearTimeout(timer);
  $('[data-do="save"]').disabled = true;
  root.dataset.checked = "";
  if (!changed()) {
    part("verdict").textContent = say("unchanged");
    return show({ right: false, problems: [], pieces: [], effects: [] }, true);
  }
  part("verdict").textContent = say("checking");
  timer = setTimeout(look, QUIET);
}

async function look() {
  asked += 1;
  const mine = asked;
  try {
    const { body } = await post(root.dataset.look, edit());
    // An older answer is about something that is not there any more.
    if (mine === asked) show(body);
  } catch {
    if (mine === asked) part("verdict").textContent = say("failed");
  }
}

function show(answer, silent = false) {
  if (!silent) part("verdict").textContent = say(answer.right ? "right" : "refused");
  part("verdict").className = silent ? "" : answer.right ? "notice notice-good" : "notice notice-bad";
  part("problems").replaceChildren(...answer.problems.map(({ words: text, at, refuses }) => {
    const item = document.createElement("li");
    item.className = "pad";
    const tag = document.createElement(at ? "button" : "span");
    if (at) {
      tag.type = "button";
      tag.className = "link-button";
      tag.addEventListener("click", () => canvas.go(at));
    }
    tag.textContent = text;
    item.dataset.refuses = String(refuses);
    item.append(tag);
    return item;
  }));
  part("effects").replaceChildren(...answer.effects.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  canvas.problems(answer.pieces);
  $('[data-do="save"]').disabled = !answer.right;
  root.dataset.checked = silent ? "" : answer.right ? "right" : "wrong";
}

async function save() {
  const button = $('[data-do="save"]');
  button.disabled = true;
  try {
    const { ok, body } = await post(root.dataset.save, { ...edit(), from: $("#from").value || null });
    show(body);
    if (!ok) return part("verdict").focus();
    saved = true;
    window.location.assign(body.saved);
  } catch {
    button.disabled = false;
    part("verdict").textContent = say("failed");
  }
}

// --- what is beside the map ---

function options(select, items, value, keep = 0) {
  while (select.options.length > keep) select.remove(keep);
  for (const [v, text] of items) select.add(new Option(text, v));
  select.value = value ?? "";
}

function label({ part: p, ring, at, point }) {
  const where = [area().outline.length > 1 && at === 0 && ring === 0 ? say("part", { n: p + 1 }) : "", ring > 0 ? say("hole", { n: ring }) : ""].filter(Boolean).join(" ");
  return `${at + 1} · ${point[0].toFixed(6)}, ${point[1].toFixed(6)}${where ? ` · ${where}` : ""}`;
}

function forms() {
  const shown = touched();
  const here = part("areas");
  const ids = shown.map((a) => a.id).join(" ");
  // Whoever is typing is not disturbed.
  if (here.dataset.ids !== ids) {
    here.dataset.ids = ids;
    here.replaceChildren(...shown.map((a) => {
      const form = $("#area-form").content.cloneNode(true).firstElementChild;
      form.dataset.id = a.id;
      // A new area has to be named; others rarely change theirs.
      form.open = Boolean(a.fresh);
      options(form.querySelector('[data-field="parent"]'), ground.parents.map((p) => [p.id, p.name]), a.parent, 1);
      options(form.querySelector('[data-field="serves"]'), ground.posts.map((p) => [p.id, p.name]), a.serves, 1);
      form.querySelector("[data-only]").hidden = a.kind !== "police";
      for (const field of form.querySelectorAll("[data-field]")) {
        field.value = a[field.dataset.field] ?? "";
        field.addEventListener("change", () => {
          const now = state.areas.get(a.id);
          if (now) change(new Map(state.areas).set(a.id, { ...now, [field.dataset.field]: field.value }));
        });
      }
      form.querySelector("[data-open]").addEventListener("click", () => open(a.id));
      return form;
    }));
  }
  for (const form of here.children) {
    const now = state.areas.get(form.dataset.id);
    form.querySelector("summary").textContent = now.name;
    for (const field of form.querySelectorAll("[data-field]")) if (field !== document.activeElement) field.value = now[field.dataset.field] ?? "";
  }
  const gone = state.ends.map((e) => Object.assign(document.createElement("p"), { textContent: say("ended", { name: e.name }), className: "ended" }));
  here.querySelectorAll(".ended").forEach((p) => p.remove());
  if (gone.length > 0) here.append(...gone);
  if (gone.length > 0) here.dataset.ids = "";
}

function refresh() {
  if (!state.areas.has(state.current)) state.current = "";
  const all = list();
  state.chosen = Math.min(state.chosen, all.length - 1);
  const select = $("#corner");
  options(select, all.map((c, n) => [String(n), label(c)]), state.chosen >= 0 ? String(state.chosen) : "");
  const corner = chosen();
  if (document.activeElement !== $("#corner-lon")) $("#corner-lon").value = corner ? corner.point[0] : "";
  if (document.activeElement !== $("#corner-lat")) $("#corner-lat").value = corner ? corner.point[1] : "";
  const near = area() ? neighbours(state.areas, state.current) : [];
  options($("#merge-with"), near.map((a) => [a.id, a.name]), near[0]?.id);
  $('[data-do="merge"]').disabled = near.length === 0;
  $('[data-tool="split"]').disabled = !area();
  $('[data-do="undo"]').disabled = past.length === 0;
  $('[data-do="redo"]').disabled = future.length === 0;
  if (state.line) $("[data-line-count]").textContent = state.line.points.length ? say("point-added", { n: state.line.points.length }) : begun();
  $(".editor-canvas").classList.toggle("map-aim", Boolean(state.line && canvas.map));
  forms();
  canvas.draw({ ...state, original });
}

function open(id) {
  Object.assign(state, { current: id, chosen: 0 });
  refresh();
  canvas.fit([area().outline]);
}

function choose(n) {
  state.chosen = n;
  refresh();
  tell(say("corner-n", { n: n + 1, of: count(area().outline) }));
}

function typed() {
  const point = [$("#corner-lon"), $("#corner-lat")].map((f) => Number(f.value.trim()));
  return point.every((v) => Number.isFinite(v) && v !== 0) ? point : null;
}

const acts = {
  undo: () => back(past, future, "undone"),
  redo: () => back(future, past, "redone"),
  put: () => { const to = typed(); if (to) moveChosen(to); },
  insert: () => insertAfter(state.chosen),
  remove: removeChosen,
  merge,
  save,
  "line-centre": () => addPoint(canvas.centre()),
  "line-typed": () => { const to = typed(); if (to) addPoint(to); },
  "line-corner": () => { const corner = chosen(); if (corner) addPoint(corner.point); else tell(say("choose")); },
  "line-back": () => { state.line.points = state.line.points.slice(0, -1); refresh(); },
  "line-done": finish,
  "line-stop": () => tool("move"),
};

root.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.tool) return tool(button.dataset.tool);
  if (button.dataset.step) return step(...button.dataset.step.split(",").map(Number));
  const act = acts[button.dataset.do];
  if (act) Promise.resolve(act()).catch(() => tell(say("failed")));
});

function step(east, north, times = 1) {
  const corner = chosen();
  if (!corner) return tell(say("choose"));
  const metres = Number($("#step").value) * times;
  moveChosen(stepped(corner.point, east * metres, north * metres));
}

$("#corner").addEventListener("change", ({ target }) => choose(Number(target.value)));

const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
// Before the map sees them: with a corner chosen arrows move it, not the map.
$(".editor-canvas").addEventListener("keydown", (event) => {
  if (state.line || state.chosen < 0) return;
  const arrow = ARROWS[event.key];
  if (arrow) step(...arrow, event.shiftKey ? 10 : 1);
  else if (event.key === "Delete") removeChosen();
  else if (event.key === "Insert") insertAfter(state.chosen);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, select, textarea")) return;
  if (event.key === "z") acts.undo();
  else if (event.key === "y") acts.redo();
  else return;
  event.preventDefault();
});
window.addEventListener("beforeunload", (event) => { if (changed() && !saved) event.preventDefault(); });

/** A place that catches what is near, when that is wished. */
function catching(point, skip = () => false) {
  return $("#snap").checked && canvas.map ? caught(state.areas, skip, point, canvas.project, CATCH) : null;
}

function grab(n) {
  if (state.line) return null;
  state.chosen = n;
  const corner = chosen();
  const key = keyOf(corner.point);
  state.drag = { key, from: key, ids: together(key), before: state.areas, hit: null };
  return n;
}

function drag(point) {
  const { before, from, ids } = state.drag;
  const hit = catching(point, (c) => keyOf(c) === from || keyOf(c) === state.drag.key);
  const to = hit?.point ?? point;
  state.areas = move(before, ids, from, to);
  Object.assign(state.drag, { key: keyOf(to), hit });
  canvas.draw({ ...state, original });
}

function drop() {
  const { before, hit, key, from } = state.drag;
  const moved = state.areas;
  state.drag = null;
  if (key === from) return refresh();
  state.areas = before;
  // A corner on a neighbour's edge becomes a corner of that border, too.
  const next = hit?.edge && shared() ? insert(moved, [...moved.keys()], hit.edge[0], hit.edge[1], hit.point) : moved;
  change(next);
  tell(say(hit ? "snapped" : "moved"));
}

const canvas = new Canvas($(".editor-canvas"), start);
if (!canvas.map) start();

async function start() {
  try {
    const answer = await fetch(root.dataset.ground);
    if (!answer.ok) throw new Error(String(answer.status));
    ground = await answer.json();
  } catch { return tell(say("failed")); }
  state.areas = new Map(ground.areas.map((a) => [a.id, a]));
  original = new Map(state.areas);
  canvas.listen({
    grab, drag, drop, choose,
    middle: (n) => { if (state.line) return false; insertAfter(n); return true; },
    click: (point, other) => {
      if (state.line) addPoint(catching(point)?.point ?? point);
      else if (other) { Object.assign(state, { current: other, chosen: 0 }); refresh(); }
    },
  });
  state.chosen = area()?.outline.length > 0 ? 0 : -1;
  refresh();
  canvas.fit(area()?.outline.length > 0 ? [area().outline] : ground.district.length > 0 ? [ground.district] : ground.areas.map((a) => a.outline));
  if (!area() || area().outline.length === 0) tool("draw");
  root.dataset.ready = "1";
}
