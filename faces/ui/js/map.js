// Maps: loaded only on pages that show one. The list or the address field beside it says the same in words.
// <div class="map" data-map data-lat data-lon data-zoom data-areas="/…geojson" data-points="/…geojson" data-label="…">
import { Map, Marker, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";
import { place } from "./here.js";

const worker = document.querySelector("meta[name=map-worker]")?.content;
if (worker) setWorkerUrl(worker);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function create(el) {
  const { lat, lon, zoom, areas } = el.dataset;
  const sources = areas ? { areas: { type: "geojson", data: areas } } : {};
  const layers = [{ id: "ground", type: "background", paint: { "background-color": css("--sunken") } }];
  if (areas) {
    layers.push(
      { id: "areas", type: "fill", source: "areas", paint: { "fill-color": css("--surface") } },
      { id: "area-lines", type: "line", source: "areas", paint: { "line-color": css("--control"), "line-width": 1 } },
      { id: "area-names", type: "symbol", source: "areas", layout: { "text-field": ["get", "name"], "text-size": 13 },
        paint: { "text-color": css("--ink"), "text-halo-color": css("--surface"), "text-halo-width": 2 } },
    );
  }
  const map = new Map({
    container: el, center: [Number(lon), Number(lat)], zoom: Number(zoom || 11), attributionControl: false,
    localIdeographFontFamily: css("--sans") || "sans-serif",
    style: { version: 8, sources, layers },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  return map;
}

/** A map on which one tap sets the pin; fills the form's lat and lon (WGS-84). */
export function pick(el, words = {}) {
  const map = create(el);
  let pin;
  const set = (lat, lon) => {
    pin ??= new Marker({ color: css("--vermilion"), draggable: true }).setLngLat([lon, lat]).addTo(map);
    pin.setLngLat([lon, lat]);
    pin.on("dragend", () => { const at = pin.getLngLat(); place(at.lat, at.lng); });
    const say = el.parentElement.querySelector("[role=status]");
    if (say && words.done) say.textContent = words.done;
  };
  map.on("click", ({ lngLat }) => place(lngLat.lat, lngLat.lng));
  document.addEventListener("mulin:place", ({ detail }) => {
    set(detail.lat, detail.lon);
    map.easeTo({ center: [detail.lon, detail.lat], zoom: Math.max(map.getZoom(), 14) });
  });
  map.on("load", async () => {
    // The whole district at first, whatever middle the configuration names.
    const around = el.dataset.areas && box(await load(el.dataset.areas).catch(() => ({ features: [] })));
    if (around && !pin) map.fitBounds(around, { padding: 12, animate: false });
  });
  const lat = document.querySelector('input[name="lat"]')?.value;
  const lon = document.querySelector('input[name="lon"]')?.value;
  if (lat && lon) set(Number(lat), Number(lon));
  return map;
}

/** The box around everything in a FeatureCollection. */
function box(data) {
  let [west, south, east, north] = [180, 90, -180, -90];
  const walk = (c) => {
    if (typeof c[0] !== "number") return c.forEach(walk);
    [west, south, east, north] = [Math.min(west, c[0]), Math.min(south, c[1]), Math.max(east, c[0]), Math.max(north, c[1])];
  };
  for (const feature of data.features) if (feature.geometry) walk(feature.geometry.coordinates);
  return east >= west ? [[west, south], [east, north]] : null;
}

async function load(url) {
  const answer = await fetch(url, { headers: { accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function popup(map, { features, lngLat }) {
  const { title, url, point_count } = features[0].properties;
  if (point_count) return map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 });
  const link = document.createElement(url ? "a" : "span");
  if (url) link.href = url;
  link.textContent = title ?? "";
  new Popup().setLngLat(lngLat).setDOMContent(link).addTo(map);
}

const tone = (other) => ["match", ["get", "tone"], "bad", css("--vermilion"), "wait", css("--amber-line"), other];

/** A map of points from a GeoJSON address; a tap opens what stands in `properties` (title, url, tone). */
export function points(el) {
  const words = el.querySelector(".map-words");
  const fail = () => { if (words) { words.hidden = false; words.textContent = el.dataset.failed ?? ""; } };
  let map;
  // Without WebGL there is no map; the list beside it says the same.
  try { map = create(el); } catch { return fail(); }
  map.on("load", async () => {
    if (words) words.hidden = true;
    try {
      const data = await load(el.dataset.points);
      map.addSource("points", { type: "geojson", data, cluster: true, clusterRadius: 36 });
      map.addLayer({ id: "points", type: "circle", source: "points", paint: {
        "circle-radius": ["case", ["has", "point_count"], 15, 7], "circle-stroke-width": 2, "circle-stroke-color": css("--surface"),
        "circle-color": ["case", ["has", "point_count"], css("--slate"), tone(css("--jade"))] } });
      map.addLayer({ id: "counts", type: "symbol", source: "points", filter: ["has", "point_count"],
        layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 13 }, paint: { "text-color": css("--on-slate") } });
      map.on("click", "points", (event) => popup(map, event));
      if (el.dataset.posts) {
        map.addSource("posts", { type: "geojson", data: await load(el.dataset.posts) });
        map.addLayer({ id: "posts", type: "circle", source: "posts", filter: ["==", ["get", "tier"], "police_post"], paint: {
          "circle-radius": 4, "circle-color": css("--surface"), "circle-stroke-width": 3, "circle-stroke-color": css("--slate") } }, "points");
        map.on("click", "posts", (event) => popup(map, event));
      }
      if (el.dataset.problems) {
        const pieces = await load(el.dataset.problems);
        map.addSource("problems", { type: "geojson", data: pieces });
        map.addLayer({ id: "problems", type: "fill", source: "problems", paint: { "fill-color": css("--vermilion"), "fill-opacity": 0.7 } });
        map.addLayer({ id: "problem-lines", type: "line", source: "problems", paint: { "line-color": css("--vermilion"), "line-width": 4 } });
      }
      if (el.dataset.fit === undefined && el.dataset.areas) {
        const around = box(await load(el.dataset.areas)) ?? box(data);
        if (around && Number(el.dataset.zoom ?? 0) < 12) map.fitBounds(around, { padding: 12, animate: false });
      }
      let waiting = false;
      document.body.addEventListener("mulin:changed", async () => {
        if (waiting) return;
        waiting = true;
        try { map.getSource("points").setData(await load(el.dataset.points)); } catch { /* the list says it */ }
        setTimeout(() => { waiting = false; }, 3000);
      });
    } catch { fail(); }
  });
  return map;
}

for (const el of document.querySelectorAll("[data-map]")) points(el);
