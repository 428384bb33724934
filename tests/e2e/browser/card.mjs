// Blank care cards are made and printed once: the sheet as a picture is read by a decoder that is not ours (jsQR), and leads a
// stranger to the page of that very card. A blank is nobody's: it shows the duty desk and nothing else.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { account, assert, at, base, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });
const decoder = readFileSync(createRequire(join(process.env.E2E_MODULES, "x.js")).resolve("jsqr"), "utf8");

/** What the QR code on this picture says. */
async function read(page, picture) {
  await page.evaluate(decoder);
  return page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    // A photo is larger than a screen: twice as many points.
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width * 2, height: image.height * 2 });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const { data: points } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(points, canvas.width, canvas.height)?.data ?? null;
  }, picture.toString("base64"));
}

await journey("card", async (stage) => {
  const officer = await stage.person({ width, lang });
  await signIn(officer, account("duty_officer"));
  await officer.page.goto(at("/desk/cards", lang));
  await stage.look(officer, "cards");
  await officer.page.locator("#count").fill("2");
  await officer.page.locator('input[name="labels"]').check();
  await officer.page.locator("form.sheet .actions button").click();
  await officer.page.locator(".card-sheet").waitFor();
  await stage.look(officer, "card-sheet");
  const addresses = (await officer.page.locator("details .code").allTextContents()).map((text) => text.trim());
  assert.equal(addresses.length, 2);
  const codes = (await officer.page.locator(".card-back .card-code").allTextContents()).map((text) => text.trim());

  // As printed, photographed, and read by somebody else's decoder.
  await officer.page.emulateMedia({ media: "print" });
  const reader = await stage.person({ width: 1280, lang });
  await reader.page.goto(at("/", lang));
  for (const [place, kind] of [[".card-front", "card"], [".label-sheet .label", "label"]]) {
    for (let n = 0; n < 2; n++) {
      const picture = await officer.page.locator(place).nth(n).screenshot();
      assert.equal(await read(reader.page, picture), addresses[n], `the ${kind} ${n} leads to its own page`);
    }
  }
  await officer.page.emulateMedia({ media: null });
  const box = await officer.page.locator(".card-front").first().boundingBox();
  const mm = (px) => (px * 25.4) / 96;
  if (Number(width) >= 1280) {
    assert(Math.abs(mm(box.width) - 85.6) < 0.5 && Math.abs(mm(box.height) - 54) < 0.5, `${mm(box.width)} × ${mm(box.height)} mm`);
  }

  // A stranger scans one, and types the other: a blank is no elder's.
  const stranger = await stage.person({ width: 390, lang });
  const path = new URL(addresses[0]).pathname;
  const answer = await stranger.page.goto(base + path);
  assert.equal(answer.status(), 404, "nobody wears it yet");
  assert(await stranger.page.locator('a[href^="tel:"]').count(), "the duty desk can be called");
  await stranger.page.goto(at("/c", lang));
  await stranger.page.locator("main form input").first().fill(codes[1].toLowerCase());
  await stranger.page.locator("main form button").first().click();
  await stranger.page.waitForLoadState();
  assert(await stranger.page.locator('a[href^="tel:"]').count(), "by its code neither");
  await stage.look(stranger, "card-blank");
});
