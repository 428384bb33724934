// Where a locator is and was: position with the circle of its accuracy, the path, fences. The list beside the map says the same.
// What is drawn stands as GeoJSON in `data-track-data` of an element that the page refreshes; the map follows it.
import { areas, box, laid, open, put } from "./map-ground.js";

const nothing = { type: "FeatureCollection", features: [] };
/** Metres to a pixel at zoom 0, on the equator; tiles of 512 pixels. */
const SPAN = 78_271.517;

/** A circle as a ring of 64 corners, so many metres around. */
export function ring([lon, lat], metres) {
  const up = metres / 111_195;
  const across = up / Math.cos((lat * Math.PI) / 180);
  const corners = Array.from({ length: 65 }, (_, n) => {
    const angle = (2 * Math.PI * (n % 64)) / 64;
    return [lon + across * Math.cos(angle), lat + up * Math.sin(angle)];
  });
  return { type: "Polygon", coordinates: [corners] };
}

/** As wide as so many metres on the ground, at every zoom. */
export function wide(lat) {
  const pixels = (zoom) => ["*", 2, ["/", ["*", ["get", "metres"], 2 ** zoom], SPAN * Math.cos((lat * Math.PI) / 180)]];
  return ["interpolate", ["exponential", 2], ["zoom"], 8, pixels(8), 20, pixels(20)];
}

/** Circles become rings. */
export function circled(data) {
  const features = data.features.map((f) => {
    const { metres } = f.properties;
    return f.geometry.type === "Point" && metres ? { ...f, geometry: ring(f.geometry.coordinates, metres) } : f;
  });
  return { ...data, features };
}

/** What a page holds, as it is drawn: circles as rings, and everything in the datum of the map. What is fetched by `load` is there already. */
export const drawable = (data) => laid(circled(data));

const role = (name, type) => ["all", ["==", ["get", "role"], name], ...(type ? [["==", ["geometry-type"], type]] : [])];

/** Fences: faces with a rim, and streets with what lies beside them. */
export function fences(map, source, lat) {
  put(map, { id: `${source}-fences`, type: "fill", source, filter: role("fence", "Polygon"), paint: { "fill-color": "--jade", "fill-opacity": 0.14 } });
  put(map, { id: `${source}-rims`, type: "line", source, filter: role("fence", "Polygon"), paint: { "line-color": "--jade", "line-width": 2 } });
  put(map, { id: `${source}-streets`, type: "line", source, filter: role("fence", "LineString"), layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "--jade", "line-opacity": 0.2, "line-width": wide(lat) } });
  put(map, { id: `${source}-middles`, type: "line", source, filter: role("fence", "LineString"), paint: { "line-color": "--jade", "line-width": 2 } });
}

function layers(map, lat) {
  map.addSource("track", { type: "geojson", data: nothing });
  fences(map, "track", lat);
  put(map, { id: "track-accuracy", type: "fill", source: "track", filter: role("accuracy"), paint: { "fill-color": "--slate", "fill-opacity": 0.16 } });
  put(map, { id: "track-accuracy-rim", type: "line", source: "track", filter: role("accuracy"), paint: { "line-color": "--slate", "line-width": 1.5, "line-dasharray": [2, 2] } });
  put(map, { id: "track-path", type: "line", source: "track", filter: role("path"), layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "--slate", "line-width": 4, "line-opacity": 0.75 } });
  put(map, { id: "track-now", type: "circle", source: "track", filter: role("now"), paint: {
    "circle-radius": 9, "circle-color": "--vermilion", "circle-stroke-width": 3, "circle-stroke-color": "--surface" } });
  put(map, { id: "track-names", type: "symbol", source: "track", filter: ["all", ["has", "name"], ["!=", ["get", "role"], "accuracy"]],
    layout: { "text-field": ["get", "name"], "text-size": 14, "text-offset": [0, 1.1], "text-anchor": "top", "text-max-width": 9 },
    paint: { "text-color": "--ink", "text-halo-color": "--surface", "text-halo-width": 2 } });
}

/** The map of one locator. `data-from` names the element that holds the data. */
export function track(el) {
  const holder = () => document.querySelector(el.dataset.from);
  const map = open(el);
  if (!map) return null;
  let shown = "";
  const draw = (first) => {
    const text = holder()?.dataset.trackData ?? "";
    if (text === shown) return;
    shown = text;
    const data = text ? drawable(JSON.parse(text)) : nothing;
    map.getSource("track").setData(data);
    // Whoever looks at the map is not carried away by a later fix.
    const around = first && box({ features: data.features.filter((f) => f.properties.role !== "fence") });
    if (around) map.fitBounds(around, { padding: 48, maxZoom: 16, animate: false });
    else if (first && box(data)) map.fitBounds(box(data), { padding: 32, maxZoom: 15, animate: false });
  };
  map.on("load", async () => {
    let write = () => {};
    try { ({ write } = await areas(map, el)); } catch { /* the path needs no outlines */ }
    write();
    layers(map, Number(el.dataset.lat));
    draw(true);
    new MutationObserver(() => draw(false)).observe(document.querySelector(el.dataset.within) ?? document.body,
      { subtree: true, childList: true, attributes: true, attributeFilter: ["data-track-data"] });
    map.once("idle", () => { el.dataset.ready = "1"; });
  });
  return map;
}
