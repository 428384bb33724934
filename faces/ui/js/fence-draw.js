// Drawing a fence: a circle around a point, a face by its corners, a line along a street. The form holds what is drawn, in WGS-84;
// without this file the form asks for an address and a distance. By keyboard: the arrow keys move the map, the button takes its middle.
import { areas, box, fromMap, open, put, toMap } from "./map-ground.js";
import { place } from "./here.js";
import { drawable, fences } from "./track.js";

const nothing = { type: "FeatureCollection", features: [] };
const round = (degrees) => Number(degrees.toFixed(6));

function read(form) {
  const value = (name) => form.querySelector(`[name="${name}"]`)?.value ?? "";
  const points = value("points").split(" ").filter(Boolean).map((pair) => pair.split(",").map(Number)).filter((p) => p.length === 2 && p.every(Number.isFinite));
  const [lat, lon] = [value("lat"), value("lon")];
  return {
    shape: form.querySelector('[name="shape"]:checked')?.value ?? "circle",
    metres: Number(value("metres")) || 200,
    centre: lat && lon ? [Number(lon), Number(lat)] : null,
    points,
  };
}

/** What the form holds, as it is drawn. */
function features({ shape, metres, centre, points }) {
  const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
  const dots = (shape === "circle" ? (centre ? [centre] : []) : points).map((p) => feature({ type: "Point", coordinates: p }, { role: "corner" }));
  if (shape === "circle") return centre ? [feature({ type: "Point", coordinates: centre }, { role: "fence", metres }), ...dots] : [];
  if (shape === "line") return points.length > 1 ? [feature({ type: "LineString", coordinates: points }, { role: "fence", metres }), ...dots] : dots;
  if (points.length > 2) return [feature({ type: "Polygon", coordinates: [[...points, points[0]]] }, { role: "fence" }), ...dots];
  return points.length > 1 ? [feature({ type: "LineString", coordinates: points }, { role: "edge" }), ...dots] : dots;
}

export function draw(el) {
  const form = el.closest("form");
  const root = el.parentElement;
  const say = root.querySelector("[data-draw-say]");
  const tools = root.querySelectorAll("[data-draw-tool]");
  const field = form.querySelector('[name="points"]');
  const map = open(el);
  // Without WebGL the address says the same.
  if (!map) {
    for (const part of [...tools, ...root.querySelectorAll(".hint")]) part.hidden = true;
    return null;
  }
  el.classList.add("map-aim");
  const show = () => map.getSource("drawn")?.setData(drawable({ ...nothing, features: features(read(form)) }));
  const write = (points) => { field.value = points.map((p) => p.map(round).join(",")).join(" "); show(); };
  const tell = () => {
    const { shape, points } = read(form);
    say.textContent = shape === "circle" ? "" : el.dataset.count.replace("{n}", points.length);
  };
  const add = ([lon, lat]) => {
    const { shape, points } = read(form);
    if (shape === "circle") place(lat, lon, form);
    else write([...points, [lon, lat]]);
    tell();
  };
  map.on("load", async () => {
    try { (await areas(map, el)).write(); } catch { /* drawing needs no outlines */ }
    map.addSource("drawn", { type: "geojson", data: nothing });
    fences(map, "drawn", Number(el.dataset.lat));
    put(map, { id: "drawn-edge", type: "line", source: "drawn", filter: ["==", ["get", "role"], "edge"], paint: { "line-color": "--jade", "line-width": 2, "line-dasharray": [2, 1] } });
    put(map, { id: "drawn-corners", type: "circle", source: "drawn", filter: ["==", ["get", "role"], "corner"], paint: {
      "circle-radius": 6, "circle-color": "--surface", "circle-stroke-width": 3, "circle-stroke-color": "--jade" } });
    show();
    const around = box(drawable({ ...nothing, features: features(read(form)) }));
    if (around) map.fitBounds(around, { padding: 48, maxZoom: 16, animate: false });
    map.once("idle", () => { el.dataset.ready = "1"; });
  });
  map.on("click", ({ lngLat }) => add(fromMap([lngLat.lng, lngLat.lat])));
  const tool = (name, act) => root.querySelector(`[data-draw-tool="${name}"]`)?.addEventListener("click", () => { act(); tell(); });
  tool("centre", () => { const at = map.getCenter(); add(fromMap([at.lng, at.lat])); });
  tool("undo", () => write(read(form).points.slice(0, -1)));
  tool("clear", () => write([]));
  form.addEventListener("change", show);
  document.addEventListener("mulin:unpin", show);
  document.addEventListener("mulin:place", ({ detail }) => {
    show();
    const at = toMap([detail.lon, detail.lat]);
    if (!map.getBounds().contains(at)) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 15) });
  });
  return map;
}
