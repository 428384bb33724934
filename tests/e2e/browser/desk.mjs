// Every page that the side of the desk leads to, for people of different roles, and of what is in the lists about care a page of one:
// it stands, fits and is accessible.
import { account, assert, at, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });

await journey("desk", async (stage) => {
  const seen = new Set();
  for (const role of ["clerk", "coordinator", "system_admin", "security_admin", "audit_admin"]) {
    const staff = await stage.person({ width, lang });
    const { page } = staff;
    await signIn(staff, account(role));
    assert(page.url().includes("/en/") === (lang === "en"), `${role} stays in their language: ${page.url()}`);
    const own = await page.locator('.me a[href*="/desk/"]').evaluateAll((links) => links.map((a) => a.href));
    const side = await page.locator(".side a").evaluateAll((links) => links.map((a) => a.href));
    const search = (await page.locator("form.find").count()) > 0 ? [at("/desk/search?q=漏水", lang)] : [];
    for (const address of [...side, ...own, ...search]) {
      const url = new URL(address, page.url());
      // One language is enough for a page; the queues are one page with different rows.
      const kind = `${url.pathname}${url.searchParams.has("queue") ? "?queue" : ""}`;
      if (seen.has(kind) || url.pathname.includes("/en/desk") !== (lang === "en")) continue;
      seen.add(kind);
      const reply = await page.goto(url.href);
      assert.equal(reply.status(), 200, `${role} opens ${url.pathname}: ${reply.status()}`);
      await stage.look(staff, url.pathname.replace(/^\/(en\/)?desk/, "at").replaceAll("/", "-"));
    }
    // The first matter of the list, if there is one.
    if (role.endsWith("_admin")) continue;
    await page.goto(at("/desk", lang));
    const first = page.locator("#list a[data-row]").first();
    if (!seen.has("matter") && (await first.count()) > 0) {
      seen.add("matter");
      await first.click();
      await stage.look(staff, "matter");
    }
    if (role === "coordinator") await ones(stage, staff);
  }
  console.log([...seen].join(" "));
});

/** The first of each list about care, and what stands under somebody in care. */
async function ones(stage, staff) {
  const { page } = staff;
  for (const list of ["care", "visits?filter=all", "volunteers?show=all", "teams", "activities"]) {
    const kind = list.split("?")[0];
    await page.goto(at(`/desk/${list}`, lang));
    const all = await page.locator("main a").evaluateAll((links) => links.map((a) => a.pathname));
    const first = all.find((path) => new RegExp(`/desk/${kind}/[0-9a-f-]{36}$`).test(path));
    assert(first, `/desk/${list} leads to somebody`);
    for (const under of kind === "care" ? ["", "/watch", "/team", "/extra", "/mutual", "/company"] : kind === "activities" ? ["", "/letters"] : [""]) {
      const reply = await page.goto(new URL(first + under, page.url()).href);
      assert.equal(reply.status(), 200, `${kind}${under}: ${reply.status()}`);
      await stage.look(staff, `one-${kind}${under.replace("/", "-")}`);
    }
  }
}
