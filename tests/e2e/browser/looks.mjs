// Every page anybody can open, in both languages, at both widths, and for elders: it stands, fits and is accessible.
import { assert, at, journey, settings, tooSmall } from "./lib.mjs";

const { width, lang, pages } = settings({ width: "390", lang: "zh", pages: "/" });

await journey("looks", async (stage) => {
  const visitor = await stage.person({ width, lang });
  for (const path of pages.split(",")) {
    const name = path === "/" ? "home" : path.slice(1).replaceAll("/", "-");
    for (const elder of [false, true]) {
      const reply = await visitor.page.goto(at(path, lang, elder));
      assert.equal(reply.status(), 200, `${reply.url()} answers ${reply.status()}`);
      await stage.look(visitor, elder ? `${name}-elder` : name);
      for (const what of elder ? await tooSmall(visitor.page) : []) stage.complain(`${reply.url()}: ${what}`);
    }
  }
});
