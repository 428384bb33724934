// A list as a file: what a resident wrote stays text in every spreadsheet, whatever it begins with (R10).
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { account, assert, at, committee, journey, raise, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });

await journey("export", async (stage) => {
  const { place } = await committee(stage, { width, lang });
  const resident = await stage.person({ width, lang });
  const words = `=HYPERLINK(公示栏,贴倒了)${lang}`;
  await raise(stage, resident, place, words);
  const staff = await stage.person({ width, lang });
  const { page } = staff;
  await signIn(staff, account("coordinator"));
  await page.goto(at("/desk?queue=place", lang));
  const ask = page.locator(".ask a");
  if (await ask.isVisible()) await ask.click();
  await page.locator("#f-text").fill("公示栏");
  await page.locator("#f-text").press("Enter");
  await page.waitForURL(/sought=/);
  const found = page.locator("#list a", { hasText: "贴倒了" }).first();
  await found.waitFor();
  // What was typed stands in no address, and the way back, loading again and the other language keep it.
  const unread = () => assert(!decodeURIComponent(page.url()).includes("公示栏"), page.url());
  unread();
  await found.click();
  await page.waitForURL(/matters/);
  await page.goBack();
  await found.waitFor();
  await page.reload();
  assert.equal(await page.locator("#f-text").inputValue(), "公示栏");
  const list = page.url();
  await page.locator(".me a[lang]").click();
  await page.waitForURL(/sought=/);
  assert.equal(await page.locator("#f-text").inputValue(), "公示栏");
  unread();
  await page.goto(list);
  await found.waitFor();
  await stage.look(staff, "list");

  const csv = (await download(page, ".csv")).toString("utf8");
  assert(csv.startsWith("\ufeff"), "Excel needs the byte order mark to read Chinese");
  const lines = csv.slice(1).trim().split("\r\n");
  const line = lines.find((l) => l.includes(lang) && l.includes("贴倒了"));
  assert(line, `the matter is in the file: ${csv}`);
  assert.match(line, /(^|,)"?'=HYPERLINK/, "what could be a formula has an apostrophe in front");
  const cells = lines.slice(1).flatMap((l) => l.split(","));
  assert.deepEqual(cells.filter((c) => /^"?[=+\-@\t]/.test(c)), [], "no cell begins like a formula");
  // The last heading says who took the list and when.
  assert.equal(lines[0].split(",").length, 11);

  const book = unzip(await download(page, ".xlsx"));
  const sheet = book["xl/worksheets/sheet1.xml"];
  assert(sheet, `a sheet is in the book: ${Object.keys(book)}`);
  assert(!/<f[ >]/.test(sheet), "no formula in the sheet");
  assert.match(book["xl/sharedStrings.xml"], /'=HYPERLINK/);

  // Whoever may not take lists out is offered none, and gets none by address.
  const clerk = await stage.person({ width, lang });
  await signIn(clerk, account("clerk"));
  await clerk.page.goto(at("/desk?queue=place", lang));
  assert.equal(await clerk.page.locator('a[href*="/desk/export"]').count(), 0);
  const reply = await clerk.page.goto(at("/desk/export.csv?queue=place", lang));
  assert.equal(reply.status(), 403);
  await stage.look(clerk, "not-allowed");
});

/** The file behind the link with this ending. */
async function download(page, ending) {
  const coming = page.waitForEvent("download");
  await page.locator(`a[href*="export${ending}"]`).click();
  const file = await coming;
  assert(file.suggestedFilename().endsWith(ending), file.suggestedFilename());
  return readFileSync(await file.path());
}

/** Texts of the files in a zip, by its central directory. */
function unzip(zip) {
  const files = {};
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  for (let n = zip.readUInt16LE(end + 10); n > 0; n -= 1) {
    const [method, size, name, extra, comment] =
      [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), ...[28, 30, 32].map((o) => zip.readUInt16LE(at + o))];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const body = zip.subarray(start, start + size);
    files[zip.toString("utf8", at + 46, at + 46 + name)] = (method === 8 ? inflateRawSync(body) : body).toString("utf8");
    at += 46 + name + extra + comment;
  }
  return files;
}
