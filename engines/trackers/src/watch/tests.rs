#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect, reason = "tests")]

use super::*;
use crate::{Options, Protocol, Session};
use kernel::Moment;

fn heard(model: Model, text: &str) -> Vec<Reading> {
    let mut session = Session::new(Protocol::Watch, &Options { model });
    let mut all = Vec::new();
    session.feed(text.as_bytes(), Moment::default(), &mut |reading| all.push(reading.clone()));
    all
}

fn one(text: &str) -> Reading {
    let mut all = heard(Model::Standard, text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
}

#[test]
fn an_sos_without_a_fix_is_told() {
    let reading = one("[3G*6907919734*003e*AL_LTE,170525,214118,V,0,N,0,E,0,0,0,0,0,22,0,0,00010000,0,0,0]");
    assert!(reading.fixes.is_empty());
    assert_eq!(reading.status.alarms, Alarms::SOS);
    assert_eq!(reading.status.battery_pct, Some(22));
    assert_eq!(reading.reply, b"[3G*6907919734*0002*AL]");
    // A flat battery does not hide it.
    let both = one("[3G*6907919734*003e*AL,170525,214118,V,0,N,0,E,0,0,0,0,0,2,0,0,00010001,0,0,0]");
    assert!(both.alarms().has(Alarms::SOS) && both.alarms().has(Alarms::LOW_BATTERY));
}

#[test]
fn running_numbers_come_back() {
    let reading = one("[ZJ*014111001332708*0075*0002*LK]");
    assert_eq!(reading.reply, b"[ZJ*014111001332708*0075*0002*LK]");
    assert_eq!(reading.device.unwrap().as_str(), "014111001332708");
    let init = one("[ZJ*014111001332708*0001*0004*INIT]");
    assert_eq!(init.reply, b"[ZJ*014111001332708*0001*0006*INIT,1]");
}

#[test]
fn the_body() {
    assert_eq!(one("[3G*6005412902*0008*heart,71]").status.heart_rate, Some(71));
    assert_eq!(one("[3G*6005412902*0007*heart,0]").status.heart_rate, None);
    let pressure = one("[3G*4700609403*0013*bphrt,120,79,73,,,,]").status;
    assert_eq!((pressure.systolic, pressure.diastolic, pressure.heart_rate), (Some(120), Some(79), Some(73)));
    assert_eq!(one("[ZJ*357653059860416*0007*000c*BLOOD,109,68]").status.diastolic, Some(68));
    assert_eq!(one("[3G*9705141740*000B*oxygen,0,98]").status.oxygen_pct, Some(98));
    assert_eq!(one("[3G*2104326058*000E*btemp2,1,35.29]").status.temperature_c, Some(35.29));
    assert_eq!(one("[3G*2104326058*000E*btemp2,0,35.29]").status.temperature_c, None);
    let link = one("[3G*4700186508*000B*LK,0,10,100]").status;
    assert_eq!((link.steps, link.battery_pct), (Some(0), Some(100)));
}

#[test]
fn names_of_access_points_may_hold_anything() {
    let reading = one(
        "[3G*8800000015*00DD*UD,010120,025946,V,0.0,N,0.0,E,22.0,0,-1,0,100,98,0,0,00000000,0,5,edu,roam,f4:db:e6:d2:a8:00,-53,[5G],\
         b0:be:76:0a:05:9a,-82,tubs,0,-53,0.0]"
            .replace("[5G]", "[5G)").as_str(),
    );
    assert_eq!(reading.status.wifi.len(), 2);
    assert_eq!(reading.status.network_accuracy_m, Some(60.0));
}

#[test]
fn half_frames_and_noise_between() {
    let all = heard(
        Model::Standard,
        "noise]]*[x[3G*1111111111*00[3G*8800000015*0002*LK]\r\n[3G*8800000015*0003*TKQ]{}[SG*8800000015*0002*LK][3",
    );
    let replies: Vec<_> = all.iter().map(|r| String::from_utf8_lossy(&r.reply).into_owned()).collect();
    assert_eq!(replies, ["[3G*8800000015*0002*LK]", "[3G*8800000015*0003*TKQ]", "[SG*8800000015*0002*LK]"]);
}

#[test]
fn a_pendant_has_no_strap() {
    let frame =
        "[3G*4700186508*0066*UD,301015,084840,V,45.853100,N,14.6224899,E,0.00,0.0,0.0,0,84,61,0,11,00100008,0,255,0]";
    let reading = heard(Model::Pendant, frame).remove(0);
    assert!(reading.alarms().is_empty() && reading.status.worn.is_none());
    let watch = one(frame);
    assert!(watch.alarms().has(Alarms::REMOVED) && watch.status.worn == Some(false));
}

#[test]
fn commands_speak_the_devices_own_dialect() {
    let mut session = Session::new(Protocol::Watch, &Options::default());
    assert_eq!(session.command(&Command::LocateNow), None);
    session.feed(b"[ZJ*014111001332708*0075*0002*LK]", Moment::default(), &mut |_| {});
    assert_eq!(session.command(&Command::LocateNow).unwrap(), b"[ZJ*014111001332708*0075*0002*CR]");
    assert_eq!(session.command(&Command::Interval(600)).unwrap(), b"[ZJ*014111001332708*0075*000a*UPLOAD,600]");
}
