// From WGS-84, in which everything is kept, to the datum of a foreign map and back. The formulas are those of base/kernel (geo.rs);
// a test there writes down what they give, and a test here computes it again.

const A = 6_378_245;
const EE = 0.006693421622965943;
const { PI, sin, cos, sqrt, abs } = Math;

/** The published shift. Outside the box of China GCJ-02 is WGS-84. */
function gcj02([lon, lat]) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const ripple = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    + ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    + ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const phi = (lat * PI) / 180;
  const magic = 1 - EE * sin(phi) * sin(phi);
  const root = sqrt(magic);
  const dlat = (north * 180) / (((A * (1 - EE)) / (magic * root)) * PI);
  const dlon = (east * 180) / ((A / root) * cos(phi) * PI);
  return [lon + dlon, lat + dlat];
}

const same = (at) => at;

/** Degrees, longitude first: `to` the map and `from` it. An unknown datum is an error, not a guess. */
export function datum(name = "wgs84") {
  if (name === "wgs84" || name === "cgcs2000") return { to: same, from: same, shifts: false };
  if (name === "gcj02") return { to: gcj02, from: back, shifts: true };
  throw new Error(`datum ${name}`);
}

/** Steps on the forward formula; the shift changes slowly, so each gains about two digits. */
function back([lon, lat]) {
  let [x, y] = [lon, lat];
  for (let n = 0; n < 40; n += 1) {
    const [fx, fy] = gcj02([x, y]);
    const [dx, dy] = [lon - fx, lat - fy];
    [x, y] = [x + dx, y + dy];
    if (abs(dx) < 1e-12 && abs(dy) < 1e-12) break;
  }
  return [x, y];
}

/** All coordinates of a GeoJSON object, moved. */
export function moved(data, move) {
  const walk = (c) => (typeof c[0] === "number" ? [...move(c), ...c.slice(2)] : c.map(walk));
  const geometry = (g) => g && (g.geometries ? { ...g, geometries: g.geometries.map(geometry) } : { ...g, coordinates: walk(g.coordinates) });
  const feature = (f) => ({ ...f, geometry: geometry(f.geometry) });
  if (data.features) return { ...data, features: data.features.map(feature) };
  return data.geometry === undefined ? geometry(data) : feature(data);
}
