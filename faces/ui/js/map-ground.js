// The ground of every map: outlines of areas with their names, and the words of the controls. Data from our own addresses.
import { Map, NavigationControl, setWorkerUrl } from "maplibre-gl";

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content;
const worker = meta("map-worker");
if (worker) setWorkerUrl(worker);
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Below this zoom towns are named, from it on communities. */
const NEAR = 11.9;
const nothing = { type: "FeatureCollection", features: [] };

export async function load(url) {
  const answer = await fetch(url, { headers: { accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function locale() {
  const [title, zoomIn, zoomOut, close] = (meta("map-words") ?? "").split("|");
  if (!close) return {};
  return { "Map.Title": title, "NavigationControl.ZoomIn": zoomIn, "NavigationControl.ZoomOut": zoomOut, "Popup.Close": close, "Marker.Title": title };
}

export function create(el) {
  const { lat, lon, zoom } = el.dataset;
  const map = new Map({
    container: el, center: [Number(lon), Number(lat)], zoom: Number(zoom || 11), attributionControl: false, locale: locale(),
    localIdeographFontFamily: css("--sans") || "sans-serif",
    style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": css("--sunken") } }] },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  return map;
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

/** Layers of one kind of area. Names are added last, so that they stand above whatever came between. */
function outlines(map, id, data, { width, from = 0, to = 24, fill }) {
  map.addSource(id, { type: "geojson", data });
  map.addSource(`${id}-names`, { type: "geojson", data: names(data) });
  if (fill) map.addLayer({ id: `${id}-fill`, type: "fill", source: id, paint: { "fill-color": css("--surface") } });
  map.addLayer({ id: `${id}-lines`, type: "line", source: id, minzoom: fill ? 0 : from, paint: { "line-color": css("--control"), "line-width": width } });
  return () => map.addLayer(label(`${id}-names`, { minzoom: from, maxzoom: to, size: 13 }));
}

/** A layer of names with a halo; where two would overlap the second waits for a nearer look. */
export function label(source, { minzoom = 0, maxzoom = 24, size = 12, filter, offset, colour = "--ink" }) {
  return {
    id: `${source}-text-${minzoom}`, type: "symbol", source, minzoom, maxzoom, ...(filter ? { filter } : {}),
    layout: {
      "text-field": ["get", "name"], "text-size": size, "text-max-width": 9,
      ...(offset === undefined ? { "text-variable-anchor": ["center", "bottom", "top", "left", "right"], "text-radial-offset": 1 } : {}),
      ...(offset ? { "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": offset } : {}),
    },
    paint: { "text-color": css(colour), "text-halo-color": css("--surface"), "text-halo-width": 2 },
  };
}

/** Draws the areas; answers their data and what writes the names on top. `data-near` is fetched when somebody looks closely. */
export async function areas(map, el) {
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
