// The map of a search: probability by street, routes, what was searched, sightings, first looks. The list beside it says the same. What is drawn comes
// from the address in `data-search-map` of an element that the page refreshes; the map follows it, and the slider asks for an earlier instant.
import { Popup } from "maplibre-gl";
import { areas, box, load, missed, open, put } from "./map-ground.js";
import { circled } from "./track.js";

const nothing = { type: "FeatureCollection", features: [] };
const role = (...names) => ["in", ["get", "role"], ["literal", names]];
const HEAT = ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4"];
const ROUTE = ["--route-0", "--route-1", "--route-2", "--route-3", "--route-4", "--route-5"];
const pick = (of, tokens) => ["match", of, ...tokens.flatMap((token, n) => (n < tokens.length - 1 ? [n, token] : [])), tokens.at(-1)];
// Beside the street on which they walk: its colour stays in sight, and two teams on one street do too.
const OFF = 5;
const round = { "line-cap": "round", "line-join": "round" };

function layers(map) {
  const add = (id, type, filter, paint, layout = {}) => put(map, { id: `search-${id}`, type, source: "search", filter, paint, layout });
  map.addSource("search", { type: "geojson", data: nothing });
  add("ring", "line", role("ring"), { "line-color": "--slate", "line-width": 2, "line-dasharray": [3, 2] });
  add("p", "line", role("p"), { "line-color": pick(["get", "band"], HEAT), "line-opacity": 0.9,
    "line-width": ["interpolate", ["linear"], ["zoom"], 12, ["-", 3, ["*", 0.4, ["get", "band"]]], 17, ["-", 12, ["*", 1.6, ["get", "band"]]]] }, round);
  add("searched-under", "line", role("searched"), { "line-color": "--surface", "line-width": 6 });
  add("searched", "line", role("searched"), { "line-color": "--slate", "line-width": 5, "line-dasharray": [0.5, 0.7] });
  add("made-up", "line", role("made-up"), { "line-color": "--ink-quiet", "line-width": 3, "line-dasharray": [1, 1.5] });
  add("proposal-under", "line", role("proposal", "route"), { "line-color": "--surface", "line-width": 6, "line-opacity": 0.85, "line-offset": OFF }, round);
  add("proposal", "line", role("proposal"), { "line-color": pick(["%", ["get", "n"], 6], ROUTE), "line-width": 3.5, "line-dasharray": [2, 1], "line-offset": OFF });
  add("route", "line", role("route"), { "line-color": ["case", ["get", "silent"], "--vermilion", pick(["%", ["get", "n"], 6], ROUTE)], "line-width": 4, "line-offset": OFF }, round);
  add("accuracy", "fill", role("accuracy"), { "fill-color": "--slate", "fill-opacity": 0.14 });
  add("look", "circle", role("look"), { "circle-radius": 5, "circle-color": ["case", ["get", "due"], "--amber", "--surface"], "circle-stroke-color": "--amber-line", "circle-stroke-width": 2.5 });
  add("point", "circle", role("sighting", "fix", "last-seen", "found"), { "circle-radius": 8, "circle-stroke-width": 3, "circle-stroke-color": "--surface",
    "circle-color": ["match", ["get", "role"], "sighting", "--route-1", "fix", "--slate", "found", "--jade", "--vermilion"] });
  add("letters", "symbol", role("route", "proposal", "made-up"), { "text-color": "--ink", "text-halo-color": "--surface", "text-halo-width": 3 },
    { "symbol-placement": "line", "symbol-spacing": 160, "text-field": ["get", "name"], "text-size": 17, "text-rotation-alignment": "viewport", "text-keep-upright": true });
  add("names", "symbol", role("sighting", "fix", "last-seen", "ring"), { "text-color": "--ink", "text-halo-color": "--surface", "text-halo-width": 2 },
    { "text-field": ["get", "name"], "text-size": 13, "text-offset": [0, 1], "text-anchor": "top" });
  add("team", "circle", role("team"), { "circle-radius": 13, "circle-color": "--ink", "circle-stroke-color": "--surface", "circle-stroke-width": 2.5 });
  add("team-letter", "symbol", role("team"), { "text-color": "--surface" }, { "text-field": ["get", "name"], "text-size": 14, "text-allow-overlap": true });
  for (const id of ["search-team", "search-point", "search-look", "search-route", "search-proposal", "search-made-up"]) {
    map.on("click", id, ({ features, lngLat }) => {
      const words = document.createElement("span");
      words.textContent = features[0].properties.title ?? features[0].properties.name ?? "";
      new Popup().setLngLat(lngLat).setDOMContent(words).addTo(map);
    });
    map.on("mouseenter", id, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", id, () => { map.getCanvas().style.cursor = ""; });
  }
}

function show(el) {
  const live = () => document.querySelector(el.dataset.from);
  const map = open(el);
  if (!map) return;
  let ago = null;
  let stamp = null;
  let asked = 0;
  const draw = async (first) => {
    const mine = (asked += 1);
    const url = new URL(live()?.dataset.searchMap ?? "", location.href);
    if (ago !== null) url.searchParams.set("ago", ago);
    try {
      const data = circled(await load(url));
      // Whoever pushed the slider on meanwhile sees what was asked last.
      if (mine !== asked) return;
      map.getSource("search").setData(data);
      const near = data.features.filter((f) => ["route", "proposal", "last-seen", "sighting", "team", "ring"].includes(f.properties.role));
      const around = first && box({ features: near });
      if (around) map.fitBounds(around, { padding: 40, maxZoom: 16, animate: false });
    } catch { missed(map); }
    map.once("idle", () => { el.dataset.ready = "1"; });
  };
  map.on("load", async () => {
    let write = () => {};
    try { ({ write } = await areas(map, el)); } catch { /* routes need no outlines */ }
    write();
    layers(map);
    stamp = live()?.dataset.stamp;
    await draw(true);
    new MutationObserver(() => {
      if (live()?.dataset.stamp === stamp) return;
      stamp = live()?.dataset.stamp;
      draw(false);
    }).observe(document.querySelector("#main") ?? document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-stamp"] });
  });
  slider((minutes) => { ago = minutes; draw(false); });
}

/** How it stood so many minutes ago: the list goes on showing now, the map says when it is. */
function slider(ask) {
  const form = document.querySelector("[data-time]");
  const range = form?.querySelector("input[type=range]");
  if (!range) return;
  const out = form.querySelector("output");
  for (const part of form.querySelectorAll("select, button")) part.hidden = true;
  form.querySelector("label").htmlFor = range.id;
  range.hidden = false;
  // To the right is now.
  const longest = Number(range.max);
  const minutes = () => longest - Number(range.value);
  range.value = String(longest - Number(range.value));
  const say = () => { out.textContent = minutes() === 0 ? range.dataset.now : range.dataset.ago.replace("{n}", minutes()); };
  say();
  let timer;
  range.addEventListener("input", () => {
    say();
    clearTimeout(timer);
    timer = setTimeout(() => ask(minutes()), 250);
  });
}

for (const el of document.querySelectorAll("[data-search]")) show(el);

// News must not take away what somebody is about to tick, nor fold what they read.
let unfolded = [];
const busy = (live) => live.querySelector("input[name=leg]:checked, input[name=team]:not(:checked)") ||
  (live.contains(document.activeElement) && document.activeElement.matches("select, input"));
document.addEventListener("htmx:before:request", (event) => {
  const live = event.target;
  if (live.id !== "search-live") return;
  if (busy(live)) return event.preventDefault();
  unfolded = [...live.querySelectorAll("details[open][id]")].map((part) => part.id);
});
document.addEventListener("htmx:after:swap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});
