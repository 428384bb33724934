// Maps: loaded only on pages that show one. The list or the address field beside it says the same in words.
// <div class="map" data-map data-lat data-lon data-zoom data-areas="/…geojson" data-near data-points data-posts …>
import { Marker, Popup } from "maplibre-gl";
import { place } from "./here.js";
import { draw } from "./fence-draw.js";
import { track } from "./track.js";
import { areas, asked, box, css, fromMap, label, laid, load, missed, namesKnown, open, put, toMap } from "./map-ground.js";

/** Kept free around what is shown: buttons stand on the right, the scale and whose map it is below. */
const ROOM = { top: 32, left: 32, right: 64, bottom: 52 };

/** Posts with their names from a certain nearness on, to find one's way. */
async function landmarks(map, url) {
  const data = await load(url);
  map.addSource("landmarks", { type: "geojson", data });
  namesKnown(map, data);
  put(map, { id: "landmarks", type: "circle", source: "landmarks", minzoom: 12, paint: {
    "circle-radius": 4, "circle-color": "--surface", "circle-stroke-width": 3, "circle-stroke-color": "--slate" } });
  return () => put(map, label("landmarks", { minzoom: 12.5, offset: 0.7, colour: "--slate" }));
}

/** A place on the map goes into the form in WGS-84, whatever the datum of the map. */
function putAt({ lng, lat }) {
  const [lon, north] = fromMap([lng, lat]);
  place(north, lon);
}

/** A map on which one tap sets the pin; fills the form's lat and lon (WGS-84). Without a pointer: move the map with the
 *  arrow keys, then the button that takes its middle. */
export function pick(el) {
  const centre = el.parentElement.querySelector("[data-pin-centre]");
  const map = open(el);
  // Without WebGL the address and the list say the same.
  if (!map) {
    for (const part of el.parentElement.querySelectorAll(".hint, [data-pin-centre]")) part.hidden = true;
    return null;
  }
  el.classList.add("map-aim");
  let pin;
  map.on("load", async () => {
    try {
      const ground = await areas(map, el);
      const namePosts = el.dataset.posts ? await landmarks(map, el.dataset.posts) : () => {};
      ground.write();
      namePosts();
      // The whole district at first, whatever middle the configuration names.
      const around = box(ground.data);
      if (around && !pin && !asked()) map.fitBounds(around, { padding: 12, animate: false });
    } catch { /* the pin works without outlines */ }
  });
  const set = (lat, lon) => {
    if (!pin) {
      pin = new Marker({ color: css("--vermilion"), draggable: true });
      pin.on("dragend", () => putAt(pin.getLngLat()));
    }
    pin.setLngLat(toMap([lon, lat])).addTo(map);
  };
  map.on("click", ({ lngLat }) => putAt(lngLat));
  centre.addEventListener("click", () => putAt(map.getCenter()));
  document.addEventListener("mulin:place", ({ detail }) => {
    set(detail.lat, detail.lon);
    map.easeTo({ center: toMap([detail.lon, detail.lat]), zoom: Math.max(map.getZoom(), 14) });
  });
  document.addEventListener("mulin:unpin", () => pin?.remove());
  const lat = document.querySelector('input[name="lat"]')?.value;
  const lon = document.querySelector('input[name="lon"], input[name="long"]')?.value;
  if (lat && lon) set(Number(lat), Number(lon));
  return map;
}

/** Degrees within which points are at one door: no zoom takes them apart. */
const ONE_DOOR = 1e-4;
/** As many as a list over a map holds. */
const MOST = 20;

const atOneDoor = (all) => all.every(({ geometry: { coordinates: c } }) => c.every((v, i) => Math.abs(v - all[0].geometry.coordinates[i]) < ONE_DOOR));

function named({ properties: { title, url } }) {
  const link = document.createElement(url ? "a" : "span");
  if (url) link.href = url;
  link.textContent = title ?? "";
  return link;
}

/** What lies under a tap: what it is called, or all of them where several stand at one door; else nearer. */
async function popup(map, { features, lngLat }) {
  let all = features;
  const { cluster_id: cluster } = features[0].properties;
  if (cluster !== undefined) {
    all = await map.getSource("points").getClusterLeaves(cluster, MOST, 0);
    if (!atOneDoor(all)) return map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 });
  }
  const list = document.createElement("ul");
  list.className = "map-list";
  list.append(...all.slice(0, MOST).map((f) => {
    const item = document.createElement("li");
    item.append(named(f));
    return item;
  }));
  new Popup({ maxWidth: "280px" }).setLngLat(lngLat).setDOMContent(all.length > 1 ? list : named(all[0])).addTo(map);
  // A list is wide: in a narrow map it is seen whole only from the middle.
  if (all.length > 1) map.easeTo({ center: lngLat, offset: [0, 100] });
}

const tone = (other) => ["match", ["get", "tone"], "bad", "--vermilion", "wait", "--amber-line", other];

/** Posts: rings, police posts from afar, all of them from near; their names are written later. */
async function posts(map, url) {
  const data = await load(url);
  map.addSource("posts", { type: "geojson", data });
  namesKnown(map, data);
  const main = ["==", ["get", "tier"], "police_post"];
  const paint = { "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2.5, 13, 5], "circle-color": "--surface", "circle-stroke-width": 2, "circle-stroke-color": "--slate" };
  put(map, { id: "posts", type: "circle", source: "posts", filter: main, paint });
  put(map, { id: "posts-near", type: "circle", source: "posts", minzoom: 12.5, filter: ["!", main], paint });
  for (const id of ["posts", "posts-near"]) map.on("click", id, (event) => popup(map, event));
  choosePosts(map, data);
  return () => {
    put(map, label("posts", { minzoom: 10.8, filter: main, offset: 0.7, colour: "--slate" }));
    put(map, label("posts", { minzoom: 13.2, filter: ["!", main], offset: 0.7, colour: "--slate" }));
  };
}

function matters(map, data) {
  map.addSource("points", { type: "geojson", data, cluster: true, clusterRadius: 30,
    // A number is red when one of those under it is overdue.
    clusterProperties: { late: ["+", ["case", ["==", ["get", "tone"], "bad"], 1, 0]] } });
  put(map, { id: "points", type: "circle", source: "points", paint: {
    "circle-radius": ["case", ["has", "point_count"], 13, 7], "circle-stroke-width": 2, "circle-stroke-color": "--surface",
    "circle-color": ["case", ["all", ["has", "point_count"], [">", ["get", "late"], 0]], "--vermilion", ["has", "point_count"], "--jade", tone("--jade")] } });
  // A dot is no label, so names would lie under it: nothing to see takes its room.
  put(map, { id: "room", type: "symbol", source: "points", filter: ["!", ["has", "point_count"]],
    layout: { "text-field": "●", "text-size": 13, "text-allow-overlap": true, "text-padding": 4 }, paint: { "text-opacity": 0 } });
  put(map, { id: "counts", type: "symbol", source: "points", filter: ["has", "point_count"],
    // The numbers come first; names make way for them.
    layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 13, "text-allow-overlap": true, "text-padding": 9 }, paint: { "text-color": "--on-jade" } });
  map.on("click", "points", (event) => popup(map, event));
  for (const id of ["points", "posts", "posts-near"]) {
    if (!map.getLayer(id)) continue;
    map.on("mouseenter", id, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", id, () => { map.getCanvas().style.cursor = ""; });
  }
  return data;
}

async function problems(map, url) {
  map.addSource("problems", { type: "geojson", data: await load(url) });
  put(map, { id: "problems", type: "fill", source: "problems", paint: { "fill-color": "--vermilion", "fill-opacity": 0.7 } });
  put(map, { id: "problem-lines", type: "line", source: "problems", paint: { "line-color": "--vermilion", "line-width": 4 } });
}

/** A map of what its addresses hold; a tap opens what stands in `properties` (title, url, tone). */
export function show(el) {
  const map = open(el);
  if (!map) return null;
  map.on("load", async () => {
    try {
      const ground = await areas(map, el);
      const namePosts = el.dataset.posts ? await posts(map, el.dataset.posts) : () => {};
      // Either an address, or on the page itself what must not have one.
      const { points, given } = el.dataset;
      const shown = points ? await load(points) : given ? laid(JSON.parse(given)) : null;
      const data = shown && matters(map, shown);
      if (el.dataset.problems) await problems(map, el.dataset.problems);
      // What is written last is placed first: names of posts make way for those of the area, they can stand on any side of their ring.
      namePosts();
      ground.write();
      if (data) for (const id of ["points", "room", "counts"]) map.moveLayer(id);
      const zoom = Number(el.dataset.zoom ?? 0);
      // `data-fit`: all points are seen, but from no nearer than the zoom asked for.
      if (!asked() && (zoom < 12 || el.dataset.fit !== undefined)) {
        const around = (data && box(data)) ?? box(ground.data);
        if (around) map.fitBounds(around, { padding: ROOM, maxZoom: zoom < 12 ? 13.5 : zoom, animate: false });
      }
      choose(map, ground.data);
      if (points) follow(map, el);
    } catch { missed(map); }
    // Everything is drawn, names too.
    map.once("idle", () => { el.dataset.ready = "1"; });
  });
  return map;
}

/** A name in the list beside the map becomes a button once there is a map to show it on. */
function clickable(map, name, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.append(...name.childNodes);
  name.append(button);
  button.addEventListener("click", () => {
    act();
    map.getContainer().scrollIntoView({ block: "nearest" });
  });
}

/** Names of areas: a click shows the area. */
function choose(map, data) {
  for (const name of document.querySelectorAll("[data-show-area]")) {
    const area = data.features.find((f) => f.properties.id === name.dataset.showArea);
    if (area) clickable(map, name, () => map.fitBounds(box({ features: [area] }), { padding: 40, maxZoom: 14 }));
  }
}

/** Likewise names of posts. */
function choosePosts(map, data) {
  for (const name of document.querySelectorAll("[data-show-post]")) {
    const post = data.features.find((f) => f.properties.id === name.dataset.showPost);
    if (!post) continue;
    const lngLat = post.geometry.coordinates;
    clickable(map, name, () => {
      map.easeTo({ center: lngLat, zoom: Math.max(map.getZoom(), 14) });
      popup(map, { features: [post], lngLat });
    });
  }
}

function follow(map, el) {
  let waiting = false;
  document.body.addEventListener("mulin:changed", async () => {
    if (waiting) return;
    waiting = true;
    try { map.getSource("points").setData(await load(el.dataset.points)); } catch { /* the list says it */ }
    setTimeout(() => { waiting = false; }, 3000);
  });
}

export { draw };

for (const el of document.querySelectorAll("[data-map]")) show(el);
for (const el of document.querySelectorAll("[data-track]")) track(el);
