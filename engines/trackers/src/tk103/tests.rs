#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{Options, Protocol, Session};
use kernel::Moment;

fn one(frame: &str) -> Reading {
    let mut session = Session::new(Protocol::Tk103, &Options::default());
    let mut all = Vec::new();
    session.feed(frame.as_bytes(), Moment::default(), &mut |reading| all.push(reading.clone()));
    assert_eq!(all.len(), 1, "{frame}");
    assert_eq!(all[0].error, None, "{frame}");
    all.remove(0)
}

#[test]
fn run_together_and_with_commas() {
    for (frame, device, time, lat, lon) in [
        (
            "(088047365460BR00151024A2555.3531S02855.3329E004.7055148276.1701000000L00009AA3)",
            "088047365460",
            "2015-10-24T05:51:48Z",
            -25.922_55,
            28.922_22,
        ),
        (
            "(352606090042050,BP05,240414,A,4527.3513N,00909.9758E,4.80,112825,155.49)",
            "352606090042050",
            "2014-04-24T11:28:25Z",
            45.455_86,
            9.166_26,
        ),
        (
            "(027023361470BR00200617A4000.5775N 8415.4076W 46.0173725 87.3101000000L00000000)",
            "027023361470",
            "2020-06-17T17:37:25Z",
            40.009_625,
            -84.256_793,
        ),
        (
            "(BALLESTEROS3BR00190408A4113.5700N00140.3100E000.0162431000.0001000000L00000000)",
            "BALLESTEROS3",
            "2019-04-08T16:24:31Z",
            41.226_167,
            1.671_833,
        ),
        (
            "(01602009983BR00160830V1855.7022S4817.8731W000.0002729000.0010000000L00000000)",
            "01602009983",
            "2016-08-30T00:27:29Z",
            -18.928_37,
            -48.297_885,
        ),
        (
            "(868822040452227,DW3B,150421,A,4154.51607N,45.78950E,0.050,103142,0.000,595.200,7,0)",
            "868822040452227",
            "2021-04-15T10:31:42Z",
            41.908_6,
            0.763_158,
        ),
        (
            "(044027395704BQ81,ALARM,1,164,151101A2238.5237N11349.4571E0.7031241010.0000,00000000)",
            "044027395704",
            "2015-11-01T12:41:01Z",
            22.642_062,
            113.824_285,
        ),
        (
            "(013632782450,BP05,101201,A,2234.0297N,11405.9101E,000.0,040137,178.48,00000000,L00000000)",
            "013632782450",
            "2001-12-10T04:01:37Z",
            22.567_162,
            114.098_502,
        ),
        (
            "(357593060760397BP02,G,2,170304A6015.7466N01101.8460E001.609445591.048,7)",
            "357593060760397",
            "2017-03-04T09:44:55Z",
            60.262_443,
            11.030_767,
        ),
    ] {
        let reading = one(frame);
        assert_eq!(reading.device.unwrap().as_str(), device);
        let fix = reading.fixes[0];
        assert_eq!(fix.time.map(Moment::rfc3339).as_deref(), Some(time), "{frame}");
        assert!((fix.lat - lat).abs() < 1e-5 && (fix.lon - lon).abs() < 1e-5, "{frame} {fix:?}");
    }
    let fix = one("(088047365460BR00151024A2555.3531S02855.3329E004.7055148276.1701000000L00009AA3)").fixes[0];
    assert_eq!((fix.speed_kmh, fix.course), (Some(4.7), Some(276.17)));
}

#[test]
fn alarms() {
    for (frame, expected) in [
        ("(864768011069660,ZC17,250517,A,3211.7118N,03452.8086E,0.68,115525,208.19,64.50,9)", Alarms::REMOVED),
        ("(013612345678BO012061830A2934.0133N10627.2544E040.0080331309.6200000000L000770AD)", Alarms::SOS),
        ("(044027395704BQ81,ALARM,1,164,151101A2238.5237N11349.4571E0.7031241010.0000,00000000)", Alarms::OVERSPEED),
        ("(864768010009188,ZC25,271114,V,0000.00000N,00000.00000E,000.0,154436,000.0)", Alarms::SOS),
        ("(088047365460BR00151024A2555.3531S02855.3329E004.7055148276.1701200000L00009AA3)", Alarms::SOS),
    ] {
        assert_eq!(one(frame).alarms(), expected, "{frame}");
    }
    assert!(one("(864768010009188,ZC25,271114,V,0000.00000N,00000.00000E,000.0,154436,000.0)").fixes.is_empty());
}

#[test]
fn answers() {
    assert_eq!(one("(087073005534BP00HSO)").reply, b"(087073005534AP01HSO)");
    assert_eq!(
        one("(088048003342BP05354188048003342150917A1352.9801N10030.9050E000.0103115265.5600010000L000003F9)").reply,
        b"(088048003342AP05)"
    );
    assert!(one("(352606090042050,BP05,240414,A,4527.3513N,00909.9758E,4.80,112825,155.49)").reply.is_empty());
}

#[test]
fn without_satellites() {
    let hex = one("(088047194605BZ00,510,010,36e6,932c,43,36e6,766b,36,36e6,7668,32)").status;
    assert_eq!(hex.cells.len(), 3);
    assert_eq!(hex.cells[0], Cell { mcc: 510, mnc: 10, lac: 14_054, cell: 37_676, signal_dbm: Some(-43) });
    let lines = one(
        "(027045009305BP05355227045009305,{413,2,30073,16724}\n{413,2,30073,16730}\n{413,2,30073,49860}\n,01000000)",
    );
    assert_eq!((lines.status.cells.len(), &lines.reply[..]), (3, &b"(027045009305AP05)"[..]));
    let wifi =
        one("(864555555555555,DW51,200,1,3215,43370,2,58:F3:BB:3B:AA:82*-65*1,1C:6A:BB:AA:81:95*-78*1,151117,154419)")
            .status;
    assert_eq!((wifi.wifi.len(), wifi.alarms), (2, Alarms::MOVEMENT));
    assert_eq!(wifi.time.unwrap().rfc3339(), "2017-11-15T15:44:19Z");
    assert_eq!(one("(013632651491,ZC20,180716,144222,6,392,65535,255)").status.battery_pct, Some(100));
}
