// The district's own map, looked at: three zooms by day and by night, on a desk and on a phone, and on paper. No tile comes from
// anybody else; by night the land is dark, on paper it is light whatever the screen was; nothing on it hides what is ours.
import { account, assert, at, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });

/** Waits until more than so many of the map's pixels have the colour of this token: a busy machine draws later. */
const drawn = async (page, token, least, what) => {
  try { await page.waitForFunction(coloured, { token, least }, { timeout: 30_000 }); } catch { assert.fail(what); }
};
const coloured = ({ token, least }) => {
  const map = document.querySelector("[data-map] canvas");
  const copy = Object.assign(document.createElement("canvas"), { width: map.width, height: map.height });
  const pen = copy.getContext("2d");
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  pen.drawImage(map, 0, 0);
  const all = pen.getImageData(0, 0, copy.width, copy.height).data;
  let count = 0;
  for (let i = 0; i < all.length; i += 4) if (all[i] === r && all[i + 1] === g && all[i + 2] === b) count += 1;
  return count > least;
};

await journey("map", async (stage) => {
  const officer = await stage.person({ width, lang });
  const { page } = officer;
  let tiles = 0;
  page.on("response", (reply) => {
    if (new URL(reply.url()).pathname.endsWith(".mvt") && reply.status() === 200) tiles += 1;
  });
  await signIn(officer, account("duty_officer"));
  const posts = await page.evaluate(async (url) => (await fetch(url)).json(), at("/desk/posts.geojson", lang));
  const post = posts.features.find((f) => f.properties.tier === "police_post");
  const [lon, lat] = post.geometry.coordinates;

  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const zoom of [11, 14, 16.5]) {
      await page.goto(at(`/desk?at=${lat},${lon},${zoom}`, lang));
      await stage.look(officer, `${scheme}-${zoom}`);
      await drawn(page, "--map-land", 5_000, `land at zoom ${zoom} in the ${scheme}`);
      await drawn(page, zoom > 14 ? "--map-building" : "--map-road-main", 40, `streets and houses at zoom ${zoom} in the ${scheme}`);
    }
  }
  assert(tiles > 3, `tiles came from the district: ${tiles}`);
  assert.match(await page.locator(".map-credit").innerText(), /\S/, "it says whose map it is");

  // From night to day without a new page, and to paper from the night.
  await page.emulateMedia({ colorScheme: "light" });
  const light = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--map-land").trim());
  await drawn(page, "--map-land", 5_000, "day came to the open page");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--map-land").trim());
  assert.equal(paper, light, "paper has the light map");
  await drawn(page, "--map-land", 5_000, "and it is drawn");
  await page.emulateMedia({ media: "screen", colorScheme: "light" });

  // Tiles of somebody else in GCJ-02, as an administrator may set them: what is drawn is moved onto them, what is clicked is moved back.
  const foreign = { kind: "raster", tiles: "/foreign/{z}/{x}/{y}.png", minzoom: 3, maxzoom: 18, datum: "gcj02", attribution: "某某地图", review: "GS(2026)0000号" };
  const dot = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  const resident = await stage.person({ width, lang });
  await resident.page.route("**/foreign/**", (route) => route.fulfill({ contentType: "image/png", body: dot }));
  await resident.page.route("**/found?**", async (route) => {
    const reply = await route.fetch();
    const text = (await reply.text()).replace(/<meta name="map-ground"[^>]*>/, "");
    await route.fulfill({ response: reply, body: text.replace("</head>", `<meta name="map-ground" content='${JSON.stringify(foreign)}'></head>`) });
  });
  await resident.page.goto(at(`/found?at=${lat},${lon},16`, lang));
  await resident.page.locator("[data-pin-open]").click();
  await resident.page.waitForFunction(() => document.querySelector(".map canvas"));
  assert.equal(await resident.page.locator(".map-aim").count(), 1, "the middle that the button takes is seen");
  await resident.page.locator("[data-pin-centre]").click();
  const found = await resident.page.evaluate(() => ["lat", "lon"].map((n) => Number(document.querySelector(`input[name=${n}]`).value)));
  const metres = Math.hypot((found[0] - lat) * 111_000, (found[1] - lon) * 95_000);
  assert(metres < 0.2, `the middle of a map in GCJ-02 came into the form ${metres} m off`);
  assert.match(await resident.page.locator(".map-credit").innerText(), /GS\(2026\)0000号/, "the number of its review is shown");
  await stage.look(resident, "foreign");

  // Buttons of a map are for thumbs.
  const small = await page.evaluate(() => [...document.querySelectorAll(".map button")].map((b) => b.getBoundingClientRect())
    .filter((r) => r.width < 44 || r.height < 44).length);
  assert.equal(small, 0, "every button of the map is 44 px wide and high");

  // Without signal it is said over the map, and one tap brings the streets.
  await page.route("**/*.mvt", (route) => route.abort());
  await page.goto(at(`/desk?at=${lat + 0.05},${lon - 0.05},15.5`, lang));
  const again = page.locator(".map-notice button");
  await again.waitFor();
  await stage.look(officer, "no-streets");
  await page.unroute("**/*.mvt");
  await again.click();
  await again.waitFor({ state: "hidden" });
  await drawn(page, "--map-road", 40, "the streets came after all");

  // The script of a map that does not come leaves the button and says so; a second tap has it.
  await resident.page.goto(at("/near", lang));
  const open = resident.page.locator("[data-pin-open]");
  await resident.page.route("**/map.*.js", (route) => route.abort());
  await open.click();
  await resident.page.waitForFunction(() => document.querySelector("[data-pin] [role=status]").textContent && !document.querySelector("[data-pin-open]").hidden);
  await resident.page.unroute("**/map.*.js");
  await open.click();
  await resident.page.locator("[data-pin] canvas").waitFor();

  // What no list has is said to those who see, too.
  await resident.page.locator("#q").fill("没有的路99号");
  await resident.page.locator(".find-frame .hint").waitFor();
  await resident.page.locator("#q").fill("");
  await resident.page.locator(".find-frame .hint").waitFor({ state: "detached" });

  // A position of kilometres is no place; one outside of the district says so before the form is sent.
  const context = resident.page.context();
  await context.grantPermissions(["geolocation"]);
  const here = async (geolocation) => {
    await context.setGeolocation(geolocation);
    await resident.page.locator("[data-here] button").click();
  };
  const value = () => resident.page.locator("input[name=lat]").inputValue();
  await here({ latitude: lat, longitude: lon, accuracy: 3500 });
  await resident.page.locator("[data-here] [role=status]", { hasText: "3500" }).waitFor();
  assert.equal(await value(), "", "a guess of kilometres is not taken");
  await here({ latitude: 39.9, longitude: 116.4, accuracy: 20 });
  await resident.page.locator(".pinned-outside").waitFor();
  await here({ latitude: lat, longitude: lon, accuracy: 20 });
  await resident.page.locator("[data-pinned]:not(.pinned-outside)").waitFor();
  assert.notEqual(await value(), "", "where one stands is taken");
});
