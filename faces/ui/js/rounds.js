// The plan of a round: routes on the map, and visits dragged from pair to pair. What a drag does, a form at each visit does too.
import { areas, box, laid, open, put } from "./map-ground.js";

const ROUTE = ["--route-0", "--route-1", "--route-2", "--route-3", "--route-4", "--route-5"];
const colour = ["match", ["get", "c"], ...ROUTE.flatMap((token, n) => (n < 5 ? [n, token] : [])), ROUTE[5]];
const role = (name) => ["==", ["get", "role"], name];

function show(el) {
  const map = open(el);
  if (!map) return;
  map.on("load", async () => {
    const data = laid(JSON.parse(el.dataset.given));
    try {
      const ground = await areas(map, el);
      ground?.write?.();
    } catch { /* routes need no outlines */ }
    map.addSource("round", { type: "geojson", data });
    const add = (id, type, filter, paint, layout = {}) => put(map, { id: `round-${id}`, type, source: "round", filter, paint, layout });
    const round = { "line-cap": "round", "line-join": "round" };
    add("under", "line", role("route"), { "line-color": "--surface", "line-width": 6, "line-opacity": 0.8 }, round);
    add("route", "line", role("route"), { "line-color": colour, "line-width": 3, "line-dasharray": [2, 1.5] });
    add("base", "circle", role("base"), { "circle-radius": 8, "circle-color": "--ink", "circle-stroke-color": "--surface", "circle-stroke-width": 3 });
    add("left", "circle", role("left"), { "circle-radius": 9, "circle-color": "--surface", "circle-stroke-color": "--vermilion", "circle-stroke-width": 2.5 });
    add("left-name", "symbol", role("left"), { "text-color": "--vermilion" }, { "text-field": ["get", "name"], "text-size": 13, "text-allow-overlap": true });
    add("stop", "circle", role("stop"), { "circle-radius": 12, "circle-color": colour, "circle-stroke-color": "--surface", "circle-stroke-width": 2 });
    add("stop-name", "symbol", role("stop"), { "text-color": "--surface" }, { "text-field": ["get", "name"], "text-size": 12, "text-allow-overlap": true });
    const around = box(data);
    if (around) map.fitBounds(around, { padding: 40, maxZoom: 16, animate: false });
    map.once("idle", () => { el.dataset.ready = "1"; });
  });
}

for (const el of document.querySelectorAll("[data-round]")) show(el);

// A round that is being planned: how far it is, and the page anew when it is done. What somebody types meanwhile stays.
const planning = document.querySelector("[data-stream]#planning");
if (planning && window.EventSource) {
  const source = new EventSource(planning.dataset.stream);
  source.addEventListener("progress", ({ data }) => {
    const { done, words } = JSON.parse(data);
    planning.querySelector("progress").value = done;
    planning.querySelector("[data-words]").textContent = words;
  });
  source.addEventListener("over", () => {
    source.close();
    const to = planning.querySelector("a.button");
    if (document.activeElement?.matches("main input, main select")) to.focus();
    else location.replace(to.href);
  });
  addEventListener("pagehide", () => source.close());
}

const form = document.querySelector("[data-round-move]");
let held = null;
const clear = () => { for (const el of document.querySelectorAll(".round-before, .round-end")) el.classList.remove("round-before", "round-end"); };
/** The visit before which it would be put, if any. */
const next = (list, y) => [...list.querySelectorAll("[data-visit]")].find((li) => {
  const { top, height } = li.getBoundingClientRect();
  return li !== held && y < top + height / 2;
});

for (const li of form ? document.querySelectorAll("[data-visit][draggable]") : []) {
  li.addEventListener("dragstart", (event) => {
    held = li;
    li.classList.add("round-held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", li.dataset.visit);
  });
  li.addEventListener("dragend", () => { li.classList.remove("round-held"); held = null; clear(); });
}
for (const list of form ? document.querySelectorAll("[data-pair]") : []) {
  list.addEventListener("dragover", (event) => {
    if (!held) return;
    event.preventDefault();
    clear();
    const before = next(list, event.clientY);
    if (before) before.classList.add("round-before");
    else list.classList.add("round-end");
  });
  list.addEventListener("drop", (event) => {
    if (!held) return;
    event.preventDefault();
    const others = [...list.querySelectorAll("[data-visit]")].filter((li) => li !== held);
    const before = next(list, event.clientY);
    form.elements.visit.value = held.dataset.visit;
    form.elements.to.value = list.dataset.pair;
    form.elements.place.value = String(before ? others.indexOf(before) + 1 : others.length + 1);
    form.submit();
  });
}
