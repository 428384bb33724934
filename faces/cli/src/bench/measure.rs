//! The measurements. One caller reads at a time; every reading is timed from the call to the answer.

use super::chance::Chance;
use super::fill::{SEARCHES, something};
use super::ground::{Ground, window};
use crate::districts::operator;
use kernel::ids::{AccountId, MatterId};
use kernel::{Actor, Purpose};
use matters::app::{self, Filter, Queue, Raise};
use matters::redaction::Correction;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::{Cx, Runtime, Who};

/// Milliseconds at the stated ranks.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    pub name: &'static str,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub worst: f64,
    pub n: usize,
}

impl Measured {
    pub(super) fn of(name: &'static str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let rank = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
            times.get(rank).map_or(0.0, |t| t.as_secs_f64() * 1e3)
        };
        Self { name, p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: at(1.0), n: times.len() }
    }
}

struct Desk<'a> {
    rt: &'a Runtime,
    ground: &'a Ground,
    actors: std::collections::HashMap<AccountId, Actor>,
}

impl Desk<'_> {
    /// As a session would: the account with the rights it has now.
    fn who(&mut self, account: AccountId, purpose: Purpose) -> anyhow::Result<Who> {
        if let Some(actor) = self.actors.get(&account) {
            return Ok(Who::new(actor.clone(), purpose));
        }
        let actor =
            self.rt.read_now(operator(self.ground.district), move |cx| people::app::sessions::actor_of(cx, account))?;
        self.actors.insert(account, actor.clone());
        Ok(Who::new(actor, purpose))
    }
    /// Everybody lists; one of ten readings is the coordinator's, who sees everything.
    fn somebody(&self, chance: &mut Chance) -> AccountId {
        let of = |chance: &mut Chance, from: &[AccountId]| chance.pick(from).copied();
        let found = match chance.below(10) {
            0 => None,
            1..=4 => of(chance, &self.ground.officers),
            5 | 6 => of(chance, &self.ground.heads),
            _ => of(chance, &self.ground.committee),
        };
        found.unwrap_or(self.ground.coordinator)
    }
}

/// List, coordinator's lists, detail, map, search and the counters of the desk.
pub(super) fn readings(rt: &Runtime, ground: &Ground, repeat: usize) -> anyhow::Result<Vec<Measured>> {
    let mut desk = Desk { rt, ground, actors: std::collections::HashMap::new() };
    let mut chance = Chance::new(7);
    let mut seen: Vec<(AccountId, MatterId)> = Vec::new();
    let mut list = Vec::new();
    for _ in 0..repeat {
        let account = desk.somebody(&mut chance);
        let filter = some_filter(&mut chance, ground);
        let who = desk.who(account, Purpose::Administration)?;
        let started = Instant::now();
        let page = rt.read_now(who, move |cx| app::list(cx, &filter))?;
        list.push(started.elapsed());
        seen.extend(chance.pick(&page.lines).map(|line| (account, line.matter)));
    }
    let mut out = vec![Measured::of("list", list)];
    out.push(whole_district(&mut desk, repeat)?);
    out.push(details(&mut desk, &seen, repeat)?);
    out.push(maps(&mut desk, repeat)?);
    out.push(searches(&mut desk, repeat)?);
    out.push(counters(&mut desk, repeat)?);
    Ok(out)
}

fn some_filter(chance: &mut Chance, ground: &Ground) -> Filter {
    let queue = chance.pick(&Queue::ALL).copied().unwrap_or_default();
    let mut filter = Filter { queue, ..Filter::default() };
    match chance.below(6) {
        0 => filter.closed = true,
        1 => filter.class = Some("property".into()),
        2 => filter.area = chance.pick(&ground.communities).copied(),
        _ => {}
    }
    filter
}

/// The coordinator's lists, every queue and filter in turn: the widest scope there is.
fn whole_district(desk: &mut Desk<'_>, repeat: usize) -> anyhow::Result<Measured> {
    let who = desk.who(desk.ground.coordinator, Purpose::Administration)?;
    let mut chance = Chance::new(8);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let filter = some_filter(&mut chance, desk.ground);
        let who = who.clone();
        let started = Instant::now();
        desk.rt.read_now(who, move |cx| app::list(cx, &filter))?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("list, whole district", times))
}

fn details(desk: &mut Desk<'_>, seen: &[(AccountId, MatterId)], repeat: usize) -> anyhow::Result<Measured> {
    let mut chance = Chance::new(9);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let Some((account, matter)) = chance.pick(seen).copied() else { break };
        let who = desk.who(account, Purpose::Matter(matter))?;
        let started = Instant::now();
        desk.rt.read_now(who, move |cx| app::detail(cx, matter).map(drop))?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("detail", times))
}

fn maps(desk: &mut Desk<'_>, repeat: usize) -> anyhow::Result<Measured> {
    let mut chance = Chance::new(10);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let account = desk.somebody(&mut chance);
        let who = desk.who(account, Purpose::Administration)?;
        // From a few streets to the whole district.
        let share = [0.02, 0.05, 0.2, 1.0].get(chance.below(4)).copied().unwrap_or(1.0);
        let filter = Filter { queue: Queue::Place, bounds: Some(window(&mut chance, share)), ..Filter::default() };
        let started = Instant::now();
        desk.rt.read_now(who, move |cx| app::map(cx, &filter).map(drop))?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("map", times))
}

fn searches(desk: &mut Desk<'_>, repeat: usize) -> anyhow::Result<Measured> {
    let mut chance = Chance::new(11);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let account = desk.somebody(&mut chance);
        let who = desk.who(account, Purpose::Administration)?;
        let words = chance.pick(SEARCHES).copied().unwrap_or("漏水");
        let started = Instant::now();
        desk.rt.read_now(who, move |cx| app::search(cx, words, &Filter::default()).map(drop))?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("search", times))
}

fn counters(desk: &mut Desk<'_>, repeat: usize) -> anyhow::Result<Measured> {
    let mut chance = Chance::new(12);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let account = desk.somebody(&mut chance);
        let who = desk.who(account, Purpose::Administration)?;
        let started = Instant::now();
        desk.rt.read_now(who, |cx| app::counts(cx).map(drop))?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("counters of the desk", times))
}

fn classes(rt: &Runtime, ground: &Ground) -> anyhow::Result<Vec<String>> {
    let all = rt.read_now(operator(ground.district), app::classes)?;
    Ok(all.iter().filter(|c| !c.is_emergency()).map(|c| c.code.clone()).collect())
}

/// As the pages do it.
fn raise(rt: &Runtime, who: Who, command: Raise) -> Result<(), matters::Error> {
    let prepare = move |cx: &mut Cx<'_>| app::prepare(cx, command, &Correction::default());
    rt.write_prepared_now(who, prepare, |cx, whole| app::raise_prepared(cx, whole, None).map(drop))
}

/// One caller, each answer durable before the next begins.
pub(super) fn raise_alone(rt: &Runtime, ground: &Ground, repeat: usize) -> anyhow::Result<Measured> {
    let classes = classes(rt, ground)?;
    let who = Who::new(Actor::public(ground.district), Purpose::Public);
    let mut chance = Chance::new(13);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let (command, who) = (something(&mut chance, &classes), who.clone());
        let started = Instant::now();
        raise(rt, who, command)?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("raise, durable", times))
}

/// All callers at once for some seconds, each waiting for its receipt before the next.
pub(super) fn raises_per_s(rt: &Runtime, ground: &Ground, callers: usize, seconds: u64) -> anyhow::Result<f64> {
    let classes = classes(rt, ground)?;
    let who = Who::new(Actor::public(ground.district), Purpose::Public);
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let threads: Vec<_> = (0..callers)
            .map(|caller| {
                let (who, classes, stop, done) = (who.clone(), &classes, &stop, &done);
                scope.spawn(move || -> anyhow::Result<()> {
                    let mut chance = Chance::new(0xca_0000 + caller as u64);
                    while !stop.load(Ordering::Relaxed) {
                        let command = something(&mut chance, classes);
                        raise(rt, who.clone(), command)?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        while started.elapsed() < Duration::from_secs(seconds)
            && !threads.iter().any(std::thread::ScopedJoinHandle::is_finished)
        {
            std::thread::park_timeout(Duration::from_millis(50));
        }
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().map_err(|_| anyhow::anyhow!("a caller panicked"))??;
        }
        Ok(())
    })?;
    Ok(done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

/// A rule change: the clocks of every open matter anew, in one transaction.
pub(super) fn recompute(rt: &Runtime, ground: &Ground) -> anyhow::Result<(usize, f64)> {
    let classes = rt.read_now(operator(ground.district), app::classes)?;
    rt.write_now(operator(ground.district), move |cx| -> Result<(), matters::Error> {
        for class in classes.iter() {
            let mut rule = matters::model::ClassRule::clone(class);
            // One hour more or less than now, so that a second run changes something, too.
            rule.sign.n = if rule.sign.n.is_multiple_of(2) { rule.sign.n + 1 } else { rule.sign.n.max(2) - 1 };
            app::save_class(cx, rule)?;
        }
        Ok(())
    })?;
    let started = Instant::now();
    let changed = rt.write_now(operator(ground.district), |cx| app::recompute(cx, None))?;
    Ok((changed, started.elapsed().as_secs_f64()))
}

/// Memory of this process in MB, from /proc; 0 where there is none.
pub(super) fn rss_mb(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(field)?.strip_prefix(':'));
    line.and_then(|l| l.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()).map_or(0.0, |kb| kb / 1_024.0)
}
