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
  const lat = document.querySelector('input[name="lat"]')?.value;
  const lon = document.querySelector('input[name="lon"]')?.value;
  if (lat && lon) set(Number(lat), Number(lon));
  return map;
}

/** A map of points from a GeoJSON address; a tap opens what stands in `properties` (title, url). */
export function points(el) {
  const map = create(el);
  map.on("load", async () => {
    const answer = await fetch(el.dataset.points, { headers: { accept: "application/geo+json" } });
    if (!answer.ok) return;
    const data = await answer.json();
    map.addSource("points", { type: "geojson", data, cluster: true, clusterRadius: 36 });
    map.addLayer({ id: "points", type: "circle", source: "points", paint: {
      "circle-radius": ["case", ["has", "point_count"], 16, 8], "circle-stroke-width": 2, "circle-stroke-color": css("--surface"),
      "circle-color": ["case", ["==", ["get", "tone"], "bad"], css("--vermilion"), ["==", ["get", "tone"], "wait"], css("--amber-line"), css("--jade")] } });
    map.addLayer({ id: "counts", type: "symbol", source: "points", filter: ["has", "point_count"],
      layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 13 }, paint: { "text-color": css("--on-jade") } });
    map.on("click", "points", ({ features, lngLat }) => {
      const { title, url, point_count } = features[0].properties;
      if (point_count) return map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 });
      const link = document.createElement(url ? "a" : "span");
      if (url) link.href = url;
      link.textContent = title ?? "";
      new Popup().setLngLat(lngLat).setDOMContent(link).addTo(map);
    });
  });
  return map;
}

for (const el of document.querySelectorAll("[data-map]")) points(el);
