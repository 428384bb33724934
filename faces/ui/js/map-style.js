// How the district's own map looks: land, water, green, houses, roads, names. Colours are tokens (tokens.css), resolved when a layer
// is put on and again when day turns to night or the page to paper; what stands here is only which token lies where.

/** Letters are drawn by the browser from fonts of the machine: the map asks no server for glyphs. */
const FAMILY = ["PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC"];
export const PLAIN = FAMILY;
export const STRONG = ["PingFang SC Semibold", ...FAMILY];

const by = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const is = (...classes) => ["in", ["get", "class"], ["literal", classes]];
const bridge = ["has", "bridge"];
const drawn = (id, type, layer, more) => ({ id: `ground-${id}`, type, source: "ground", "source-layer": layer, ...more });

/** Roads from the least to the greatest: classes, first zoom, colour, widths of the surface and of its rim. */
const ROADS = [
  ["lane", ["lane"], 13, "--map-road", [13, 0.4, 15, 1.8, 18, 9], [13, 0, 14.5, 2, 15, 2.8, 18, 11]],
  ["minor", ["minor"], 12, "--map-road", [12, 0.5, 14, 2.4, 18, 15], [12, 0, 13, 1.8, 14, 3.6, 18, 17.5]],
  ["major", ["major"], 8, "--map-road-main", [8, 0.4, 10, 0.8, 14, 4, 18, 20], [10, 0, 12, 2.2, 14, 5.4, 18, 23]],
  ["motorway", ["motorway"], 8, "--map-road-main", [8, 0.7, 10, 1.2, 14, 5, 18, 24], [10, 0, 12, 3, 14, 6.6, 18, 27]],
];

/** What goes under the roads is put before this layer. */
export const UNDER_ROADS = "ground-path";

function roads() {
  const line = { "line-join": "round", "line-cap": "round" };
  const all = ROADS.map(([id, classes, minzoom, colour, width, rim]) => ({ id, filter: is(...classes), minzoom, colour, width: by(...width), rim: by(...rim) }));
  const rims = (over) => all.map(({ id, filter, minzoom, rim }) => drawn(`${over ? "bridge" : "rim"}-${id}`, "line", "road", {
    minzoom: over ? Math.max(minzoom, 13) : minzoom, filter: ["all", filter, over ? bridge : ["!", bridge]],
    layout: over ? { "line-join": "round" } : line, paint: { "line-color": over ? "--map-bridge" : "--map-rim", "line-width": rim } }));
  const surfaces = (over) => all.map(({ id, filter, minzoom, colour, width }) => drawn(`${over ? "over" : "road"}-${id}`, "line", "road", {
    minzoom, filter: ["all", filter, over ? bridge : ["!", bridge]], layout: line, paint: { "line-color": colour, "line-width": width } }));
  const thin = (id, classes, minzoom, colour, width, dash, more = {}) => drawn(id, "line", "road", {
    minzoom, filter: is(...classes), layout: { "line-join": "round", ...more }, paint: { "line-color": colour, "line-width": by(...width), "line-dasharray": dash } });
  return [
    thin("path", ["path"], 14, "--map-path", [14, 0.7, 18, 2.4], [3, 1.6]),
    ...rims(false), ...surfaces(false), ...rims(true), ...surfaces(true),
    thin("steps", ["steps"], 14, "--map-path", [14, 1.5, 18, 6], [0.4, 0.4]),
    drawn("rail-bed", "line", "road", { filter: is("rail"), paint: { "line-color": "--map-rail", "line-width": by(10, 0.7, 15, 2.4, 18, 5) } }),
    thin("rail", ["rail"], 13, "--map-land", [13, 0.5, 15, 1.4, 18, 3.4], [5, 5]),
    thin("ferry", ["ferry"], 11, "--map-water-ink", [11, 1, 18, 2], [2, 3]),
  ];
}

function ground() {
  const fill = (id, layer, filter, colour, more = {}) => drawn(id, "fill", layer, { ...(filter ? { filter } : {}), ...more, paint: { "fill-color": colour, "fill-antialias": true, ...more.paint } });
  const area = ["==", ["geometry-type"], "Polygon"];
  const flow = ["==", ["geometry-type"], "LineString"];
  return [
    fill("farm", "green", is("farm"), "--map-farm"),
    fill("green", "green", is("grass", "park"), "--map-green"),
    fill("wood", "green", is("wood"), "--map-wood"),
    fill("water", "water", area, "--map-water"),
    drawn("stream", "line", "water", { filter: flow, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": "--map-water",
      "line-width": ["interpolate", ["linear"], ["zoom"], 10, ["match", ["get", "class"], "river", 1.6, 0.6], 14, ["match", ["get", "class"], "river", 3, "canal", 2, 1], 17, ["match", ["get", "class"], "river", 6, "canal", 4, 2.4]] } }),
    fill("building", "building", null, "--map-building", { minzoom: 14.5, paint: { "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14.5, 0, 15.2, 1] } }),
    drawn("walls", "line", "building", { minzoom: 15, paint: { "line-color": "--map-wall", "line-width": by(15, 0.4, 18, 1.2) } }),
  ];
}

/** What is marked by a sign: class → token, sign on Chinese pages, sign on English pages. */
export const SIGNS = {
  police: ["--slate", "警", "P"], hospital: ["--vermilion", "+", "+"], clinic: ["--vermilion", "医", "+"], pharmacy: ["--jade", "药", "Rx"],
  fire: ["--vermilion", "消", "F"], care: ["--jade", "老", "♥"], school: ["--map-sign", "文", "S"], bank: ["--map-sign", "银", "¥"],
  post: ["--map-sign", "邮", "✉"], market: ["--map-sign", "市", "M"], toilet: ["--slate", "厕", "WC"], bus_stop: ["--slate", "车", "B"],
  station: ["--slate", "站", "T"], entrance: ["--slate", "口", "E"], office: ["--map-sign", "居", "O"], temple: ["--map-sign", "庙", "†"], library: ["--map-sign", "书", "L"],
};

const text = (size, more = {}) => ({ "text-size": size, "text-font": PLAIN, "text-max-width": 8, ...more });
const ink = (colour, halo = 1.6) => ({ "text-color": colour, "text-halo-color": "--map-halo", "text-halo-width": halo });

/** Names and signs; `name` is the expression that chooses the language, `known` what is named by somebody else already. */
function names(name, known) {
  const along = (id, layer, filter, minzoom, size, colour, more = {}) => drawn(id, "symbol", layer, { minzoom, filter: ["all", ["has", "name"], filter],
    layout: text(size, { "text-field": name, "symbol-placement": "line", "symbol-spacing": 210, "text-max-angle": 35, "text-padding": 6, "text-letter-spacing": 0.06, ...more }), paint: ink(colour) });
  const fresh = ["!", ["in", ["get", "name"], ["literal", known]]];
  const places = (id, classes, minzoom, maxzoom, size, font = PLAIN, colour = "--ink") => drawn(id, "symbol", "place", { minzoom, maxzoom,
    filter: ["all", is(...classes), fresh], layout: text(size, { "text-field": name, "text-font": font, "text-padding": 4 }), paint: ink(colour, 2) });
  return [
    drawn("numbers", "symbol", "building", { minzoom: 16.6, filter: ["has", "number"], layout: text(10, { "text-field": ["get", "number"], "text-padding": 3 }), paint: ink("--ink-quiet", 1.2) }),
    along("lane-name", "road", is("lane", "path", "steps"), 15.5, 11, "--ink-quiet"),
    along("minor-name", "road", is("minor"), 13.8, 12, "--ink-quiet"),
    along("water-name", "water", ["==", ["geometry-type"], "LineString"], 12, 12, "--map-water-ink", { "text-letter-spacing": 0.2, "symbol-spacing": 420 }),
    along("major-name", "road", is("major", "motorway"), 12, 12.5, "--ink"),
    drawn("water-at", "symbol", "poi", { filter: is("lake", "park", "bridge"), layout: text(12, { "text-field": name }), paint: ink("--ink-quiet") }),
    places("hamlets", ["hamlet", "neighbourhood", "locality", "island"], 13.5, 17, 12, PLAIN, "--ink-quiet"),
    drawn("sign", "symbol", "poi", { minzoom: 13, filter: ["all", is(...Object.keys(SIGNS)), fresh],
      layout: text(11.5, { "icon-image": ["concat", "sign-", ["get", "class"]], "icon-size": by(13, 0.8, 16, 1), "icon-padding": 3,
        "text-field": ["step", ["zoom"], "", 14.6, name], "text-offset": [0, 0.95], "text-anchor": "top", "text-optional": true }), paint: ink("--ink") }),
    places("villages", ["village"], 12, 16, 12.5),
    places("suburbs", ["suburb"], 11, 15, 13.5),
    places("towns", ["town", "city"], 8, 15, 15, STRONG),
  ];
}

/** All layers under the areas, and those that are written over them. */
export function style(english, known = []) {
  const name = english ? ["coalesce", ["get", "name_en"], ["get", "name"]] : ["get", "name"];
  return { below: [...ground(), ...roads()], names: names(name, known) };
}

/** Every sign as pixels, twice as fine as the screen: a square with a letter. */
export function signs(english, css) {
  return Object.entries(SIGNS).map(([id, [colour, zh, en]]) => [`sign-${id}`, sign(css(colour), english ? en : zh, css)]);
}

function sign(colour, letters, css) {
  const side = 40;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.beginPath();
  // Square: round are the dots of ours.
  if (pen.roundRect) pen.roundRect(3, 3, side - 6, side - 6, 7);
  else pen.rect(3, 3, side - 6, side - 6);
  pen.fillStyle = colour;
  pen.fill();
  pen.lineWidth = 3;
  pen.strokeStyle = css("--map-halo");
  pen.stroke();
  pen.font = `600 ${letters.length > 1 ? 17 : 22}px ${css("--sans")}`;
  pen.textAlign = "center";
  pen.fillStyle = css("--map-halo");
  const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = pen.measureText(letters);
  pen.fillText(letters, side / 2, side / 2 + (up - down) / 2);
  return pen.getImageData(0, 0, side, side);
}
