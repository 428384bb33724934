// The pages of one's own sign-in: second factor being set up, keys of programs, showing again that it is oneself.
import { account, at, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });

await journey("second", async (stage) => {
  const staff = await stage.person({ width, lang });
  const { page } = staff;
  await signIn(staff, account("clerk"));
  await page.goto(at("/desk/me/confirm?next=/desk/help", lang));
  await stage.look(staff, "confirm");
  await page.locator("#proof").fill(account("clerk").password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith("/desk/help"));
  await page.goto(at("/desk/me/second", lang));
  await stage.look(staff, "none");
  await page.locator("main form button").click();
  await page.locator("#code").waitFor();
  await stage.look(staff, "setup");
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
});
