//! `mulin report month` counts what was entered (R10).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::report::{MonthArgs, ReportCommand, run};
use kernel::Lang;
use matters::app::report::Month;
use matters::app::{Raise, RaisedPlace, RaiserInput, raise};
use matters::model::Origin;
use serde_json::Value;
use testkit::{Kind, Setup, World, both_databases};

struct Town(World);

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS]);
        world.act(matters::app::seed_classes);
        Self(world)
    }
}

impl Town {
    fn report(&self, month: Option<Month>, json: bool) -> String {
        let (house, mut out) = (&self.0.house, Vec::new());
        let command = ReportCommand::Month(MonthArgs { month, district: None, json });
        run(&mut Env { rt: &house.rt, district: Some(house.district), out: &mut out }, &command).unwrap();
        String::from_utf8(out).unwrap()
    }
}

both_databases! {
    fn the_running_month_and_any_other(town: Town) {
        let raised = Raise {
            key: None,
            class: "dispute".into(),
            text: "楼道积水".into(),
            place: RaisedPlace::default(),
            raiser: RaiserInput::anonymous(Lang::ZhCn),
            origin: Origin::Web,
        };
        let public = town.0.public();
        town.0.act_as(public, move |cx| raise(cx, raised)).unwrap();
        let whole: Value = serde_json::from_str(&town.report(None, true)).unwrap();
        assert_eq!(whole["all"]["received"], 1);
        assert_eq!(whole["classes"][0]["name"], "dispute");
        assert_eq!(whole["places"][0]["name"], "place not known");
        let words = town.report(None, false);
        assert!(words.lines().count() == 4 && words.contains("dispute"), "{words}");
        let before = Month::of(town.0.house.rt.now()).before();
        let none: Value = serde_json::from_str(&town.report(Some(before), true)).unwrap();
        assert_eq!((&none["all"]["received"], &none["month"]), (&Value::from(0), &Value::from(before.to_string())));
    }
}
