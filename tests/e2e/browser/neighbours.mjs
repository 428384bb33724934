// A neighbour is worried: one button on a telephone without a script, the desk calls back and somebody goes there, the neighbour reads
// what became of it. The family names another neighbour. Then help teams and extra care at the desk.
import { account, assert, at, journey, links, settings, signIn, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const path = (url) => new URL(url).pathname;

await journey("neighbours", async (stage) => {
  const code = path(links.neighbours[lang === "zh" ? 1 : 2].url);
  const neighbour = await stage.person({ width, lang, script: false });
  await neighbour.page.goto(at(code, lang));
  await neighbour.page.locator('button[value="worry"]').click();
  await neighbour.page.locator(".notice-wait").waitFor();
  assert.equal(await neighbour.page.locator('button[value="worry"]').count(), 0, "pressed once is enough");
  const eyes = await stage.person({ width, lang });
  await eyes.page.goto(at(code, lang));
  await stage.look(eyes, "pressed");
  await eyes.page.goto(at(path(links.neighbours[0].url), lang, true));
  await stage.look(eyes, "elder-button");
  await eyes.page.goto(at(path(links.neighbours[0].url), lang));
  await stage.look(eyes, "button-after-an-answer");

  await time("advance 21m");
  const desk = await stage.person({ width, lang });
  await signIn(desk, account("coordinator"));
  await desk.page.goto(at("/desk/worries", lang));
  await stage.look(desk, "worries");
  await desk.page.locator("#worries li a").first().click();
  await desk.page.locator('button[value="going"]').waitFor();
  await stage.look(desk, "worry");
  await desk.page.locator('button[value="going"]').click();
  await desk.page.locator('button[value="found-well"]').waitFor();
  await stage.look(desk, "going");
  await neighbour.page.goto(at(code, lang));
  await desk.page.locator('button[value="found-well"]').click();
  await desk.page.waitForURL((url) => url.pathname.endsWith("/desk/worries"));
  await neighbour.page.goto(at(code, lang));
  await neighbour.page.locator(".notice-good").waitFor();
  assert.equal(await neighbour.page.locator('button[value="worry"]').count(), 1, "may be worried again");

  const family = await stage.person({ width, lang });
  const letter = links.family[1];
  await family.page.goto(at(`${path(letter.url)}/watch`, lang));
  await family.page.locator("#digits").fill(letter.digits);
  await family.page.locator("main form button").first().click();
  await family.page.locator("#name").waitFor();
  await stage.look(family, "family");
  await family.page.locator("#name").fill(lang === "zh" ? "李师傅" : "Mr Li");
  await family.page.locator("#phone").fill("1");
  await family.page.locator('button[value="name"]').click();
  await family.page.locator("#phone-error").waitFor();
  assert.equal(await family.page.locator("#name").inputValue(), lang === "zh" ? "李师傅" : "Mr Li");
  await family.page.locator("#phone").fill(`1380555${lang === "zh" ? "0411" : "0412"}`);
  await family.page.locator('button[value="name"]').click();
  await family.page.locator(".code.secret").waitFor();
  await stage.look(family, "slip");
  const slip = path(await family.page.locator(".receipt a").getAttribute("href"));
  const asked = await stage.person({ width, lang });
  await asked.page.goto(at(slip.replace(/^\/en/, ""), lang));
  await stage.look(asked, "asked");
  await asked.page.locator('button[value="agree"]').click();
  await asked.page.locator('button[value="worry"]').waitFor();
  await stage.look(asked, "agreed");
  await family.page.goto(at(`${path(letter.url)}/extra`, lang));
  await stage.look(family, "family-extra");
  await family.page.goto(at(`${path(letter.url)}/team`, lang));
  await stage.look(family, "family-team");
  // The other pages of the letter in the browser of somebody without a script, in large letters.
  const elder = await stage.person({ width, lang, script: false });
  await elder.page.goto(at(`${path(letter.url)}/company`, lang, true));
  await elder.page.locator("#digits").fill(letter.digits);
  await elder.page.locator("main form button").first().click();
  await elder.page.locator('button[value="wishes"]').waitFor();
  for (const box of ["calls", "activities"]) await elder.page.locator(`input[name="${box}"]`).check();
  await elder.page.locator("#day").selectOption("3");
  await elder.page.locator('button[value="wishes"]').click();
  await elder.page.locator('.notice-good[role="status"]').waitFor();
  if (await elder.page.locator('button[value="come"]').count()) {
    await elder.page.locator('button[value="come"]').first().click();
    await elder.page.locator("main .tag-good").first().waitFor();
  }
  await elder.page.goto(at(`${path(letter.url)}/team`, lang, true));
  const leave = elder.page.locator('button[value="leave"]');
  if (await leave.count()) {
    await leave.click();
    await elder.page.locator('.notice-good[role="status"]').waitFor();
    assert.equal(await leave.count(), 0, "left");
  }
  const large = await stage.person({ width, lang });
  await large.page.goto(at(`${path(letter.url)}/company`, lang, true));
  await large.page.locator("#digits").fill(letter.digits);
  await large.page.locator("main form button").first().click();
  await large.page.locator('button[value="wishes"]').waitFor();
  await stage.look(large, "elder-company");
  await large.page.goto(at(`${path(letter.url)}/team`, lang, true));
  await stage.look(large, "elder-team");
  await large.page.goto(at(`${path(letter.url)}/mutual`, lang));
  await stage.look(large, "elder-mutual");

  await desk.page.goto(at("/desk/teams", lang));
  await stage.look(desk, "teams");
  await desk.page.locator('button[value="accept"]').click();
  await desk.page.locator('.notice-good[role="status"]').waitFor();
  await stage.look(desk, "teams-accepted");
  await desk.page.locator("tbody a").first().click();
  await desk.page.locator("#account").waitFor();
  await stage.look(desk, "team");
  await desk.page.goto(at("/desk/teams", lang));
  const wishes = desk.page.locator('main a[href*="/desk/care/"]');
  if (await wishes.count()) {
    await wishes.first().click();
    await desk.page.locator('button[value="agree"]').waitFor();
    await stage.look(desk, "team-of-one");
  }
  await desk.page.goto(at("/desk/extra-care", lang));
  await stage.look(desk, "extra-care");
  await desk.page.locator("main .list a").first().click();
  await desk.page.locator('button[value="ask"]').waitFor();
  await stage.look(desk, "extra-of-one");
});
