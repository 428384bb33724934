// A resident raises a matter on the phone and follows it: with a script or without, in either language, also in elder mode.
import { assert, at, base, journey, report, settings, tooSmall } from "./lib.mjs";

const { width, lang, script, elder } = settings({ width: "390", lang: "zh", script: "on", elder: "no" });
const isElder = elder === "yes";

await journey(`resident${isElder ? "-elder" : ""}${script === "on" ? "" : "-plain"}`, async (stage) => {
  const resident = await stage.person({ width, lang, script: script === "on" });
  const { page } = resident;
  await page.goto(at("/", lang, isElder));
  await stage.look(resident, "home");
  // From the front door, not by address.
  await page.locator('main a[href$="/report"]').first().click();
  assert.match(new URL(page.url()).pathname, /\/report$/);

  const answers = {
    class: "environment",
    text: lang === "en" ? "Rubbish has been lying in the stairway of building 7 for three days." : "7号楼楼道里的垃圾堆了三天没人清,天热有味道。",
    address: lang === "en" ? "Building 7, the yard behind the bank" : "7号楼,银行后面的院子",
    reach: "page",
  };
  const code = await report(stage, resident, answers, { elder: isElder });
  assert.match(code, /^[0-9A-Z][0-9A-Z -]{6,}$/, "the code can be read out on the telephone");
  const number = (await page.locator(".receipt .number").innerText()).trim();
  assert(number.length >= 6, `a number stands on the receipt: ${number}`);
  assert.match(await page.locator("main").innerText(), /021-0/, "a telephone number stands on the receipt");

  // Typed in small letters and with spaces, as people do.
  await page.goto(at("/t", lang, isElder));
  await stage.look(resident, "ask");
  await page.locator("#code").fill(` ${code.toLowerCase()} `);
  await page.locator("main form .actions button").click();
  await page.waitForURL(/\/t\/.+/);
  await stage.look(resident, "track");
  assert((await page.locator("main").innerText()).includes(number), "the tracking page shows the number");
  if (isElder) for (const what of await tooSmall(page)) stage.complain(`${page.url()}: ${what}`);

  // More facts.
  await page.locator('a[href$="/add"]').first().click();
  await stage.look(resident, "add");
  await page.locator("#text").fill(lang === "en" ? "There are more bags today." : "今天又多了两袋。");
  await page.locator("main form .actions button").click();
  await page.locator(".notice-good").waitFor();
  await stage.look(resident, "added");

  // A wrong code gets a plain page with the duty desk's number, and nothing else.
  const reply = await page.goto(at("/t/ZZZZ-ZZZZ-ZZZZ", lang, isElder));
  assert.equal(reply.status(), 404);
  assert.match(await page.locator("body").innerText(), /021-0/);
  assert(page.url().startsWith(base));
});
