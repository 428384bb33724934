//! Changes of a plan, and how they are taken back.
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes are made here (docs/decisions/0029)"
)]

use super::{Edit, Kept, Mark, NOBODY, State, out_cost};

impl State<'_> {
    pub(super) fn touch(&mut self, route: u32) {
        if !std::mem::replace(&mut self.touched_mark[route as usize], true) {
            self.touched.push(route);
        }
    }

    pub(super) fn renumber(&mut self, route: usize, from: usize) {
        for i in from..self.routes[route].len() {
            let v = self.routes[route][i] as usize;
            (self.at[v], self.route_of[v]) = (i as u32, route as u32);
        }
    }

    pub(super) fn raw_out(&mut self, visit: u32) -> (u32, u32) {
        let (route, at) = (self.route_of[visit as usize], self.at[visit as usize]);
        let r = route as usize;
        self.routes[r].remove(at as usize);
        self.renumber(r, at as usize);
        self.route_of[visit as usize] = NOBODY;
        (route, at)
    }

    pub(super) fn raw_in(&mut self, visit: u32, route: u32, at: u32) {
        self.routes[route as usize].insert(at as usize, visit);
        self.renumber(route as usize, at as usize);
    }

    pub(super) fn raw_tails(&mut self, a: u32, at_a: u32, b: u32, at_b: u32) {
        let tail_a = self.routes[a as usize].split_off(at_a as usize);
        let tail_b = self.routes[b as usize].split_off(at_b as usize);
        self.routes[a as usize].extend(tail_b);
        self.routes[b as usize].extend(tail_a);
        self.renumber(a as usize, at_a as usize);
        self.renumber(b as usize, at_b as usize);
    }

    /// Takes a planned visit out of its route. Nothing is timed until [`Self::settle`].
    pub fn take_out(&mut self, visit: u32) {
        let (route, at) = self.raw_out(visit);
        self.distance -= self.detour(visit, route, at as usize);
        let (v, r) = (visit as usize, route as usize);
        self.liked -= self.liking[v * self.routes.len() + r];
        self.loads[r] -= self.nodes[v].lasts;
        self.carried[r] -= self.problem.visits[v].demand;
        self.without += out_cost(&self.problem.visits[v]);
        if let Some(next) = self.routes[r].get(at as usize).copied() {
            self.ask(next);
        }
        self.touch(route);
        self.edits.push(Edit::Out { visit, route, at });
    }

    /// Puts an unplanned visit in.
    pub fn put_in(&mut self, visit: u32, route: u32, at: usize) {
        self.distance += self.detour(visit, route, at);
        let (v, r) = (visit as usize, route as usize);
        self.raw_in(visit, route, at as u32);
        self.liked += self.liking[v * self.routes.len() + r];
        self.loads[r] += self.nodes[v].lasts;
        self.carried[r] += self.problem.visits[v].demand;
        self.without -= out_cost(&self.problem.visits[v]);
        self.ask(visit);
        if let Some(next) = self.routes[r].get(at + 1).copied() {
            self.ask(next);
        }
        self.touch(route);
        self.edits.push(Edit::In { visit });
    }

    /// The two routes exchange what comes from these positions on. `false`, and nothing done, where somebody may not do it.
    pub fn swap_tails(&mut self, a: u32, at_a: usize, b: u32, at_b: usize) -> bool {
        let (ra, rb) = (a as usize, b as usize);
        let allowed = self.routes[ra][at_a..].iter().all(|v| self.may(*v, b))
            && self.routes[rb][at_b..].iter().all(|v| self.may(*v, a));
        if a == b || !allowed {
            return false;
        }
        let before = self.route_way(ra) + self.route_way(rb);
        self.shift_sums(ra, at_a, rb, at_b);
        self.raw_tails(a, at_a as u32, b, at_b as u32);
        self.distance += self.route_way(ra) + self.route_way(rb) - before;
        for (r, at) in [(ra, at_a), (rb, at_b)] {
            if let Some(next) = self.routes[r].get(at).copied() {
                self.ask(next);
            }
        }
        self.touch(a);
        self.touch(b);
        self.edits.push(Edit::Tails { a, at_a: at_a as u32, b, at_b: at_b as u32 });
        true
    }

    pub(super) fn shift_sums(&mut self, ra: usize, at_a: usize, rb: usize, at_b: usize) {
        let k = self.routes.len();
        for (from, at, to) in [(ra, at_a, rb), (rb, at_b, ra)] {
            for i in at..self.routes[from].len() {
                let v = self.routes[from][i] as usize;
                let (lasts, demand) = (self.nodes[v].lasts, self.problem.visits[v].demand);
                self.loads[from] -= lasts;
                self.loads[to] += lasts;
                self.carried[from] -= demand;
                self.carried[to] += demand;
                self.liked += self.liking[v * k + to] - self.liking[v * k + from];
            }
        }
    }

    /// Where a change stands, for going back to there.
    pub fn mark(&self) -> Mark {
        Mark {
            edits: self.edits.len(),
            old: self.old.len(),
            sums: (self.distance, self.late, self.without, self.liked),
        }
    }

    /// Begins a change: everything since can be taken back with [`Self::undo`].
    pub fn begin(&mut self) {
        self.edits.clear();
        self.old.clear();
        self.before = (self.distance, self.late, self.without, self.liked);
    }

    /// Takes the change back without having timed it.
    pub fn abandon(&mut self) {
        self.clear();
        self.undo();
    }

    pub fn keep(&self, kept: &mut Kept) {
        kept.routes.clone_from(&self.routes);
        kept.start.clone_from(&self.start);
        kept.lateness.clone_from(&self.lateness);
        kept.rested.clone_from(&self.rested);
    }

    /// As it was when it was kept.
    pub fn back_to(&mut self, kept: &Kept) {
        self.routes.clone_from(&kept.routes);
        self.start.clone_from(&kept.start);
        self.lateness.clone_from(&kept.lateness);
        self.rested.clone_from(&kept.rested);
        self.route_of.fill(NOBODY);
        self.loads.fill(0.0);
        self.carried.fill(0.0);
        for r in 0..self.routes.len() {
            self.renumber(r, 0);
            for v in &self.routes[r] {
                self.loads[r] += self.nodes[*v as usize].lasts;
                self.carried[r] += self.problem.visits[*v as usize].demand;
            }
        }
        self.refresh();
    }

    /// Did the change under way bring somebody in or leave somebody out?
    pub fn planning_changed(&self) -> bool {
        let ins = self.edits.iter().filter(|e| matches!(e, Edit::In { .. })).count();
        let outs = self.edits.iter().filter(|e| matches!(e, Edit::Out { .. })).count();
        let left = |e: &Edit| matches!(e, Edit::Out { visit, .. } if !self.is_planned(*visit));
        ins != outs || self.edits.iter().any(left)
    }

    /// Takes back everything since [`Self::begin`].
    pub fn undo(&mut self) {
        self.undo_to(&Mark { edits: 0, old: 0, sums: self.before });
    }

    /// Takes back everything since the mark, which is of the change under way.
    pub fn undo_to(&mut self, mark: &Mark) {
        while self.edits.len() > mark.edits {
            let Some(edit) = self.edits.pop() else { break };
            match edit {
                Edit::In { visit } => {
                    let (route, _) = self.raw_out(visit);
                    let (v, r) = (visit as usize, route as usize);
                    self.loads[r] -= self.nodes[v].lasts;
                    self.carried[r] -= self.problem.visits[v].demand;
                }
                Edit::Out { visit, route, at } => {
                    self.raw_in(visit, route, at);
                    let (v, r) = (visit as usize, route as usize);
                    self.loads[r] += self.nodes[v].lasts;
                    self.carried[r] += self.problem.visits[v].demand;
                }
                Edit::Tails { a, at_a, b, at_b } => {
                    self.shift_sums(a as usize, at_a as usize, b as usize, at_b as usize);
                    self.raw_tails(a, at_a, b, at_b);
                }
            }
        }
        while self.old.len() > mark.old {
            let Some((visit, start, rested)) = self.old.pop() else { break };
            let v = visit as usize;
            self.start[v] = start;
            self.rested[v] = rested;
            let late = if self.nodes[v].hard || self.route_of[v] == NOBODY {
                0.0
            } else {
                (start - self.nodes[v].close).max(0.0)
            };
            self.lateness[v] = late;
        }
        (self.distance, self.late, self.without, self.liked) = mark.sums;
    }

    /// Lateness of a visit that has just left the plan is no longer owed. To be called before [`Self::settle`].
    pub fn forget(&mut self, visit: u32) {
        let v = visit as usize;
        self.old.push((visit, self.start[v], self.rested[v]));
        self.late -= self.lateness[v];
        self.lateness[v] = 0.0;
    }
}
