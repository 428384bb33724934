// The ground of every map: the district's own tiles or foreign ones, outlines of areas with their names, the words of the
// controls. Data from our own addresses, in WGS-84; on a map with another datum all of it is moved when it is drawn, and what is
// clicked is moved back (`toMap`, `fromMap`): whoever draws on a map goes through `load` or `toMap`.
import { FullscreenControl, Map, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { datum, moved } from "./datum.js";
import { PLAIN, signs, style, UNDER_ROADS } from "./map-style.js";
import { mapOff, mapWords } from "./map-words.js";

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content;
const worker = meta("map-worker");
if (worker) setWorkerUrl(worker);
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const english = document.documentElement.lang.startsWith("en");

/** What the server says about the ground: kind, tiles, zooms, datum, attribution, review; nothing when none was brought in. */
const ground = JSON.parse(meta("map-ground") || "null");
const { to, from, shifts } = datum(ground?.datum);
/** [lon, lat] in WGS-84 → where it lies on this map, and back. */
export const toMap = to;
export const fromMap = from;
/** Drawn over our own ground other lines and no faces; over foreign tiles likewise. */
const covered = ground !== null;
/** The names on it are of our writing. */
const named = covered && ground.kind !== "raster";

/** Below this zoom towns are named, from it on communities. */
const NEAR = 11.9;
const nothing = { type: "FeatureCollection", features: [] };

/** GeoJSON of a page as this map wants it. */
export const laid = (data) => (shifts ? moved(data, to) : data);

/** GeoJSON from our own address, as this map wants it. */
export async function load(url) {
  const answer = await fetch(url, { headers: { accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return laid(await answer.json());
}

/** Layers by map, as they were written: with tokens for colours. */
const written = new WeakMap();
function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "string" || !value.startsWith("--")) return value;
  const found = css(value);
  return Number.isNaN(Number(found)) ? found : Number(found);
}
const painted = (layer) => ({ ...layer, ...(layer.paint ? { paint: Object.fromEntries(Object.entries(layer.paint).map(([k, v]) => [k, resolve(v)])) } : {}) });

/** Puts a layer on whose paint names colours by token, so that it follows day and night. */
export function put(map, layer, before) {
  written.get(map).push(layer);
  map.addLayer(painted(layer), before);
}

function repaint(map) {
  for (const { id, paint = {} } of written.get(map)) {
    if (map.getLayer(id)) for (const [key, value] of Object.entries(paint)) map.setPaintProperty(id, key, resolve(value));
  }
  if (named) for (const [id, image] of signs(english, css)) if (map.hasImage(id)) map.updateImage(id, image);
}

/** Night and day, screen and paper: paper gets the light map, drawn at once because nobody waits for the next frame. */
function follow(map) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaint(map));
  matchMedia("print").addEventListener("change", () => { repaint(map); map.redraw(); });
}

const words = mapWords();

function locale() {
  if (!words) return {};
  const { name, nearer, farther, close, whole, back, metres, kilometres } = words;
  return { "Map.Title": name, "NavigationControl.ZoomIn": nearer, "NavigationControl.ZoomOut": farther, "Popup.Close": close, "Marker.Title": name,
    "FullscreenControl.Enter": whole, "FullscreenControl.Exit": back, "ScaleControl.Meters": metres, "ScaleControl.Kilometers": kilometres };
}

/** Says over the map what did not come. With `again` there is a button; "" takes it off. */
function notice(map, text, again) {
  const el = map.getContainer();
  const box = el.querySelector(".map-notice") ?? el.appendChild(Object.assign(document.createElement("p"), { className: "map-notice" }));
  box.setAttribute("role", "status");
  box.hidden = !text;
  box.textContent = text;
  if (!text || !again) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: words?.again ?? "" });
  button.addEventListener("click", again);
  box.append(" ", button);
}

/** What is drawn over the ground did not come: the list beside the map has it. */
export const missed = (map) => notice(map, map.getContainer().dataset.failed ?? "");

/** Tiles that did not come are not silently blank: it is said, and they are asked for again. */
function tiles(map) {
  const ours = new Set(Object.keys(sources()));
  const failed = new Set();
  const again = () => {
    failed.clear();
    notice(map, "");
    for (const id of ours) map.refreshTiles(id);
  };
  map.on("error", ({ error, sourceId, tile }) => {
    if (!ours.has(sourceId) || !tile) return console.error(error);
    failed.add(tile);
    notice(map, words?.missing ?? "", again);
  });
  map.on("data", ({ sourceId, tile }) => {
    if (ours.has(sourceId) && tile?.state === "loaded" && failed.delete(tile) && failed.size === 0) notice(map, "");
  });
  addEventListener("online", () => { if (failed.size > 0) again(); });
}

/** The ground, and with some foreign maps the names on it as tiles of their own. */
function sources() {
  const { kind, tiles, labels, minzoom = 0, maxzoom = 18, size = 256 } = ground;
  const of = (address) => ({ type: kind === "raster" ? "raster" : "vector", tiles: [address.startsWith("/") ? location.origin + address : address],
    minzoom, maxzoom, ...(kind === "raster" ? { tileSize: size } : {}) });
  return { ground: of(tiles), ...(labels ? { labels: of(labels) } : {}) };
}

/** Land and what covers it; foreign tiles are dimmed at night. */
function below() {
  const land = { id: "land", type: "background", paint: { "background-color": covered ? "--map-land" : "--sunken" } };
  if (!covered) return [land];
  if (named) return [land, ...style(english).below];
  const paint = { "raster-brightness-max": "--map-tiles-light", "raster-saturation": "--map-tiles-colour" };
  return [land, ...Object.keys(sources()).map((source) => ({ id: source, type: "raster", source, paint }))];
}

/** Whose map it is, and the number of its review (审图号) where there is one. */
class Credit {
  onAdd() {
    this.box = Object.assign(document.createElement("p"), { className: "maplibregl-ctrl map-credit" });
    const osm = (ground.attribution ?? "").includes("OpenStreetMap");
    const whose = document.createElement(osm ? "a" : "span");
    if (osm) Object.assign(whose, { href: "https://www.openstreetmap.org/copyright", rel: "noreferrer" });
    whose.textContent = ground.attribution ?? "";
    this.box.append(whose, ground.review ? ` ${ground.review}` : "");
    return this.box;
  }
  onRemove() { this.box.remove(); }
}

/** Where the address of the page asks to look: ?at=31.23,121.47,15 (latitude, longitude, zoom). */
export function asked() {
  const [lat, lon, zoom = 14] = (new URLSearchParams(location.search).get("at") ?? "").split(",").filter(Boolean).map(Number);
  return Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { center: to([lon, lat]), zoom: Number.isFinite(zoom) ? zoom : 14 } : null;
}

function create(el) {
  const { lat, lon, zoom } = el.dataset;
  const layers = below();
  const map = new Map({
    container: el, center: to([Number(lon), Number(lat)]), zoom: Number(zoom || 11), ...asked(), maxZoom: 19, attributionControl: false, locale: locale(),
    localIdeographFontFamily: css("--sans") || "sans-serif",
    // What is printed is what stands in the buffer.
    canvasContextAttributes: { preserveDrawingBuffer: true },
    // Colours change at once: paper does not wait for a fade.
    style: { version: 8, transition: { duration: 0, delay: 0 }, sources: covered ? sources() : {}, layers: layers.map(painted) },
  });
  written.set(map, layers);
  // Several maps on a page are told apart by their names.
  const name = el.dataset.label ?? el.getAttribute("aria-label");
  if (name) map.getCanvas().setAttribute("aria-label", name);
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new FullscreenControl(), "top-right");
  if (covered) {
    tiles(map);
    map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-left");
    if (ground.attribution || ground.review) map.addControl(new Credit(), "bottom-right");
  }
  follow(map);
  return map;
}

/** The map of an element; none where there is no WebGL: then the words in its place say so, and the list says the same. */
export function open(el) {
  const wait = el.querySelector(".map-words");
  try {
    const map = create(el);
    map.on("load", () => { if (wait) wait.hidden = true; });
    return map;
  } catch {
    mapOff(el);
    return null;
  }
}

/** Names written by layers of ours: the ground leaves them out. */
const known = new WeakMap();
export function namesKnown(map, data) {
  if (!named) return;
  const all = known.get(map) ?? new Set();
  known.set(map, all);
  for (const { properties } of data.features) if (properties.name) all.add(properties.name);
  for (const { id, filter } of style(english, [...all]).names) if (filter && map.getLayer(id)) map.setFilter(id, filter);
}

/** Names as points, one for each area: drawn from the outlines they would stand once in every tile. */
function names(data) {
  const features = [];
  for (const { properties, geometry } of data.features) {
    const rings = geometry?.type === "Polygon" ? [geometry.coordinates[0]] : (geometry?.coordinates ?? []).map((p) => p[0]);
    const best = rings.map(centre).sort((a, b) => b.size - a.size)[0];
    if (best) features.push({ type: "Feature", properties, geometry: { type: "Point", coordinates: best.at } });
  }
  return { type: "FeatureCollection", features };
}

/** Centre of gravity of a ring, and how large it is. */
function centre(ring) {
  const [x0, y0] = ring[0];
  let [size, x, y] = [0, 0, 0];
  for (let i = 1; i < ring.length; i += 1) {
    const [ax, ay, bx, by] = [ring[i - 1][0] - x0, ring[i - 1][1] - y0, ring[i][0] - x0, ring[i][1] - y0];
    const cross = ax * by - bx * ay;
    size += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return size === 0 ? { at: [x0, y0], size: 0 } : { at: [x0 + x / (3 * size), y0 + y / (3 * size)], size: Math.abs(size) };
}

/** Borders mostly run along roads: on our own ground a soft band on both sides of them, over foreign tiles dashes. */
function border(width) {
  if (!covered) return { "line-color": "--control", "line-width": width };
  if (!named) return { "line-color": "--map-border", "line-width": width, "line-dasharray": [4, 2] };
  return { "line-color": "--map-border", "line-opacity": 0.34, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, 1.6 * width, 14, 4.4 * width, 18, 16 * width] };
}

/** Layers of one kind of area. Names are added last, so that they stand above whatever came between. */
function outlines(map, id, data, { width, from = 0, to = 24, fill }) {
  map.addSource(id, { type: "geojson", data });
  map.addSource(`${id}-names`, { type: "geojson", data: names(data) });
  if (fill && !covered) put(map, { id: `${id}-fill`, type: "fill", source: id, paint: { "fill-color": "--surface" } });
  put(map, { id: `${id}-lines`, type: "line", source: id, minzoom: fill ? 0 : from, layout: { "line-join": "round" }, paint: border(width) }, named ? UNDER_ROADS : undefined);
  namesKnown(map, data);
  return () => put(map, label(`${id}-names`, { minzoom: from, maxzoom: to, size: 13 }));
}

/** A layer of names with a halo; where two would overlap the second waits for a nearer look. */
export function label(source, { minzoom = 0, maxzoom = 24, size = 12, filter, offset, colour = "--ink" }) {
  return {
    id: `${source}-text-${minzoom}`, type: "symbol", source, minzoom, maxzoom, ...(filter ? { filter } : {}),
    layout: {
      "text-field": english ? ["coalesce", ["get", "name_en"], ["get", "name"]] : ["get", "name"], "text-size": size, "text-max-width": 9, "text-font": PLAIN,
      ...(offset === undefined ? { "text-variable-anchor": ["center", "bottom", "top", "left", "right"], "text-radial-offset": 1 } : {}),
      ...(offset ? { "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": offset } : {}),
    },
    paint: { "text-color": colour, "text-halo-color": "--surface", "text-halo-width": 2 },
  };
}

/** Draws the areas; answers their data and what writes the names on top. `data-near` is fetched when somebody looks closely. */
export async function areas(map, el) {
  // Names of the ground lie under everything of ours.
  if (named) {
    for (const [id, image] of signs(english, css)) map.addImage(id, image, { pixelRatio: 2 });
    for (const layer of style(english).names) put(map, layer);
  }
  if (!el.dataset.areas) return { data: nothing, write: () => {} };
  const data = await load(el.dataset.areas);
  const near = el.dataset.near;
  const write = outlines(map, "areas", data, { width: near ? 1.6 : 1, to: near ? NEAR : 24, fill: true });
  let asked = false;
  const closer = async () => {
    if (asked || map.getZoom() < NEAR) return;
    asked = true;
    try {
      const found = await load(near);
      map.getSource("near").setData(found);
      map.getSource("near-names").setData(names(found));
      namesKnown(map, found);
    } catch { asked = false; }
  };
  if (near) {
    const later = outlines(map, "near", nothing, { width: 0.7, from: NEAR });
    map.on("zoomend", closer);
    return { data, write: () => { write(); later(); closer(); } };
  }
  return { data, write };
}

/** The box around everything in a FeatureCollection. */
export function box(data) {
  let [west, south, east, north] = [180, 90, -180, -90];
  const walk = (c) => {
    if (typeof c[0] !== "number") return c.forEach(walk);
    [west, south, east, north] = [Math.min(west, c[0]), Math.min(south, c[1]), Math.max(east, c[0]), Math.max(north, c[1])];
  };
  for (const feature of data.features) if (feature.geometry) walk(feature.geometry.coordinates);
  return east >= west ? [[west, south], [east, north]] : null;
}
