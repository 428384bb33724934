//! Break-glass (R5): a reason, half an hour, the supervisor at once, a verdict by somebody else, the person told.

use super::persons::wang;
use super::{World, area, refused};
use kernel::ids::{AccountId, PersonId, WindowId};
use kernel::{Purpose, Role, WorkCalendar};
use people::app::break_glass::{self, Told, Verdict};
use people::app::persons::{self, For};
use people::app::{Flat, require_fresh};
use people::model::SessionId;
use people::{Error, Result};
use store::{Cx, Who};

impl World {
    /// A signed-in worker of this role in area 1.
    pub(crate) fn signed_in(&self, role: Role, login: &str) -> (AccountId, SessionId) {
        let id = self.with_password(login);
        let seat = self.seat(role, super::at_area(1), login);
        self.sit(people::app::NewTerm::holder(seat, id)).unwrap();
        (id, self.session(&self.token(login)))
    }
    fn smash(&self, (id, session): (AccountId, SessionId), reason: &'static str) -> Result<WindowId> {
        self.act_as(id, move |cx| {
            let fresh = require_fresh(cx, session)?;
            break_glass::open_window(cx, &fresh, &WorkCalendar::embedded(), reason)
        })
    }
    fn within<T: Send + 'static>(
        &self,
        id: AccountId,
        window: WindowId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let who = Who { purpose: Purpose::BreakGlass(window), ..self.as_account(id) };
        self.house.rt.write_now(who, f)
    }
    fn open_in(&self, id: AccountId, window: WindowId, person: PersonId) -> Result<persons::Record> {
        self.within(id, window, move |cx| persons::open_record(cx, person, &For::Window))
    }
}

const REASON: &str = "老人独自在家昏倒，救护车在路上";

testkit::both_databases! {
    fn a_window_opens_for_half_an_hour_and_everything_about_it_is_written_down(w: World) {
        let me = w.signed_in(Role::DutyOfficer, "duty.one");
        let head = w.worker(Role::PostHead, "head");
        let person = w.resident();
        assert_eq!(refused(w.smash(me, "急")), "invalid");
        let window = w.smash(me, REASON).unwrap();
        assert!(matches!(w.smash(me, REASON), Err(Error::Refused("window-runs"))));
        let (found, _) = w.within(me.0, window, |cx| persons::find_person(cx, "王桂芳", &For::Window, &[])).unwrap();
        assert_eq!(found.len(), 1);
        assert!(w.open_in(me.0, window, person).unwrap().identity.yes().is_some());
        assert_eq!(w.logged("break_glass.opened"), 1);
        let jobs = w.look(|cx| Ok(cx.query("SELECT kind, payload, run_at FROM job WHERE kind LIKE 'notify.break_glass%' ORDER BY run_at", &[])?)).unwrap();
        assert_eq!(jobs[0].text("kind").unwrap(), "notify.break_glass");
        assert!(jobs[0].text("payload").unwrap().contains(&head.to_string()), "the supervisor is told, at once");
        assert_eq!(jobs[0].moment("run_at").unwrap(), w.house.rt.now());
        // Monday: the third working day after it is Thursday, close of business.
        assert_eq!(jobs[1].moment("run_at").unwrap().rfc3339(), "2026-07-02T09:00:00Z");
        assert!(!jobs[0].text("payload").unwrap().contains("昏倒"));
        // Nobody else can use it, and it ends by itself.
        assert_eq!(refused(w.open_in(head, window, person)), "purpose");
        w.house.clock.advance_secs(30 * 60 - 1);
        w.open_in(me.0, window, person).unwrap();
        w.house.clock.advance_secs(1);
        assert_eq!(refused(w.open_in(me.0, window, person)), "purpose");
        assert_eq!(refused(w.within(me.0, window, |cx| persons::find_person(cx, "王桂芳", &For::Window, &[]))), "purpose");
    }

    fn the_supervisor_says_whether_it_was_right_and_nobody_does_so_for_themselves(w: World) {
        let me = w.signed_in(Role::CommunityOfficer, "officer.one");
        let head = w.worker(Role::PostHead, "head");
        let other = w.worker(Role::CommunityOfficer, "other");
        let person = w.resident();
        let window = w.smash(me, REASON).unwrap();
        w.open_in(me.0, window, person).unwrap();
        let say = |id| w.act_as(id, move |cx| break_glass::review(cx, window, Verdict::Right, "情况属实"));
        assert_eq!(refused(say(me.0)), "own-handling");
        assert_eq!(refused(say(other)), "elsewhere");
        assert_eq!(refused(say(w.first.audit)), "role");
        let list = |id| w.act_as(id, break_glass::windows).unwrap();
        assert!(list(other).is_empty(), "windows of others are not shown");
        assert!(!list(me.0)[0].may_review && list(head)[0].may_review);
        assert_eq!(w.act_as(head, break_glass::to_review).unwrap(), 1);
        say(head).unwrap();
        assert!(matches!(say(head), Err(Error::Refused("reviewed-already"))));
        assert_eq!(w.act_as(head, break_glass::to_review).unwrap(), 0);
        let seen = list(me.0);
        assert_eq!((seen[0].verdict, seen[0].note.as_deref()), (Some(Verdict::Right), Some("情况属实")));
        // The person is told by whoever looked into it; the letter is a look like every other.
        assert_eq!(refused(w.within(me.0, window, move |cx| break_glass::letter(cx, window, person))), "own-handling");
        let letter = w.within(head, window, move |cx| break_glass::letter(cx, window, person)).unwrap();
        assert_eq!((letter.name.as_str(), letter.guardians.len()), ("王桂芳", 1));
        w.within(head, window, move |cx| break_glass::told(cx, window, person, Told::Letter)).unwrap();
        assert_eq!(w.logged("break_glass.told"), 1);
        assert_eq!(list(head)[0].people[0].told_how, Some(Told::Letter));
        // Only about those who were looked at.
        let stranger = w.act(|cx| persons::register_person(cx, &Flat, &wang())).unwrap();
        assert_eq!(refused(w.within(head, window, move |cx| break_glass::letter(cx, window, stranger))), "not-found");
    }

    fn who_may_not_break_the_glass(w: World) {
        for (role, login) in [(Role::Volunteer, "vol.one"), (Role::Shop, "shop.one"), (Role::Property, "prop.one"), (Role::AgencyWorker, "ag.one")] {
            let them = w.signed_in(role, login);
            assert_eq!(refused(w.smash(them, REASON)), "role", "{login}");
        }
        // A proof of somebody else, or one that is too old, is none.
        let (me, other) = (w.signed_in(Role::DutyOfficer, "duty.one"), w.signed_in(Role::DutyOfficer, "duty.two"));
        assert_eq!(refused(w.smash((me.0, other.1), REASON)), "not-fresh");
        w.house.clock.advance_secs(6 * 60);
        assert_eq!(refused(w.smash(me, REASON)), "not-fresh");
        assert_eq!(w.logged("break_glass.opened"), 0);
    }

    fn a_window_can_be_ended_early_by_its_owner(w: World) {
        let me = w.signed_in(Role::DutyOfficer, "duty.one");
        let other = w.worker(Role::PostHead, "head");
        let window = w.smash(me, REASON).unwrap();
        w.act_as(other, move |cx| break_glass::end_window(cx, window)).unwrap();
        assert!(w.act_as(me.0, break_glass::running).unwrap().is_some(), "not by somebody else");
        w.act_as(me.0, move |cx| break_glass::end_window(cx, window)).unwrap();
        assert!(w.act_as(me.0, break_glass::running).unwrap().is_none());
        let person = w.resident();
        assert_eq!(refused(w.open_in(me.0, window, person)), "purpose");
        let _ = area(1);
    }
}
