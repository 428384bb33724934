//! When every visit of a plan can begin; what cannot be timed is refused.
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes are made here (docs/decisions/0029)"
)]
#![expect(clippy::float_cmp, reason = "a start that comes out the same to the last bit has not moved")]

use super::{NOBODY, State};
use crate::problem::{TINY, start_in};

impl State<'_> {
    pub(super) fn ask(&mut self, visit: u32) {
        let slot = &mut self.queued[visit as usize];
        if !std::mem::replace(slot, true) {
            self.queue.push(visit);
        }
    }

    /// Times everything that the change moved. `false`: it cannot be done; take it back.
    pub fn settle(&mut self) -> bool {
        let ok = self.retime() && self.ends_well();
        self.clear();
        ok
    }

    /// As [`Self::settle`], for a whole plan at once.
    pub fn settle_all(&mut self) -> bool {
        let usual = std::mem::replace(&mut self.patience, 200 * self.nodes.len() + 1000);
        let ok = self.settle();
        self.patience = usual;
        ok
    }

    pub(super) fn clear(&mut self) {
        self.queue.iter().for_each(|v| self.queued[*v as usize] = false);
        self.queue.clear();
        self.touched.iter().for_each(|r| self.touched_mark[*r as usize] = false);
        self.touched.clear();
    }

    pub(super) fn retime(&mut self) -> bool {
        let limit = self.patience;
        let mut next = 0;
        while next < self.queue.len() {
            let visit = self.queue[next];
            next += 1;
            self.work += 1;
            self.queued[visit as usize] = false;
            if next > limit || !self.recompute(visit) {
                self.queue.drain(..next);
                return false;
            }
        }
        self.queue.clear();
        true
    }

    /// When the visitor can be at this visit: instant, and whether the break is behind them; `None`: no room for the break.
    pub(super) fn ready(&self, visit: u32) -> Option<(f64, bool)> {
        let (v, r) = (visit as usize, self.route_of[visit as usize] as usize);
        let visitor = &self.problem.visitors[r];
        let (free, from, rested) = match (self.at[v] as usize).checked_sub(1) {
            Some(i) => {
                let p = self.routes[r][i] as usize;
                (self.start[p] + self.nodes[p].lasts, self.nodes[p].place, self.rested[p])
            }
            None => (visitor.from, visitor.start as u32, false),
        };
        let on = self.way(from, self.nodes[v].place);
        let ready = free + on;
        let Some(rest) = visitor.rest.filter(|_| !rested) else { return Some((ready, true)) };
        let begin = free.max(rest.from);
        let start = self.in_window(v, ready);
        if begin <= rest.latest && begin + rest.lasts + on <= start + TINY {
            return Some((ready, true));
        }
        if start + self.nodes[v].lasts <= rest.latest {
            return Some((ready, false));
        }
        (begin <= rest.latest).then_some((begin + rest.lasts + on, true))
    }

    pub(super) fn in_window(&self, v: usize, ready: f64) -> f64 {
        let node = &self.nodes[v];
        if node.single_window { ready.max(node.open) } else { start_in(&self.problem.visits[v].windows, ready) }
    }

    pub(super) fn recompute(&mut self, visit: u32) -> bool {
        let v = visit as usize;
        if self.route_of[v] == NOBODY {
            return true;
        }
        let node = self.nodes[v];
        if node.partner == NOBODY {
            let Some((ready, rested)) = self.ready(visit) else { return false };
            return self.set(visit, self.in_window(v, ready), rested);
        }
        let (first, second) = if node.second { (node.partner, visit) } else { (visit, node.partner) };
        if self.route_of[first as usize] == NOBODY || self.route_of[second as usize] == NOBODY {
            return false;
        }
        let (Some((ready_a, rest_a)), Some((ready_b, rest_b))) = (self.ready(first), self.ready(second)) else {
            return false;
        };
        let (mut a, mut b) = (self.in_window(first as usize, ready_a), self.in_window(second as usize, ready_b));
        // Windows with holes may push the one past the other some times; each round moves at least one to its next window.
        for _ in 0..8 {
            let (was_a, was_b) = (a, b);
            b = self.in_window(second as usize, b.max(a + node.least));
            a = self.in_window(first as usize, a.max(b - node.most));
            if (a, b) == (was_a, was_b) {
                break;
            }
        }
        if b < a + node.least - TINY || b > a + node.most + TINY {
            return false;
        }
        self.set(first, a, rest_a) && self.set(second, b, rest_b)
    }

    pub(super) fn set(&mut self, visit: u32, start: f64, rested: bool) -> bool {
        let v = visit as usize;
        let node = self.nodes[v];
        let late = (start - node.close).max(0.0);
        if node.hard && late > TINY {
            return false;
        }
        let late = if node.hard { 0.0 } else { late };
        if start == self.start[v] && rested == self.rested[v] && late == self.lateness[v] {
            return true;
        }
        self.old.push((visit, self.start[v], self.rested[v]));
        self.late += late - self.lateness[v];
        self.lateness[v] = late;
        self.start[v] = start;
        self.rested[v] = rested;
        let (r, at) = (self.route_of[v] as usize, self.at[v] as usize);
        if let Some(next) = self.routes[r].get(at + 1).copied() {
            self.ask(next);
        } else {
            self.touch(r as u32);
        }
        true
    }

    /// Every route that was touched ends within its shift, with its break, and is carried by its visitor.
    pub(super) fn ends_well(&self) -> bool {
        self.touched.iter().all(|route| {
            let r = *route as usize;
            let visitor = &self.problem.visitors[r];
            let Some(last) = self.routes[r].last() else { return true };
            let l = *last as usize;
            let free = self.start[l] + self.nodes[l].lasts;
            let home = self.way(self.nodes[l].place, visitor.end as u32);
            let mut back = free + home;
            if self.any_rest && !self.rested[l] {
                let Some(rest) = visitor.rest else { return false };
                let begin = free.max(rest.from);
                if begin > rest.latest + TINY {
                    return false;
                }
                back = back.max(begin + rest.lasts + home);
            }
            back <= visitor.to + TINY && self.carried[r] <= visitor.capacity + TINY
        })
    }
}
