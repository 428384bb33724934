// The pages of one's own sign-in: keys of programs, showing again that it is oneself, and a second factor from its setting
// up to the sign-in that asks for it.
import { account, assert, at, journey, knock, oneTimeCode, settings, signIn, time } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });

await journey("second", async (stage) => {
  const staff = await stage.person({ width, lang });
  const { page } = staff;
  // Each language its own account: a second factor stays.
  const mine = account(lang === "en" ? "clerk" : "duty_officer");
  await signIn(staff, mine);
  await page.goto(at("/desk/me/confirm?next=/desk/help", lang));
  await stage.look(staff, "confirm");
  await page.locator("#proof").fill(mine.password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith("/desk/help"));
  await page.goto(at("/desk/me/second", lang));
  await stage.look(staff, "none");
  await page.locator("main form button").click();
  await page.locator("#code").waitFor();
  await stage.look(staff, "setup");
  const secret = await page.locator("code.secret").innerText();
  await page.goto(at("/desk/me/keys", lang));
  await stage.look(staff, "keys");
  await page.locator("#label").fill("x");
  await page.locator("main .sheet .actions button").click();
  await page.locator(".error-summary").waitFor();
  await stage.look(staff, "keys-wrong");
  await page.locator('[name="scope-read"]').check();
  await page.locator("main .sheet .actions button").click();
  await page.locator(".code-block").waitFor();
  await stage.look(staff, "keys-made");

  await page.goto(at("/desk/me/second", lang));
  await page.locator("#code").fill("000000");
  await page.keyboard.press("Enter");
  await page.locator(".error-summary").waitFor();
  await stage.look(staff, "setup-wrong");
  await page.locator("#code").fill(await oneTimeCode(secret));
  await page.keyboard.press("Enter");
  await page.locator(".recovery").waitFor();
  assert.equal(await page.locator(".recovery li").count(), 10, "ten recovery codes, shown once");
  await stage.look(staff, "recovery");

  // From now on the password alone does not open the desk.
  const again = await stage.person({ width, lang });
  await again.page.goto(at("/desk", lang));
  await knock(again, mine);
  await again.page.locator("#code").waitFor();
  await stage.look(again, "code");
  // A code counts once.
  await time("advance 30s");
  await again.page.locator("#code").fill(await oneTimeCode(secret));
  await again.page.keyboard.press("Enter");
  await again.page.waitForURL((url) => url.pathname.endsWith("/desk"));
});
