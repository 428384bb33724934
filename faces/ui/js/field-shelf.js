// What a page of the field pages puts things into: the browser's storage, and beside it the memory of the page for what the storage
// does not take. Nothing is dropped without a word.
import { able, codeOf, disk, mark, Memory } from "./field-store.js";

export class Shelf {
  /** Why this browser keeps nothing: "insecure", "refused", "full"; empty while it does. */
  trouble = "";
  #disk = null;
  #memory = new Memory();

  /** Answers how many commands had lain here for their time, and were wiped. */
  async open() {
    if (!able()) {
      this.trouble = globalThis.isSecureContext ? "refused" : "insecure";
      return 0;
    }
    try {
      const lost = await disk.expire();
      this.#disk = disk;
      return lost;
    } catch {
      this.trouble = "refused";
      return 0;
    }
  }

  /** The same while the page stays open. */
  expire() { return this.#disk?.expire().catch(() => 0) ?? 0; }

  get durable() { return this.#disk !== null && !this.trouble; }
  mark(path) { return this.#disk ? mark(path) : Promise.resolve(codeOf(path)); }

  /** Into the storage, or where it takes nothing into memory. */
  async #put(name, ...args) {
    if (this.#disk) {
      try {
        await this.#disk[name](...args);
        if (this.trouble === "full") this.trouble = "";
        return;
      } catch {
        this.trouble = "full";
      }
    }
    await this.#memory[name](...args);
  }
  async #all(name, ...args) {
    const kept = this.#disk ? await this.#disk[name](...args).catch(() => []) : [];
    return [...kept, ...await this.#memory[name](...args)];
  }
  async #both(name, ...args) {
    if (this.#disk) await this.#disk[name](...args);
    return this.#memory[name](...args);
  }

  savePack(task, pack, keep) { return this.#put("savePack", task, pack, keep); }
  async pack(task) { return (await this.#disk?.pack(task).catch(() => null)) ?? this.#memory.pack(task); }
  packs() { return this.#all("packs"); }
  push(task, to, command) { return this.#put("push", task, to, command); }
  waiting(task) { return this.#all("waiting", task); }
  drop(ids) { return this.#both("drop", ids); }
  tell(task, id, words) { return this.#put("tell", task, id, words); }
  told(task) { return this.#all("told", task); }
  untell(id) { return this.#both("untell", id); }
  point(task, point) { return this.#put("point", task, point); }
  wipe(task) { return this.#both("wipe", task); }

  async retract(id) {
    const kept = this.#disk ? await this.#disk.retract(id) : false;
    return (await this.#memory.retract(id)) || kept;
  }
  /** Points so far become one command; answers how many there were. */
  async gather(task, to, make) {
    let count = 0;
    for (const part of [this.#disk, this.#memory]) {
      const points = part ? await part.points(task).catch(() => []) : [];
      if (points.length === 0) continue;
      count += points.length;
      const command = make(points.map((p) => p.point));
      try {
        await part.gather(task, to, command, points.map((p) => p.n));
      } catch {
        // Full: the points stay where they are, and are tried again.
        this.trouble = "full";
      }
    }
    return count;
  }
}
