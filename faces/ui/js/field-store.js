// What a phone keeps for the field pages: the pack of each task and what waits to be sent, sealed with a key that cannot be taken out
// of this browser (AES-GCM). Nothing is kept for longer than 48 hours, or what the district says of a visitor's day, and nothing after the end of a task; only what visitors wrote and could
// not send yet stays until it is sent ([`OUT`]). Pages and their worker both use it. Where the browser keeps nothing (private windows, full storage, no HTTPS), `Memory` stands in while a page is open.
const NAME = "mulin-field";
const STORES = ["keys", "packs", "queue", "told", "trace"];
export const KEEP_MS = 48 * 3_600_000;

/** Tasks whose name begins so hold what visitors wrote, and nobody's name: they do not end by themselves. */
export const OUT = "out-";

/** Can this browser keep and seal anything at all? */
export const able = () => typeof indexedDB !== "undefined" && typeof crypto !== "undefined" && Boolean(crypto.subtle);

/** The code in an address of a task: …/field/s/CODE/… */
export const codeOf = (path) => path.match(/\/field\/s\/([^/?#]+)/)?.[1]?.toUpperCase().replace(/[^0-9A-Z]/g, "") ?? "";

const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");

/** The mark of a task, under which its things are kept: it does not tell the code. */
export async function mark(path) {
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`field ${codeOf(path)}`))).slice(0, 32);
}

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

let opening = null;

function open() {
  opening ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      for (const name of STORES) {
        const numbered = name === "queue" || name === "trace";
        const store = db.createObjectStore(name, numbered ? { keyPath: "n", autoIncrement: true } : { keyPath: "id" });
        if (name !== "keys" && name !== "packs") store.createIndex("task", "task");
      }
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => { db.close(); opening = null; };
      db.onclose = () => { opening = null; };
      done(db);
    };
    request.onerror = () => failed(request.error);
    request.onblocked = () => failed(new Error("blocked"));
  });
  opening.catch(() => { opening = null; });
  return opening;
}

/** One transaction: what `work` begins in it is done when it is committed, or not at all. */
async function within(names, mode, work) {
  const db = await open();
  const tx = db.transaction(names, mode);
  const end = new Promise((done, failed) => {
    tx.oncomplete = () => done();
    tx.onabort = () => failed(tx.error ?? new Error("aborted"));
  });
  let answer;
  try {
    answer = await work(...names.map((name) => tx.objectStore(name)));
  } catch (error) {
    try { tx.abort(); } catch { /* it is over already */ }
    end.catch(() => {});
    throw error;
  }
  await end;
  return answer;
}

async function keyOf(task, make) {
  const known = await within(["keys"], "readonly", (keys) => asked(keys.get(task)));
  if (known || !make) return known?.key ?? null;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  // Another tab may have made one meanwhile: the first counts.
  return within(["keys"], "readwrite", async (keys) => {
    const first = await asked(keys.get(task));
    if (first) return first.key;
    await asked(keys.add({ id: task, key, until: Date.now() + KEEP_MS }));
    return key;
  });
}

async function seal(key, task, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new TextEncoder().encode(task);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, new TextEncoder().encode(JSON.stringify(value)));
  return { iv, data };
}

/** What was sealed; `null` when its key is gone, or somebody touched it. */
async function unseal(key, task, { iv, data }) {
  try {
    const additionalData = new TextEncoder().encode(task);
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, data)));
  } catch {
    return null;
  }
}

async function unsealed(rows) {
  const keys = new Map();
  const out = [];
  for (const row of rows) {
    if (!keys.has(row.task)) keys.set(row.task, await keyOf(row.task, false));
    const key = keys.get(row.task);
    const value = key && await unseal(key, row.task, row);
    out.push({ ...row, value });
  }
  return out;
}

const ofTask = (store, task) => asked(task ? store.index("task").getAll(task) : store.getAll());

/** Deletes what belongs to a task, key first: without it the rest is noise. */
const forget = (task) => within(STORES, "readwrite", async (keys, packs, ...rest) => {
  await asked(keys.delete(task));
  await asked(packs.delete(task));
  for (const store of rest) for (const key of await asked(store.index("task").getAllKeys(task))) await asked(store.delete(key));
});

/** The browser's own storage. Everything in it may fail, and then says so by throwing. */
export const disk = {
  durable: true,

  async savePack(task, pack, keep = KEEP_MS) {
    const sealed = await seal(await keyOf(task, true), task, pack);
    const saved = Date.now();
    await within(["packs", "keys"], "readwrite", async (packs, keys) => {
      await asked(packs.put({ id: task, ...sealed, saved, until: saved + keep }));
      const key = await asked(keys.get(task));
      if (key) await asked(keys.put({ ...key, keep, until: saved + keep }));
    });
  },
  async pack(task) {
    const row = await within(["packs"], "readonly", (packs) => asked(packs.get(task)));
    const key = row && await keyOf(task, false);
    return key ? unseal(key, task, row) : null;
  },
  async packs() {
    const rows = await within(["packs"], "readonly", (packs) => asked(packs.getAll()));
    const all = await unsealed(rows.filter((row) => !row.id.startsWith(OUT)).map((row) => ({ ...row, task: row.id })));
    return all.filter((row) => row.value).map((row) => row.value);
  },

  /** Puts a command at the end of the queue: `to` is where it goes. */
  async push(task, to, command) {
    const sealed = await seal(await keyOf(task, true), task, { to, command });
    await within(["queue"], "readwrite", (queue) => asked(queue.add({ task, id: command.id, ...sealed })));
  },
  /** What waits, in the order it was done. */
  async waiting(task) {
    const rows = await unsealed(await within(["queue"], "readonly", (queue) => ofTask(queue, task)));
    const unreadable = rows.filter((row) => !row.value).map((row) => row.id);
    if (unreadable.length) await disk.drop(unreadable);
    return rows.filter((row) => row.value).map(({ task: of, id, value }) => ({ task: of, id, ...value }));
  },
  async drop(ids) {
    await within(["queue"], "readwrite", async (queue) => {
      for (const row of await asked(queue.getAll())) if (ids.includes(row.id)) await asked(queue.delete(row.n));
    });
  },
  /** Takes a command out that nobody has sent yet; `false` when it is too late. */
  async retract(id) {
    return within(["queue"], "readwrite", async (queue) => {
      const row = (await asked(queue.getAll())).find((one) => one.id === id);
      if (row) await asked(queue.delete(row.n));
      return Boolean(row);
    });
  },

  /** What came back in words. Said twice, it stands there once. */
  async tell(task, id, words) {
    const sealed = await seal(await keyOf(task, true), task, words);
    await within(["told"], "readwrite", (told) => asked(told.put({ id, task, ...sealed })));
  },
  async told(task) {
    const rows = await unsealed(await within(["told"], "readonly", (told) => ofTask(told, task)));
    return rows.filter((row) => row.value).map(({ id, value }) => ({ id, words: value }));
  },
  async untell(id) {
    await within(["told"], "readwrite", (told) => asked(told.delete(id)));
  },

  /** Points of a way walked, until they are made into a command. */
  async point(task, point) {
    const sealed = await seal(await keyOf(task, true), task, point);
    await within(["trace"], "readwrite", (trace) => asked(trace.add({ task, ...sealed })));
  },
  async points(task) {
    const rows = await unsealed(await within(["trace"], "readonly", (trace) => ofTask(trace, task)));
    return rows.filter((row) => row.value).map(({ n, value }) => ({ n, point: value }));
  },
  /** Points become a command in one go: killed in between, either stands there. */
  async gather(task, to, command, numbers) {
    const sealed = await seal(await keyOf(task, true), task, { to, command });
    await within(["queue", "trace"], "readwrite", async (queue, trace) => {
      await asked(queue.add({ task, id: command.id, ...sealed }));
      for (const n of numbers) await asked(trace.delete(n));
    });
  },

  /** Whatever has a key. */
  tasks: () => within(["keys"], "readonly", (keys) => asked(keys.getAllKeys())),
  wipe: forget,
  /** Wipes what lay here for its time, also after the clock of the phone was set back. Answers how many commands were lost. */
  async expire(now = Date.now()) {
    const keys = await within(["keys"], "readonly", (all) => asked(all.getAll()));
    let lost = 0;
    for (const { id, until, keep = KEEP_MS } of keys) {
      if (id.startsWith(OUT)) continue;
      if (now < until && now > until - keep - 86_400_000) continue;
      lost += (await within(["queue"], "readonly", (queue) => ofTask(queue, id))).length;
      await forget(id);
    }
    return lost;
  },
};

/** The same for as long as the page is open, where the browser keeps nothing. */
export class Memory {
  durable = false;
  #packs = new Map();
  #queue = [];
  #told = new Map();
  #points = [];
  #n = 0;
  async savePack(task, pack) { this.#packs.set(task, pack); }
  async pack(task) { return this.#packs.get(task) ?? null; }
  async packs() { return [...this.#packs].filter(([task]) => !task.startsWith(OUT)).map(([, pack]) => pack); }
  async push(task, to, command) { this.#queue.push({ task, id: command.id, to, command }); }
  async waiting(task) { return this.#queue.filter((e) => !task || e.task === task); }
  async drop(ids) { this.#queue = this.#queue.filter((e) => !ids.includes(e.id)); }
  async retract(id) {
    const before = this.#queue.length;
    await this.drop([id]);
    return this.#queue.length < before;
  }
  async tell(task, id, words) { this.#told.set(id, { task, id, words }); }
  async told(task) { return [...this.#told.values()].filter((e) => e.task === task); }
  async untell(id) { this.#told.delete(id); }
  async point(task, point) { this.#points.push({ n: (this.#n += 1), task, point }); }
  async points(task) { return this.#points.filter((e) => e.task === task); }
  async gather(task, to, command, numbers) {
    await this.push(task, to, command);
    this.#points = this.#points.filter((e) => !numbers.includes(e.n));
  }
  async wipe(task) {
    this.#packs.delete(task);
    this.#queue = this.#queue.filter((e) => e.task !== task);
    this.#points = this.#points.filter((e) => e.task !== task);
    for (const [id, e] of this.#told) if (e.task === task) this.#told.delete(id);
  }
  async expire() { return 0; }
}
