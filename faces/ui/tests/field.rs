#![allow(clippy::unwrap_used, reason = "tests")]
//! The queue of the field pages, without a browser: what waits is sent in order, in parts, and let go only when the server has it.

use std::path::Path;
use std::process::Command;

/// Runs the modules with a script behind them in Node.js; the script throws when something is wrong.
fn run(script: &str) {
    let js = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    let read = |name: &str| std::fs::read_to_string(js.join(name)).unwrap();
    // As text, so that Node.js need not be told that a .js file is a module. There are no locks here: one page alone.
    let begin = "import assert from 'node:assert/strict';
        Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
        const replies = [];
        const asked = { bodies: [] };
        globalThis.fetch = async (address, { body }) => {
            const sent = JSON.parse(body);
            asked.bodies.push(sent);
            const reply = replies.length > 1 ? replies.shift() : replies[0];
            return reply(sent);
        };
        const answer = (status, json, mark = 'yes', more = {}) => ({ status, ok: status === 200,
            headers: new Headers({ ...(mark ? { 'x-field': mark } : {}), ...more }), json: async () => { if (!json) throw new Error('no JSON'); return json; } });
        const all = (outcome) => (sent) => answer(200, { outcomes: sent.commands.map(({ id }) => ({ id, outcome })) });
        const shelf = (n, task = 't') => { const m = new Memory(); for (let i = 0; i < n; i += 1) m.push(task, '/to', { id: `c${i}`, act: 'here' }); return m; };
        const ids = () => asked.bodies.map((b) => b.commands.map((c) => c.id));
        const late = async (work) => { try { await work; } catch (e) { assert(e instanceof Later, e.stack); return e; } assert.fail('it was not put off'); };\n";
    let modules = read("visits-form.js")
        + &read("field-queue.js")
        + &read("field-store.js").replace("const asked =", "const requested =").replace("asked(", "requested(");
    let out = Command::new("node")
        .args(["--input-type=module", "--eval", &format!("{modules}\n{begin}{script}")])
        .output()
        .expect("Node.js, as for the build");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn what_waits_goes_in_order_and_in_parts() {
    run("replies.push(all('done'));
         const s = shelf(95);
         assert.equal(await deliver(s), true);
         assert.deepEqual(ids().map((part) => part.length), [40, 40, 15]);
         assert.deepEqual(ids().flat(), Array.from({ length: 95 }, (_, i) => `c${i}`));
         assert.equal((await s.waiting()).length, 0);");
}

#[test]
fn nothing_is_let_go_before_the_server_has_it() {
    for reply in [
        "() => { throw new Error('no network'); }",
        "() => answer(503, null)",
        "() => answer(200, null)",
        "() => answer(200, { outcomes: 'x' })",
        "() => answer(200, { outcomes: [] })",
        // A hotel's page, a gateway that knows nothing, a guard that is not ours.
        "() => answer(200, { outcomes: [{ id: 'c0', outcome: 'done' }] }, '')",
        "() => answer(404, null, '')",
        "() => answer(400, null, '')",
        "() => answer(429, null, 'yes', { 'retry-after': '30' })",
    ] {
        run(&format!(
            "replies.push({reply});
             const s = shelf(3);
             const later = await late(deliver(s));
             if ({}) assert.equal(later.seconds, 30);
             assert.equal((await s.waiting()).length, 3);
             replies[0] = all('before');
             await deliver(s);
             assert.equal((await s.waiting()).length + (await s.told('t')).length, 0, 'known before is done');",
            reply.contains("429")
        ));
    }
}

#[test]
fn what_comes_back_is_kept_in_words() {
    run("replies.push((sent) => answer(200, { outcomes: sent.commands.map(({ id }) => (id === 'c1' ? { id, outcome: 'conflict', words: 'no' } : { id, outcome: 'done' })) }));
         const s = shelf(3);
         await deliver(s);
         assert.deepEqual(await s.told('t'), [{ task: 't', id: 'c1', words: { outcome: 'conflict', words: 'no', act: 'here' } }]);
         assert.equal((await s.waiting()).length, 0);");
}

#[test]
fn one_that_cannot_be_read_does_not_hold_up_the_others() {
    run("replies.push((sent) => (sent.commands.some(({ id }) => id === 'c1') ? answer(422, { error: 422 }) : all('done')(sent)));
         const s = shelf(3);
         await deliver(s);
         assert.deepEqual((await s.told('t')).map((t) => [t.id, t.words.outcome]), [['c1', 'unreadable']]);
         assert.equal((await s.told('t'))[0].words.command.id, 'c1', 'what nobody could read is kept whole');
         assert.deepEqual(ids(), [['c0', 'c1', 'c2'], ['c0'], ['c1'], ['c2']]);");
}

#[test]
fn only_our_own_word_ends_a_task() {
    run("replies.push(() => answer(404, null, 'over'));
         const s = shelf(2);
         let over = false;
         await deliver(s, ({ said }) => { over = said.over; });
         assert.equal(over, true);
         assert.deepEqual((await s.told('t')).map((t) => t.words.outcome), ['over', 'over']);");
}

#[test]
fn what_waits_for_its_author_holds_up_nobody_else() {
    run("const m = shelf(2, 'out-a');
         m.push('t', '/other', { id: 'x', act: 'here' });
         replies.push((sent) => (sent.commands[0].id === 'x' ? all('done')(sent) : answer(401, { why: 'idle' }, 'signed-out')));
         const held = await late(deliver(m));
         assert.deepEqual([held.mark, held.why], ['signed-out', 'idle']);
         assert.deepEqual((await m.waiting()).map(({ id }) => id), ['c0', 'c1'], 'kept, and the other went out');");
}

#[test]
fn what_can_be_mended_comes_back_whole() {
    run("const m = new Memory();
         const command = { id: 'c', visit: 'v', outcome: 'seen', form: { note: 'x' } };
         m.push('out-a', '/to', command);
         replies.push((sent) => answer(200, { outcomes: [{ id: 'c', outcome: 'mend', words: 'why' }] }));
         await deliver(m);
         assert.deepEqual((await m.told('out-a'))[0].words, { outcome: 'mend', words: 'why', act: 'seen', visit: 'v', command });");
}

#[test]
fn a_request_stays_short() {
    run("const m = new Memory();
         for (let i = 0; i < 5; i += 1) m.push('t', '/to', { id: `c${i}`, photo: 'x'.repeat(250000) });
         replies.push(all('done'));
         await deliver(m);
         assert.deepEqual(ids().map((part) => part.length), [2, 2, 1]);");
}

#[test]
fn a_picture_says_how_large_it_is_before_it_is_unpacked() {
    run("const png = new Uint8Array(33); png.set([0x89, 80, 78, 71], 0); new DataView(png.buffer).setUint32(16, 50000); new DataView(png.buffer).setUint32(20, 40000);
         assert.deepEqual(claimed(png), [50000, 40000]);
         const jpeg = new Uint8Array(64); jpeg.set([0xff, 0xd8, 0xff, 0xe1, 0, 10], 0); jpeg.set([0xff, 0xc0, 0, 17, 8, 0x0b, 0xb8, 0x0f, 0xa0], 14);
         assert.deepEqual(claimed(jpeg), [4000, 3000]);
         const webp = new Uint8Array(40); webp.set([...'RIFF....WEBPVP8X'].map((c) => c.charCodeAt(0)), 0); webp.set([0x7f, 0x07, 0, 0x37, 0x04, 0], 24);
         assert.deepEqual(claimed(webp), [1920, 1080]);
         for (const other of ['GIF89a..........................', '<svg xmlns=', '']) assert.equal(claimed(new TextEncoder().encode(other)), null);");
}

#[test]
fn ids_sort_by_the_time_they_were_made_at() {
    run("const at = [0, 1, 1_780_000_000_000, 1_780_000_000_001, 2 ** 45].map((t) => uuid7(t));
         for (const id of at) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
         assert.deepEqual([...at].sort(), at);
         assert.equal(new Set(Array.from({ length: 1000 }, () => uuid7(5))).size, 1000);
         assert.equal(codeOf('/en/field/s/abcd-efgh-jkmn/task.json'), 'ABCDEFGHJKMN');");
}

/// The day that is agreed on counts from the server's day where the phone's clock is a year off; across a change to summer time a week is a week.
#[test]
fn a_week_from_today_on_a_phone_with_a_wrong_clock() {
    run("const at = (text) => new Date(text);
         assert.equal(dayAfter('2026-06-29', 7, at('2026-06-29T09:00')), '2026-07-06');
         assert.equal(dayAfter('2026-06-29', 7, at('2026-06-30T00:10')), '2026-07-07', 'the list of yesterday');
         for (const wrong of ['2025-06-29T09:00', '2027-06-29T09:00', '1970-01-01T00:00']) assert.equal(dayAfter('2026-06-29', 7, at(wrong)), '2026-07-06');
         assert.equal(dayAfter('2026-03-28', 1, at('2026-03-28T23:30')), '2026-03-29');
         assert.equal(dayAfter('2026-12-31', 30, at('2026-12-31T12:00')), '2027-01-30');
         assert.equal(dayAfter('', 1, at('2026-02-28T12:00')), '2026-03-01');");
}
